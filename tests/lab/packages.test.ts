import { expect } from "chai";
import * as fs from "node:fs";
import * as path from "node:path";
import { preview } from "../../automation";
import { Cloud } from "../../lab/cloud/cloud";
import { findEngine } from "../../lab/engine/engine";
import { installCommandPlugin, standInPlugin } from "../../lab/engine/commandPlugin";
import { serveAws } from "../../lab/providers/aws";
import { accounts } from "../fixtures/aws";
import { keyPair } from "../fixtures/keyPair";
import { runDocumentedCommands } from "./docs/run";
import { PackageUser, type Packed } from "./packageUser";

const root = path.resolve(__dirname, "../..");
const out = path.join(root, "out");

describe("the packages, packed and installed in an empty project", function () {
  this.timeout(400_000);
  const user = new PackageUser();
  const { project } = user;
  const succeed: PackageUser["succeed"] = (...given) => user.succeed(...given);

  let program: Packed;
  let lab: Packed;

  before(async () => {
    ({ program, lab } = await user.pack());
    await user.install(program);
  });
  after(() => user.remove());

  it("hold what is run, and neither sources, tests nor each other", () => {
    for (const { files } of [program, lab]) {
      expect(files).to.include.members(["LICENSE", "README.md", "package.json"]);
      expect(files.filter((file) => /(^|\/)(tests|node_modules|\.git)\//.test(file))).to.deep.equal([]);
      expect(files.filter((file) => /(?<!\.d)\.ts$/.test(file) && !file.startsWith("examples/"))).to.deep.equal([]);
      expect(files.filter((file) => /key|\.pem$|\.env|\.npmrc/.test(path.basename(file)))).to.deep.equal(
        files.filter((file) => /^lab\/world\/keys\.(js|d\.ts)$/.test(file)),
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

  it("are as publint and arethetypeswrong want them: every way to import them finds JavaScript and its types", async () => {
    const tool = (name: string): string => path.join(root, "node_modules/.bin", name);
    await Promise.all(
      [program, lab].flatMap(({ tarball }) => [
        succeed(tool("publint"), ["run", tarball, "--strict"]).then((said) =>
          expect(said).to.match(/All good!/, tarball),
        ),
        succeed(tool("attw"), [tarball, "--format", "ascii"]),
      ]),
    );
  });

  it("the program works without the lab, whose commands say what to install", async () => {
    const help = await user.bin("--help");
    expect([help.exitCode, help.stdout]).to.deep.include(0);
    expect(help.stdout).to.match(/Usage: gwlb-inspection/);
    for (const args of [
      ["lab", "inspect"],
      ["lab", "start"],
      ["trace", "a", "b", "--plan"],
    ]) {
      const { exitCode, stderr } = await user.bin(...args);
      expect(stderr, args.join(" ")).to.equal(
        "error: The lab is a package of its own and is not installed. Run `npm install --save-dev gwlb-inspection-lab`.\n",
      );
      expect(exitCode).to.equal(1);
    }
  });

  describe("with the lab's", () => {
    before(async () => {
      await user.install(lab);
      user.makeProject();
      fs.cpSync(path.join(__dirname, "fixtures/packageUser"), path.join(project, "src"), { recursive: true });
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
        // As strict as a user can be: with our declarations checked, too.
        compile([
          ...["--noEmit", "--module", "nodenext", "--skipLibCheck", "false"],
          ...["--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess", "src/tool.ts"],
        ]),
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

    it("the command line finds the lab, which is not up", async () => {
      const { exitCode, stderr } = await user.bin("lab", "verify", "--name", "not-up");
      expect(stderr).to.match(/Lab "not-up" is not up; .*(Up are: |No lab is up)/);
      expect(exitCode).to.equal(64);
    });

    describe("as the documents say", () => runDocumentedCommands(user));
  });
});
