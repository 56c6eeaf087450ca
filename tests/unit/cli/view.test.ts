import { expect } from "chai";
import { columns } from "../../../cli/columns";
import { countersTable, fabricTable } from "../../../lab/commands/table";
import { reportsText } from "../../../cli/reports";
import { statusText } from "../../../cli/status";
import { traceText } from "../../../cli/traceText";
import { setColour, tellColumns, view } from "../../../cli/view";
import { type PairReport, type PathReport } from "../../../path/proof";
import { columnsOf, diagnosticWidth, type View } from "../../../path/render";
import { inspectFabric } from "../../../lab/fabric/inspect";
import { twoVpcs } from "../../fixtures/fabricSnapshot";
import { gatewayCounters } from "../../fixtures/gatewayCounters";
import { failingReport, inspectedReport } from "../../fixtures/pathReports";
import { deployedStates, Deployment } from "../path/topology/deployment";

// eslint-disable-next-line no-control-regex
const plain = (text: string): string => text.replace(/\u001b\[\d+m/g, "");
const longest = (text: string): number => Math.max(...plain(text).split("\n").map(columnsOf));

describe("what a terminal shows", () => {
  const texts: Record<string, (view: View) => string> = {};

  before(async () => {
    const states = await deployedStates();
    const traced = new Deployment(states).remove("route", "system-source-apne1-az4-to-apne1-az1").trace();
    const lock = { holder: "somebody@somewhere.example (pid 4711)", since: "2026-01-01T00:00:00Z", stale: true };
    const lastUpdate = {
      operation: "update",
      result: "failed" as const,
      startedAt: "2026-01-01T00:00:00.000Z",
      changes: { create: 12, "create-replacement": 3, same: 61 },
    };
    const proof = { verdict: "lost-before-target" as const, measuredAt: "2026-01-01T00:00:00.000Z" };
    texts["trace"] = (view) => traceText(traced, view);
    texts["inspect"] = (view) => fabricTable(inspectFabric(twoVpcs()), view);
    texts["counters"] = (view) => countersTable({ "0123456789abcdef": { ...gatewayCounters, received: 123456 } }, view);
    texts["status"] = (view) =>
      statusText(
        [{ stack: "system-tokyo", exists: true, resources: 75, lastUpdate, proof, pending: [], locks: [lock, lock] }],
        view,
      );
    texts["verify"] = (view) => reportsText({ "system-a": failingReport, "system-b": inspectedReport }, "table", view);
  });

  for (const width of [40, 80, 100, 160]) {
    it(`fits ${width} columns, and has nothing less in fewer`, () => {
      for (const [name, text] of Object.entries(texts)) {
        const lines = text({ width });
        expect(longest(lines), `${name}\n${lines}`).to.be.at.most(width);
        if (name === "verify") continue;
        const words = text({}).split("\n").slice(1).join(" ").split(/\s+/);
        const missing = words.filter((word) => word.length < width / 3 && !lines.includes(word));
        expect(missing, name).to.deep.equal([]);
      }
    });
  }

  it("has colours only where they are wanted, and the same text", () => {
    for (const [name, text] of Object.entries(texts)) {
      expect(text({ width: 100 }), name).not.to.include("\u001b");
      expect(text({ width: 100, colour: true }), name).to.include("\u001b[");
      expect(plain(text({ width: 100, colour: true })), name).to.equal(text({ width: 100 }));
    }
  });

  it("is one line for each thing where it is piped", () => {
    for (const name of ["inspect", "counters"]) {
      const lines = texts[name]!({}).split("\n");
      expect(lines).to.have.length(name === "inspect" ? inspectFabric(twoVpcs()).length + 1 : 2);
      expect(texts[name]!({})).not.to.match(/[│─]/);
    }
  });

  it("lets no control character of a name through, and leaves out columns without content", () => {
    const text = columns(["a", "b", "c"], [["x\u001b[2J", "", { text: "y\u009b", style: "bad" }]], { width: 80 });
    expect(text).to.equal("a           c\nx\\u{1b}[2J  y\\u{9b}");
  });

  it("tells from hop to hop what changes", () => {
    const lines = texts["trace"]!({}).split("\nreply\n")[1]!.split("\n");
    const places = lines.filter((line) => /^ {2}account /.test(line));
    expect(places.every((line, index) => line !== places[index - 1])).to.equal(true);
    const packets = lines.filter((line) => line.includes("packet: "));
    expect(packets.length).to.be.within(2, 8);
    expect(packets.every((line, index) => line !== packets[index - 1])).to.equal(true);
  });
});

describe("a proof in a narrow terminal", () => {
  const pair = (az: string, verdict: PairReport["verdict"]): PairReport => ({
    source: { name: `system-source-${az}`, azId: az, address: "10.2.11.16" },
    destination: { name: `system-destination-${az}`, azId: az, address: "10.2.21.16" },
    expectReply: true,
    verdict,
    findings: [],
    ping: { transmitted: 5, received: 5, loss: 0 },
    targets: [
      { target: "t", azId: az, requestIn: 5, requestOut: 5, replyIn: 5, replyOut: verdict === "inspected" ? 5 : 3 },
    ],
  });
  const report: PathReport = {
    verdict: "partial",
    measuredAt: "2026-01-02T03:04:05.000Z",
    pairs: [pair("apne1-az1", "inspected"), pair("apne1-az4", "partial")],
  };

  it("has one line for each pair, and a block for what is not well where no part of the names fits", () => {
    const linesIn = (width: number) => reportsText({ system: report }, "table", { width }).split("\n");
    expect(linesIn(80).slice(1, 3)).to.deep.equal([
      "  1 …source-apne1-az1 → …destination-apne1-az1  ✓ inspected  5/5  az1 5·5·5·5",
      "  2 …source-apne1-az4 → …destination-apne1-az4  ✗ partial    5/5  az4 5·5·5·3",
    ]);
    expect(linesIn(60).slice(1, 3)).to.deep.equal([
      "  1 …az1 → …az1  ✓ inspected  5/5  az1 5·5·5·5",
      "  2 …az4 → …az4  ✗ partial    5/5  az4 5·5·5·3",
    ]);
    expect(linesIn(40)).to.include("      ✗ partial 5/5 apne1-az4 5·5·5·3");
    expect(linesIn(100)[2]).to.match(/^ {2}2 system-source-apne1-az4 → system-destination-apne1-az4 {2}✗ partial/);
  });

  it("says the verdict once, and names stacks where there are several", () => {
    expect(reportsText({ system: report }, "table", { width: 80 }).match(/partial/g)).to.have.length(2);
    const both = reportsText({ "system-a": report, "system-b": report }, "table", { width: 80 });
    expect(both).to.match(/^2 stacks: 2 partial\n\nsystem-a:\nVerdict: partial [^]*\n\nsystem-b:\nVerdict: partial /);
  });
});

describe("whether a terminal has colours", () => {
  const on = (environment: NodeJS.ProcessEnv, isTTY = true): boolean | undefined =>
    view({ isTTY, columns: 80 }, environment).colour;

  it("is what it is, unless NO_COLOR, FORCE_COLOR or --color say otherwise", () => {
    expect(on({})).to.equal(true);
    expect(on({}, false)).to.equal(false);
    expect(on({ TERM: "dumb" })).to.equal(false);
    expect(on({ NO_COLOR: "1" })).to.equal(false);
    expect(on({ NO_COLOR: "" })).to.equal(true);
    expect(on({ FORCE_COLOR: "1" }, false)).to.equal(true);
    for (const [choice, isTTY, expected] of [
      ["always", false, true],
      ["never", true, false],
      ["auto", true, false],
    ] as const) {
      const environment: NodeJS.ProcessEnv = { NO_COLOR: "1" };
      setColour(choice, environment);
      expect(on(environment, isTTY), choice).to.equal(expected);
    }
  });

  it("leaves room for what the engine writes before each line", () => {
    const width = (COLUMNS: string): number | undefined => diagnosticWidth({ COLUMNS });
    expect(diagnosticWidth({})).to.equal(undefined);
    expect(["", "no", "0", "-5"].map(width)).to.deep.equal(Array(4).fill(undefined));
    expect(["160", "100", "80", "12"].map(width)).to.deep.equal([96, 96, 76, 36]);
  });

  it("is told to the programs that are begun, unless the user has done so", () => {
    const told = (isTTY: boolean, environment: NodeJS.ProcessEnv = {}): string | undefined => {
      tellColumns({ isTTY, columns: 80 }, environment);
      return environment["COLUMNS"];
    };
    expect(told(true)).to.equal("80");
    expect(told(false)).to.equal(undefined);
    expect(told(true, { COLUMNS: "60" })).to.equal("60");
  });

  it("is known with its width; where it is piped, lines are as long as they come", () => {
    expect(view({ isTTY: true, columns: 132 }, {}).width).to.equal(132);
    expect(view({ isTTY: false, columns: 0 }, {}).width).to.equal(undefined);
  });
});
