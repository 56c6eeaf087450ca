import { expect } from "chai";
import { verdicts, type Verdict } from "../../../report/pathReport";
import { judge, sumCounts, worstOf, type Evidence } from "../../../report/verdict";

/** Sent, answered, requests in/out, replies in/out. */
type Row = [number, number, number, number, number, number];

function evidence([transmitted, received, requestIn, requestOut, replyIn, replyOut]: Row): Evidence {
  return {
    ping: { transmitted, received },
    counts: { requestIn, requestOut, replyIn, replyOut },
    expectReply: true,
    captured: true,
  };
}

describe("Verdict on a pair", () => {
  const table: [Verdict, string, Row][] = [
    ["inspected", "all answered, all seen both ways", [5, 5, 5, 5, 5, 5]],
    ["inspected", "a single packet", [1, 1, 1, 1, 1, 1]],
    ["bypassed", "answered, none seen", [5, 5, 0, 0, 0, 0]],
    ["bypassed", "one packet lost besides", [5, 4, 0, 0, 0, 0]],
    ["one-way", "only requests seen", [5, 5, 5, 5, 0, 0]],
    ["one-way", "only replies seen", [5, 5, 0, 0, 5, 5]],
    ["one-way", "only requests seen, one packet lost besides", [5, 4, 5, 5, 0, 0]],
    ["partial", "some answered", [5, 3, 5, 5, 3, 3]],
    ["partial", "some answered, some lost at the target", [5, 3, 5, 3, 3, 3]],
    ["lost-before-target", "none answered, none seen", [5, 0, 0, 0, 0, 0]],
    ["lost-at-target", "none answered, requests in only", [5, 0, 5, 0, 0, 0]],
    ["lost-at-target", "none answered, fewer requests out than in", [5, 0, 4, 2, 2, 0]],
    ["lost-after-target", "none answered, no replies", [5, 0, 5, 5, 0, 0]],
    ["lost-after-target", "none answered, replies kept by the target", [5, 0, 5, 5, 5, 0]],
    ["lost-after-target", "none answered, replies lost behind the target", [5, 0, 5, 5, 5, 5]],
    ["inconclusive", "more seen than sent", [5, 5, 10, 10, 5, 5]],
    ["inconclusive", "more requests out than in", [5, 5, 4, 5, 5, 5]],
    ["inconclusive", "more replies out than in", [5, 5, 5, 5, 4, 5]],
    ["inconclusive", "more answered than sent", [5, 6, 5, 5, 5, 5]],
    ["inconclusive", "all answered, some requests seen", [5, 5, 3, 3, 5, 5]],
    ["inconclusive", "all answered although the target kept requests", [5, 5, 5, 4, 5, 5]],
    ["inconclusive", "all answered although the target kept replies", [5, 5, 5, 5, 5, 3]],
    ["inconclusive", "all answered, some of one direction seen", [5, 5, 3, 3, 0, 0]],
    ["inconclusive", "none answered, replies only", [5, 0, 0, 0, 5, 0]],
    ["inconclusive", "none answered, some requests through", [5, 0, 3, 3, 0, 0]],
    ["inconclusive", "nothing sent", [0, 0, 0, 0, 0, 0]],
  ];
  for (const [verdict, description, row] of table) {
    it(`is ${verdict}: ${description}`, () => {
      const judgement = judge(evidence(row));
      expect(judgement.verdict).to.equal(verdict);
      if (verdict !== "inconclusive") expect(judgement).not.to.have.property("contradiction");
      else if (row[0] > 0) expect(judgement.contradiction).to.be.a("string");
    });
  }

  const withoutReply: [Verdict, string, Row][] = [
    ["inspected", "all requests through, no answer", [5, 0, 5, 5, 0, 0]],
    ["inspected", "all requests through, answered nonetheless", [5, 5, 5, 5, 5, 5]],
    ["partial", "some requests through", [5, 0, 3, 3, 0, 0]],
    ["bypassed", "answered, none seen", [5, 5, 0, 0, 0, 0]],
    ["lost-before-target", "none seen", [5, 0, 0, 0, 0, 0]],
    ["lost-at-target", "requests in only", [5, 0, 5, 0, 0, 0]],
    ["inconclusive", "more seen than sent", [5, 0, 6, 6, 0, 0]],
  ];
  for (const [verdict, description, row] of withoutReply) {
    it(`is ${verdict} where no reply is expected: ${description}`, () => {
      expect(judge({ ...evidence(row), expectReply: false }).verdict).to.equal(verdict);
    });
  }

  it("is inconclusive without a ping or with a capture missing, whatever else is there", () => {
    expect(judge({ ...evidence([5, 5, 5, 5, 5, 5]), captured: false }).verdict).to.equal("inconclusive");
    expect(judge({ ...evidence([5, 5, 5, 5, 5, 5]), ping: undefined }).verdict).to.equal("inconclusive");
  });

  it("is inspected for no evidence but the one", () => {
    // Every combination of a ping of two packets.
    const range = [0, 1, 2, 3];
    const inspected: Row[] = [];
    for (const received of [0, 1, 2])
      for (const requestIn of range)
        for (const requestOut of range)
          for (const replyIn of range)
            for (const replyOut of range) {
              const row: Row = [2, received, requestIn, requestOut, replyIn, replyOut];
              if (judge(evidence(row)).verdict === "inspected") inspected.push(row);
            }
    expect(inspected).to.deep.equal([[2, 2, 2, 2, 2, 2]]);
  });

  it("adds the targets up", () => {
    const a = { requestIn: 1, requestOut: 2, replyIn: 3, replyOut: 4 };
    expect(sumCounts([a, a])).to.deep.equal({ requestIn: 2, requestOut: 4, replyIn: 6, replyOut: 8 });
    expect(sumCounts([])).to.deep.equal({ requestIn: 0, requestOut: 0, replyIn: 0, replyOut: 0 });
  });

  it("is the worst of the pairs, and inconclusive without any", () => {
    expect(worstOf(["inspected", "one-way", "partial"])).to.equal("one-way");
    expect(worstOf(["bypassed", "inconclusive"])).to.equal("inconclusive");
    expect(worstOf([...verdicts])).to.equal("inconclusive");
    expect(worstOf(["inspected", "inspected"])).to.equal("inspected");
    expect(worstOf([])).to.equal("inconclusive");
  });
});
