import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Cloud } from "../../lab/cloud/cloud";
import { findEngine } from "../../lab/engine/engine";
import { installCommandPlugin, standInPlugin } from "../../lab/engine/commandPlugin";
import { findLanguageHost } from "../../lab/engine/languageHost";
import { serveAws } from "../../lab/providers/aws";
import { keyPair } from "../fixtures/keyPair";
import { run } from "../../lab/engine/run";
import type { ServedProvider } from "../../lab/providers/providerServer";

const root = path.join(__dirname, "../..");

describe("the component package under the real engine", function () {
  this.timeout(600_000);

  const hostKey = keyPair().private;
  let folder: string;
  let cloud: Cloud;
  let served: ServedProvider;
  let pulumi: (...args: string[]) => Promise<{ exitCode: number; said: string }>;

  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "other-languages-"));
    fs.cpSync(path.join(__dirname, "fixtures/remoteComponents"), folder, { recursive: true });
    fs.symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
    fs.mkdirSync(path.join(folder, "state"));
    fs.writeFileSync(path.join(folder, "package.json"), '{ "name": "other", "main": "index.js" }\n');
    const plugins = { providers: [{ name: "gwlb-inspection", path: root }] };
    const runtime = { name: "nodejs", options: { typescript: false, packagemanager: "npm" } };
    fs.writeFileSync(path.join(folder, "Pulumi.yaml"), JSON.stringify({ name: "other", runtime, plugins }));
    cloud = new Cloud({
      clock: { scale: 0 },
      accounts: { "111111111111": { name: "security" }, "222222222222": { name: "system" } },
    });
    served = await serveAws(cloud);
    const engine = (await findEngine({ onProgress: (line) => console.log(line) })).path;
    const host = await findLanguageHost(engine, { onProgress: (line) => console.log(line) });
    installCommandPlugin(standInPlugin, path.join(folder, "home"));
    const environment = {
      PATH: [host.directory, path.dirname(process.execPath), process.env["PATH"]].join(path.delimiter),
      PULUMI_HOME: path.join(folder, "home"),
      PULUMI_BACKEND_URL: `file://${folder}/state`,
      PULUMI_CONFIG_PASSPHRASE: "passphrase",
      HOST_KEY: hostKey,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DEBUG_PROVIDERS: `aws:${served.port}`,
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    };
    pulumi = async (...args) => {
      const { exitCode, stdout, stderr } = await run(engine, ["--cwd", folder, "--non-interactive", ...args], {
        environment,
      });
      return { exitCode, said: stdout + stderr };
    };
    await pulumi("stack", "init", "tests");
  });

  after(async () => {
    await served.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  it("refuses an argument by its name, before anything is made", async () => {
    await pulumi("config", "set", "stickiness", "sticky");
    const { exitCode, said } = await pulumi("preview");
    await pulumi("config", "rm", "stickiness");
    expect(exitCode, said).not.to.equal(0);
    expect(said).to.match(/property stickiness .*: is "sticky", expected "none" or /);
  });

  it("runs the package's programs by their way from the project's folder, where the report goes", async () => {
    await pulumi("config", "set", "measure", "true");
    const { said: previewed } = await pulumi("preview", "--json");
    const { exitCode, said } = await pulumi("up", "--yes");
    await pulumi("config", "rm", "measure");
    await pulumi("destroy", "--yes");
    const { steps } = JSON.parse(previewed.slice(previewed.indexOf("{"))) as {
      steps: { newState?: { type: string; inputs: { interpreter?: string[]; dir?: string } } }[];
    };
    const [local] = steps.flatMap(({ newState }) => (newState?.type === "command:local:Command" ? [newState] : []));
    const [, launcher = ""] = local?.inputs.interpreter ?? [];
    expect(path.isAbsolute(launcher) || local?.inputs.dir !== undefined, launcher).to.equal(false);
    expect(fs.realpathSync(path.resolve(fs.realpathSync(folder), launcher))).to.equal(
      path.join(root, "bin/localProgram.mjs"),
    );
    expect(exitCode, said).to.not.equal(0);
    expect(said).to.match(/Verdict: inconclusive/);
    expect(fs.existsSync(path.join(folder, "reports/measured.json"))).to.equal(true);
  });

  it("previews, deploys the components' own resources, and then finds nothing to do", async () => {
    const preview = await pulumi("preview");
    expect(preview.exitCode, preview.said).to.equal(0);
    expect(Object.keys(cloud.snapshot().vpcs)).to.deep.equal([]);
    const up = await pulumi("up", "--yes");
    expect(up.exitCode, up.said).to.equal(0);
    const outputs = JSON.parse((await pulumi("stack", "output", "--json")).said) as Record<string, unknown>;
    expect(outputs["azIds"]).to.deep.equal(["apne1-az4"]);
    expect(outputs["gatewayAddresses"]).to.deep.equal({ "apne1-az4": "10.1.10.16" });
    expect(outputs["host"]).to.match(/^10\.1\.20\.\d+$/);
    const state = (await pulumi("stack", "export")).said;
    expect(state).to.include("other::gwlb-inspection:index:Network$aws:ec2/vpc:Vpc::hub");
    expect(state).to.include("gwlb-inspection:index:TestHost");
    expect(state).not.to.include(hostKey.split("\n")[2]);
    const again = await pulumi("preview", "--expect-no-changes");
    expect(again.exitCode, again.said).to.equal(0);
    const down = await pulumi("destroy", "--yes");
    expect(down.exitCode, down.said).to.equal(0);
  });
});
