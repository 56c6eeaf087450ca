import { expect } from "chai";
import fc from "fast-check";
import type { PathReport } from "../../../../../path/proof";
import { ProbeOutputError } from "../../../../../path/proof/probes/probe";
import { udp } from "../../../../../path/proof/probes/udp";
import { conclude } from "../../../../../verification/conclusions";
import { inGeneve, ipv4, udp as udpHeader } from "../../net/packets";
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

/** One pair, measured by two datagrams; frames are made up. */

const [source, destination, port] = ["10.0.1.10", "10.0.9.10", 53];

interface Sent {
  nonce?: string;
  number?: number;
  from?: string;
  to?: string;
  /** The source's. */
  own?: number;
  /** The destination's. */
  other?: number;
  /** Bytes of the payload that are there. */
  length?: number;
}

function datagram(kind: "request" | "reply", request: number, edit: Sent = {}): Buffer {
  const { nonce = nonceOf(0), number = request, own = sourcePorts[0] + request - 1, other = port, length = 20 } = edit;
  const payload = Buffer.concat([Buffer.from(nonce, "hex"), Buffer.from([0, 0, 0, number])]).subarray(0, length);
  const [from, to] = kind === "request" ? [source, destination] : [destination, source];
  const ports = kind === "request" ? ([own, other] as const) : ([other, own] as const);
  return ipv4(edit.from ?? from, edit.to ?? to, 17, udpHeader(...ports, payload));
}

/** The destination says that nothing listens there; it repeats so many bytes. */
function refusal(request: number, edit: Sent = {}, { type = 3, code = 3, repeated = 548 } = {}): Buffer {
  const header = Buffer.from([type, code, 0, 0, 0, 0, 0, 0]);
  const about = datagram("request", request, { ...edit, from: source, to: destination }).subarray(0, repeated);
  return ipv4(edit.from ?? destination, edit.to ?? source, 1, Buffer.concat([header, about]));
}

const [gateway, target] = [gateways[0], targetAddresses[0]];
const through = (...packets: Buffer[]): Buffer[] =>
  packets.flatMap((each) => [
    inGeneve({ from: gateway, to: target }, each),
    inGeneve({ from: target, to: gateway }, each),
  ]);

interface Told {
  answered: number[];
  refused: number[];
}
const good: Told = { answered: [1, 2], refused: [] };
const refused: Told = { answered: [], refused: [1, 2] };

function reportOn(frames: Buffer[], told: Told = good, expectReply = true): PathReport["pairs"][number] {
  const request = requestOf({ crossZone: false });
  const [pair] = request.pairs;
  if (pair === undefined) throw new Error("no pair");
  const order = { ...request.ping, destination, nonce: nonceOf(0), sourcePorts };
  const result = { ...told, milliseconds: [...told.answered, ...told.refused].map(() => 1.5) };
  const outcome = { ...udp(port).read({ stdout: "", result, lastError: "" }, order), findings: [] };
  const captures = request.targets.map(({ name, azId, address }, index) => ({
    ...{ target: name, azId, address },
    pcap: pcapOf([canary(index), ...(index === 0 ? frames : [])]),
  }));
  const measured = {
    ...{ measuredAt: "2026-01-02T03:04:05.000Z", marker, nonces: [nonceOf(0)], sourcePorts, outcomes: [outcome] },
    ...{ captures, healthPort: 80, targetFindings: [] },
  };
  const probe = { protocol: "udp", port };
  const [only] = conclude({ ...request, pairs: [{ ...pair, expectReply, probe }] }, measured, blameBlindAlone).pairs;
  if (only === undefined) throw new Error("no pair in the report");
  return only;
}

const requests = through(datagram("request", 1), datagram("request", 2));
const replies = through(datagram("reply", 1), datagram("reply", 2));

describe("The UDP probe", () => {
  it("is inspected where each datagram and its echo crossed, once", () => {
    const { verdict, probe, targets, findings } = reportOn([...requests, ...replies]);
    expect([verdict, ...findings]).to.deep.equal(["inspected"]);
    expect(targets[0]).to.include({ requestIn: 2, requestOut: 2, replyIn: 2, replyOut: 2 });
    expect(probe).to.deep.include({ protocol: "udp", port });
    expect(probe?.statistics).to.include({ transmitted: 2, received: 2, loss: 0 });
  });

  it("is refused where the destination says of each that nothing listens, and that crossed, too", () => {
    const { verdict, findings } = reportOn([...requests, ...through(refusal(1), refusal(2))], refused);
    expect(verdict).to.equal("refused");
    expect(findings[0]?.code).to.equal("DESTINATION_REFUSES");
  });

  it("looks at the request alone where no reply is expected", () => {
    expect(reportOn(requests, { answered: [], refused: [] }, false).verdict).to.equal("inspected");
    expect(reportOn(requests, { answered: [], refused: [] }).verdict).to.equal("lost-after-target");
  });

  it("tells of one that was seen twice", () => {
    const twice = [...requests, ...replies, ...through(datagram("request", 1))];
    expect(reportOn(twice).findings.map(({ code }) => code)).to.include("PACKETS_DUPLICATED");
  });

  const two = (make: (request: number) => Buffer): Buffer[] => through(make(1), make(2));
  const attacks: Record<string, [Buffer[], Told?]> = {
    "an earlier measurement's datagrams": [
      [...two((each) => datagram("request", each, { nonce: `ff${nonceOf(0).slice(2)}` })), ...replies],
    ],
    "another pair's nonce": [[...two((each) => datagram("request", each, { nonce: nonceOf(1) })), ...replies]],
    "answers without the nonce": [[...requests, ...two((each) => datagram("reply", each, { nonce: nonceOf(1) }))]],
    "the other request's echo": [[...requests, ...two((each) => datagram("reply", each, { number: 3 - each }))]],
    "another consumer with other addresses": [
      [...requests, ...two((each) => datagram("reply", each, { from: "10.0.9.11" }))],
    ],
    "another port of the destination's": [[...two((each) => datagram("request", each, { other: 54 })), ...replies]],
    "ports that are not the measurement's": [
      [...two((each) => datagram("request", each, { own: 50_000 })), ...replies],
    ],
    "a datagram that ends within the number": [
      [...two((each) => datagram("request", each, { length: 18 })), ...replies],
    ],
    "a refusal by somebody else": [[...requests, ...two((each) => refusal(each, { from: "10.0.9.1" }))], refused],
    "a refusal that repeats the header only": [
      [...requests, ...two((each) => refusal(each, {}, { repeated: 28 }))],
      refused,
    ],
    "a refusal of an earlier datagram": [
      [...requests, ...two((each) => refusal(each, { nonce: nonceOf(1) }))],
      refused,
    ],
    "a message that the host is not reached": [
      [...requests, ...two((each) => refusal(each, {}, { code: 1 }))],
      refused,
    ],
    "the beginning of a refusal": [[...requests, ...two((each) => refusal(each, {}, { repeated: 4 }))], refused],
  };
  for (const [what, [frames, told]] of Object.entries(attacks)) {
    it(`is not deceived by ${what}`, () => {
      expect(reportOn(frames, told).verdict).to.be.oneOf(["bypassed", "one-way", "inconclusive"]);
    });
  }

  it("is inspected, whatever is seen and told, only where every nonce crossed both ways and came back", () => {
    const edits: Sent[] = [
      { nonce: nonceOf(1) },
      { number: 2 },
      { from: "10.0.9.12" },
      { to: "10.0.9.12" },
      { own: 50_000 },
      { other: 54 },
      { length: 19 },
    ];
    const one = fc.record({
      kind: fc.constantFrom("request", "reply", "refusal"),
      request: fc.integer({ min: 1, max: 2 }),
      edit: fc.oneof({ weight: 4, arbitrary: fc.constant<Sent>({}) }, fc.constantFrom(...edits)),
      way: fc.oneof({ weight: 4, arbitrary: fc.constant("through") }, fc.constantFrom("in", "out")),
    });
    const noEdit: Sent = {};
    const whole = [1, 2].flatMap((request) =>
      ["request", "reply"].map((kind) => ({ kind, request, edit: noEdit, way: "through" })),
    );
    const seen = fc
      .tuple(fc.subarray(whole, { minLength: 2 }), fc.array(one, { maxLength: 4 }))
      .map(([some, more]) => [...some, ...more]);
    const ends = fc.constantFrom("answered", "answered", "answered", "refused", "lost");
    let proofs = 0;
    fc.assert(
      fc.property(seen, fc.tuple(ends, ends), (packets, how) => {
        const frames = packets.flatMap(({ kind, request, edit, way }) => {
          const packet = kind === "refusal" ? refusal(request, edit) : datagram(kind as "request", request, edit);
          const both = through(packet);
          return way === "through" ? both : way === "in" ? both.slice(0, 1) : both.slice(1);
        });
        const numbers = (wanted: string): number[] => [1, 2].filter((each) => how[each - 1] === wanted);
        const { verdict } = reportOn(frames, { answered: numbers("answered"), refused: numbers("refused") });
        if (verdict !== "inspected") return;
        proofs += 1;
        for (const request of [1, 2]) {
          expect(how[request - 1]).to.equal("answered");
          // What is genuine: neither edited, nor of another kind of answer than an echo or a refusal of just this request.
          const crossed = (kinds: string[]): boolean =>
            ["in", "out"].every((way) =>
              packets.some(
                (each) =>
                  kinds.includes(each.kind) &&
                  each.request === request &&
                  (Object.keys(each.edit).length === 0 || (each.edit.number === request && request === 2)) &&
                  (each.way === "through" || each.way === way),
              ),
            );
          expect(crossed(["request"])).to.equal(true);
          expect(crossed(["reply", "refusal"])).to.equal(true);
        }
      }),
      { numRuns: 400 },
    );
    expect(proofs).to.be.greaterThan(5);
  });

  it("refuses output of its script that cannot be", () => {
    const order = { ...requestOf({ crossZone: false }).ping, destination, nonce: nonceOf(0), sourcePorts };
    for (const result of [
      { answered: [1, 1], refused: [], milliseconds: [1, 1] },
      { answered: [1], refused: [1], milliseconds: [1, 1] },
      { answered: [0], refused: [], milliseconds: [1] },
      { answered: [9], refused: [], milliseconds: [1] },
      { answered: [1], refused: [], milliseconds: [] },
    ]) {
      expect(() => udp(port).read({ stdout: "", result, lastError: "" }, { ...order, count: 2 })).to.throw(
        ProbeOutputError,
        /expected each once, of 2$/,
      );
    }
  });
});
