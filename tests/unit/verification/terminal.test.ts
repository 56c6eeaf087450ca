import { expect } from "chai";
import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { printableData, printableJson } from "../../../path/render";

const root = path.join(__dirname, "../../..");
/** The screen cleared, a title set, C1, DEL, bidi overrides, a tag of Unicode's last plane, separators of lines. */
const hostile = "a\u001b[2J\u001b]0;t\u0007b\rc\u009b2Jd\u007fe\u202ef\u2066g\u{e0041}h\u2028i";
const raw = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

describe("what gets to a terminal", () => {
  it("is text: every way of output writes control characters as such", () => {
    const program = `const t = require("./verification/terminal");
      const text = JSON.parse(process.argv[1]);
      t.print(text); t.say(text); t.printJson({ [text]: [text] }); t.printJson(text, 2);
      t.passOn({ stdout: text + "\\n", stderr: ("x".repeat(100) + "\\r").repeat(2000) + "\\n" });`;
    const run = spawnSync(process.execPath, ["--require", "tsx/cjs", "-e", program, JSON.stringify(hostile)], {
      cwd: root,
      encoding: "utf8",
    });
    expect(run.status, run.stderr).to.equal(0);
    expect(run.stdout + run.stderr).not.to.match(raw);
    const [printed, json] = run.stdout.split("\n");
    expect(printed).to.match(/^a\\u\{1b\}\[2J.*\\u\{9b\}2Jd\\u\{7f\}e\\u\{202e\}/);
    expect(JSON.parse(json ?? "")).to.deep.equal({ [hostile]: [hostile] });
    expect(Math.max(...run.stderr.split("\n").map(({ length }) => length))).to.be.lessThan(5000);
  });

  it("is nothing where nobody reads it, and the exit code is as it would be", () => {
    const program = `const t = require("./verification/terminal"); process.exitCode = 7;
      t.print("x".repeat(100000)); t.say("y".repeat(100000));`;
    for (const where of [">/dev/full 2>/dev/full", "| true; exit $PIPESTATUS"]) {
      const command = `"$0" --require tsx/cjs -e "$1" ${where}`;
      const run = spawnSync("bash", ["-c", command, process.execPath, program], { cwd: root, encoding: "utf8" });
      expect(run.status, where).to.equal(7);
    }
  });

  it("is the same JSON, and data of the same shape", () => {
    const data = { [hostile]: [hostile, 1, null, true, { nested: hostile }], empty: [] };
    expect(JSON.parse(printableJson(data))).to.deep.equal(data);
    expect(printableJson(data, 2)).not.to.match(raw);
    const shown = printableData({ list: [hostile, 1, null], "a\nb": "c\n d" });
    expect(JSON.stringify(shown)).not.to.match(raw);
    expect(shown).to.include({ "a b": "c d" });
    expect(shown.list.slice(1)).to.deep.equal([1, null]);
  });
});
