import { expect } from "chai";
import { decodePcap, encodePcap } from "../../../../path/net/pcap";
import { echoesIn, readCapture, sawCanary, seesOneWay } from "../../../../path/proof/captured";
import type { ProbeEvidence } from "../../../../path/proof/correlate";
import type { ProbeKey } from "../../../../path/proof/probes/probe";
import { correlated } from "./readCaptures";
import { linuxCooked, icmpEcho, inspectedFrame, ipv4, type InspectedPacket } from "../net/packets";

const pattern = "00112233445566778899aabbccddeeff";
const key: ProbeKey = { nonce: pattern, source: "10.0.1.10", destination: "10.0.3.10" };
const [gateway, target] = ["10.1.1.27", "10.1.1.10"];
const packetTypes = { in: 0, otherhost: 3, out: 4 };
const [ethernetDevice, tunnelDevice] = [1, 65_534];

interface Where {
  heading: keyof typeof packetTypes;
  device?: number;
  hardware?: number;
}

function cooked({ heading, device = 2, hardware = ethernetDevice }: Where, packet: Buffer): Buffer {
  return linuxCooked(device, packetTypes[heading], packet, hardware);
}

const inside = (kind: "request" | "reply", sequence = 1): InspectedPacket["inner"] => {
  const [from, to] = kind === "request" ? [key.source, key.destination] : [key.destination, key.source];
  return { from, to, kind, sequence, pattern };
};
const geneve = (where: Where, from: string, to: string, inner = inside("request")): Buffer =>
  cooked(where, inspectedFrame({ from, to, inner }).subarray(14));
const bare = (where: Where, from: string, to: string, kind: "request" | "reply"): Buffer =>
  cooked(where, ipv4(from, to, 1, icmpEcho(kind, 1, pattern)));

function file(frames: Buffer[], linkType = 276): { target: string; azId: string; address: string; pcap: Buffer } {
  const packets = frames.map((data, index) => ({ seconds: 1_767_323_045, nanoseconds: index * 1000, data }));
  return { target: "target-1", azId: "apne1-az4", address: target, pcap: encodePcap({ linkType, packets }) };
}

const directionsOf = (frames: Buffer[]): (string | undefined)[] =>
  echoesIn(readCapture(file(frames), [gateway])).map(({ direction }) => direction);

function evidenceOf(frames: Buffer[]): ProbeEvidence {
  const [evidence] = correlated([key], [file(frames)], { "apne1-az4": gateway }).probes;
  if (evidence === undefined) throw new Error("no evidence");
  return evidence;
}

describe("Captures of all devices", () => {
  it("have a packet once that crosses a bridge, a bond or a VLAN and the device below", () => {
    const crossing = [2, 7].flatMap((device) => [
      geneve({ heading: "in", device }, gateway, target),
      geneve({ heading: "out", device }, target, gateway),
    ]);
    expect(directionsOf(crossing)).to.deep.equal(["In", "Out"]);
  });

  it("tell what left by another device than the GWLB's packets come in by, unless the same left there, too", () => {
    const cameIn = geneve({ heading: "in" }, gateway, target);
    const [right, elsewhere] = [2, 7].map((device) => geneve({ heading: "out", device }, target, gateway));
    if (right === undefined || elsewhere === undefined) throw new Error("no frame");
    const changesOf = (...out: Buffer[]): string[] => evidenceOf([cameIn, ...out]).changed.map(({ what }) => what);
    expect(changesOf(right)).to.deep.equal([]);
    expect(changesOf(elsewhere)).to.deep.equal(["device"]);
    expect(changesOf(elsewhere, right)).to.deep.equal([]);
  });

  it("have a packet twice that comes twice by one device", () => {
    const twice = [2, 2, 7, 7].map((device) => geneve({ heading: "in", device }, gateway, target));
    expect(directionsOf(twice)).to.deep.equal(["In", "In"]);
  });

  it("take for in and out only what comes to the host and leaves it", () => {
    expect(
      directionsOf([
        geneve({ heading: "out", device: 8 }, gateway, target),
        geneve({ heading: "in", device: 8 }, target, gateway),
        geneve({ heading: "otherhost" }, gateway, target),
      ]),
    ).to.deep.equal([undefined, undefined, undefined]);
  });

  it("know the target by the address that the GWLB sends to, too", () => {
    const [other, stranger] = ["10.1.1.11", "10.9.9.9"];
    expect(
      directionsOf([geneve({ heading: "in" }, gateway, other), geneve({ heading: "out" }, other, gateway)]),
    ).to.deep.equal(["In", "Out"]);
    expect(directionsOf([geneve({ heading: "in" }, stranger, other)])).to.deep.equal([undefined]);
  });

  it("are read in the older cooked form, too", () => {
    const older = (type: number, packet: Buffer): Buffer => {
      const header = Buffer.alloc(16);
      header.writeUInt16BE(type, 0);
      header.writeUInt16BE(ethernetDevice, 2);
      header.writeUInt16BE(0x0800, 14);
      return Buffer.concat([header, packet]);
    };
    const packet = (from: string, to: string): Buffer =>
      inspectedFrame({ from, to, inner: inside("request") }).subarray(14);
    const frames = [older(0, packet(gateway, target)), older(4, packet(target, gateway))];
    expect(decodePcap(file(frames, 113).pcap).linkType).to.equal(113);
    expect(readCapture(file(frames, 113), [gateway]).inspected.map(({ direction }) => direction)).to.deep.equal([
      "In",
      "Out",
    ]);
  });

  it("show the canary from whichever address it left, or where it went to the host itself", () => {
    const marker = pattern.slice(0, 16);
    const canary = (where: Where, from: string, to: string): boolean => {
      const inner = { ...inside("request", 0), pattern: `${marker}63616e6172792121` };
      return sawCanary(readCapture(file([geneve(where, from, to, inner)]), [gateway]), marker);
    };
    expect(canary({ heading: "out", device: 3 }, "10.9.0.10", gateway)).to.equal(true);
    expect(canary({ heading: "in" }, "127.0.0.1", "127.0.0.1")).to.equal(true);
    expect(canary({ heading: "in" }, gateway, target)).to.equal(false);
  });
});

describe("A capture of one direction", () => {
  const marker = pattern.slice(0, 16);
  const isOneWay = (...frames: Buffer[]): boolean => seesOneWay(readCapture(file(frames), [gateway]), marker);
  const [cameIn, wentOut] = [geneve({ heading: "in" }, gateway, target), geneve({ heading: "out" }, target, gateway)];

  it("has packets that went out, and none that came in, with GENEVE or without", () => {
    expect(isOneWay(wentOut)).to.equal(true);
    expect(isOneWay(wentOut, cameIn)).to.equal(false);
    expect(isOneWay(wentOut, bare({ heading: "in", device: 3 }, key.source, key.destination, "request"))).to.equal(
      false,
    );
    const own = { ...inside("request", 0), pattern: `${marker}63616e6172792121` };
    expect(isOneWay(geneve({ heading: "out" }, target, gateway, own)), "its canary").to.equal(false);
  });
});

describe("A canary's ping", () => {
  const marker = pattern.slice(0, 16);
  const ping = (heading: Where["heading"], more: Buffer[], where: Partial<Where> = {}): boolean => {
    const echo = ipv4(target, gateway, 1, icmpEcho("request", 1, `${marker}63616e6172792121`));
    return sawCanary(readCapture(file([cooked({ heading, ...where }, echo), ...more]), [gateway]), marker);
  };
  const cameIn = geneve({ heading: "in" }, gateway, target);

  it("shows sight where the target keeps its datagram, but not of GENEVE that was never seen to come", () => {
    expect(ping("out", [cameIn])).to.equal(true);
    expect(ping("out", [])).to.equal(false);
    expect(ping("out", [geneve({ heading: "out" }, target, gateway)])).to.equal(false);
    expect(ping("in", [cameIn])).to.equal(false);
    expect(ping("out", [cameIn], { hardware: tunnelDevice })).to.equal(false);
  });
});

describe("Packets outside GENEVE", () => {
  const requestIn = geneve({ heading: "in" }, gateway, target);
  const replyOut = geneve({ heading: "out" }, target, gateway, inside("reply"));

  it("of a two-armed appliance with NAT are requests out and replies in, on its other interface", () => {
    const {
      seen,
      bare: found,
      byGateway,
      targets,
    } = evidenceOf([
      requestIn,
      bare({ heading: "out", device: 3 }, "10.1.9.10", key.destination, "request"),
      bare({ heading: "in", device: 3 }, key.destination, "10.1.9.10", "reply"),
      replyOut,
    ]);
    expect(seen).to.deep.equal({ requestIn: [1], requestOut: [1], replyIn: [1], replyOut: [1] });
    expect(found).to.deep.equal([
      {
        target: "target-1",
        requestIn: 0,
        requestOut: 1,
        replyIn: 1,
        replyOut: 0,
        example: "10.1.9.10 → 10.0.3.10",
      },
    ]);
    expect(byGateway[0]).to.include({ gatewayAddress: gateway, requestOut: 1, replyIn: 1 });
    expect(targets[0], "counts are of GENEVE alone").to.include({ requestOut: 0, replyIn: 0 });
  });

  it("count for nothing where no GENEVE came in or goes out: they go past the gateway", () => {
    const { seen, bare: found } = evidenceOf([
      bare({ heading: "in" }, key.source, key.destination, "request"),
      bare({ heading: "out", device: 3 }, key.source, key.destination, "request"),
    ]);
    expect(seen).to.deep.equal({ requestIn: [], requestOut: [], replyIn: [], replyOut: [] });
    expect(found).to.deep.equal([]);
  });

  it("count for nothing inside the target: in a tunnel's device, or where GENEVE goes out, too", () => {
    const inTunnel = evidenceOf([
      requestIn,
      bare({ heading: "out", device: 9, hardware: tunnelDevice }, key.source, key.destination, "request"),
    ]);
    expect(inTunnel.seen.requestOut).to.deep.equal([]);
    const oneArmed = evidenceOf([
      requestIn,
      bare({ heading: "out", device: 9 }, key.source, key.destination, "request"),
      geneve({ heading: "out" }, target, gateway),
    ]);
    expect(oneArmed.seen.requestOut).to.deep.equal([1]);
    expect(oneArmed.bare).to.deep.equal([]);
  });

  it("count for nothing on a target other than the one that got the GENEVE", () => {
    const [first, second] = [
      file([requestIn]),
      { ...file([bare({ heading: "out" }, key.source, key.destination, "request")]), target: "target-2" },
    ];
    const [evidence] = correlated([key], [first, second], { "apne1-az4": gateway }).probes;
    expect(evidence?.seen.requestOut).to.deep.equal([]);
  });
});
