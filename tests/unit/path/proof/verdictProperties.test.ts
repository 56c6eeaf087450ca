import { expect } from "chai";
import fc from "fast-check";
import { judge, sequences, type Evidence, type SeenSequences } from "../../../../path/proof/verdict";

const kinds = ["requestIn", "requestOut", "replyIn", "replyOut"] as const;

/** Whole, lacking, repeated and foreign sequence numbers; whole ones often, or nothing would ever be proven. */
const seenOf = (count: number): fc.Arbitrary<number[]> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant(sequences(count)) },
    { weight: 2, arbitrary: fc.subarray(sequences(count)) },
    { weight: 1, arbitrary: fc.array(fc.integer({ min: 0, max: count + 1 }), { maxLength: 2 * count }) },
  );

const evidence: fc.Arbitrary<Evidence & Required<Pick<Evidence, "ping">>> = fc
  .integer({ min: 1, max: 5 })
  .chain((count) =>
    fc.record({
      ping: fc.record({ transmitted: fc.constant(count), answered: seenOf(count) }),
      seen: fc.record({
        requestIn: seenOf(count),
        requestOut: seenOf(count),
        replyIn: seenOf(count),
        replyOut: seenOf(count),
      }),
      oneEndpoint: fc.boolean(),
      expectReply: fc.boolean(),
      captured: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
    }),
  );

const sorted = (list: number[]): number[] => [...list].sort((one, other) => one - other);

/** How many of the generated ones are proven: a property about none would hold for anything. */
function proven(check: (found: Evidence & Required<Pick<Evidence, "ping">>) => void): number {
  let count = 0;
  fc.assert(
    fc.property(evidence, (found) => {
      if (judge(found).verdict !== "inspected") return;
      count++;
      check(found);
    }),
    { numRuns: 5000 },
  );
  return count;
}

describe("Verdict on whatever evidence there may be", () => {
  it("is inspected only where every request was seen in and out, once, and every answer likewise", () => {
    const count = proven(({ ping, seen, expectReply, captured, oneEndpoint }) => {
      const all = sequences(ping.transmitted);
      expect(captured).to.equal(true);
      expect(oneEndpoint).to.equal(true);
      expect(sorted(seen.requestIn)).to.deep.equal(all);
      expect(sorted(seen.requestOut)).to.deep.equal(all);
      if (expectReply) expect(new Set(ping.answered)).to.deep.equal(new Set(all));
      for (const answer of ping.answered) {
        expect(seen.replyIn.filter((each) => each === answer)).to.have.length(1);
        expect(seen.replyOut.filter((each) => each === answer)).to.have.length(1);
      }
    });
    expect(count).to.be.greaterThan(20);
  });

  it("is inspected no more when any packet is not seen, is seen again, or any answer stays away", () => {
    const count = proven((found) => {
      const { ping, seen } = found;
      for (const kind of kinds) {
        // Answers that nobody expects, and that did not come, prove nothing and lack nothing.
        const needed = kind.startsWith("request") ? sequences(ping.transmitted) : ping.answered;
        for (const sequence of needed) {
          const without: SeenSequences = { ...seen, [kind]: seen[kind].filter((each) => each !== sequence) };
          expect(judge({ ...found, seen: without }).verdict, `without ${kind} ${sequence}`).not.to.equal("inspected");
          const twice: SeenSequences = { ...seen, [kind]: [...seen[kind], sequence] };
          expect(judge({ ...found, seen: twice }).verdict, `${kind} ${sequence} twice`).not.to.equal("inspected");
        }
      }
      if (!found.expectReply) return;
      for (const sequence of ping.answered) {
        const answered = ping.answered.filter((each) => each !== sequence);
        expect(judge({ ...found, ping: { ...ping, answered } }).verdict).not.to.equal("inspected");
      }
    });
    expect(count).to.be.greaterThan(20);
  });

  it("is inconclusive where a capture or the ping is missing, whatever else is there", () => {
    fc.assert(
      fc.property(evidence, (found) => {
        expect(judge({ ...found, captured: false }).verdict).to.equal("inconclusive");
        expect(judge({ ...found, ping: undefined }).verdict).to.equal("inconclusive");
      }),
    );
  });

  it("is the same or inconclusive where there may be targets that nobody watched", () => {
    fc.assert(
      fc.property(evidence, (found) => {
        const { verdict } = judge({ ...found, unwatched: true });
        expect([judge(found).verdict, "inconclusive"]).to.include(verdict);
      }),
      { numRuns: 5000 },
    );
  });

  it("is what it would be had every target been watched, or inconclusive", () => {
    const places = fc.array(fc.constantFrom("nowhere", "watched", "unwatched"), { minLength: 5, maxLength: 5 });
    let stayed = 0;
    fc.assert(
      fc.property(evidence, places, places, (found, requests, replies) => {
        // What all targets saw; a packet's passage through one is seen by who watches it, or not at all.
        const seenBy = (where: string[]): SeenSequences => {
          const at = (list: number[], place: string[]): number[] =>
            list.filter((sequence) => where.includes(place[sequence - 1] ?? ""));
          const { requestIn, requestOut, replyIn, replyOut } = found.seen;
          return {
            requestIn: at(requestIn, requests),
            requestOut: at(requestOut, requests),
            replyIn: at(replyIn, replies),
            replyOut: at(replyOut, replies),
          };
        };
        const whole = judge({ ...found, seen: seenBy(["watched", "unwatched"]) });
        // A world that contradicts itself is none.
        if (whole.verdict === "inconclusive") return;
        const { verdict } = judge({ ...found, seen: seenBy(["watched"]), unwatched: true });
        if (verdict === "inconclusive") return;
        stayed++;
        expect(verdict).to.equal(whole.verdict);
      }),
      { numRuns: 20_000 },
    );
    expect(stayed).to.be.greaterThan(20);
  });

  it("is what it would be had no copy been dropped on its way, or inconclusive, as long as one of each kind came", () => {
    const dropped = fc.array(fc.boolean(), { minLength: 20, maxLength: 20 });
    let stayed = 0;
    fc.assert(
      fc.property(evidence, dropped, (found, drops) => {
        const whole = judge({ ...found, copies: true });
        // A world that contradicts itself is none.
        if (judge(found).verdict === "inconclusive") return;
        const seen = Object.fromEntries(
          kinds.map((kind, place) => {
            const all = found.seen[kind];
            const left = all.filter((_, index) => drops[5 * place + index] !== true);
            return [kind, left.length === 0 ? all.slice(0, 1) : left];
          }),
        ) as SeenSequences;
        const { verdict } = judge({ ...found, seen, copies: true });
        if (verdict === "inconclusive") return;
        stayed++;
        expect(verdict).to.equal(judge(found).verdict);
        expect([judge(found).verdict, "inconclusive"]).to.include(whole.verdict);
      }),
      { numRuns: 20_000 },
    );
    expect(stayed).to.be.greaterThan(20);
  });

  it("does not depend on the order in which packets were seen", () => {
    fc.assert(
      fc.property(evidence, (found) => {
        const reversed = Object.fromEntries(
          kinds.map((kind) => [kind, [...found.seen[kind]].reverse()]),
        ) as SeenSequences;
        expect(judge({ ...found, seen: reversed }).verdict).to.equal(judge(found).verdict);
      }),
    );
  });
});
