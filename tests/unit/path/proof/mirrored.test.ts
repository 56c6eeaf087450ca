import { expect } from "chai";
import { encodePcap } from "../../../../path/net/pcap";
import type { Finding } from "../../../../path/proof";
import { readCapture, type TargetCapture } from "../../../../path/proof/captured";
import { conclude } from "../../../../verification/conclusions";
import type { ProbeEvidence } from "../../../../path/proof/correlate";
import { sightOf } from "../../../../path/proof/mirrored";
import type { VerificationRequest } from "../../../../path/proof/request";
import { correlated, flowsIn } from "./readCaptures";
import { flowFrame, icmpEcho, inspectedFrame, ipv4, udp, vxlan } from "../net/packets";

const [marker, rest] = ["0011223344556677", "8899aabbccddeeff"];
const key = { nonce: marker + rest, source: "10.0.1.10", destination: "10.0.3.10" };
const [gateway, target, collector] = ["10.1.1.27", "10.1.1.10", "10.1.1.20"];
const gateways = { "apne1-az4": gateway };
const macAddress = "06:1A:2b:3c:4d:5e";
const [own, router, stranger] = ["061a2b3c4d5e", "06ffffffffff", "06aaaaaaaaaa"];
const mirrored = [{ macAddress, vni: 42 }];

type Towards = "in" | "out" | "unknown";

/** A frame as it crosses the target's interface. */
function frame(towards: Towards, packet: Buffer): Buffer {
  const [to, from] =
    towards === "in" ? [own, router] : towards === "out" ? [router, own] : [stranger, `${stranger.slice(0, -1)}b`];
  return Buffer.concat([Buffer.from(`${to}${from}0800`, "hex"), packet]);
}

/** Its copy on the collector, as tcpdump writes packets of all devices. */
function copied(mirroredFrame: Buffer, { vni = 42, port = 4789 } = {}): Buffer {
  const header = Buffer.from("08000000000000020001000600000000".padEnd(40, "0"), "hex");
  return Buffer.concat([header, ipv4(target, collector, 17, udp(50_001, port, vxlan(vni, mirroredFrame)))]);
}

const geneve = (towards: "in" | "out", kind: "request" | "reply", sequence = 1, pattern = key.nonce): Buffer => {
  const [from, to] = kind === "request" ? [key.source, key.destination] : [key.destination, key.source];
  const [source, sink] = towards === "in" ? [gateway, target] : [target, gateway];
  return inspectedFrame({ from: source, to: sink, inner: { from, to, kind, sequence, pattern } }).subarray(14);
};

/** Of a health check: the first segment, and the answer to it. */
function check(towards: "in" | "out", { port = 80, from = gateway } = {}): Buffer {
  const ports = Buffer.alloc(20);
  ports.writeUInt16BE(towards === "in" ? 40_112 : port, 0);
  ports.writeUInt16BE(towards === "in" ? port : 40_112, 2);
  return ipv4(towards === "in" ? from : target, towards === "in" ? target : from, 6, ports);
}
const checks = [copied(frame("in", check("in"))), copied(frame("out", check("out")))];

function capture(frames: Buffer[], more: Partial<TargetCapture> = {}): TargetCapture {
  const packets = frames.map((data, index) => ({ seconds: 1_767_323_045, nanoseconds: index * 1000, data }));
  const pcap = encodePcap({ linkType: 276, packets });
  return { target: "appliance", azId: "apne1-az4", address: target, mirrored, pcap, ...more };
}

function evidenceOf(frames: Buffer[], more: Partial<TargetCapture> = {}): ProbeEvidence {
  const [evidence] = correlated([key], [capture(frames, more)], gateways).probes;
  if (evidence === undefined) throw new Error("no evidence");
  return evidence;
}

const passage = (kind: "request" | "reply", sequence = 1): Buffer[] => [
  copied(frame("in", geneve("in", kind, sequence))),
  copied(frame("out", geneve("out", kind, sequence))),
];

describe("Mirrored copies of a target's packets", () => {
  it("are read as a capture on the target is, inside VXLAN", () => {
    const { targets, seen, byGateway } = evidenceOf([...passage("request"), ...passage("reply")]);
    expect(seen).to.deep.equal({ requestIn: [1], requestOut: [1], replyIn: [1], replyOut: [1] });
    expect(targets[0]).to.include({ target: "appliance", mirrored: true, requestIn: 1, replyOut: 1 });
    expect(byGateway[0]?.gatewayAzId).to.equal("apne1-az4");
    // Without the VXLAN taken off there is nothing.
    expect(evidenceOf(passage("request"), { mirrored: undefined }).seen.requestIn).to.deep.equal([]);
  });

  it("are those of the session's VNI and of VXLAN's port only", () => {
    const [request = Buffer.alloc(0)] = [frame("in", geneve("in", "request"))];
    expect(evidenceOf([copied(request, { vni: 43 })]).seen.requestIn).to.deep.equal([]);
    expect(evidenceOf([copied(request, { port: 4790 })]).seen.requestIn).to.deep.equal([]);
    expect(evidenceOf([copied(request)]).seen.requestIn).to.deep.equal([1]);
  });

  it("go in or out by MAC address: what the interface sends to its own address is not coming in", () => {
    expect(evidenceOf([copied(frame("out", geneve("in", "request")))]).seen.requestIn).to.deep.equal([]);
    expect(evidenceOf([copied(frame("in", geneve("out", "request")))]).seen.requestOut).to.deep.equal([]);
  });

  it("go in or out by IP address alone where the MAC addresses are not the interface's", () => {
    const { seen } = evidenceOf([
      copied(frame("unknown", geneve("in", "request"))),
      copied(frame("unknown", geneve("out", "request"))),
    ]);
    expect(seen).to.deep.equal({ requestIn: [1], requestOut: [1], replyIn: [], replyOut: [] });
  });

  it("show a two-armed appliance by any of its interfaces", () => {
    const arm = { macAddress: "06:00:00:00:00:02", vni: 43 };
    const bare = ipv4(key.source, key.destination, 1, icmpEcho("request", 1, key.nonce));
    const sent = Buffer.concat([Buffer.from("06ffffffffff0600000000020800", "hex"), bare]);
    const frames = [copied(frame("in", geneve("in", "request"))), copied(sent, { vni: 43 })];
    const { seen, bare: found } = evidenceOf(frames, { mirrored: [...mirrored, arm] });
    expect(seen.requestOut).to.deep.equal([1]);
    expect(found[0]?.requestOut).to.equal(1);
  });

  it("hold the flows beside the pings", () => {
    const inner = { from: key.source, to: key.destination, sourcePort: 40_000, pattern: key.nonce };
    const frames = [
      copied(frame("in", flowFrame({ from: gateway, to: target, inner }).subarray(14))),
      copied(frame("out", flowFrame({ from: target, to: gateway, inner }).subarray(14))),
    ];
    expect(flowsIn([key], [capture(frames)], gateways)).to.deep.equal([
      [{ target: "appliance", gatewayAzId: "apne1-az4", flowsIn: 1, flowsOut: 1 }],
    ]);
  });

  it("that are cut off within a header are counted as such, or passed over, and break nothing", () => {
    const whole = copied(frame("in", geneve("in", "request")));
    for (let length = 0; length < whole.length; length++) {
      expect(evidenceOf([whole.subarray(0, length)]).seen.requestOut, `${length} bytes`).to.deep.equal([]);
    }
    // A health check is no GENEVE that could be malformed.
    const [segment = whole] = checks;
    for (let length = segment.length - 20; length < segment.length; length++) {
      const { malformed, cutOff } = readCapture(capture([segment.subarray(0, length)]), [gateway]);
      expect({ malformed: malformed.count, cutOff }, `${length} bytes`).to.deep.equal({ malformed: 0, cutOff: false });
    }
  });
});

describe("Sight of a mirror", () => {
  const checked = { address: target, gatewayAddresses: [gateway], healthPort: 80 };
  const sight = (frames: Buffer[], of = checked) => sightOf(readCapture(capture(frames), [gateway]).segments, of);

  it("is proven by a health check of the GWLB coming in and an answer going out", () => {
    expect(sight(checks)).to.deep.equal({ in: true, out: true });
    expect(sight(checks.slice(0, 1))).to.deep.equal({ in: true, out: false });
    expect(sight(checks.slice(1))).to.deep.equal({ in: false, out: true });
    expect(sight([])).to.deep.equal({ in: false, out: false });
  });

  it("is not proven by another port, another host, another session, the ping's own packets, or what is no copy", () => {
    const none = { in: false, out: false };
    const other = { from: "10.9.9.9" };
    expect(sight(checks, { ...checked, healthPort: 443 })).to.deep.equal(none);
    expect(sight([copied(frame("in", check("in", other))), copied(frame("out", check("out", other)))])).to.deep.equal(
      none,
    );
    expect(sight([copied(frame("in", check("in")), { vni: 7 })])).to.deep.equal(none);
    expect(sight([...passage("request"), ...passage("reply")])).to.deep.equal(none);
    expect(sight([Buffer.concat([Buffer.from("0800".padEnd(40, "0"), "hex"), check("in")])])).to.deep.equal(none);
  });
});

describe("Verdict by mirroring", () => {
  const host = { instanceId: "i-0123456789abcdef0", region: "ap-northeast-1" };
  const request: VerificationRequest = {
    targets: [{ name: "appliance", azId: "apne1-az4", address: target, host, mirrored, hairpin: false }],
    gatewayAddresses: gateways,
    pairs: [
      {
        source: { name: "source", azId: "apne1-az4", address: key.source, host },
        destination: { name: "destination", address: key.destination },
        expectReply: true,
      },
    ],
    ping: { count: 2, interval: 0.2, timeout: 1 },
    health: { threshold: 2, deadline: 5 },
  };

  function verdictOn(frames: Buffer[] | undefined, received = 2): { verdict: string; codes: string[] } {
    const statistics = { transmitted: 2, received, loss: 100 - 50 * received };
    const answered = [1, 2].slice(0, received);
    const found: Finding[] = [];
    const measured = {
      measuredAt: "2026-11-27T00:00:00.000Z",
      marker,
      sourcePorts: [61_234, 61_235] as const,
      nonces: [key.nonce],
      healthPort: 80,
      targetFindings: found,
      outcomes: [{ statistics, answered, findings: [] }],
      captures: [capture(frames ?? [], frames === undefined ? { pcap: undefined } : {})],
    };
    const { verdict, pairs } = conclude(request, measured, (each) => found.push(each));
    return { verdict, codes: (pairs[0]?.findings ?? []).map(({ code }) => code) };
  }
  const through = [1, 2].flatMap((each) => [...passage("request", each), ...passage("reply", each)]);
  const requestsIn = [1, 2].map((each) => copied(frame("in", geneve("in", "request", each))));

  it("is inspected where the copies show every packet, in and out, and the mirror its sight", () => {
    expect(verdictOn([...checks, ...through])).to.deep.equal({ verdict: "inspected", codes: [] });
  });

  it("is inconclusive where the mirror has not proven its sight, both ways, whatever the copies show", () => {
    for (const frames of [[], through, [...checks.slice(0, 1), ...through], [...checks.slice(1), ...requestsIn]]) {
      for (const received of [0, 2]) {
        const { verdict, codes } = verdictOn(frames, received);
        expect(verdict).to.equal("inconclusive");
        expect(codes).to.include("MIRROR_BLIND");
      }
    }
    expect(verdictOn(undefined).verdict).to.equal("inconclusive");
  });

  it("is what a capture would show where the mirror sees", () => {
    expect(verdictOn([...checks, ...requestsIn], 0).verdict).to.equal("lost-at-target");
    expect(verdictOn(checks, 0).verdict).to.equal("lost-before-target");
    expect(verdictOn(checks, 2).verdict).to.equal("bypassed");
  });

  it("is inconclusive where some copies of a kind are missing", () => {
    expect(verdictOn([...checks, ...passage("request", 1), ...passage("reply", 1)]).verdict).to.equal("inconclusive");
  });
});
