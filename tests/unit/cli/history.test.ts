import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { SettingsError, type WatchEvent } from "../../../automation";
import { changesBetween } from "../../../automation/watch";
import { History } from "../../../cli/history";
import type { PathReport } from "../../../path/proof";
import { parseHistory } from "../../../path/render";
import { failingReport, hostileName, inspectedReport, refusedReport } from "../../fixtures/pathReports";

describe("history of measurements", () => {
  let directory: string;
  let minute: number;
  beforeEach(() => {
    minute = 0;
    directory = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "history-")), "made");
  });
  afterEach(() => fs.rmSync(path.dirname(directory), { recursive: true }));

  const pages = { captures: new Map<string, Uint8Array>(), topologyOf: () => Promise.reject(new Error("no stacks")) };
  const read = (file: string): string => fs.readFileSync(path.join(directory, file), "utf8");
  const rounds = () => parseHistory(read("history.jsonl"));

  /** Adds a round of each report, a minute apart, or of a failure with its message. */
  async function add(history: History, reports: (PathReport | string)[]): Promise<void> {
    let before: PathReport | undefined;
    for (const each of reports) {
      const event = (): WatchEvent => {
        if (typeof each === "string") return { kind: "failed", stack: "system", message: each };
        const measuredAt = new Date(Date.UTC(2026, 0, 2, 3, minute++)).toISOString();
        const report = { ...each, measuredAt };
        return { kind: "measured", stack: "system", report, changes: changesBetween(before, report) };
      };
      await history.add(event(), pages);
      before = typeof each === "string" ? undefined : each;
    }
  }

  it("keeps every round, and a page of each that changes a verdict", async () => {
    await add(new History(directory), [inspectedReport, inspectedReport, failingReport, failingReport]);
    expect(rounds().map(({ verdict, proven, page }) => [verdict, proven, page])).to.deep.equal([
      ["inspected", true, "system-20260102T030000Z/index.html"],
      ["inspected", true, undefined],
      [failingReport.verdict, false, "system-20260102T030200Z/index.html"],
      [failingReport.verdict, false, undefined],
    ]);
    for (const { page } of rounds()) if (page !== undefined) expect(read(page)).to.match(/^<!doctype html>/);
    const [ping] = inspectedReport.pairs.map((pair) => pair.ping);
    expect(rounds()[0]?.pairs[0]).to.include({
      sent: ping?.transmitted,
      answered: ping?.received,
      rtt: ping?.rtt?.avg,
    });
  });

  it("counts what another probe than ping sent, too", async () => {
    await add(new History(directory), [refusedReport]);
    const statistics = refusedReport.pairs[1]?.probe?.statistics;
    expect(statistics?.transmitted).to.be.greaterThan(0);
    expect(rounds()[0]?.pairs[1]).to.include({ sent: statistics?.transmitted, answered: statistics?.received });
  });

  it("shows the trend, the newest change first, and what share of the rounds was proven", async () => {
    await add(new History(directory), [inspectedReport, failingReport, "the stack is locked", inspectedReport]);
    const html = read("index.html");
    expect(html.match(/<rect class="good"/g)).to.have.length(2);
    expect(html.match(/<rect class="bad"/g)).to.have.length(1);
    expect(html.match(/<rect class="unknown"/g)).to.have.length(1);
    expect(html).to.include("proven in 50 % of them");
    expect(html).to.include("could not be measured: the stack is locked");
    const links = [...html.matchAll(/<a href="(system-[^"]*)"/g)].map(([, link]) => link);
    expect(links).to.deep.equal(["02", "01", "00"].map((at) => `system-20260102T03${at}00Z/index.html`));
    expect(html).to.include("<h1>All is proven</h1>");
  });

  it("goes on with what is there, without the half of a line that a killed run has left", async () => {
    await add(new History(directory), [inspectedReport]);
    fs.appendFileSync(path.join(directory, "history.jsonl"), '{"stack":"sys');
    await add(new History(directory), [inspectedReport]);
    expect(rounds()).to.have.length(2);
    expect(read("index.html")).to.include("2 rounds,");
  });

  it("is no place for it where the file is another's, and that is left as it is", () => {
    fs.mkdirSync(directory);
    for (const text of ["mine\n", '{"stack":"system"}\n']) {
      fs.writeFileSync(path.join(directory, "history.jsonl"), text);
      expect(() => new History(directory)).to.throw(SettingsError, /history\.jsonl: line 1: .*: expected a round/);
      expect(read("history.jsonl")).to.equal(text);
    }
  });

  it("is for its owner alone, and takes every text as text", async () => {
    await add(new History(directory), [failingReport, hostileName]);
    for (const file of ["index.html", "history.jsonl"]) {
      expect(fs.statSync(path.join(directory, file)).mode & 0o777).to.equal(0o600);
    }
    expect(read("index.html")).not.to.match(/<script|<img/);
  });
});
