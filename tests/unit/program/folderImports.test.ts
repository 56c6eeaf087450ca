import { expect } from "chai";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

const root = path.resolve(__dirname, "../../..");

describe("imports of the project's own folders", () => {
  // Node takes `report.json` beside the folder for `../report`: somebody's report file would be loaded in place of the code.
  it("name the file, which no file of a user's can stand in for", () => {
    const files = execFileSync("git", ["ls-files", "*.ts"], { cwd: root, encoding: "utf8" }).trim().split("\n");
    const ours = files.filter((file) => !/^(tests|examples)\//.test(file) && fs.existsSync(path.join(root, file)));
    expect(ours).to.not.be.empty;
    const wrong = ours.flatMap((file) =>
      [
        ...fs
          .readFileSync(path.join(root, file), "utf8")
          .matchAll(/\b(?:from|import|require)\b\s*\(?\s*"((?:\.\.?\/)+[\w./]+)"/g),
      ]
        .map(([, named = ""]) => named)
        .filter((named) => fs.existsSync(path.resolve(root, path.dirname(file), named, "index.ts")))
        .map((named) => `${file}: ${named}`),
    );
    expect(wrong).to.deep.equal([]);
  });
});
