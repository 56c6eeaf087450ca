import Table from "cli-table3";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parse, stringify } from "yaml";
import { deploy, preview, type StackResult, type StackSelection } from "../../automation";
import { plannedOutputs } from "../../cli/plannedStates";
import { Cloud } from "../../lab/cloud/cloud";
import { findEngine } from "../../lab/engine/engine";
import { serveAws } from "../../lab/providers/aws";
import type { ProviderBackend } from "../../lab/providers/providerBackend";
import { serveProvider } from "../../lab/providers/providerServer";
import { UNKNOWN } from "../../lab/providers/struct";
import { hub } from "../fixtures/aws";
import { keyPair } from "../fixtures/keyPair";

/** Stacks at a time. */
const parallelStacks = 4;
const root = path.resolve(__dirname, "../..");

/** Commands that find every host well: there are no hosts. */
const commands: ProviderBackend = {
  version: "1.2.1",
  configure: () => undefined,
  check: (_call, _olds, inputs) => ({ inputs, failures: [] }),
  diff: () => ({ changes: false, changed: [], replaces: [], deleteBeforeReplace: false }),
  create(call, inputs, isPreview) {
    const printed = isPreview ? { stdout: UNKNOWN, stderr: UNKNOWN } : { stdout: "", stderr: "" };
    const answer = isPreview ? {} : plannedOutputs({ type: call.type, inputs });
    return Promise.resolve({ id: isPreview ? "" : call.name, outputs: { ...inputs, ...printed, ...answer } });
  },
  read: (_call, id, inputs, outputs) => Promise.resolve({ id, inputs, outputs }),
  update: (_call, _id, _olds, inputs) => Promise.resolve({ outputs: inputs }),
  delete: () => Promise.resolve(),
  invoke: (call) => Promise.reject(new Error(`no function ${call.type}`)),
};

/** The security stack and `count` consumers, each in an account of its own. */
function writeProject(directory: string, count: number): { stacks: StackSelection[]; accounts: string[] } {
  const read = (file: string) =>
    parse(fs.readFileSync(path.join(root, file), "utf8")) as { config: Record<string, unknown> };
  const consumers = Array.from({ length: count }, (_, index) => String(200_000_000_000 + index));
  const write = (stack: string, changes: Record<string, unknown>): void => {
    const { config } = read(`Pulumi.${stack.split("-", 1)[0] ?? ""}.yaml`);
    const own = Object.fromEntries(Object.entries(changes).map(([key, value]) => [`gwlb-inspection:${key}`, value]));
    fs.writeFileSync(path.join(directory, `Pulumi.${stack}.yaml`), stringify({ config: { ...config, ...own } }));
  };
  fs.copyFileSync(path.join(root, "Pulumi.yaml"), path.join(directory, "Pulumi.yaml"));
  for (const name of ["node_modules", "loader.cjs", "package.json"])
    fs.symlinkSync(path.join(root, name), path.join(directory, name));
  const program = JSON.stringify(path.join(root, "index.ts"));
  fs.writeFileSync(path.join(directory, "index.ts"), `export = require(${program});\n`);
  write("security", { consumerAccountIds: consumers });
  for (const [index, accountId] of consumers.entries()) write(`system-${index}`, { accountId });
  const secret = (value: string) => ({ value, secret: true });
  const config = { sshPrivateKey: secret(keyPair().private), sshHostKey: secret(keyPair().private) };
  const names = ["security", ...consumers.map((_, index) => `system-${index}`)];
  return { stacks: names.map((name) => ({ name, config })), accounts: [hub, ...consumers] };
}

interface Measured {
  previewSeconds: number;
  upSeconds: number;
  /** Of each consumer's own run. */
  preview: StackResult[];
  up: StackResult[];
  calls: number;
}

/** The whole program under the real engine, with the cloud model's provider servers and nothing else of a lab. */
async function measure(engine: string, count: number): Promise<Measured> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "bench-consumers-"));
  const { stacks, accounts } = writeProject(directory, count);
  const cloud = new Cloud({
    accounts: Object.fromEntries(accounts.map((id) => [id, { name: id }])),
    clock: { scale: 0 },
  });
  let calls = 0;
  const log = (line: string): void => void (calls += / (ok|failed)$|^Invoke /.test(line) ? 1 : 0);
  const [aws, command] = await Promise.all([serveAws(cloud, { log }), serveProvider(commands, { log })]);
  try {
    fs.mkdirSync(path.join(directory, "state"));
    const workspace = {
      programDirectory: directory,
      settingsDirectory: path.join(directory, "settings"),
      backendUrl: `file://${directory}/state`,
      engine,
      environment: {
        PULUMI_CONFIG_PASSPHRASE: "passphrase",
        PULUMI_HOME: path.join(directory, "home"),
        PULUMI_DEBUG_PROVIDERS: `aws:${aws.port},command:${command.port}`,
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        PULUMI_SKIP_CHECKPOINTS: "true",
      },
    };
    const timed = async (work: () => Promise<StackResult[]>): Promise<[number, StackResult[]]> => {
      const begin = performance.now();
      const results = await work();
      return [(performance.now() - begin) / 1000, results.filter(({ stack }) => stack !== "security")];
    };
    // Consumers cannot be planned before the service is there.
    await deploy({ workspace, stacks: stacks.slice(0, 1) });
    const consumers = { workspace, stacks: stacks.slice(1), parallelStacks };
    const [previewSeconds, previews] = await timed(() => preview(consumers));
    calls = 0;
    const [upSeconds, ups] = await timed(() => deploy(consumers));
    return { previewSeconds, upSeconds, preview: previews, up: ups, calls };
  } finally {
    await Promise.all([aws.close(), command.close()]);
    fs.rmSync(directory, { recursive: true });
  }
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

/**
 * Preview and deployment of consumer stacks by their number, on a control plane without namespaces.
 *
 * @throws Error when the time for each stack grows with their number: more than twice that of the smallest number
 */
export async function benchConsumers(counts: number[]): Promise<string> {
  const { path: engine } = await findEngine({ onProgress: (line) => process.stderr.write(`${line}\n`) });
  const head = ["consumers", "preview, each", "up, each", "previews, all", "ups, all", "ups, all / consumers"];
  const table = new Table({ head: [...head, "provider calls/s"], style: { head: [] } });
  const each: number[] = [];
  for (const count of counts) {
    process.stderr.write(`${count} consumers\n`);
    const { previewSeconds, upSeconds, preview: previews, up, calls } = await measure(engine, count);
    const ofEach = (results: StackResult[]): string => `${median(results.map(({ seconds }) => seconds)).toFixed(1)} s`;
    // Fewer stacks than run at a time do not fill the machine.
    if (count >= parallelStacks) each.push(upSeconds / count);
    table.push([
      ...[count, ofEach(previews), ofEach(up), `${previewSeconds.toFixed(1)} s`, `${upSeconds.toFixed(1)} s`],
      ...[`${(upSeconds / count).toFixed(2)} s`, Math.round(calls / upSeconds)],
    ]);
  }
  const growth = Math.max(...each) / Math.min(...each);
  if (growth > 2)
    throw new Error(`time for each stack differs by a factor of ${growth.toFixed(1)}:\n${table.toString()}`);
  return table.toString();
}

/** By itself: `npx tsx tests/bench/consumers.ts [COUNT…]`. */
if (require.main === module) {
  const counts = process.argv.slice(2).map(Number);
  void benchConsumers(counts.length > 0 ? counts : [1, 10, 50]).then((text) => process.stdout.write(`${text}\n`));
}
