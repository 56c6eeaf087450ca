import { expect } from "chai";
import { finding } from "../../../../path/proof/findings";
import { renderJson } from "../../../../path/render/json";
import type { PairReport, PathReport } from "../../../../path/proof/pathReport";
import { renderTable } from "../../../../path/render/table";

const counts = { requestIn: 5, requestOut: 4, replyIn: 3, replyOut: 2 };
const lost = finding("PING_FAILED", "source-1", "exit code 2");

const pair: PairReport = {
  source: { name: "source-1", azId: "apne1-az4", address: "10.0.1.10" },
  destination: { name: "destination-1", azId: "apne1-az4", address: "10.0.3.10" },
  expectReply: true,
  verdict: "partial",
  ping: { transmitted: 5, received: 4, loss: 20, rtt: { min: 1.5, avg: 2, max: 2.5, mdev: 0.1 } },
  targets: [
    {
      target: "target-1",
      azId: "apne1-az4",
      ...counts,
      samples: [
        {
          kind: "requestIn",
          capturedAt: "2026-01-02T03:04:05.000006Z",
          outerSource: "10.1.1.27:50000",
          outerDestination: "10.1.1.10:6081",
          gwlb: { endpointId: "vpce-00000000000000001", attachmentId: "0x0000000000000002", flowCookie: "0x00000003" },
          innerSource: "10.0.1.10",
          innerDestination: "10.0.3.10",
          sequence: 1,
          ttl: 64,
        },
      ],
    },
    { target: "target-2", azId: "apne1-az1", requestIn: 0, requestOut: 0, replyIn: 0, replyOut: 0 },
  ],
  findings: [lost],
};
const report: PathReport = { verdict: "partial", measuredAt: "2026-01-02T03:04:05.000Z", pairs: [pair] };

describe("Report for people", () => {
  it("has ping statistics, counts per target and direction, the verdict and the findings", () => {
    const text = renderTable(report);
    for (const part of ["source-1", "10.0.3.10", "4 of 5 answered", "20% loss", "1.500/2.000/2.500 ms"]) {
      expect(text).to.include(part);
    }
    expect(text).to.match(/target-1 \(apne1-az4\) │ 5 \/ 4 +│ 3 \/ 2/);
    expect(text).to.match(/target-2 \(apne1-az1\) │ 0 \/ 0 +│ 0 \/ 0/);
    expect(text).to.include("PING_FAILED at source-1 (source-1 → destination-1)\n  seen:     exit code 2");
    expect(text).to.include("Verdict: partial (1 pair, 2026-01-02T03:04:05.000Z)");
  });

  it("shows of a destination that was pinged by its public address both", () => {
    const destination = { ...pair.destination, publicAddress: "198.51.100.7" };
    expect(renderTable({ ...report, pairs: [{ ...pair, destination }] })).to.include("198.51.100.7 (10.0.3.10)");
    expect(renderTable(report)).not.to.include("(10.0.3.10)");
  });

  it("has no escape sequences unless asked for", () => {
    // eslint-disable-next-line no-control-regex
    const escape = /\u001b\[/;
    expect(renderTable(report)).not.to.match(escape);
    expect(renderTable(report, { colour: true })).to.match(escape);
  });

  it("shows a finding of several pairs once", () => {
    const other = { ...pair, source: { ...pair.source, name: "source-2" } };
    const text = renderTable({ ...report, pairs: [pair, other] });
    expect(text.match(/PING_FAILED/g)).to.have.length(1);
    expect(text).to.include("(all pairs)");
  });

  it("shows the very packets when asked to", () => {
    expect(renderTable(report)).not.to.include("GENEVE [");
    expect(renderTable(report, { packets: true })).to.include(
      "2026-01-02T03:04:05.000006Z target-1 request in: 10.1.1.27:50000 > 10.1.1.10:6081 GENEVE [endpoint " +
        "vpce-00000000000000001 attachment 0x0000000000000002 cookie 0x00000003] 10.0.1.10 > 10.0.3.10 ICMP echo seq 1 ttl 64",
    );
  });

  it("copes with a pair of which nothing was measured", () => {
    const bare: PairReport = { ...pair, verdict: "inconclusive", ping: undefined, targets: [], findings: [] };
    const text = renderTable({ ...report, pairs: [bare] });
    expect(text).to.include("not run").and.include("inconclusive");
    expect(renderTable({ ...report, pairs: [{ ...pair, expectReply: false }] })).to.include("no reply expected");
  });
});

describe("Report for programs", () => {
  it("is the whole report in short lines", () => {
    const many = { ...report, pairs: Array.from({ length: 200 }, () => pair) };
    const text = renderJson(many);
    expect(JSON.parse(text)).to.deep.equal(many);
    expect(Math.max(...text.split("\n").map((line) => line.length))).to.be.lessThan(1000);
    expect(text.endsWith("}\n")).to.equal(true);
  });
});
