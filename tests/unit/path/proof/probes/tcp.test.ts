import { expect } from "chai";
import fc from "fast-check";
import type { PathReport } from "../../../../../path/proof";
import { sequences } from "../../../../../path/proof/verdict";
import { tcp } from "../../../../../path/proof/probes/tcp";
import { conclude } from "../../../../../verification/conclusions";
import { segmentFrame, type Segment } from "../../net/packets";
import {
  blameBlindAlone,
  canary,
  gateways,
  marker,
  nonceOf,
  pcapOf,
  requestOf,
  sourcePorts,
  targetAddresses,
} from "../../../verification/worlds";

/** One pair, measured by two connections; frames are made up. */

const [source, destination, port] = ["10.0.1.10", "10.0.9.10", 443];
const payloadOf = (nonce: string, request: number): Buffer =>
  Buffer.concat([Buffer.from(nonce, "hex"), Buffer.from([0, 0, 0, request])]);

type Kind = "syn" | "synAck" | "refusal" | "data" | "ack" | "reset";
type Sent = Partial<Segment> & { nonce?: string };

/** A segment as it is on a connection; `edit` makes another one of it. */
function segment(kind: Kind, request: number, edit: Sent = {}): Segment {
  const [mine, theirs] = [1_000_000 * request, 7_000_000 * request];
  const { nonce = nonceOf(0), ...rest } = edit;
  const there = { from: source, to: destination, sourcePort: sourcePorts[0] + request - 1, destinationPort: port };
  const back = { from: destination, to: source, sourcePort: port, destinationPort: sourcePorts[0] + request - 1 };
  const end = mine + 1 + 20;
  const all: Record<Kind, Segment> = {
    syn: { ...there, flags: "S", sequence: mine, identification: 100 },
    synAck: { ...back, flags: "SA", sequence: theirs, acknowledgment: mine + 1 },
    refusal: { ...back, flags: "RA", sequence: 0, acknowledgment: mine + 1 },
    data: {
      ...{ ...there, flags: "PA", sequence: mine + 1, acknowledgment: theirs + 1 },
      ...{ payload: payloadOf(nonce, request), identification: 101 },
    },
    ack: { ...back, flags: "A", sequence: theirs + 1, acknowledgment: end, identification: 200 },
    reset: { ...back, flags: "R", sequence: theirs + 1 },
  };
  return { ...all[kind], ...rest };
}

const into = (each: Segment): Buffer => segmentFrame({ from: gateways[0], to: targetAddresses[0] }, each);
const outOf = (each: Segment): Buffer => segmentFrame({ from: targetAddresses[0], to: gateways[0] }, each);
const through = (...segments: Segment[]): Buffer[] => segments.flatMap((each) => [into(each), outOf(each)]);

interface Told {
  connected: number[];
  answered: number[];
  refused: number[];
}
const good: Told = { connected: [1, 2], answered: [1, 2], refused: [] };

/** The report on these frames, and on what the source's script told. */
function reportOn(frames: Buffer[], told: Told = good, probe = { protocol: "tcp", port }): PathReport["pairs"][number] {
  const request = requestOf({ crossZone: false });
  const [pair] = request.pairs;
  if (pair === undefined) throw new Error("no pair");
  const order = { ...request.ping, destination, nonce: nonceOf(0), sourcePorts };
  const result = { ...told, milliseconds: [...told.connected, ...told.refused].map(() => 1.5) };
  const outcome = { ...tcp(port).read({ stdout: "", result, lastError: "" }, order), findings: [] };
  const captures = request.targets.map(({ name, azId, address }, index) => ({
    ...{ target: name, azId, address },
    pcap: pcapOf([canary(index), ...(index === 0 ? frames : [])]),
  }));
  const measured = {
    ...{ measuredAt: "2026-01-02T03:04:05.000Z", marker, nonces: [nonceOf(0)], sourcePorts, outcomes: [outcome] },
    ...{ captures, healthPort: 80, targetFindings: [] },
  };
  const report = conclude({ ...request, pairs: [{ ...pair, probe }] }, measured, blameBlindAlone);
  const [only] = report.pairs;
  if (only === undefined) throw new Error("no pair");
  return only;
}

const codes = ({ findings }: ReturnType<typeof reportOn>): string[] => findings.map(({ code }) => code);
const handshakes = [1, 2].flatMap((each) => through(segment("syn", each), segment("synAck", each)));
const requests = through(segment("data", 1), segment("data", 2));
const replies = through(segment("ack", 1), segment("ack", 2));

describe("A TCP probe", () => {
  it("is inspected where each segment with the nonce and its acknowledgment went in and out", () => {
    const pair = reportOn([...handshakes, ...requests, ...replies]);
    expect(pair.verdict).to.equal("inspected");
    expect(pair.targets[0]).to.include({ requestIn: 2, requestOut: 2, replyIn: 2, replyOut: 2 });
    expect(pair).not.to.have.property("ping");
    expect(pair.probe).to.deep.include({ protocol: "tcp", port });
    expect(pair.probe?.statistics).to.deep.equal({
      ...{ transmitted: 2, received: 2, loss: 0 },
      rtt: { min: 1.5, avg: 1.5, max: 1.5, mdev: 0 },
    });
  });

  it("has its answer also where the server has closed already, whichever reset its kernel sends", () => {
    const withAck = [1, 2].map((each) => ({ ...segment("ack", each), flags: "RA" as const }));
    expect(reportOn([...requests, ...through(...withAck)]).verdict).to.equal("inspected");
    expect(reportOn([...requests, ...through(segment("reset", 1), segment("reset", 2))]).verdict).to.equal("inspected");
  });

  it("is not proven by handshakes alone, however whole they are", () => {
    expect(reportOn(handshakes).verdict).to.equal("one-way");
    expect(reportOn([...handshakes, ...replies]).verdict).to.equal("one-way");
    expect(reportOn([]).verdict).to.equal("bypassed");
  });

  it("tells where a connection was lost that did not come about", () => {
    const none = { connected: [], answered: [], refused: [] };
    const syns = [segment("syn", 1), segment("syn", 2)];
    expect(reportOn([], none).verdict).to.equal("lost-before-target");
    const kept = reportOn(syns.map(into), none);
    expect([kept.verdict, ...codes(kept)]).to.deep.equal(["lost-at-target", "NOT_SENT_BACK"]);
    const silent = reportOn(through(...syns), none);
    expect([silent.verdict, ...codes(silent)]).to.deep.equal(["lost-after-target", "DESTINATION_DOES_NOT_ANSWER"]);
    // Sent again after a second, and kept again.
    const again = syns.map((each) => ({ ...each, identification: 150 }));
    expect(reportOn([...syns, ...again].map(into), none).verdict).to.equal("lost-at-target");
    const answered = reportOn([...through(...syns, segment("synAck", 1), segment("synAck", 2))], none);
    expect(codes(answered)).to.deep.equal(["REPLY_LOST_AFTER_TARGET"]);
  });

  it("is refused where request and refusal crossed the target, and bypassed where neither did", () => {
    const told = { connected: [], answered: [], refused: [1, 2] };
    const frames = through(...[1, 2].flatMap((each) => [segment("syn", each), segment("refusal", each)]));
    const pair = reportOn(frames, told);
    expect([pair.verdict, ...codes(pair)]).to.deep.equal(["refused", "DESTINATION_REFUSES"]);
    expect(pair.probe?.statistics).to.include({ transmitted: 2, received: 0, refused: 2, loss: 0 });
    expect(reportOn([], told).verdict).to.equal("bypassed");
    // The refusal of something else.
    const others = through(
      ...[1, 2].flatMap((each) => [segment("syn", each), segment("refusal", each, { acknowledgment: 5 })]),
    );
    expect(reportOn(others, told).verdict).to.equal("one-way");
  });

  it("is partial where some connections are lost, and refused where some are refused", () => {
    const one = { connected: [1], answered: [1], refused: [] };
    const first = through(segment("data", 1), segment("ack", 1));
    expect(reportOn(first, one).verdict).to.equal("partial");
    const refused = [...first, ...through(segment("syn", 2), segment("refusal", 2))];
    expect(reportOn(refused, { ...one, refused: [2] }).verdict).to.equal("refused");
  });

  it("takes a segment that was sent again for the same request, unless a target kept one or the network doubled it", () => {
    const again = segment("data", 1, { identification: 102 });
    const whole = [...handshakes, ...requests, ...replies];
    expect(reportOn([...whole, ...through(again)]).verdict).to.equal("inspected");
    expect(reportOn([...whole, into(again)]).verdict).to.equal("inconclusive");
    const doubled = reportOn([...whole, ...through(segment("data", 1))]);
    expect([doubled.verdict, ...codes(doubled)]).to.include.members(["inconclusive", "PACKETS_DUPLICATED"]);
    // Some kernels give no identification: there, nothing tells the two.
    const anonymous = through(segment("ack", 1, { identification: 0 }), segment("ack", 2, { identification: 0 }));
    expect(reportOn([...requests, ...anonymous, ...anonymous]).verdict).to.equal("inspected");
    // What else the destination sends after the request acknowledges it, too.
    const more = through(segment("ack", 1, { flags: "PA", payload: Buffer.from("400"), identification: 201 }));
    expect(reportOn([...whole, ...more]).verdict).to.equal("inspected");
  });

  const attacks: Record<string, Buffer[]> = {
    "an earlier measurement's connections from the same ports": [
      ...through(...[1, 2].flatMap((each) => [segment("data", each, { nonce: `ff${nonceOf(0).slice(2)}` })])),
      ...replies,
    ],
    "another pair's nonce": [
      ...through(segment("data", 1, { nonce: nonceOf(1) }), segment("data", 2, { nonce: nonceOf(1) })),
      ...replies,
    ],
    "acknowledgments of an earlier connection from the same port": [
      ...requests,
      ...through(...[1, 2].map((each) => segment("ack", each, { acknowledgment: 1_000_000 * each + 1 }))),
    ],
    "resets that nobody acknowledged": [
      ...requests,
      ...through(segment("reset", 1, { sequence: 9 }), segment("reset", 2, { sequence: 9 })),
    ],
    "the other request's acknowledgment": [
      ...requests,
      ...through(segment("ack", 1, { acknowledgment: 2_000_021 }), segment("ack", 2, { acknowledgment: 1_000_021 })),
    ],
    "another consumer with other addresses": [
      ...through(...[1, 2].map((each) => segment("data", each, { to: "10.0.9.11" }))),
      ...through(...[1, 2].map((each) => segment("ack", each, { from: "10.0.9.11" }))),
    ],
    "another port of the destination's": [
      ...through(...[1, 2].map((each) => segment("data", each, { destinationPort: 444 }))),
      ...through(...[1, 2].map((each) => segment("ack", each, { sourcePort: 444 }))),
    ],
    "ports that are not the measurement's": [
      ...through(...[1, 2].map((each) => segment("data", each, { sourcePort: 50_000 }))),
      ...through(...[1, 2].map((each) => segment("ack", each, { destinationPort: 50_000 }))),
    ],
    "a number that is not the port's": [
      ...through(
        segment("data", 1, { payload: payloadOf(nonceOf(0), 2) }),
        segment("data", 2, { payload: payloadOf(nonceOf(0), 1) }),
      ),
      ...replies,
    ],
    "a segment that ends within the nonce": [
      ...through(
        ...[1, 2].map((each) => segment("data", each, { payload: payloadOf(nonceOf(0), each).subarray(0, 12) })),
      ),
      ...replies,
    ],
    "packets too short for TCP": [...requests.map((each) => each.subarray(0, each.length - 30)), ...replies],
  };
  for (const [what, frames] of Object.entries(attacks)) {
    it(`is not deceived by ${what}`, () => {
      expect(reportOn(frames).verdict).to.be.oneOf(["bypassed", "one-way", "inconclusive"]);
    });
  }

  it("is inspected, whatever is seen and told, only where every nonce and its very acknowledgment crossed and came", function () {
    this.timeout(60_000);
    const noEdit: Sent = {};
    const edits: Sent[] = [
      {},
      { identification: 0 },
      { identification: 77 },
      { nonce: nonceOf(1) },
      { acknowledgment: 3 },
      { sequence: 3 },
      { from: "10.0.9.12" },
      { to: "10.0.9.12" },
    ];
    const one = fc.record({
      kind: fc.constantFrom<Kind>("syn", "synAck", "refusal", "data", "data", "ack", "ack", "reset"),
      request: fc.integer({ min: 1, max: 2 }),
      edit: fc.oneof(
        { weight: 8, arbitrary: fc.constant<Sent>({}) },
        { weight: 2, arbitrary: fc.constantFrom(...edits) },
      ),
      way: fc.oneof(
        { weight: 6, arbitrary: fc.constant("through") },
        { weight: 1, arbitrary: fc.constantFrom("in", "out") },
      ),
    });
    const whole = [1, 2].flatMap((request) =>
      (["syn", "synAck", "data", "ack"] as const).map((kind) => ({ kind, request, edit: noEdit, way: "through" })),
    );
    const seen = fc.oneof(
      { weight: 2, arbitrary: fc.array(one, { maxLength: 12 }) },
      {
        weight: 3,
        arbitrary: fc
          .tuple(fc.subarray(whole, { minLength: 5 }), fc.array(one, { maxLength: 2 }))
          .map(([some, more]) => [...some, ...more]),
      },
    );
    const status = fc.oneof(
      { weight: 6, arbitrary: fc.constant("answered") },
      { weight: 1, arbitrary: fc.constantFrom("connected", "refused", "lost") },
    );
    let proven = 0;
    let refused = 0;
    fc.assert(
      fc.property(seen, fc.tuple(status, status), (packets, statuses) => {
        const which = (...wanted: string[]): number[] =>
          sequences(2).filter((each) => wanted.includes(statuses[each - 1] ?? ""));
        const told = {
          connected: which("connected", "answered"),
          answered: which("answered"),
          refused: which("refused"),
        };
        const frames = packets.flatMap(({ kind, request, edit, way }) => {
          const each = segment(kind, request, edit);
          return way === "in" ? [into(each)] : way === "out" ? [outOf(each)] : through(each);
        });
        const { verdict } = reportOn(frames, told);
        const acknowledged = packets.filter(({ kind }) => kind === "data").map(({ edit }) => edit.acknowledgment);
        /** Whether it is what it is named after, edited or not. */
        const isReal = ({ kind, edit }: (typeof packets)[number]): boolean => {
          if (edit.from !== undefined || edit.to !== undefined) return false;
          // Without the flag nobody looks at what it acknowledges.
          if (kind === "syn") return true;
          if (kind === "data") return edit.nonce === undefined;
          if (kind === "reset") return edit.sequence === undefined || acknowledged.includes(edit.sequence);
          return edit.acknowledgment === undefined;
        };
        const crossed = (kinds: Kind[], request: number): boolean =>
          ["in", "out"].every((direction) =>
            packets.some(
              (each) =>
                kinds.includes(each.kind) &&
                each.request === request &&
                isReal(each) &&
                [direction, "through"].includes(each.way),
            ),
          );
        if (verdict === "inspected") {
          proven++;
          expect(told.answered).to.deep.equal([1, 2]);
          for (const request of [1, 2]) {
            expect(crossed(["data"], request), `request ${request}`).to.equal(true);
            expect(crossed(["ack", "reset"], request), `reply ${request}`).to.equal(true);
          }
        }
        if (verdict === "refused") {
          refused++;
          for (const request of told.refused) expect(crossed(["syn"], request)).to.equal(true);
        }
      }),
      { numRuns: 6000 },
    );
    expect(proven).to.be.greaterThan(20);
    expect(refused).to.be.greaterThan(5);
  });

  it("takes nothing for real that its script cannot mean", () => {
    const order = { destination, count: 2, interval: 0.2, timeout: 1, nonce: nonceOf(0), sourcePorts };
    const read = (result: object) => () => tcp(port).read({ stdout: "", result, lastError: "" }, order);
    const said = { connected: [1, 2], answered: [1], refused: [], milliseconds: [1, 2] };
    expect(read(said)().answered).to.deep.equal([1]);
    for (const wrong of [
      { ...said, connected: [1, 3] },
      { ...said, connected: [1, 1] },
      { ...said, answered: [1, 1] },
      { ...said, refused: [1] },
      { ...said, connected: [2] },
      { ...said, milliseconds: [1] },
    ]) {
      expect(read(wrong), JSON.stringify(wrong)).to.throw(/^tells of connections/);
    }
  });
});
