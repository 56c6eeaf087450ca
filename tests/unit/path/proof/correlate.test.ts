import { expect } from "chai";
import { encodePcap } from "../../../../path/net/pcap";
import type { ProbeKey } from "../../../../path/proof/probes/probe";
import { correlated } from "./readCaptures";
import { ethernet, icmpEcho, inspectedFrame, ipv4, udp, type InspectedPacket } from "../net/packets";

const pattern = "00112233445566778899aabbccddeeff";
const key: ProbeKey = { nonce: pattern, source: "10.0.1.10", destination: "10.0.3.10" };
const gateways = { "apne1-az4": "10.1.1.27", "apne1-az1": "10.1.2.119" };
const target = { target: "target-1", azId: "apne1-az4", address: "10.1.1.10" };

const request = (sequence: number, edit: Partial<InspectedPacket["inner"]> = {}): InspectedPacket["inner"] => ({
  from: key.source,
  to: key.destination,
  kind: "request",
  sequence,
  pattern,
  ...edit,
});
const reply = (sequence: number): InspectedPacket["inner"] =>
  request(sequence, { from: key.destination, to: key.source, kind: "reply" });
const into = (inner: InspectedPacket["inner"], from = "10.1.1.27") => inspectedFrame({ from, to: "10.1.1.10", inner });
const outOf = (inner: InspectedPacket["inner"], to = "10.1.1.27") => inspectedFrame({ from: "10.1.1.10", to, inner });

function capture(...frames: Buffer[]): Buffer {
  const packets = frames.map((data, index) => ({ seconds: 1_767_323_045, nanoseconds: index * 1000, data }));
  return encodePcap({ linkType: 1, snapLength: 256, packets });
}

function counted(...frames: Buffer[]) {
  const { targets } = correlated([key], [{ ...target, pcap: capture(...frames) }], gateways).probes[0]!;
  const { requestIn, requestOut, replyIn, replyOut } = targets[0]!;
  return [requestIn, requestOut, replyIn, replyOut];
}

describe("Correlation of captures with pings", () => {
  it("counts requests and replies, in and out", () => {
    expect(
      counted(into(request(1)), outOf(request(1)), into(request(2)), into(reply(1)), outOf(reply(1))),
    ).to.deep.equal([2, 1, 1, 1]);
  });

  it("does not count packets with another nonce, other inner or outer addresses, or outside GENEVE", () => {
    const strangers = [
      into(request(1, { pattern: "ff112233445566778899aabbccddeeff" })),
      into(request(1, { from: "10.0.9.9" })),
      into(request(1, { to: "10.0.9.9" })),
      // The reply's addresses with a request inside.
      into(request(1, { from: key.destination, to: key.source })),
      inspectedFrame({ from: "10.1.1.27", to: "10.1.1.99", inner: request(1) }),
      inspectedFrame({ from: "10.1.1.27", to: "10.1.1.10", inner: request(1), port: 4789 }),
      // The very ping, but not inside GENEVE: a bypass that a plain `tcpdump icmp` would take for evidence.
      ethernet(ipv4(key.source, key.destination, 1, icmpEcho("request", 1, pattern))),
    ];
    expect(counted(...strangers)).to.deep.equal([0, 0, 0, 0]);
    const [first] = strangers;
    expect(counted(first!, into(request(1))), "and the right one beside").to.deep.equal([1, 0, 0, 0]);
  });

  it("counts repeated packets as often as they were seen", () => {
    expect(counted(into(request(1)), into(request(1)))).to.deep.equal([2, 0, 0, 0]);
  });

  it("keeps pings, targets and gateways apart", () => {
    const other = "ffeeddccbbaa99887766554433221100";
    const second = { target: "target-2", azId: "apne1-az1", address: "10.1.2.10" };
    const { probes } = correlated(
      [key, { ...key, nonce: other }],
      [
        {
          ...target,
          pcap: capture(
            into(request(1)),
            into(request(2), "10.1.2.119"),
            outOf(request(2), "10.1.2.119"),
            into(request(9, { pattern: other })),
          ),
        },
        { ...second, pcap: capture(inspectedFrame({ from: "10.1.2.119", to: "10.1.2.10", inner: request(3) })) },
      ],
      gateways,
    );
    expect(probes.map(({ targets }) => targets.map(({ target: name, requestIn }) => [name, requestIn]))).to.deep.equal([
      [
        ["target-1", 2],
        ["target-2", 1],
      ],
      [
        ["target-1", 1],
        ["target-2", 0],
      ],
    ]);
    const none = { requestIn: 0, requestOut: 0, replyIn: 0, replyOut: 0 };
    expect(probes[0]!.byGateway).to.deep.equal([
      { ...none, target: "target-1", gatewayAddress: "10.1.1.27", gatewayAzId: "apne1-az4", requestIn: 1 },
      {
        ...none,
        target: "target-1",
        gatewayAddress: "10.1.2.119",
        gatewayAzId: "apne1-az1",
        requestIn: 1,
        requestOut: 1,
      },
      { ...none, target: "target-2", gatewayAddress: "10.1.2.119", gatewayAzId: "apne1-az1", requestIn: 1 },
    ]);
  });

  it("takes no packet for sent back that came in on one target, or from one gateway, and went out of or to another", () => {
    const second = { target: "target-2", azId: "apne1-az1", address: "10.1.2.10" };
    const there = inspectedFrame({ from: "10.1.2.10", to: "10.1.1.27", inner: request(1) });
    const seenOf = (mine: Buffer[], theirs: Buffer[]) =>
      correlated(
        [key],
        [
          { ...target, pcap: capture(...mine) },
          { ...second, pcap: capture(...theirs) },
        ],
        gateways,
      ).probes[0]!.seen;
    const none = { replyIn: [], replyOut: [] };
    expect(seenOf([into(request(1))], [there])).to.deep.equal({ ...none, requestIn: [1], requestOut: [] });
    const elsewhere = outOf(request(1), "10.1.2.119");
    expect(seenOf([into(request(1)), elsewhere], [])).to.deep.equal({ ...none, requestIn: [1], requestOut: [] });
    // A copy, and what came in nowhere, stay: they contradict what else was seen.
    const copied = seenOf([into(request(1)), outOf(request(1))], [there]);
    expect(copied).to.deep.equal({ ...none, requestIn: [1], requestOut: [1, 1] });
    expect(seenOf([], [there])).to.deep.equal({ ...none, requestIn: [], requestOut: [1] });
  });

  it("is not deceived by the capture of an earlier measurement, nor by another consumer's ping between the same addresses", () => {
    const theirs = "ffeeddccbbaa99887766554433221100";
    // Of the same consumer earlier, or of one whose VPC has the same CIDRs, through the same service and target.
    const whole = [request(1), reply(1)].map((inner) => ({ ...inner, pattern: theirs }));
    expect(counted(...whole.flatMap((inner) => [into(inner), outOf(inner)]))).to.deep.equal([0, 0, 0, 0]);
    const { probes } = correlated(
      [key, { ...key, nonce: theirs }],
      [{ ...target, pcap: capture(into(request(1)), ...whole.flatMap((inner) => [into(inner), outOf(inner)])) }],
      gateways,
    );
    expect(probes.map(({ seen }) => seen)).to.deep.equal([
      { requestIn: [1], requestOut: [], replyIn: [], replyOut: [] },
      { requestIn: [1], requestOut: [1], replyIn: [1], replyOut: [1] },
    ]);
  });

  it("counts a gateway that it does not know, without an AZ", () => {
    const { byGateway } = correlated([key], [{ ...target, pcap: capture(into(request(1), "10.1.9.9")) }], gateways)
      .probes[0]!;
    expect(byGateway).to.have.length(1);
    expect(byGateway[0]).to.include({ gatewayAddress: "10.1.9.9", requestIn: 1 }).and.not.have.property("gatewayAzId");
  });

  it("sees where the target itself is the destination", () => {
    const { targets } = correlated(
      [{ ...key, destination: "10.1.1.10" }],
      [{ ...target, pcap: capture(into(request(1, { to: "10.1.1.10" })), outOf(request(1, { to: "10.1.1.10" }))) }],
      gateways,
    ).probes[0]!;
    expect(targets[0]).to.include({ requestIn: 1, requestOut: 1 });
  });

  it("counts what came from which endpoint, over all targets and each direction by itself", () => {
    const from = (endpointId: bigint, inner: InspectedPacket["inner"], to = "10.1.1.10") =>
      inspectedFrame({ from: "10.1.1.27", to, inner, gwlb: { endpointId } });
    const second = { target: "target-2", azId: "apne1-az1", address: "10.1.2.10" };
    const { endpoints } = correlated(
      [key],
      [
        { ...target, pcap: capture(from(1n, request(1)), outOf(request(1)), from(1n, request(2)), from(2n, reply(1))) },
        { ...second, pcap: capture(from(1n, request(3), "10.1.2.10"), from(3n, reply(3), "10.1.2.10")) },
      ],
      gateways,
    ).probes[0]!;
    expect(endpoints).to.deep.equal({
      request: { "vpce-00000000000000001": 3 },
      reply: { "vpce-00000000000000002": 1, "vpce-00000000000000003": 1 },
    });
  });

  it("notices a GENEVE header that comes back changed, whatever the order in the file", () => {
    const changed = inspectedFrame({ from: "10.1.1.10", to: "10.1.1.27", inner: request(1), gwlb: { flowCookie: 99 } });
    for (const frames of [
      [into(request(1)), changed],
      [changed, into(request(1))],
    ]) {
      const [found] = correlated([key], [{ ...target, pcap: capture(...frames) }], gateways).probes[0]!.changed;
      expect(found).to.include({ target: "target-1", count: 1 });
      expect(found?.example).to.match(/00000003 came in, .*00000063 went out/);
    }
    const unchanged = capture(into(request(1)), outOf(request(1)));
    expect(correlated([key], [{ ...target, pcap: unchanged }], gateways).probes[0]!.changed).to.deep.equal([]);
  });

  it("keeps the first packet of each kind for the reader", () => {
    const frames = [into(request(1)), into(request(2)), outOf(request(1))];
    const { targets } = correlated([key], [{ ...target, pcap: capture(...frames) }], gateways).probes[0]!;
    expect(targets[0]!.samples).to.deep.equal([
      {
        kind: "requestIn",
        capturedAt: "2026-01-02T03:04:05.000000Z",
        outerSource: "10.1.1.27:50000",
        outerDestination: "10.1.1.10:6081",
        gwlb: { endpointId: "vpce-00000000000000001", attachmentId: "0x0000000000000002", flowCookie: "0x00000003" },
        innerSource: "10.0.1.10",
        innerDestination: "10.0.3.10",
        sequence: 1,
        ttl: 64,
      },
      {
        kind: "requestOut",
        capturedAt: "2026-01-02T03:04:05.000002Z",
        outerSource: "10.1.1.10:50000",
        outerDestination: "10.1.1.27:6081",
        gwlb: { endpointId: "vpce-00000000000000001", attachmentId: "0x0000000000000002", flowCookie: "0x00000003" },
        innerSource: "10.0.1.10",
        innerDestination: "10.0.3.10",
        sequence: 1,
        ttl: 64,
      },
    ]);
  });

  it("counts malformed datagrams and goes on", () => {
    const garbage = ethernet(ipv4("10.1.1.27", "10.1.1.10", 17, udp(1, 6081, Buffer.from("not GENEVE"))));
    const result = correlated([key], [{ ...target, pcap: capture(garbage, into(request(1)), garbage) }], gateways);
    expect(result.malformed).to.have.length(1);
    expect(result.malformed[0]).to.include({ target: "target-1", count: 2 });
    expect(result.malformed[0]!.example).to.match(/^GENEVE: version 1/);
    expect(result.probes[0]!.targets[0]!.requestIn).to.equal(1);
  });

  it("says which captures end inside a packet", () => {
    const whole = capture(into(request(1)), into(request(2)));
    const result = correlated([key], [{ ...target, pcap: whole.subarray(0, whole.length - 5) }], gateways);
    expect(result.cutOff).to.deep.equal(["target-1"]);
    expect(result.probes[0]!.targets[0]!.requestIn).to.equal(1);
  });

  it("has zeros for a target without a capture", () => {
    const result = correlated([key], [target], gateways);
    expect(result.probes[0]!.targets).to.deep.equal([
      { target: "target-1", azId: "apne1-az4", requestIn: 0, requestOut: 0, replyIn: 0, replyOut: 0 },
    ]);
  });
});
