import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { preview } from "../../automation";
import { Cloud } from "../../lab/cloud/cloud";
import { findEngine } from "../../lab/engine/engine";
import { installCommandPlugin, standInPlugin } from "../../lab/engine/commandPlugin";
import { serveAws } from "../../lab/providers/aws";
import { accounts } from "../fixtures/aws";
import { keyPair } from "../fixtures/keyPair";
import { runProgram, type Outcome } from "./commandLine";
import { oneZoneProgram } from "./programCopy";

const root = path.resolve(__dirname, "../..");
const out = path.join(root, "out");

describe("the packages, packed and installed in an empty project", function () {
  this.timeout(180_000);
  let project: string;

  function run(program: string, args: string[], environment: NodeJS.ProcessEnv = {}, cwd = project): Promise<Outcome> {
    return runProgram(program, args, { cwd, env: { ...process.env, ...environment } });
  }

  async function succeed(...given: Parameters<typeof run>): Promise<string> {
    const { exitCode, stdout, stderr } = await run(...given);
    expect(exitCode, `${given[0]} ${given[1].join(" ")}\n${stdout}${stderr}`).to.equal(0);
    return stdout;
  }

  /** Packs a built package. @returns its tarball and the names of the files in it */
  async function pack(name: string): Promise<{ tarball: string; files: string[] }> {
    const listed = await succeed("npm", ["pack", path.join(out, name), "--json"]);
    const [packed] = JSON.parse(listed) as [{ filename: string; files: { path: string }[] }];
    return { tarball: path.join(project, packed.filename), files: packed.files.map((file) => file.path) };
  }

  const install = (tarball: string): Promise<string> =>
    succeed("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", tarball]);
  const bin = (...args: string[]): Promise<Outcome> => run(path.join("node_modules/.bin/gwlb-inspection"), args);

  let program: { tarball: string; files: string[] };
  let lab: { tarball: string; files: string[] };

  before(async () => {
    project = fs.mkdtempSync(path.join(os.tmpdir(), "package-user-"));
    await succeed(process.execPath, ["--require", "./loader.cjs", path.join(root, "packaging/build.ts")], {}, root);
    [program, lab] = await Promise.all([pack("gwlb-inspection"), pack("gwlb-inspection-lab")]);
    // What a Pulumi project in TypeScript has anyway, in the versions that are known to work.
    const own = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as Record<string, object>;
    const versions: Record<string, string> = { ...own["dependencies"], ...own["devDependencies"] };
    const needed = ["@pulumi/aws", "@pulumi/pulumi", "typescript", "@types/node", "mocha", "@types/mocha"];
    const dependencies = Object.fromEntries(needed.map((name) => [name, versions[name]]));
    fs.writeFileSync(path.join(project, "package.json"), JSON.stringify({ name: "user", private: true, dependencies }));
    await install(program.tarball);
  });
  after(() => fs.rmSync(project, { recursive: true }));

  it("hold what is run, and neither sources, tests nor each other", () => {
    for (const { files } of [program, lab]) {
      expect(files).to.include.members(["LICENSE", "README.md", "package.json"]);
      expect(files.filter((file) => /(^|\/)(tests|node_modules|\.git)\//.test(file))).to.deep.equal([]);
      expect(files.filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))).to.deep.equal([]);
      expect(files.filter((file) => /key|\.pem$|\.env|\.npmrc/.test(path.basename(file)))).to.deep.equal(
        files.filter((file) => /^lab\/keys\.(js|d\.ts)$/.test(file)),
      );
    }
    const scripts = (name: string, files: string[]): string[] =>
      files.filter((file) => file.endsWith(".js")).map((file) => path.join(out, name, file));
    for (const script of [...scripts("gwlb-inspection", program.files), ...scripts("gwlb-inspection-lab", lab.files)]) {
      expect(fs.readFileSync(script, "utf8"), `${script} runs a source`).not.to.match(/\w\.ts"/);
    }
    expect(program.files.filter((file) => file.startsWith("lab/"))).to.deep.equal([]);
    expect(
      lab.files.filter((file) => !/^(lab|path\/net)\/|^(LICENSE|package\.json|README\.md)$/.test(file)),
    ).to.deep.equal([]);
    expect(program.files).to.include.members(fs.readdirSync(path.join(root, "hosts")).map((file) => `hosts/${file}`));
  });

  it("the program works without the lab, whose commands say what to install", async () => {
    const help = await bin("--help");
    expect([help.exitCode, help.stdout]).to.deep.include(0);
    expect(help.stdout).to.match(/Usage: gwlb-inspection/);
    for (const args of [
      ["lab", "inspect"],
      ["lab", "start"],
      ["trace", "a", "b", "--plan"],
    ]) {
      const { exitCode, stderr } = await bin(...args);
      expect(stderr, args.join(" ")).to.equal(
        "error: The lab is a package of its own and is not installed. Run `npm install --save-dev gwlb-inspection-lab`.\n",
      );
      expect(exitCode).to.equal(1);
    }
  });

  describe("with the lab's", () => {
    before(async () => {
      await install(lab.tarball);
      fs.cpSync(path.join(__dirname, "fixtures/packageUser"), path.join(project, "src"), { recursive: true });
      for (const file of ["Pulumi.yaml", "Pulumi.security.yaml"]) {
        fs.copyFileSync(path.join(project, "node_modules/gwlb-inspection", file), path.join(project, file));
      }
      fs.writeFileSync(path.join(project, "index.js"), 'module.exports = require("gwlb-inspection/program");\n');
      const compile = (options: string[]): Promise<string> =>
        succeed("node_modules/.bin/tsc", [
          ...[
            "--strict",
            "--skipLibCheck",
            "--target",
            "es2022",
            "--esModuleInterop",
            "--types",
            "node,mocha",
            ...options,
          ],
        ]);
      const sources = fs.readdirSync(path.join(project, "src")).map((file) => path.join("src", file));
      // As in Pulumi's older templates, and as in its newer ones.
      await Promise.all([
        compile(["--outDir", "bin", "--module", "commonjs", "--moduleResolution", "node10", ...sources]),
        compile(["--noEmit", "--module", "nodenext", "src/tool.ts"]),
      ]);
    });

    it("a user's unit tests run against the mocks, and the package's verification is found", async () => {
      const tested = await succeed("node_modules/.bin/mocha", ["--timeout", "20000", "bin/inspectionTest.js"]);
      expect(tested).to.match(/^\s*3 passing/m);
    });

    it("another tool previews the project by the Automation API, under the real engine", async () => {
      const engine = (await findEngine({ onProgress: (line) => console.log(line) })).path;
      const cloud = new Cloud({ accounts, clock: { scale: 0 } });
      const aws = await serveAws(cloud);
      installCommandPlugin(standInPlugin, path.join(project, "home"));
      try {
        fs.mkdirSync(path.join(project, "state"));
        const workspace = {
          programDirectory: project,
          settingsDirectory: path.join(project, "settings"),
          backendUrl: `file://${project}/state`,
          engine,
        };
        const said = await succeed(process.execPath, ["bin/tool.js", JSON.stringify(workspace)], {
          OPERATOR_KEY: keyPair().private,
          HOST_KEY: keyPair().private,
          PULUMI_CONFIG_PASSPHRASE: "passphrase",
          PULUMI_HOME: path.join(project, "home"),
          PULUMI_DEBUG_PROVIDERS: `aws:${aws.port}`,
          PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        });
        const { names, events, result, refused } = JSON.parse(said) as {
          names: string[];
          events: string[];
          result: { changes: Record<string, number> };
          refused: string[];
        };
        expect(names).to.include.members(["trace", "judge", "checkRequest", "program"]);
        expect(events).to.include.members(["resource-done", "summary", "finished"]);
        expect(result.changes["create"]).to.be.greaterThan(40);
        expect(refused[0]).to.match(/nonsense/);
        // A tool with packages of its own, as this checkout: the project's program runs with the project's.
        const environment = {
          PULUMI_CONFIG_PASSPHRASE: "passphrase",
          PULUMI_HOME: path.join(project, "home"),
          PULUMI_DEBUG_PROVIDERS: `aws:${aws.port}`,
          PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        };
        const [own] = await preview({ workspace: { ...workspace, environment }, stacks: [{ name: "security" }] });
        expect(own?.changes.create).to.be.greaterThan(40);
      } finally {
        await aws.close();
      }
    });

    it("every module of the lab loads where it is installed", async () => {
      const programs = ["lab/daemon", "lab/gateway/main", "lab/providers/commandPlugin"];
      const modules = lab.files.filter((file) => file.endsWith(".js")).map((file) => file.slice(0, -".js".length));
      const loaded = modules.filter((module) => !programs.includes(module));
      expect(loaded.length).to.be.greaterThan(programs.length);
      const folder = path.join(project, "node_modules/gwlb-inspection-lab");
      const paths = loaded.map((module) => path.join(folder, module));
      await succeed(process.execPath, ["-e", `for (const path of ${JSON.stringify(paths)}) require(path);`]);
    });

    it("the installed lab deploys the installed program, proves the path and takes everything down", async () => {
      const oneZone = oneZoneProgram();
      for (const stack of ["security", "system"]) {
        fs.copyFileSync(path.join(oneZone.folder, `Pulumi.${stack}.yaml`), path.join(project, `Pulumi.${stack}.yaml`));
      }
      oneZone.remove();
      const name = `packages-${process.pid}`;
      try {
        const { exitCode, stdout, stderr } = await bin("lab", "start", "--name", name);
        expect(exitCode, stdout + stderr).to.equal(0);
        expect(stdout + stderr).to.match(/Verdict: inspected \(\d+ pairs?, /);
        expect(stderr).to.match(/^ *[\d.]+ s {2}security: \d+ deleted$/m);
      } finally {
        await bin("lab", "down", "--name", name);
      }
    });

    it("the command line finds the lab, which is not up", async () => {
      const { exitCode, stderr } = await bin("lab", "verify", "--name", "not-up");
      expect(stderr).to.match(/Lab "not-up" is not up/);
      expect(exitCode).to.equal(1);
    });
  });
});
