import { expect } from "chai";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { localProgram, type LocalProgram } from "../../../components/localProgram";

const root = path.join(__dirname, "../../..");
const program = "verification/main";

/** What the program says to an empty request, when it runs as a local command in a folder. */
function runIn(folder: string, { interpreter, create, dir }: LocalProgram): [number | null, string] {
  const [node = "", ...args] = interpreter;
  const input = '{"targets":[],"pairs":[]}';
  const { status, stderr } = spawnSync(node, [...args, create], { cwd: dir ?? folder, input, encoding: "utf8" });
  return [status, stderr];
}

describe("A program of the package in a local command", () => {
  let folder: string;

  beforeEach(() => (folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "local-program-")))));
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  it("has the same inputs in every checkout, by `node` of PATH", () => {
    expect(localProgram(program, root)).to.deep.equal({
      interpreter: ["node", "bin/localProgram.mjs"],
      create: program,
    });
  });

  for (const [kind, store] of [
    ["in the project's node_modules", undefined],
    ["linked from a store that only this machine has", "store/gwlb-inspection"],
  ] as const) {
    it(`is found where the package is installed ${kind}, and has the same inputs there`, () => {
      const modules = path.join(folder, "node_modules");
      const place = path.join(folder, store ?? "node_modules/gwlb-inspection");
      fs.mkdirSync(path.dirname(place), { recursive: true });
      fs.mkdirSync(modules, { recursive: true });
      for (const entry of ["package.json", "loader.cjs", "bin", "components", "path", "verification"])
        fs.cpSync(path.join(root, entry), path.join(place, entry), { recursive: true });
      if (store !== undefined) fs.symlinkSync(place, path.join(modules, "gwlb-inspection"));
      // The package's own dependencies.
      fs.symlinkSync(path.join(root, "node_modules"), path.join(place, "node_modules"));
      const project = path.join(folder, "packages/project");
      fs.mkdirSync(project, { recursive: true });
      const ask = `console.log(JSON.stringify(require(${JSON.stringify(`${place}/components/localProgram`)}).localProgram("${program}", process.cwd())))`;
      const options = { cwd: project, encoding: "utf8" } as const;
      const asked = spawnSync(process.execPath, ["--require", require.resolve("tsx/cjs"), "--eval", ask], options);
      const inputs = JSON.parse(asked.stdout) as LocalProgram;
      const interpreter = ["node", "../../node_modules/gwlb-inspection/bin/localProgram.mjs"];
      expect(inputs).to.deep.equal({ interpreter, create: program });
      const [status, stderr] = runIn(project, inputs);
      expect([status, stderr]).to.deep.include(64);
      expect(stderr).to.match(/gatewayAddresses/);
    });
  }

  it("is named by whole paths, and runs in the tool's folder, where the engine's folder is another one", () => {
    const inputs = localProgram(program);
    const launcher = path.join(root, "bin/localProgram.mjs");
    expect(inputs).to.deep.equal({ interpreter: ["node", launcher], create: program, dir: process.cwd() });
    expect(runIn(folder, inputs)[0]).to.equal(64);
  });

  it("is compiled as the package is, whatever compiler settings the project has", () => {
    fs.writeFileSync(path.join(folder, "tsconfig.json"), "no JSON");
    expect(runIn(folder, localProgram(program, folder))[0]).to.equal(64);
  });
});
