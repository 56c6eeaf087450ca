import { expect } from "chai";
import { execFileSync } from "node:child_process";
import * as path from "node:path";

const root = path.join(__dirname, "../../..");

/** Files that loading `entry` has loaded, in a process of its own. */
function loadedBy(entry: string): string[] {
  const script = `require(${JSON.stringify(path.join(root, entry))}); console.log(JSON.stringify(Object.keys(require.cache)));`;
  const args = ["--require", "./loader.cjs", "--eval", script];
  return JSON.parse(execFileSync(process.execPath, args, { cwd: root, encoding: "utf8" })) as string[];
}

/** Folder in node_modules that a file belongs to. */
const packageOf = (file: string): string | undefined => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1];

describe("a run of the program", function () {
  this.timeout(60_000);
  let files: string[];
  before(() => (files = loadedBy("index.ts")));

  it("begins with the modules of its own", () => {
    expect(files).to.include.members([path.join(root, "index.ts"), path.join(root, "stacks/system.ts")]);
  });

  it("loads only those parts of @pulumi/aws that it uses", () => {
    const parts = files
      .map((file) => /\/node_modules\/@pulumi\/aws\/([^/]+)/.exec(file)?.[1])
      .filter((part) => part !== undefined && part !== "types");
    expect([...new Set(parts)].sort()).to.deep.equal(
      ["ec2", "iam", "kms", "lb", "package.json", "provider.js", "ssm", "utilities.js", "vpc"],
      "what components/aws.ts names",
    );
  });

  it("loads no package that only a measurement or another access needs", () => {
    const packages = new Set(files.map(packageOf));
    expect(
      [...packages].filter((name) => /^(ssh2|@aws-sdk\/.*|@smithy\/.*|elkjs|commander|listr2|tsx)$/.test(name ?? "")),
    ).to.deep.equal([]);
  });
});

it("the command line loads no package that only some of its commands need", function () {
  this.timeout(60_000);
  const packages = new Set(loadedBy("cli/program.ts").map(packageOf));
  expect(packages).to.include("commander");
  expect(
    [...packages].filter((name) => /^(ssh2|@aws-sdk\/.*|@smithy\/.*|@pulumi\/.*|elkjs|listr2)$/.test(name ?? "")),
  ).to.deep.equal([]);
});
