import { expect } from "chai";
import fc from "fast-check";
import { verdicts, type Verdict } from "../../../../path/proof/pathReport";
import {
  judge,
  sequences,
  sumCounts,
  worstOf,
  type Evidence,
  type SeenSequences,
} from "../../../../path/proof/verdict";

/** Sent, answered, requests in/out, replies in/out: of so many, from the first on. */
type Row = [number, number, number, number, number, number];

function evidence([transmitted, answered, requestIn, requestOut, replyIn, replyOut]: Row): Evidence {
  return {
    ping: { transmitted, answered: sequences(answered) },
    seen: {
      requestIn: sequences(requestIn),
      requestOut: sequences(requestOut),
      replyIn: sequences(replyIn),
      replyOut: sequences(replyOut),
    },
    oneEndpoint: true,
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
    ["one-way", "all answered, some requests seen, every reply", [5, 5, 3, 3, 5, 5]],
    ["bypassed", "all answered, some seen both ways, the others not at all", [5, 5, 2, 2, 2, 2]],
    ["inconclusive", "all answered although the target kept requests", [5, 5, 5, 4, 5, 5]],
    ["inconclusive", "all answered although the target kept replies", [5, 5, 5, 5, 5, 3]],
    ["bypassed", "all answered, some of one direction seen", [5, 5, 3, 3, 0, 0]],
    ["inconclusive", "none answered, replies only", [5, 0, 0, 0, 5, 0]],
    ["inconclusive", "none answered, some requests through", [5, 0, 3, 3, 0, 0]],
    ["inconclusive", "nothing sent", [0, 0, 0, 0, 0, 0]],
  ];

  it("rests on no packet that went back with another header than it came with, or unanswered from another port", () => {
    const all = evidence([5, 5, 5, 5, 5, 5]);
    const requests = { ...evidence([5, 0, 5, 5, 0, 0]), expectReply: false };
    expect(judge({ ...all, changed: "header" }).verdict).to.equal("inconclusive");
    expect(judge({ ...all, changed: "port" }).verdict).to.equal("inspected");
    expect(judge(requests).verdict).to.equal("inspected");
    for (const changed of ["header", "device", "port"] as const) {
      expect(judge({ ...requests, changed }).verdict).to.equal("inconclusive");
      expect(judge({ ...evidence([5, 0, 5, 5, 0, 0]), changed }).verdict).to.equal("lost-after-target");
    }
  });
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
    ["one-way", "all requests through, answers past the targets", [5, 5, 5, 5, 0, 0]],
    ["one-way", "all requests through, one answer past the targets", [5, 5, 5, 5, 4, 4]],
    ["lost-before-target", "none seen", [5, 0, 0, 0, 0, 0]],
    ["lost-at-target", "requests in only", [5, 0, 5, 0, 0, 0]],
    ["inconclusive", "more seen than sent", [5, 0, 6, 6, 0, 0]],
  ];
  for (const [verdict, description, row] of withoutReply) {
    it(`is ${verdict} where no reply is expected: ${description}`, () => {
      expect(judge({ ...evidence(row), expectReply: false }).verdict).to.equal(verdict);
    });
  }

  const withUnwatched: [Verdict, string, Row][] = [
    ["inspected", "all answered, all seen both ways", [5, 5, 5, 5, 5, 5]],
    ["inconclusive", "answered, none seen", [5, 5, 0, 0, 0, 0]],
    ["inconclusive", "answered, some seen both ways", [5, 5, 2, 2, 2, 2]],
    ["inconclusive", "only requests seen", [5, 5, 5, 5, 0, 0]],
    ["inconclusive", "only replies seen", [5, 5, 0, 0, 5, 5]],
    ["inconclusive", "none answered, none seen", [5, 0, 0, 0, 0, 0]],
    ["inconclusive", "none answered, no replies", [5, 0, 5, 5, 0, 0]],
    ["inconclusive", "none answered, some replies kept by the target", [5, 0, 5, 5, 2, 0]],
    ["lost-after-target", "none answered, replies kept by the target", [5, 0, 5, 5, 5, 0]],
    ["lost-after-target", "none answered, replies lost behind the target", [5, 0, 5, 5, 5, 5]],
    ["lost-at-target", "requests in only", [5, 0, 5, 0, 0, 0]],
    ["partial", "some answered", [5, 3, 5, 5, 3, 3]],
    ["partial", "some answered, the others not seen", [5, 3, 3, 3, 3, 3]],
  ];
  for (const [verdict, description, row] of withUnwatched) {
    it(`is ${verdict} where there may be targets that nobody watched: ${description}`, () => {
      const judgement = judge({ ...evidence(row), unwatched: true });
      expect(judgement.verdict).to.equal(verdict);
      expect(judgement).not.to.have.property("contradiction");
    });
  }

  it("takes no unseen request for lost where no reply is expected and there may be targets that nobody watched", () => {
    const verdictOn = (row: Row) => judge({ ...evidence(row), expectReply: false, unwatched: true }).verdict;
    expect(verdictOn([5, 0, 5, 5, 0, 0])).to.equal("inspected");
    expect(verdictOn([5, 0, 3, 3, 0, 0])).to.equal("inconclusive");
    expect(verdictOn([5, 0, 3, 0, 0, 0])).to.equal("inconclusive");
    expect(verdictOn([5, 0, 5, 3, 0, 0])).to.equal("partial");
  });

  it("is inconclusive without a ping or with a capture missing, whatever else is there", () => {
    expect(judge({ ...evidence([5, 5, 5, 5, 5, 5]), captured: false }).verdict).to.equal("inconclusive");
    expect(judge({ ...evidence([5, 5, 5, 5, 5, 5]), ping: undefined }).verdict).to.equal("inconclusive");
  });

  it("tells requests apart: copies of one do not stand for another", () => {
    // Three of five go round the gateway both ways, the first one's request is copied three times on its way.
    const seen = { requestIn: [1, 1, 1, 1, 2], requestOut: [1, 1, 1, 1, 2], replyIn: [1, 2], replyOut: [1, 2] };
    const judgement = judge({ ...evidence([5, 5, 0, 0, 0, 0]), seen });
    expect(judgement.verdict).to.equal("bypassed");
    expect(judgement.fates).to.deep.equal({ inspected: [1, 2], bypassed: [3, 4, 5] });
    expect(judgement.repeated).to.deep.equal(["request 1 in 4 times", "request 1 out 4 times"]);
    const shifted = evidence([2, 2, 2, 2, 2, 2]);
    expect(judge({ ...shifted, seen: { ...shifted.seen, replyIn: [1, 1] } }).verdict).to.equal("inconclusive");
    expect(judge({ ...shifted, seen: { ...shifted.seen, replyOut: [1, 9] } }).contradiction).to.match(
      /^request 9 of this/,
    );
  });

  it("is not inspected when a packet was seen more than once", () => {
    const whole = evidence([3, 3, 3, 3, 3, 3]);
    const { verdict, contradiction } = judge({ ...whole, seen: { ...whole.seen, requestIn: [1, 2, 2, 3] } });
    expect(verdict).to.equal("inconclusive");
    expect(contradiction).to.equal("packets were seen more than once: request 2 in 2 times");
  });

  it("is not inspected when packets came from an address that is none of the GWLB's", () => {
    expect(judge({ ...evidence([5, 5, 5, 5, 5, 5]), fromStranger: true }).verdict).to.equal("inconclusive");
    expect(judge({ ...evidence([5, 0, 5, 0, 0, 0]), fromStranger: true }).verdict).to.equal("lost-at-target");
  });

  it("is asymmetric when everything was seen, but not through one endpoint", () => {
    expect(judge({ ...evidence([5, 5, 5, 5, 5, 5]), oneEndpoint: false }).verdict).to.equal("asymmetric");
    expect(judge({ ...evidence([5, 5, 5, 5, 0, 0]), oneEndpoint: false }).verdict).to.equal("one-way");
  });

  const sequence = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 6 });
  const anyEvidence: fc.Arbitrary<Evidence> = fc.record({
    ping: fc.record({ transmitted: fc.integer({ min: 0, max: 4 }), answered: sequence }),
    seen: fc.record({ requestIn: sequence, requestOut: sequence, replyIn: sequence, replyOut: sequence }),
    oneEndpoint: fc.boolean(),
    expectReply: fc.boolean(),
    captured: fc.boolean(),
  });
  const whole: fc.Arbitrary<Evidence> = fc
    .record({ transmitted: fc.integer({ min: 1, max: 4 }), expectReply: fc.boolean() })
    .map(({ transmitted: n, expectReply }) => ({ ...evidence([n, n, n, n, n, n]), expectReply }));

  it("is inspected only when targets saw each request once in and once out, and each answer likewise", () => {
    const once = (seen: number[], expected: number[]) =>
      expect([...seen].sort()).to.deep.equal([...new Set(expected)].sort());
    fc.assert(
      fc.property(fc.oneof(anyEvidence, whole), (each) => {
        if (judge(each).verdict !== "inspected") return;
        const { ping, seen } = each;
        expect(each.captured && each.oneEndpoint).to.equal(true);
        once(seen.requestIn, sequences(ping!.transmitted));
        once(seen.requestOut, sequences(ping!.transmitted));
        for (const answered of ping!.answered) {
          expect(seen.replyIn.filter((reply) => reply === answered)).to.have.length(1);
          expect(seen.replyOut.filter((reply) => reply === answered)).to.have.length(1);
        }
        if (each.expectReply) expect(new Set(ping!.answered).size).to.equal(ping!.transmitted);
      }),
      { numRuns: 2000 },
    );
  });

  it("never becomes inspected by knowing less", () => {
    const kinds = ["requestIn", "requestOut", "replyIn", "replyOut"] as const;
    const less = (each: Evidence, choice: number, at: number): Evidence => {
      const without = (list: number[]): number[] => list.filter((_, index) => index !== at % (list.length || 1));
      const kind: keyof SeenSequences | undefined = kinds[choice];
      if (kind !== undefined) return { ...each, seen: { ...each.seen, [kind]: without(each.seen[kind]) } };
      return { ...each, captured: false };
    };
    fc.assert(
      fc.property(fc.oneof(anyEvidence, whole), fc.nat(4), fc.nat(5), (each, choice, at) => {
        // Knowing less of copies is the one exception: what was not seen twice is not known to be there twice.
        if (judge(each).repeated.length > 0 || judge(each).verdict === "inspected") return;
        // Nor is one that would have to be there without being expected.
        if (!each.expectReply && kinds[choice]?.startsWith("reply") === true) return;
        expect(judge(less(each, choice, at)).verdict).not.to.equal("inspected");
      }),
      { numRuns: 2000 },
    );
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

describe("Verdict on a pair whose targets were watched in mirrored copies", () => {
  const table: [Verdict, string, Row][] = [
    ["inspected", "all seen both ways", [5, 5, 5, 5, 5, 5]],
    ["bypassed", "answered, none seen", [5, 5, 0, 0, 0, 0]],
    ["one-way", "only requests seen, all of them", [5, 5, 5, 5, 0, 0]],
    ["partial", "some answered", [5, 3, 5, 5, 3, 3]],
    ["lost-before-target", "none answered, none seen", [5, 0, 0, 0, 0, 0]],
    ["lost-at-target", "none answered, requests in only", [5, 0, 5, 0, 0, 0]],
    ["lost-after-target", "none answered, no replies", [5, 0, 5, 5, 0, 0]],
    ["inconclusive", "answered, some seen both ways, the others not at all", [5, 5, 2, 2, 2, 2]],
    ["inconclusive", "none answered, fewer requests out than in", [5, 0, 5, 2, 2, 0]],
    ["inconclusive", "all answered, some requests seen, every reply", [5, 5, 3, 3, 5, 5]],
  ];
  for (const [verdict, description, row] of table) {
    it(`is ${verdict}: ${description}`, () => {
      expect(judge({ ...evidence(row), copies: true }).verdict).to.equal(verdict);
    });
  }

  it("says what may have been dropped", () => {
    expect(judge({ ...evidence([5, 5, 2, 2, 2, 2]), copies: true }).contradiction).to.equal(
      "of mirrored packets 2 of 5 were seen as request in, whose copies may have been dropped",
    );
  });

  it("is not lost-at-target where packets may have left by an interface of whose mirror nothing is known", () => {
    const kept = { ...evidence([5, 0, 5, 0, 0, 0]), copies: true };
    expect(judge({ ...kept, furtherInterfaces: true }).verdict).to.equal("inconclusive");
    expect(judge({ ...evidence([5, 5, 5, 5, 5, 5]), copies: true, furtherInterfaces: true }).verdict).to.equal(
      "inspected",
    );
  });
});
