import { expect } from "chai";
import { ESLint, Linter } from "eslint";
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";

const root = path.resolve(__dirname, "../../..");
const cruiser = "dependency-cruiser/bin/dependency-cruiser.mjs";
const bin = (name: string): string => path.join(root, "node_modules", name);

/** Folders of the product, as `npm run lint` has them. */
const folders = "automation cli components iam lab live path plugin stacks verification".split(" ");

/** What is refused, by the file that would have it and how it would be written. */
const refused: [file: string, text: string][] = [
  ["path/net/byPath.ts", 'import "gwlb-inspection/stacks/config";'],
  ["path/net/byType.ts", 'export type Config = import("../../stacks/config").SecurityConfig;'],
  ["path/net/byTypeOf.ts", 'export type All = typeof import("../../stacks/config");'],
  ["path/net/dynamic.ts", 'export const load = () => import("../../automation/index");'],
  ["path/net/template.ts", "export const load = () => import(`../../automation/index`);"],
  ["path/net/detour.ts", 'import "./../../stacks/config";'],
  ["path/net/longDetour.ts", 'import "../../path/../stacks/config";'],
  ["path/net/required.ts", 'export const all = require("../../automation/index");'],
  ["path/net/assigned.ts", 'import all = require("../../automation/index");\nexport default all;'],
  ["path/net/reexported.ts", 'export * from "../proof/index";'],
  ["path/proof/fromRender.ts", 'import "../render/index";'],
  ["path/proof/fromTopology.ts", 'import "../topology/index";'],
  ["path/topology/fromRender.ts", 'import "../render/index";'],
  ["path/fromVerification.ts", 'import "../verification/index";'],
  ["iam/fromStacks.ts", 'import "../stacks/config";'],
  ["components/fromPackage.ts", 'import "gwlb-inspection-lab/mocks";'],
  ["cli/fromLab.ts", 'import "../lab/world/world";'],
  ["automation/fromPackage.ts", 'export const load = () => import("gwlb-inspection-lab/world");'],
  ["verification/fromRoot.ts", 'import "../index";'],
  ["lab/fromStacks.ts", 'import "../stacks/config";'],
  ["lab/fromCommands.ts", 'import "gwlb-inspection/cli";'],
  ["lab/commands/fromInside.ts", 'import "../../cli/trace";'],
  ["lab/commands/fromComponents.ts", 'import "gwlb-inspection/components";'],
  ["lab/cloud/fromFabric.ts", 'import "../fabric/plan";'],
  ["lab/gateway/fromCloud.ts", 'import "../cloud/cloud";'],
  ["lab/fabric/fromFaults.ts", 'import "../faults/faults";'],
  ["lab/providers/fromSsm.ts", 'import "../ssm/runCommand";'],
  ["path/proof/one.ts", 'import "./two";'],
  ["path/proof/two.ts", 'import type {} from "./one";'],
  ...folders.map((folder): [string, string] => [`${folder}/fromTests.ts`, 'import "../tests/fixtures/aws";']),
  ...folders
    .filter((folder) => folder !== "iam")
    .map((folder): [string, string] => [`${folder}/fromIam.ts`, 'import "../iam/policy";']),
];

/** What dependency-cruiser cannot see, so that it is not to be written at all. */
const unseen: [file: string, text: string][] = [
  [
    "path/net/created.ts",
    'import { createRequire } from "node:module";\ncreateRequire(__filename)("../../automation");',
  ],
  [
    "path/net/createdPath.ts",
    'import { createRequire } from "node:module";\ncreateRequire(__filename)("gwlb-inspection/cli");',
  ],
  ["path/net/kept.ts", 'import { createRequire } from "node:module";\nexport const load = createRequire(__filename);'],
  ["path/net/passed.ts", 'import { createRequire } from "node:module";\nconsole.log(createRequire(__filename));'],
  [
    "path/net/renamed.ts",
    'import { createRequire as make } from "node:module";\nmake(__filename)("../../automation");',
  ],
  [
    "path/net/member.ts",
    'import * as modules from "node:module";\nmodules.createRequire(__filename)("../../automation");',
  ],
  ["path/net/computed.ts", 'const name = "../../automation";\nexport const load = () => import(name);'],
];

/** What is right, beside them. */
const allowed: [file: string, text: string][] = [
  ["path/net/core.ts", 'import "node:fs";'],
  ["path/proof/fromNet.ts", 'import "../net/cidr";'],
  ["cli/fromPackage.ts", 'export const load = () => import("gwlb-inspection-lab/mocks");'],
  ["lab/commands/fromProgram.ts", 'import "gwlb-inspection/cli";'],
  ["path/net/package.ts", 'import { createRequire } from "node:module";\ncreateRequire(__filename)("@pulumi/pulumi");'],
];

interface Manifest {
  scripts: Record<"layers" | "layers:lab", string>;
}

interface Violation {
  from: string;
  rule: { name: string };
  /** What leads back to `from`. */
  cycle?: { name: string }[];
}

describe("the doors between folders", function () {
  this.timeout(120_000);
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), "doors-"));

  before(() => {
    for (const name of [...folders, "index.ts", "tests", ".dependency-cruiser.cjs"]) {
      fs.cpSync(path.join(root, name), path.join(copy, name), {
        recursive: true,
        filter: (source) => !source.includes("node_modules"),
      });
    }
    for (const name of ["tsconfig.json", "package.json"]) fs.copyFileSync(path.join(root, name), path.join(copy, name));
    fs.mkdirSync(path.join(copy, "node_modules"));
    for (const name of fs.readdirSync(path.join(root, "node_modules"))) {
      if (!name.startsWith("gwlb-inspection")) fs.symlinkSync(bin(name), path.join(copy, "node_modules", name));
    }
    fs.symlinkSync("../lab", path.join(copy, "node_modules/gwlb-inspection-lab"));
    fs.symlinkSync("..", path.join(copy, "node_modules/gwlb-inspection"));
    for (const [file, text] of [...refused, ...unseen, ...allowed])
      fs.writeFileSync(path.join(copy, file), `${text}\n`);
  });
  after(() => fs.rmSync(copy, { recursive: true }));

  async function run(program: string, args: string[]): Promise<string> {
    const options = { cwd: copy, maxBuffer: 1 << 28 };
    const done = await promisify(execFile)(process.execPath, [bin(program), ...args], options).catch(
      (error: unknown) => error as { stdout: string },
    );
    return done.stdout;
  }

  it("refuse each way of writing an import that they do not have", async () => {
    const printed = await run(cruiser, [
      ...["--config", ".dependency-cruiser.cjs", "--output-type", "json", ...folders, "index.ts"],
    ]);
    const { summary } = JSON.parse(printed) as { summary: { violations: Violation[] } };
    const refusals = summary.violations.filter(({ rule }) => /^(doors of|no cycle)/.test(rule.name));
    const from = [...new Set(refusals.flatMap(({ from, cycle = [] }) => [from, ...cycle.map(({ name }) => name)]))];
    expect(from).to.have.members(refused.map(([file]) => file));
  });

  it("leave no way round that is not seen", async () => {
    // The rule as it is set for the product, without what takes types: those of the whole project take a minute.
    const config = (await new ESLint({ cwd: root }).calculateConfigForFile("path/net/cidr.ts")) as Linter.Config;
    const parsed = { languageOptions: { parser: config.languageOptions?.parser }, files: ["**/*.ts"] };
    const rules = { "no-restricted-syntax": config.rules?.["no-restricted-syntax"] };
    const found = [...unseen, ...allowed].filter(([file, text]) =>
      new Linter().verify(text, { ...parsed, rules }, file).some(({ ruleId }) => ruleId === "no-restricted-syntax"),
    );
    expect(found).to.deep.equal(unseen);
  });

  it("are drawn in docs/architecture.md as they are", async () => {
    const drawn = fs.readFileSync(path.join(root, "docs/architecture.md"), "utf8").match(/^flowchart LR\n[^`]+/gm);
    const { scripts } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as Manifest;
    for (const [index, name] of (["layers", "layers:lab"] as const).entries()) {
      const [, ...args] = scripts[name].split(" ").map((word) => word.replaceAll('"', ""));
      const { stdout } = await promisify(execFile)(process.execPath, [bin(cruiser), ...args], { cwd: root });
      // Arrows come in the order of the files' imports.
      const lines = (text = ""): string[] => text.trim().split("\n").sort();
      expect(lines(drawn?.[index]), `npm run ${name}`).to.deep.equal(lines(stdout));
    }
  });
});
