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

/** The hub's stacks, which know of all consumers, and the consumers', each in an account of its own. */
interface Project {
  hub: StackSelection[];
  consumers: StackSelection[];
  accounts: string[];
}

/** An endpoint in each consumer's own VPC; spokes of one transit gateway. */
export const designs = ["distributed", "centralised"] as const;
type Design = (typeof designs)[number];

/** What a consumer's settings say of themselves beside the shipped ones. */
function spokeAddresses(index: number): Record<string, unknown> {
  const [second, third] = [16 + Math.floor(index / 16), (index % 16) * 16];
  const zone = (place: number) => ({
    attachment: `10.${second}.${third}.${place * 16}/28`,
    host: `10.${second}.${third + 1 + place}.0/24`,
  });
  return {
    vpcCidr: `10.${second}.${third}.0/20`,
    zones: { "apne1-az4": zone(0), "apne1-az1": zone(1) },
    bastion: undefined,
  };
}

function writeProject(directory: string, design: Design, count: number): Project {
  const read = (file: string) =>
    parse(fs.readFileSync(path.join(root, file), "utf8")) as { config: Record<string, unknown> };
  const ids = Array.from({ length: count }, (_, index) => String(200_000_000_000 + index));
  const write = (stack: string, shipped: string, changes: Record<string, unknown>): void => {
    const { config } = read(`Pulumi.${shipped}.yaml`);
    const own = Object.fromEntries(Object.entries(changes).map(([key, value]) => [`gwlb-inspection:${key}`, value]));
    fs.writeFileSync(path.join(directory, `Pulumi.${stack}.yaml`), stringify({ config: { ...config, ...own } }));
  };
  fs.copyFileSync(path.join(root, "Pulumi.yaml"), path.join(directory, "Pulumi.yaml"));
  for (const name of ["node_modules", "loader.cjs", "package.json"])
    fs.symlinkSync(path.join(root, name), path.join(directory, name));
  const program = JSON.stringify(path.join(root, "index.ts"));
  fs.writeFileSync(path.join(directory, "index.ts"), `export = require(${program});\n`);
  const isCentralised = design === "centralised";
  write("security", "security", { consumerAccountIds: isCentralised ? [hub] : ids });
  if (isCentralised) write("transit", "transit", { spokeAccountIds: ids });
  const [role, shipped] = isCentralised ? ["spoke", "spoke-a"] : ["system", "system"];
  for (const [index, accountId] of ids.entries()) {
    write(`${role}-${index}`, shipped, { accountId, ...(isCentralised ? spokeAddresses(index) : {}) });
  }
  const secret = (value: string) => ({ value, secret: true });
  const config = { sshPrivateKey: secret(keyPair().private), sshHostKey: secret(keyPair().private) };
  return {
    hub: ["security", ...(isCentralised ? ["transit"] : [])].map((name) => ({ name, config })),
    consumers: ids.map((_, index) => ({ name: `${role}-${index}`, config })),
    accounts: [hub, ...ids],
  };
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
async function measure(engine: string, design: Design, count: number): Promise<Measured> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "bench-consumers-"));
  const project = writeProject(directory, design, count);
  const cloud = new Cloud({
    accounts: Object.fromEntries(project.accounts.map((id) => [id, { name: id }])),
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
      return [(performance.now() - begin) / 1000, results];
    };
    // Consumers cannot be planned before the hub is there.
    await deploy({ workspace, stacks: project.hub });
    const consumers = { workspace, stacks: project.consumers, parallelStacks };
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
export async function benchConsumers(design: Design, counts: number[]): Promise<string> {
  const { path: engine } = await findEngine({ onProgress: (line) => process.stderr.write(`${line}\n`) });
  const head = [
    `consumers, ${design}`,
    "preview, each",
    "up, each",
    "previews, all",
    "ups, all",
    "ups, all / consumers",
  ];
  const table = new Table({ head: [...head, "provider calls/s"], style: { head: [] } });
  const each: number[] = [];
  for (const count of counts) {
    process.stderr.write(`${design}: ${count} consumers\n`);
    const { previewSeconds, upSeconds, preview: previews, up, calls } = await measure(engine, design, count);
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
  const given = process.argv.slice(2).map(Number);
  const counts = given.length > 0 ? given : [1, 10, 50];
  void (async () => {
    for (const design of designs) {
      process.stdout.write(`${await benchConsumers(design, counts)}\n`);
    }
  })();
}
