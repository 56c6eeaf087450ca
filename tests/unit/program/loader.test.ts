import { expect } from "chai";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const root = path.join(__dirname, "../../..");

/** A program of ours that fails in line 6, which is another one in what it is compiled to. */
const failing = `interface Given {
  text: string;
}
enum Kind { Bad = "bad" }
export function fail(given: Given): never {
  throw new Error(\`\${given.text} \${Kind.Bad}\`);
}
fail({ text: "as" });
`;

describe("the loader", function () {
  this.timeout(60_000);
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "loader-test-"));
    file = path.join(folder, "program.ts");
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  /** Runs the file and prints whether the compiler was needed. */
  function run(source: string, { cache = "cache", before = "" } = {}): { stdout: string; stderr: string } {
    fs.writeFileSync(file, source);
    const script = `
      ${before}
      process.on("exit", () => console.log("compiled:", Object.keys(require.cache).some((name) => /node_modules.esbuild.lib/.test(name))));
      require(${JSON.stringify(file)});`;
    return spawnSync(process.execPath, ["--require", "./loader.cjs", "--eval", script], {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, XDG_CACHE_HOME: path.join(folder, cache) },
    });
  }

  it("names the line of the source where an error comes from", () => {
    // As in the SDK's cmd/run.
    const before = 'require("source-map-support/register"); require("./index.ts");';
    const { stderr } = run(failing, { before });
    expect(stderr).to.match(/Error: as bad\n\s+at fail \(\S*program\.ts:6:9\)\n\s+at .*program\.ts:8:1\)/);
  });

  it("compiles a file once, and again when its content is another", () => {
    expect(run("console.log(1 as number);").stdout).to.equal("1\ncompiled: true\n");
    expect(run("console.log(1 as number);").stdout).to.equal("1\ncompiled: false\n");
    expect(run("console.log(2 as number);").stdout).to.equal("2\ncompiled: true\n");
    expect(fs.readdirSync(path.join(folder, "cache/gwlb-inspection/compiled"))).to.have.length(2);
  });

  it("runs where nothing can be kept", () => {
    fs.writeFileSync(path.join(folder, "file"), "");
    expect(run("console.log(1 as number);", { cache: "file" }).stdout).to.equal("1\ncompiled: true\n");
  });

  it("says where a file is none of TypeScript", () => {
    expect(run("const = 1;").stderr).to.match(/program\.ts:1:6: ERROR/);
  });
});
