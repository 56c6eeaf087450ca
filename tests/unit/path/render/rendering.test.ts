import { expect } from "chai";
import { finding } from "../../../../path/proof/findings";
import { renderJson } from "../../../../path/render/json";
import type { PairReport, PathReport } from "../../../../path/proof/pathReport";

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

describe("Report for programs", () => {
  it("is the whole report in short lines", () => {
    const many = { ...report, pairs: Array.from({ length: 200 }, () => pair) };
    const text = renderJson(many);
    expect(JSON.parse(text)).to.deep.equal({ schemaVersion: 1, ...many });
    expect(Math.max(...text.split("\n").map((line) => line.length))).to.be.lessThan(1000);
    expect(text.endsWith("}\n")).to.equal(true);
  });
});
