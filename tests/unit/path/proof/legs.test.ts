import { expect } from "chai";
import fc from "fast-check";
import { finding } from "../../../../path/proof/findings";
import { seenLegs, type SeenLeg } from "../../../../path/proof/legs";
import type { PairReport, TargetCounts } from "../../../../path/proof/pathReport";
import { strip } from "../../../../path/render/html/strip";

const target = (counts: Partial<TargetCounts>): TargetCounts => ({
  target: "target-1",
  azId: "apne1-az4",
  requestIn: 0,
  requestOut: 0,
  replyIn: 0,
  replyOut: 0,
  ...counts,
});

function pairOf(
  received: number | undefined,
  counts: Partial<TargetCounts>,
  changes: Partial<PairReport> = {},
): PairReport {
  return {
    source: { name: "source-1", azId: "apne1-az4", address: "10.0.1.10" },
    destination: { name: "destination-1", azId: "apne1-az1", address: "10.0.3.10" },
    expectReply: true,
    verdict: "inconclusive",
    findings: [],
    targets: [target(counts)],
    ...(received !== undefined && { ping: { transmitted: 5, received, loss: 100 - received * 20 } }),
    ...changes,
  };
}

const all = (count: number) => ({ requestIn: count, requestOut: count, replyIn: count, replyOut: count });

/** The first packets, with the endpoints that requests and replies came by. */
function samples(request: string, reply: string): NonNullable<TargetCounts["samples"]> {
  const kinds = { requestIn: request, replyIn: reply } as const;
  return (["requestIn", "replyIn"] as const).map((kind) => ({
    kind,
    capturedAt: "",
    outerSource: "",
    outerDestination: "",
    innerSource: "",
    innerDestination: "",
    gwlb: { endpointId: kinds[kind], attachmentId: "", flowCookie: "" },
    sequence: 1,
    ttl: 64,
  }));
}

function legsOf(pair: PairReport): { request: SeenLeg; reply: SeenLeg | undefined } {
  const [request, reply] = seenLegs(pair);
  return { request: request!, reply };
}

describe("What was seen of a pair's pings", () => {
  it("is everything where all is well", () => {
    const { request, reply } = legsOf(pairOf(5, all(5)));
    const nothing = { round: 0, lostBefore: 0, lostAt: 0, lostAfter: 0, unseen: 0 };
    expect(request).to.include({ sent: 5, in: 5, out: 5, arrived: 5, ...nothing });
    expect(reply).to.include({ sent: 5, in: 5, out: 5, arrived: 5, ...nothing });
  });

  it("tells what went round the targets, each way by itself", () => {
    const bypassed = legsOf(pairOf(5, all(0)));
    expect([bypassed.request.round, bypassed.reply?.round]).to.deep.equal([5, 5]);
    const back = legsOf(pairOf(5, { requestIn: 5, requestOut: 5 }));
    expect([back.request.round, back.reply?.round]).to.deep.equal([0, 5]);
    expect(legsOf(pairOf(5, all(2))).request).to.include({ round: 3, lostBefore: 0 });
  });

  it("tells where packets stop", () => {
    expect(legsOf(pairOf(0, all(0))).request).to.include({ lostBefore: 5, lostAt: 0 });
    expect(legsOf(pairOf(0, { requestIn: 5 })).request).to.include({ lostBefore: 0, lostAt: 5, unseen: 0 });
    expect(legsOf(pairOf(0, { requestIn: 5, requestOut: 5, replyIn: 5 })).reply).to.include({ lostAt: 5 });
    expect(legsOf(pairOf(0, all(5))).reply).to.include({ lostAfter: 5 });
    // Between targets and destination nobody looks.
    expect(legsOf(pairOf(0, { requestIn: 5, requestOut: 5 })).request).to.include({ unseen: 5, lostBefore: 0 });
  });

  it("has the endpoints that packets really came by", () => {
    const { request, reply } = legsOf(pairOf(5, { ...all(5), samples: samples("vpce-1", "vpce-2") }));
    expect([request.endpointIds, reply?.endpointIds]).to.deep.equal([["vpce-1"], ["vpce-2"]]);
  });

  it("claims neither loss nor a way round where a target was not watched", () => {
    for (const code of ["CAPTURE_FAILED", "CAPTURE_BLIND", "TARGETS_NOT_WATCHED"] as const) {
      for (const received of [0, 5]) {
        const legs = seenLegs(pairOf(received, all(0), { findings: [finding(code, "t", "x")] }));
        for (const leg of legs) expect(leg, code).to.include({ round: 0, lostBefore: 0 });
      }
    }
    const none = seenLegs(pairOf(5, {}, { targets: [] }));
    for (const leg of none) expect(leg).to.include({ round: 0, lostBefore: 0 }).and.not.have.any.keys("in", "out");
  });

  it("never has more lost or gone round than set out, whatever was counted", () => {
    const count = fc.integer({ min: 0, max: 5 });
    fc.assert(
      fc.property(count, count, count, count, count, (received, requestIn, requestOut, replyIn, replyOut) => {
        for (const leg of seenLegs(pairOf(received, { requestIn, requestOut, replyIn, replyOut }))) {
          for (const part of [leg.round, leg.lostBefore, leg.lostAt, leg.lostAfter, leg.unseen]) {
            expect(part).to.be.within(0, 5);
          }
          expect(leg.lostBefore + leg.round + (leg.in ?? 0)).to.be.at.most(Math.max(5, leg.round + (leg.in ?? 0)));
        }
      }),
    );
  });
});

describe("The picture of it", () => {
  const crosses = (html: string): number => html.split("✕").length - 1;

  it("has a cross where packets stop, and none where all is well", () => {
    expect(crosses(strip(pairOf(5, all(5))))).to.equal(0);
    expect(strip(pairOf(0, all(0)))).to.match(/edge bad.*5 sent.*✕<\/span> 5 lost here.*none saw any/s);
    expect(strip(pairOf(0, { requestIn: 5 }))).to.match(/station bad.*✕<\/span> 5 stopped here/s);
  });

  it("shows what went round as such, and nothing good on the way that it did not take", () => {
    const html = strip(pairOf(5, all(0)));
    expect(html).to.include("5 requests went round the targets").and.include("5 replies went round the targets");
    expect(html).not.to.include("edge good");
  });

  it("is grey only where nobody looked", () => {
    expect(strip(pairOf(5, { ...all(5), samples: samples("vpce-1", "vpce-1") }))).not.to.match(
      /class="(edge|station) (unknown|off)"/,
    );
    expect(strip(pairOf(0, { requestIn: 5, requestOut: 5 }))).to.match(/edge unknown.*of 5 nobody saw what became/s);
    expect(strip(pairOf(5, {}, { targets: [] }))).to.match(/station unknown.*nobody was watching/s);
  });
});
