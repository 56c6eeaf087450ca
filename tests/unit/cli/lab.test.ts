import { InvalidArgumentError } from "commander";
import { expect } from "chai";
import { numberOption } from "../../../cli/options";
import { countersTable } from "../../../lab/commands/table";
import { reportsExitCode, reportsText } from "../../../cli/reports";
import { nameProblem } from "../../../lab/world/world";
import type { PathReport, Verdict } from "../../../path/proof";
import { gatewayCounters } from "../../fixtures/gatewayCounters";

const report = (verdict: Verdict): PathReport => ({ verdict, measuredAt: "2026-01-01T00:00:00Z", pairs: [] });

describe("several stacks' reports", () => {
  const both = { "system-a": report("inspected"), "system-b": report("bypassed") };

  it("are all shown, each under its stack", () => {
    const text = reportsText(both, "table");
    expect(text).to.match(/^2 stacks: 1 inspected, 1 bypassed\n\n/);
    expect(text).to.match(/^system-a:\nVerdict: inspected /m);
    expect(text).to.match(/^system-b:\nVerdict: bypassed /m);
    expect(JSON.parse(reportsText(both, "json"))).to.have.all.keys("system-a", "system-b");
  });

  it("are, as JSON, the report itself when there is one", () => {
    expect(JSON.parse(reportsText({ system: report("inspected") }, "json"))).to.include({ verdict: "inspected" });
  });

  it("end with the worst code: known to be bad before not known", () => {
    const code = (...verdicts: Verdict[]): number =>
      reportsExitCode(Object.fromEntries(verdicts.map((verdict, index) => [`system-${index}`, report(verdict)])));
    expect(code("inspected", "inspected")).to.equal(0);
    expect(code("inspected", "inconclusive")).to.equal(2);
    expect(code("inconclusive", "partial", "inspected")).to.equal(1);
  });
});

describe("a lab's name", () => {
  it("is something that files and cgroups can be called", () => {
    for (const name of ["lab", "a", "lab-2", "a".repeat(31)]) expect(nameProblem(name), name).to.be.undefined;
    for (const name of ["", "Lab", "2lab", "-lab", "a/b", "..", "a b", "ä", "a_b", "a".repeat(32), "lab\n"]) {
      expect(nameProblem(name), name).to.match(/expected 1 to 31 lower-case letters/);
    }
  });
});

describe("a number on the command line", () => {
  const percent = numberOption("percent, 0 to 100", (number) => number >= 0 && number <= 100);

  it("is taken within its bounds", () => {
    expect(percent("0")).to.equal(0);
    expect(percent("12.5")).to.equal(12.5);
  });

  it("is refused with what was expected", () => {
    for (const text of ["", " ", "ten", "-1", "101", "NaN", "Infinity", "5%"]) {
      expect(() => percent(text), text).to.throw(InvalidArgumentError, /Expected percent, 0 to 100/);
    }
  });
});

describe("the gateways' counters", () => {
  it("are shown with each drop reason", () => {
    const text = countersTable({ "0123456789abcdef": gatewayCounters }, {});
    expect(text).to.match(/0123456789abcdef +10 +7 +7 +7 +1 +2 +impaired 2, no-target 1$/);
  });
});
