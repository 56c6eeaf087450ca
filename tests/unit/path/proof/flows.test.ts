import { expect } from "chai";
import { encodePcap } from "../../../../path/net/pcap";
import type { FlowCounts } from "../../../../path/proof/exercise";
import { flowsOf } from "../../../../path/proof/flows";
import type { VerificationPair, VerificationRequest } from "../../../../path/proof/request";
import { flowsIn } from "./readCaptures";
import { linuxCooked, flowFrame, inspectedFrame, type FlowPacket } from "../net/packets";

const pattern = "0a112233445566778899aabbccddeeff";
const key = { nonce: pattern, source: "10.0.1.10", destination: "10.0.3.10" };
const gateways = { "apne1-az4": "10.1.1.27", "apne1-az1": "10.1.2.119" };
const [first, second] = ["10.1.1.27", "10.1.2.119"];
const target = { target: "target-1", azId: "apne1-az4", address: "10.1.1.10" };
const inner = (sourcePort: number, change: Partial<FlowPacket["inner"]> = {}): FlowPacket["inner"] => ({
  from: key.source,
  to: key.destination,
  sourcePort,
  pattern,
  ...change,
});
const into = (of: FlowPacket["inner"], from = first) => flowFrame({ from, to: target.address, inner: of });
const outOf = (of: FlowPacket["inner"], to = first) => flowFrame({ from: target.address, to, inner: of });

function counted(...frames: Buffer[]) {
  const packets = frames.map((data, index) => ({ seconds: 1_767_323_045, nanoseconds: index * 1000, data }));
  const pcap = encodePcap({ linkType: 1, snapLength: 256, packets });
  return flowsIn([key], [{ ...target, pcap }], gateways)[0];
}

describe("Flows in captures", () => {
  const of = (flowsIn: number, flowsOut: number, gatewayAzId = "apne1-az4") => ({
    target: "target-1",
    gatewayAzId,
    flowsIn,
    flowsOut,
  });

  it("are told apart by their source ports, each once", () => {
    expect(counted(into(inner(1)), into(inner(1)), into(inner(2)), outOf(inner(1)), outOf(inner(1)))).to.deep.equal([
      of(2, 1),
    ]);
  });

  it("have gone out only where they came in, to the same GWLB address", () => {
    expect(counted(into(inner(1)), outOf(inner(1), second), outOf(inner(2)))).to.deep.equal([of(1, 0)]);
    expect(counted(into(inner(1)), into(inner(2), second), outOf(inner(2), second))).to.deep.equal([
      of(1, 0),
      of(1, 1, "apne1-az1"),
    ]);
  });

  it("have not gone out with another GENEVE header than they came with", () => {
    const of1 = { from: target.address, to: first, inner: inner(1) };
    expect(counted(into(inner(1)), flowFrame({ ...of1, gwlb: { flowCookie: 99 } }))).to.deep.equal([of(1, 0)]);
  });

  it("have not gone out by another interface than the GWLB's packets come in by, unless answers show that it leads there", () => {
    const by = (device: number, type: 0 | 4, frame: Buffer): Buffer => linuxCooked(device, type, frame.subarray(14));
    const out = (device: number, leadsElsewhere: string[] = []): FlowCounts[] | undefined => {
      const frames = [by(2, 0, into(inner(1))), by(device, 4, outOf(inner(1)))];
      const packets = frames.map((data, index) => ({ seconds: 1_767_323_045, nanoseconds: index * 1000, data }));
      return flowsIn([key], [{ ...target, pcap: encodePcap({ linkType: 276, packets }) }], gateways, leadsElsewhere)[0];
    };
    expect(out(2)).to.deep.equal([of(1, 1)]);
    expect(out(7)).to.deep.equal([of(1, 0)]);
    expect(out(7, [target.target])).to.deep.equal([of(1, 1)]);
    expect(out(7, ["another"])).to.deep.equal([of(1, 0)]);
  });

  it("are no others' datagrams, whatever differs, and no pings", () => {
    const others = [
      inner(1, { pattern: `ff${pattern.slice(2)}` }),
      inner(1, { pattern: `${pattern}00` }),
      inner(1, { from: "10.0.9.9" }),
      inner(1, { to: "10.0.9.9" }),
      inner(1, { destinationPort: 53 }),
    ];
    const ping = { from: key.source, to: key.destination, kind: "request", sequence: 1, pattern } as const;
    const strange = [
      ...others.map((each) => into(each)),
      into(inner(1), "10.1.9.9"),
      inspectedFrame({ from: first, to: target.address, inner: ping }),
    ];
    expect(counted(...strange)).to.deep.equal([]);
    expect(counted(...strange, into(inner(1)))).to.deep.equal([of(1, 0)]);
  });

  it("are none where there is no capture", () => {
    expect(flowsIn([key], [target], gateways)).to.deep.equal([[]]);
  });
});

describe("How many flows a pair sends", () => {
  const pairIn = (azId: string, address: string) =>
    ({ source: { azId, address }, destination: { address: "10.0.3.10" } }) as VerificationPair;
  const request = (targetsPerAz: number, pairsPerAz: number, crossZone?: boolean): VerificationRequest => {
    const azIds = ["apne1-az1", "apne1-az4"];
    const each = <T>(count: number, make: (azId: string) => T): T[] =>
      azIds.flatMap((azId) => Array.from({ length: count }, () => make(azId)));
    return {
      targets: each(targetsPerAz, (azId) => ({ azId }) as VerificationRequest["targets"][number]),
      pairs: each(pairsPerAz, (azId) => pairIn(azId, "10.0.1.10")),
      ...(crossZone !== undefined && { crossZone }),
    } as VerificationRequest;
  };
  for (const [targets, pairs, crossZone, expected] of [
    [1, 2, undefined, 8],
    [1, 2, false, 8],
    [1, 2, true, 16],
    [3, 1, false, 48],
    [3, 1, true, 64],
    [1, 100, true, 4],
  ] as const) {
    it(`is ${expected} with ${targets} targets and ${pairs} pairs in each of two AZs, cross-zone ${crossZone}`, () => {
      const whole = request(targets, pairs, crossZone);
      for (const pair of whole.pairs) expect(flowsOf(pair, whole)).to.equal(expected);
    });
  }

  it("is none to the internet or from there, which takes none from the others", () => {
    const whole = request(1, 2, true);
    const outside = pairIn("apne1-az1", "198.51.100.7");
    whole.pairs.push(outside);
    expect(whole.pairs.map((pair) => flowsOf(pair, whole))).to.deep.equal([16, 16, 16, 16, 0]);
    for (const destination of [{ address: "198.51.100.7" }, { address: "10.0.3.10", publicAddress: "198.51.100.7" }]) {
      expect(flowsOf({ ...pairIn("apne1-az1", "10.0.1.10"), destination } as VerificationPair, whole)).to.equal(0);
    }
  });
});
