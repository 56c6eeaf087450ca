import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { prepareReportFile, reportFileProblem } from "../../../verification/reportFile";

describe("where a report goes", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "report-file-"));
  after(() => fs.rmSync(folder, { recursive: true }));

  it("is refused beforehand where no file can be, whatever its name has in it", () => {
    fs.writeFileSync(path.join(folder, "file"), "");
    for (const [name, problem] of [
      [".", "it is a folder, expected a file"],
      ["file/r.json", "is a file, expected a folder"],
      ["a\u0000b", "it cannot be looked up (ERR_INVALID_ARG_VALUE), expected a path"],
      ["x".repeat(5000), "it cannot be looked up (ENAMETOOLONG), expected a path"],
    ] as const) {
      expect(reportFileProblem(path.join(folder, name)), name).to.include(problem);
    }
    expect(reportFileProblem(" ")).to.equal("it is blank, expected a file");
  });

  it("is made, and it is told what was", () => {
    expect(prepareReportFile(path.join(folder, "a/b/r.json"))).to.equal(path.join(folder, "a"));
    expect(prepareReportFile(path.join(folder, "a/b/r.json"))).to.equal(undefined);
  });
});
