import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { findEngine } from "../../lab/engine/engine";
import { describeLanguageHost, findLanguageHost, type LanguageHost } from "../../lab/engine/languageHost";
import { run, type Ran } from "../../lab/engine/run";

const root = path.resolve(__dirname, "../..");
const modules = path.join(root, "node_modules");

/** Loaded by `nodeargs`, before cmd/run takes its arguments away: tells what the host gave. */
const witness = `
const { argv, execArgv, env } = process;
if (/cmd.run/.test(argv[1]))
  require("fs").writeFileSync("told.json", JSON.stringify({ argv: argv.slice(1), execArgv, cwd: process.cwd(), env }));
`;

interface Told {
  argv: string[];
  execArgv: string[];
  cwd: string;
  env: Record<string, string>;
}

/**
 * Whichever host this machine has, through the engine: the facts are the vendor's (pulumi v3.259.0,
 * sdk/nodejs/cmd/pulumi-language-nodejs/main.go, the function in brackets), with whose host they hold, too.
 */
describe("the Node language host under the real engine", function () {
  this.timeout(120_000);
  let folder: string;
  let engine: string;
  let host: LanguageHost;
  let environment: Record<string, string>;

  before(async () => {
    folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "language-host-")));
    engine = (await findEngine()).path;
    host = await findLanguageHost(engine);
    console.log(describeLanguageHost(host));
    environment = {
      PATH: [host.directory, path.dirname(process.execPath), process.env["PATH"]].join(path.delimiter),
      PULUMI_HOME: path.join(folder, "home"),
      PULUMI_BACKEND_URL: `file://${folder}/state`,
      PULUMI_CONFIG_PASSPHRASE: "passphrase",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    };
    fs.mkdirSync(path.join(folder, "state"));
    write("program/node_modules/.keep", "");
    fs.symlinkSync(path.join(modules, "@pulumi"), path.join(folder, "program/node_modules/@pulumi"));
    write("program/witness.cjs", witness);
    // What package.json names is another one: `main` of Pulumi.yaml goes first.
    write("program/package.json", '{ "name": "wrong", "main": "wrong.js", "exports": { ".": "./wrong.js" } }');
    write("program/wrong.js", "throw new Error('wrong entry point');");
    project({ nodeargs: "--require ./witness.cjs --stack-trace-limit=7", typescript: false });
    await succeed("stack", "init", "host");
    await succeed("config", "set", "plain", "1");
    await succeed("config", "set", "--secret", "hidden", "secret value");
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  function write(file: string, text: string): void {
    fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), text);
  }
  const project = (options: Record<string, unknown>, main = "index.js"): void =>
    write("program/Pulumi.yaml", JSON.stringify({ name: "told", main, runtime: { name: "nodejs", options } }));
  const pulumi = (...args: string[]): Promise<Ran> =>
    run(engine, ["--cwd", path.join(folder, "program"), "--non-interactive", ...args], { environment });
  async function succeed(...args: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await pulumi(...args);
    expect(exitCode, `${args.join(" ")}\n${stdout}${stderr}`).to.equal(0);
    return stdout;
  }
  /** Previews a program. */
  async function preview(source: string): Promise<{ exitCode: number; said: string; told: Told }> {
    write("program/index.js", source);
    const { exitCode, stdout, stderr } = await pulumi("preview", "--parallel", "3");
    const told = JSON.parse(fs.readFileSync(path.join(folder, "program/told.json"), "utf8")) as Told;
    return { exitCode, said: stdout + stderr, told };
  }

  it("runs the SDK's cmd/run in the program's folder, with Node's own arguments first (execRuntime)", async () => {
    const { exitCode, said, told } = await preview('console.log("ran", process.cwd());');
    const program = path.join(folder, "program");
    expect(exitCode, said).to.equal(0);
    expect(said).to.contain(`ran ${program}`);
    expect(told.cwd).to.equal(program);
    expect(told.execArgv).to.deep.equal(["--require", "./witness.cjs", "--stack-trace-limit=7"]);
    expect(told.argv[0]).to.equal(path.join(modules, "@pulumi/pulumi/cmd/run/index.js"));
  });

  it("gives it arguments in the vendor's order (constructArguments)", async () => {
    const { told } = await preview("");
    const program = path.join(folder, "program");
    // The vendor's for SDKs that made synchronous invokes; it shows, too, whose host has run.
    expect(told.argv.includes("--sync")).to.equal(host.origin === "vendor");
    const args = told.argv.slice(1).filter((word, at, all) => word !== "--sync" && all[at - 1] !== "--sync");
    const address = /^127\.0\.0\.1:\d+$/;
    expect([args[0], args[2]]).to.deep.equal(["--monitor", "--engine"]);
    expect([args[1], args[3]].filter((word) => address.test(word ?? ""))).to.have.length(2);
    expect(args.slice(4)).to.deep.equal([
      ...["--organization", "organization", "--project", "told", "--root-directory", program, "--stack", "host"],
      ...["--pwd", program, "--dry-run", "--parallel", "3", "index.js"],
    ]);
  });

  it("gives it settings and options in its environment, secrets too, and never as arguments (constructConfig)", async () => {
    const { told } = await preview("");
    expect(JSON.parse(told.env["PULUMI_CONFIG"] ?? "")).to.deep.equal({
      "told:config:hidden": "secret value",
      "told:config:plain": "1",
    });
    expect(JSON.parse(told.env["PULUMI_CONFIG_SECRET_KEYS"] ?? "")).to.deep.equal(["told:hidden"]);
    expect(told.argv.join(" ")).not.to.contain("secret value");
    expect(told.env).not.to.have.any.keys("PULUMI_NODEJS_TYPESCRIPT", "PULUMI_NODEJS_TSCONFIG_PATH");
  });

  it("judges how the program ends by its exit code: 32 has told it already (execRuntime)", async () => {
    const ended = await preview("process.exit(7);");
    expect(ended.exitCode).not.to.equal(0);
    expect(ended.said).to.contain("Program exited with non-zero exit code: 7");
    const thrown = await preview('throw new Error("mine");');
    expect(thrown.exitCode).not.to.equal(0);
    expect(thrown.said).to.contain("Error: mine").and.not.to.contain("non-zero exit code");
  });

  it("refuses an option of the wrong type (parseOptions)", async () => {
    project({ typescript: "no", nodeargs: "--require ./witness.cjs" });
    const { exitCode, said } = await preview("");
    project({ nodeargs: "--require ./witness.cjs --stack-trace-limit=7", typescript: false });
    expect(exitCode).not.to.equal(0);
    expect(said).to.contain("typescript option must be a boolean");
  });

  it("runs index.ts of the shipped project, not what its package.json names for others", async () => {
    const project = path.join(folder, "shipped");
    fs.mkdirSync(project);
    for (const name of fs.readdirSync(root)) {
      if (!/^(\.git|Pulumi\..+\.yaml)$/.test(name)) fs.symlinkSync(path.join(root, name), path.join(project, name));
    }
    fs.copyFileSync(path.join(root, "Pulumi.security.yaml"), path.join(project, "Pulumi.stranger.yaml"));
    await succeed("--cwd", project, "stack", "init", "stranger");
    const { exitCode, stdout, stderr } = await pulumi("--cwd", project, "preview", "--stack", "stranger");
    expect(exitCode).not.to.equal(0);
    expect(stdout + stderr).to.contain('stack name "stranger": expected it to begin with');
  });

  it("tells `pulumi about` of Node and the package manager (About)", async () => {
    const { runtime } = JSON.parse(await succeed("about", "--json")) as { runtime: Record<string, unknown> };
    expect(runtime).to.deep.include({ language: "nodejs", version: process.version });
    expect(runtime["packagemanager"]).to.equal("npm");
    expect(fs.realpathSync(String(runtime["executable"]))).to.equal(fs.realpathSync(process.execPath));
  });

  it("installs packages, and names the plugins that they ask for (InstallDependencies, GetRequiredPackages)", async () => {
    const manifest = { name: "thing", version: "1.0.0", pulumi: { resource: true, name: "thing", version: "4.5.6" } };
    write("packages/thing/package.json", JSON.stringify(manifest));
    write("packages/Pulumi.yaml", "name: told\nruntime: nodejs\n");
    write("packages/package.json", JSON.stringify({ name: "told", dependencies: { thing: "file:./thing" } }));
    const at = ["--cwd", path.join(folder, "packages")];
    const installed = await succeed(...at, "install", "--no-plugins");
    expect(installed).to.contain("Finished installing dependencies");
    expect(fs.existsSync(path.join(folder, "packages/node_modules/thing/package.json"))).to.equal(true);
    // Of what is installed, the engine lists what the host names.
    for (const plugin of ["thing-v4.5.6", "thing-v4.5.5", "other-v1.0.0"]) {
      const name = plugin.replace(/-v.*/, "");
      write(`home/plugins/resource-${plugin}/pulumi-resource-${name}`, "#!/bin/sh\n");
      fs.chmodSync(path.join(folder, `home/plugins/resource-${plugin}/pulumi-resource-${name}`), 0o755);
    }
    const listed = JSON.parse(await succeed(...at, "plugin", "ls", "--project", "--json")) as Record<string, string>[];
    const resources = listed.filter(({ kind }) => kind === "resource").map(({ name, version }) => [name, version]);
    expect(resources).to.deep.equal([["thing", "4.5.6"]]);
  });
});
