import { expect } from "chai";
import { changesBetween } from "../../../automation/watch";
import { consumersOf } from "../../../automation/measure";
import { SettingsError } from "../../../automation";
import { WatchLines } from "../../../cli/watch";
import type { PathReport, Verdict } from "../../../path/proof";

const host = (name: string) => ({ name, address: "10.2.0.1", azId: "apne1-az4" });
const reportOf = (...pairs: [destination: string, verdict: Verdict][]): PathReport =>
  ({
    verdict: pairs[0]?.[1] ?? "inconclusive",
    measuredAt: "2026-01-01T00:00:00Z",
    pairs: pairs.map(([destination, verdict]) => ({
      source: host("source"),
      destination: host(destination),
      verdict,
      findings:
        verdict === "bypassed"
          ? [{ code: "ROUTE_MISSING", hop: "rtb-1", seen: "no route", expected: "a route", remedy: "add it" }]
          : [],
    })),
  }) as unknown as PathReport;

describe("what a round of measurements changed", () => {
  const good = reportOf(["a", "inspected"], ["b", "inspected"]);

  it("is everything in the first one", () => {
    expect(changesBetween(undefined, good)).to.deep.equal([
      { source: "source", destination: "a", to: "inspected" },
      { source: "source", destination: "b", to: "inspected" },
    ]);
  });

  it("is the pairs whose verdict is another one", () => {
    expect(changesBetween(good, reportOf(["a", "inspected"], ["b", "bypassed"]))).to.deep.equal([
      { source: "source", destination: "b", from: "inspected", to: "bypassed" },
    ]);
    expect(changesBetween(good, good)).to.deep.equal([]);
  });

  it("needs a consumer's stack", () => {
    expect(() => consumersOf([{ name: "security" }])).to.throw(SettingsError, /consumer/);
    expect(consumersOf([{ name: "security" }, { name: "system-b" }])).to.deep.equal([{ name: "system-b" }]);
  });
});

describe("lines of verify --watch", () => {
  const now = "2026-01-01T00:00:00.123Z";

  it("say what became of a pair, and why", () => {
    const report = reportOf(["a", "bypassed"], ["b", "inspected"]);
    const changes = [{ source: "source", destination: "a", from: "inspected", to: "bypassed" }] as const;
    const lines = new WatchLines().lines({ kind: "measured", stack: "system", report, changes: [...changes] }, now);
    expect(lines).to.deep.equal([
      "2026-01-01T00:00:00Z system: source → a: inspected → bypassed",
      `${" ".repeat("2026-01-01T00:00:00Z system:".length)} ROUTE_MISSING at rtb-1: no route`,
    ]);
  });

  it("are none when nothing changed", () => {
    const report = reportOf(["a", "inspected"]);
    expect(new WatchLines().lines({ kind: "measured", stack: "system", report, changes: [] }, now)).to.deep.equal([]);
  });

  it("tell once that a stack cannot be measured, until it could", () => {
    const lines = new WatchLines();
    const failed = { kind: "failed", stack: "system", message: "no stack named system" } as const;
    expect(lines.lines(failed, now)).to.have.length(1);
    expect(lines.lines(failed, now)).to.deep.equal([]);
    lines.lines({ kind: "measured", stack: "system", report: reportOf(), changes: [] }, now);
    expect(lines.lines(failed, now)).to.have.length(1);
  });
});
