import { expect } from "chai";
import { finding } from "../../../../path/proof/findings";
import type { PairReport, PathReport, Verdict } from "../../../../path/proof/pathReport";
import { renderGithubSummary } from "../../../../path/render/githubSummary";
import { findingsSections } from "../../../../path/render/html/findings";
import { renderSummary } from "../../../../path/render/summary";
import { largeReport } from "../../../fixtures/pathReports";

const azIds = ["apne1-az1", "apne1-az4"];

/** As a stack of this name makes it: two AZs, four pairs. */
function reportOf(stack: string, verdict: Verdict, findings: PairReport["findings"] = []): PathReport {
  const pairs = azIds.flatMap((from) =>
    azIds.map((to): PairReport => {
      const seen = verdict === "inspected" ? 5 : 0;
      return {
        source: { name: `${stack}-source-${from}`, azId: from, address: "10.2.11.16" },
        destination: { name: `${stack}-destination-${to}`, azId: to, address: "10.2.21.16" },
        expectReply: true,
        verdict,
        findings,
        ping: { transmitted: 5, received: 5, loss: 0 },
        targets: azIds.map((azId) => {
          const count = azId === from ? seen : 0;
          const counts = { requestIn: count, requestOut: count, replyIn: count, replyOut: count };
          return { target: `security-target-${azId}`, azId, ...counts };
        }),
      };
    }),
  );
  return { verdict, measuredAt: "2026-01-02T03:04:05.000Z", pairs };
}

/** With the four columns by which the engine indents a diagnostic. */
const widest = (text: string): number => Math.max(...text.split("\n").map((line) => [...line].length)) + 4;

describe("The proof in a screenful", () => {
  it("is the verdict and one line for each pair", () => {
    expect(renderSummary(reportOf("system", "inspected")).split("\n")).to.deep.equal([
      "Verdict: inspected (4 pairs, 2026-01-02T03:04:05.000Z)",
      "  1 system-source-apne1-az1 → system-destination-apne1-az1  ✓ inspected  5/5  apne1-az1 5·5·5·5",
      "  2 system-source-apne1-az1 → system-destination-apne1-az4  ✓ inspected  5/5  apne1-az1 5·5·5·5",
      "  3 system-source-apne1-az4 → system-destination-apne1-az1  ✓ inspected  5/5  apne1-az4 5·5·5·5",
      "  4 system-source-apne1-az4 → system-destination-apne1-az4  ✓ inspected  5/5  apne1-az4 5·5·5·5",
      "  (pings answered/sent; by target: requests in·out, replies in·out of its GENEVE packets)",
    ]);
  });

  it("fits 100 columns whatever the names and texts, and keeps the ends by which names differ", () => {
    const long = finding("PING_FAILED", "h".repeat(120), `${"seen ".repeat(60)}${"x".repeat(300)}`);
    for (const stack of ["system", "system-tokyo", "system-tokyo-production-blue", `system-${"n".repeat(90)}`]) {
      for (const verdict of ["inspected", "lost-before-target", "inconclusive"] as const) {
        const text = renderSummary(reportOf(stack, verdict, verdict === "inspected" ? [] : [long]));
        expect(widest(text), `${stack} ${verdict}`).to.be.at.most(100);
        const ends = text.split("\n").filter((line) => / → /.test(line));
        expect(ends).to.have.length(4);
        for (const line of ends) expect(line).to.match(/source-apne1-az[14] +→ .*destination-apne1-az[14]( |$)/);
      }
    }
  });

  it("tells the targets of one AZ apart, each that saw something in a line", () => {
    const report = reportOf("system", "inspected");
    const [pair] = report.pairs;
    const [target] = pair?.targets ?? [];
    if (pair === undefined || target === undefined) throw new Error("no pair");
    const targets = ["fw-a", "fw-b", "fw-c"].map((name) => ({
      ...target,
      target: name,
      requestIn: name === "fw-c" ? 0 : 5,
    }));
    const silent = { ...target, target: "fw-d", requestIn: 0, requestOut: 0, replyIn: 0, replyOut: 0 };
    const text = renderSummary({ ...report, pairs: [{ ...pair, targets: [...targets, silent] }] });
    expect(text)
      .to.match(/5\/5 {2}fw-a 5·5·5·5\n +fw-b 5·5·5·5\n +fw-c 0·5·5·5\n/)
      .and.not.include("fw-d");
    expect(renderSummary(reportOf("system", "bypassed"))).to.include("✗ bypassed  5/5  seen by none");
  });

  it("names the targets that were watched in mirrored copies only", () => {
    const report = reportOf("system", "inspected");
    for (const { targets } of report.pairs) targets[0]!.mirrored = true;
    const named = /^ {2}by traffic mirroring: security-target-apne1-az1$/m;
    expect(renderSummary(report)).to.match(named);
    expect(renderSummary(reportOf("system", "inspected"))).not.to.match(/mirror/);
  });

  it("has each remedy once, with every place and the pairs that it is about", () => {
    const report = reportOf("system", "lost-at-target");
    report.pairs.forEach(({ findings, source }, index) => {
      report.pairs[index]!.findings = [
        ...findings,
        finding("HAIRPIN_RULE_MISSING", `target-${source.azId}`, `no rule on ${source.azId}`),
        finding("TARGET_UNHEALTHY", "everywhere", "no check", "3 checks"),
      ];
    });
    const text = renderSummary(report);
    expect(text.match(/^HAIRPIN_RULE_MISSING$/gm)).to.have.length(1);
    expect(text).to.include("seen:     at target-apne1-az1: no rule on apne1-az1 (pairs 1, 2)\n");
    expect(text).to.include("            at target-apne1-az4: no rule on apne1-az4 (pairs 3, 4)\n");
    // Of all pairs: nothing to tell. It follows from the cause.
    expect(text).to.include("  TARGET_UNHEALTHY at everywhere: no check");
    expect(text).not.to.match(/no check \(pairs/);
  });

  it("has one fault on one card, what follows from it in a line each, and risks apart", () => {
    const report = reportOf("system", "lost-at-target");
    const changed = ["a", "b"].map((name) =>
      finding("CHANGED_OUTSIDE_PULUMI", `Route ${name}`, "it does not exist", `as deployed: vpce-${name}`),
    );
    const kept = finding("NOT_SENT_BACK", "target-1", "from 10.1.1.27: 5 in / 0 out");
    const risk = finding("RULES_NOT_SAVED", "target-1", "no saved rules");
    report.pairs.forEach((pair, index) => (pair.findings = index === 3 ? [kept] : [...changed, kept, risk]));
    const text = renderSummary(report, { width: 200 });
    expect(text.match(/^CHANGED_OUTSIDE_PULUMI$/gm)).to.have.length(1);
    expect(text).to.match(
      /\n\nCauses:\nCHANGED_OUTSIDE_PULUMI\n {2}seen: {5}at Route a: it does not exist \(pairs 1–3\)\n {14}as deployed: vpce-a\n {12}at Route b: /,
    );
    // In the fourth pair nothing tells why.
    expect(text).to.match(/\n\nSymptoms of a cause that is not known:\nNOT_SENT_BACK\n {2}seen: [^]*?remedy: /);
    expect(text).to.match(/\n\nRisks: no harm yet:\nRULES_NOT_SAVED\n[^]*remedy: [^]*$/);
    report.pairs[3]!.findings = [];
    const explained = renderSummary(report, { width: 200 });
    const line = "  NOT_SENT_BACK at target-1: from 10.1.1.27: 5 in / 0 out (pairs 1–3)";
    expect(explained).to.include(`\n\nWhat follows from the causes:\n${line}\n\nRisks`);
    const markdown = renderGithubSummary({ system: report });
    expect(markdown).to.match(
      /### Causes[^]*#### CHANGED[^]*<details>\n<summary>What follows[^]*<\/details>[^]*### Risks/,
    );
    expect(findingsSections(report.pairs)).to.match(
      /<h3>Causes<\/h3>[^]*<details class="nature"><summary><h3>What follows[^]*Risks/,
    );
  });

  it("has the verdict, the first cause and its remedy in the first 24 lines of 80 columns, then a line for each pair", () => {
    for (const verdict of ["lost-before-target", "inconclusive", "one-way"] as const) {
      const report = reportOf("system", verdict);
      for (const [index, pair] of report.pairs.entries()) {
        const route = `Route system-source-to-${index}`;
        const expected = `as deployed: destinationCidrBlock: 10.2.2${index}.0/24, vpcEndpointId: vpce-0c6c0cd54170c45b${index}`;
        pair.findings = [
          finding("NOT_SEEN_AT_ANY_TARGET", route, "0 of 5 requests on any target"),
          finding("CHANGED_OUTSIDE_PULUMI", route, "it does not exist", expected),
        ];
      }
      const lines = renderSummary(report, { width: 80 }).split("\n");
      expect(lines[0]).to.match(new RegExp(`^Verdict: ${verdict} `));
      expect(lines.indexOf("Causes:")).to.equal(2);
      expect(lines.findIndex((line) => /^ {2}remedy: .*deploy --refresh/.test(line))).to.be.within(4, 23);
      const pairs = lines.filter((line) => /^ {2}\d .* → /.test(line));
      expect(pairs).to.have.length(4);
      for (const line of pairs)
        expect(line).to.match(new RegExp(`az[14] → ….*az[14] {2}[✗?] ${verdict} +5/5 {2}seen by none$`));
      expect(lines.at(-1)).to.equal("  NOT_SEEN_AT_ANY_TARGET at 3 more places (pairs 2–4): the report names them");
    }
  });

  it("names of many places the first, and says of how many pairs the others are", () => {
    const report = reportOf("system", "one-way");
    const [pair] = report.pairs;
    if (pair === undefined) throw new Error("no pair");
    const found = (index: number) => [finding("CHANGED_OUTSIDE_PULUMI", `Route ${index}`, "it does not exist")];
    report.pairs = Array.from({ length: 12 }, (_, index) => ({ ...pair, findings: index === 0 ? [] : found(index) }));
    const text = renderSummary(report);
    expect(text.match(/at Route \d+: /g)).to.deep.equal([1, 2, 3].map((index) => `at Route ${index}: `));
    expect(text).to.include("\n            at 8 more places (pairs 5–12): the report names them\n");
  });

  it("has of many pairs a line for each that is not well, and counts the others", () => {
    const lines = renderSummary(largeReport, { width: 80 }).split("\n");
    const pairs = lines.filter((line) => / → .*5\/5/.test(line));
    expect(pairs.map((line) => line.slice(0, 6).trim())).to.deep.equal(["67", "78", "89", "100"]);
    expect(lines).to.include("  96 more: ✓ inspected");
    const well = { ...largeReport, verdict: "inspected" as const, pairs: largeReport.pairs.slice(0, 60) };
    expect(renderSummary(well).split("\n")[1]).to.equal("  60 pairs: ✓ inspected");
    const bad = { ...largeReport, pairs: Array.from({ length: 40 }, () => largeReport.pairs[66]!) };
    expect(renderSummary(bad).match(/✗ bypassed/g)).to.have.length(25);
    expect(renderSummary(bad)).to.include("\n  16 more: ✗ bypassed\n");
    expect(renderSummary({ ...well, pairs: well.pairs.slice(0, 24) }).match(/ → /g)).to.have.length(24);
  });

  it("says once where a finding is, though what was seen begins with the same name", () => {
    const text = renderSummary(
      reportOf("system", "lost-before-target", [
        finding("ENI_SG_RULES_MISMATCH", "target-1", "target-1: no rule matches"),
      ]),
    );
    expect(text).to.include("seen:     at target-1: no rule matches\n");
  });

  it("takes for one cause what is a cause in one pair and follows from another in the next", () => {
    const report = reportOf("system", "lost-before-target");
    const loop = finding("FORWARDING_LOOP", "endpoint", "twice");
    report.pairs.forEach((pair, index) => (pair.findings = [index === 0 ? loop : { ...loop, nature: "symptom" }]));
    expect(renderSummary(report).match(/FORWARDING_LOOP/g)).to.have.length(1);
    expect(renderSummary(report)).to.include("\nCauses:\nFORWARDING_LOOP\n");
  });

  it("lets nothing of a host reach the terminal raw", () => {
    const hostile = "a\u001b[2J\u001b]0;title\u0007b\r\u009bc\u202ed\u2028e\nf";
    const report = reportOf("system", "inconclusive", [finding("PING_FAILED", hostile, hostile)]);
    const [pair] = report.pairs;
    if (pair !== undefined) pair.source.name = hostile;
    const text = renderSummary(report);
    expect(text).not.to.match(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(text).to.include("\\u{1b}[2J");
  });
});
