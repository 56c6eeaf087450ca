import { expect } from "chai";
import fc from "fast-check";
import type { PathReport } from "../../../../path/proof";
import { goodWorld, reportOn, type Passage, type World } from "../../verification/worlds";

const mostly = <T>(usual: T, ...others: T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 12, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) });

const passage: fc.Arbitrary<Passage> = mostly<Passage>(
  "through",
  "kept",
  "unseen",
  "twice",
  "elsewhere",
  "otherGateway",
);
const packet = fc.record({ request: passage, reply: passage, answered: mostly(true, false) });
const packets = fc.oneof(
  { weight: 3, arbitrary: fc.array(packet, { minLength: 1, maxLength: 3 }) },
  // All alike, as one fault makes them.
  {
    weight: 1,
    arbitrary: fc
      .tuple(packet, fc.integer({ min: 1, max: 3 }))
      .map(([one, count]) => Array(count).fill(one) as (typeof one)[]),
  },
);
const flow = fc.record({ target: fc.integer({ min: 0, max: 1 }), back: mostly(true, false) });

/** Everything that a measurement can find, good ones often: a property about none would hold for anything. */
const world: fc.Arbitrary<World> = fc.record({
  pairs: fc.tuple(packets, packets),
  flows: fc.tuple(fc.array(flow, { maxLength: 3 }), fc.array(flow, { maxLength: 3 })),
  crossZone: fc.boolean(),
  replyEndpoint: mostly(1n, 2n),
  captures: fc.tuple(
    mostly("whole" as const, "missing", "blind", "cutOff", "incomplete"),
    fc.constant("whole" as const),
  ),
  hosts: fc.tuple(mostly("good" as const, "noRules", "silent"), fc.constant("good" as const)),
  others: fc.oneof(
    { weight: 8, arbitrary: fc.constant<string[]>([]) },
    {
      weight: 1,
      arbitrary: fc.array(fc.constantFrom<string[]>("healthy", "unhealthy", "draining", "unused"), {
        minLength: 1,
        maxLength: 2,
      }),
    },
  ),
  registeredKnown: mostly(true, false),
  lostFlows: mostly(0, 16),
  inUse: fc.tuple(mostly(true, false), mostly(true, false)),
  pinged: mostly(true, false),
});

const replaced = <T>(list: T[], index: number, by: T): T[] => list.map((each, at) => (at === index ? by : each));

/** Knowing less of the same world, in each way that there is. */
const ignorance: Record<string, (known: World) => World> = {
  ...Object.fromEntries<(known: World) => World>(
    [0, 1].flatMap((index): [string, (known: World) => World][] => [
      ...(["missing", "blind", "cutOff", "incomplete"] as const).map((state): [string, (known: World) => World] => [
        `the capture of target ${index} is ${state}`,
        (known: World): World => ({ ...known, captures: replaced(known.captures, index, state) }),
      ]),
      [
        `target ${index} does not tell its rules`,
        (known: World): World => ({ ...known, hosts: replaced(known.hosts, index, "silent") }),
      ],
    ]),
  ),
  "a target is registered that nobody watches": (known) => ({ ...known, others: [...known.others, "healthy"] }),
  "AWS does not tell who is registered": (known) => ({ ...known, registeredKnown: false }),
  "nobody knows what ping has got": (known) => ({ ...known, pinged: false }),
};

function verdictsOf({ verdict, pairs }: PathReport): string[] {
  return [verdict, ...pairs.map((pair) => pair.verdict)];
}

describe("The report on whatever there may be", function () {
  this.timeout(60_000);
  it("is inspected as a whole only where all was seen, once, on one target, in and out, and nothing was left out", () => {
    let proven = 0;
    fc.assert(
      fc.property(world, (found) => {
        if (reportOn(found).verdict !== "inspected") return;
        proven++;
        const all = found.pairs.flat();
        expect(all.map(({ request }) => request)).to.satisfy((each: Passage[]) =>
          each.every((one) => one === "through"),
        );
        expect(all.map(({ reply }) => reply)).to.satisfy((each: Passage[]) => each.every((one) => one === "through"));
        expect(all.every(({ answered }) => answered)).to.equal(true);
        expect(found.flows.flat().every(({ back }) => back)).to.equal(true);
        expect(found).to.deep.include({ replyEndpoint: 1n, pinged: true });
        expect(found.captures).to.deep.equal(["whole", "whole"]);
        expect(found.hosts).to.deep.equal(["good", "good"]);
        // With cross-zone, the other one gets the next flow.
        expect(found.inUse).to.satisfy((used: boolean[]) =>
          found.crossZone ? used.some(Boolean) : used.every(Boolean),
        );
        // One that gets no new flow, and that none of these packets came to.
        expect(found.others).not.to.include("healthy");
      }),
      { numRuns: 600 },
    );
    expect(proven).to.be.greaterThan(20);
  });

  it("is the same or inconclusive, for each pair and as a whole, wherever less is known", () => {
    fc.assert(
      fc.property(world, fc.constantFrom(...Object.keys(ignorance)), (found, lack) => {
        const known = verdictsOf(reportOn(found));
        const less = verdictsOf(reportOn((ignorance[lack] ?? ((each: World) => each))(found)));
        less.forEach((verdict, index) => {
          expect([known[index], "inconclusive"], `${lack}: ${known.join()} became ${less.join()}`).to.include(verdict);
        });
      }),
      { numRuns: 600 },
    );
  });

  it("is inspected of a world in which all is well, or bypassed of one in which nothing is seen; each lack weakens one of them", () => {
    const bypassed = goodWorld.pairs.map((each) =>
      each.map((one) => ({ ...one, request: "unseen" as const, reply: "unseen" as const })),
    );
    const [good, bad] = [goodWorld, { ...goodWorld, pairs: bypassed }];
    expect([reportOn(good).verdict, reportOn(bad).verdict]).to.deep.equal(["inspected", "bypassed"]);
    for (const [lack, less] of Object.entries(ignorance)) {
      expect([reportOn(less(good)).verdict, reportOn(less(bad)).verdict], lack).to.include("inconclusive");
    }
  });
});
