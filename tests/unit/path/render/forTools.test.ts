import { expect } from "chai";
import { finding } from "../../../../path/proof/findings";
import type { PairReport, PathReport } from "../../../../path/proof/pathReport";
import { renderPage } from "../../../../path/render/html";
import { renderGithubSummary, renderJunit, renderMetrics, renderSummary } from "../../../../path/render";
import { failingReport, hostileName, inspectedReport, refusedReport } from "../../../fixtures/pathReports";

const reports = { system: inspectedReport, "system-b": failingReport };
const bare: PairReport = {
  ...inspectedReport.pairs[0]!,
  verdict: "inconclusive",
  ping: undefined,
  targets: [],
  findings: [],
};
const unknown: PathReport = { ...inspectedReport, verdict: "inconclusive", pairs: [bare] };
const control = "a\u001b[2J\u0000b\u009b\u202ec";

/** Elements that were opened and not closed, and what is no XML. */
function xmlFaults(xml: string): string[] {
  const open: string[] = [];
  const faults: string[] = [];
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(xml))
    faults.push("a character that XML 1.0 does not have");
  if (/&(?!(amp|lt|gt|quot);)/.test(xml)) faults.push("a lone &");
  const rest = xml.replace(
    /<\?xml[^>]*\?>|<(\/?)([a-z]+)((?: [a-z]+="[^"<]*")*)(\/?)>/g,
    (_, end, name: string, _rest, empty) => {
      if (end === "/" && open.pop() !== name) faults.push(`</${name}>`);
      else if (end !== "/" && empty !== "/" && name !== undefined) open.push(name);
      return "";
    },
  );
  if (/[<>]/.test(rest)) faults.push(`left: ${rest.trim()}`);
  return [...faults, ...open];
}

describe("JUnit XML", () => {
  it("has a suite for each stack, a case for each pair and one for the whole; what is not proven fails, what is not known is an error", () => {
    const xml = renderJunit({ ...reports, "system-c": unknown });
    expect(xml).to.match(/<testsuites name="gwlb-inspection" tests="7" failures="2" errors="2">/);
    expect(xml).to.include('<testcase classname="gwlb-inspection.system" name="as a whole"/>');
    expect(xml).to.match(
      /<failure type="lost-at-target" message="lost-at-target, HAIRPIN_RULE_MISSING">HAIRPIN_RULE_MISSING at /,
    );
    expect(xml).to.include('<error type="inconclusive" message="inconclusive">');
  });

  it("is well-formed, whatever names and findings hold", () => {
    const pairs = [{ ...failingReport.pairs[1]!, findings: [finding("PING_FAILED", control, `${control}&<"`)] }];
    const xml = renderJunit({ [hostileName]: failingReport, [control]: { ...failingReport, pairs } });
    expect(xmlFaults(xml)).to.deep.equal([]);
    expect(xml).not.to.include("<script");
    expect(xmlFaults("<a><b></a>")).not.to.deep.equal([]);
  });

  it("takes asymmetric for proven where the settings do", () => {
    const asymmetric: PathReport = {
      ...inspectedReport,
      verdict: "asymmetric",
      pairs: [{ ...inspectedReport.pairs[0]!, verdict: "asymmetric" }],
    };
    expect(renderJunit({ system: asymmetric })).to.include('failures="2"');
    expect(renderJunit({ system: { ...asymmetric, statelessAppliances: true } })).to.include('failures="0"');
  });
});

describe("GitHub's step summary", () => {
  it("has verdict, pairs and each remedy", () => {
    const text = renderGithubSummary(reports);
    expect(text).to.match(/^## ✓ system: inspected$/m);
    expect(text).to.match(
      /^\| 1 \| system-source-apne1-az4 \| system-destination-apne1-az1 \| ✓ inspected \| 5\/5 \| apne1-az4 5·5·5·5 \|$/m,
    );
    expect(text)
      .to.match(/^#### HAIRPIN&#95;RULE&#95;MISSING$/m)
      .and.match(/\*\*remedy: .*hosts\/hairpin\.sh/);
    // What is to be mended stands before the pairs, as in a terminal.
    const failing = text.slice(text.indexOf("system-b"));
    expect(failing.indexOf("### Causes")).to.be.within(1, failing.indexOf("| | source |"));
    expect(renderGithubSummary({ system: unknown })).to.match(/\? inconclusive \| no ping \| by none/);
  });

  it("shows what is to be typed as such, and nothing of it as markup", () => {
    const remedy = "run `deploy --refresh` or `</code><b>*x*`";
    const findings = [{ ...finding("NOT_SENT_BACK", "target", "seen"), remedy }];
    const text = renderGithubSummary({ system: { ...failingReport, pairs: [{ ...bare, findings }] } });
    expect(text).to.include(
      "run <code>deploy --refresh</code> or <code>&#60;/code&#62;&#60;b&#62;&#42;x&#42;</code>**",
    );
  });

  it("lets nothing of a name be markup, a mention or another cell", () => {
    const name = "a|b `c` **d** @octocat #1 <img src=x> [x](y)\n# e";
    const pairs = [{ ...bare, source: { ...bare.source, name } }];
    const line = renderGithubSummary({ system: { ...unknown, pairs } })
      .split("\n")
      .find((each) => each.startsWith("| 1 "))!;
    expect(line.split("|")).to.have.length(8);
    expect(line).not.to.match(/[`*@<[]|(?<!&)#1/);
  });
});

describe("Prometheus' text", () => {
  it("has each pair's proof, verdict and times", () => {
    const text = renderMetrics(reports);
    const labels =
      'stack="system",source="system-source-apne1-az4",destination="system-destination-apne1-az1",source_az="apne1-az4"';
    expect(text).to.include(`gwlb_inspection_proven{${labels}} 1\n`);
    expect(text).to.include(`gwlb_inspection_rtt_seconds{${labels}} 0.000523\n`);
    const [pair] = inspectedReport.pairs;
    const rtt = { min: 1, avg: 0.899, max: 1, mdev: 0 };
    const odd = { ...inspectedReport, pairs: [{ ...pair!, ping: { ...pair!.ping!, rtt } }] };
    expect(renderMetrics({ system: odd })).to.include(`gwlb_inspection_rtt_seconds{${labels}} 0.000899\n`);
    expect(text).to.include(`gwlb_inspection_verdict{${labels},verdict="inspected"} 1\n`);
    expect(text).to.match(/gwlb_inspection_stack_proven\{stack="system-b"\} 0\n/);
    expect(text).to.match(/gwlb_inspection_measured_timestamp_seconds\{stack="system"\} 1763872210\n/);
    expect(renderMetrics({ system: unknown })).not.to.include("pings_sent");
  });

  it("is lines of its format, whatever names hold, no sample twice", () => {
    const odd = { ...bare, source: { ...bare.source, name: `a"b\\c\n${control}` } };
    const text = renderMetrics({ ...reports, "x\n": { ...unknown, pairs: [odd, odd] } });
    const lines = text.trimEnd().split("\n");
    for (const line of lines) {
      expect(line).to.match(
        /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+\{[a-z_]+="([^"\\\n]|\\["\\n])*"(,[a-z_]+="([^"\\\n]|\\["\\n])*")*\} [-\d.e]+)$/,
      );
    }
    expect(new Set(lines).size).to.equal(lines.length);
    expect(renderMetrics({})).to.equal("");
  });
});

describe("A pair that was measured by another probe than ping", () => {
  it("is in every form as one by ping is, under a name of its own", () => {
    const reports = { system: refusedReport };
    expect(renderSummary(refusedReport)).to.match(/→ 10\.2\.20\.77 tcp\/443 +✗ refused +0\/5/);
    expect(renderGithubSummary(reports)).to.include("| 10.2.20.77 tcp/443 | ✗ refused | 0/5 |");
    expect(renderJunit(reports)).to.match(/→ 10\.2\.20\.77 tcp\/443">\s*<failure type="refused"/);
    const labels =
      'stack="system",source="system-source-apne1-az4",destination="10.2.20.77 tcp/443",source_az="apne1-az4"';
    expect(renderMetrics(reports)).to.include(`gwlb_inspection_pings_sent{${labels}} 5`);
    expect(renderMetrics(reports)).to.include(`gwlb_inspection_rtt_seconds{${labels}} 0.0025`);
    const page = renderPage({ stack: "system", report: refusedReport, paths: [], drawingStyle: "", captures: [] });
    const cells = ["5", "0", "0 %", "1.000", "2.500", "3.000", "0.500"].map((cell) => `<td[^>]*>${cell}</td>`).join("");
    expect(page).to.match(new RegExp(`10\\.2\\.20\\.77 tcp/443</th><td>.*refused</span></td>${cells}`));
  });
});
