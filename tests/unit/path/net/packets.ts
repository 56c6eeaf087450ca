import { encodeGeneve, geneveProtocols, type GwlbOptions } from "../../../../path/net/geneve";
import { parseAddress } from "../../../../path/net/cidr";
import { etherTypes, ipProtocols } from "../../../../path/net/packet";

/** Packets built by hand, independently of the decoders under test. */

export function ethernet(payload: Buffer, etherType: number = etherTypes.ipv4): Buffer {
  const header = Buffer.alloc(14, 0x02);
  header.writeUInt16BE(etherType, 12);
  return Buffer.concat([header, payload]);
}

/** An IP packet as tcpdump writes those of all devices: LINKTYPE_LINUX_SLL2, of Ethernet's. @param type 0 to this host, 4 from it */
export function linuxCooked(device: number, type: number, packet: Buffer, hardware = 1): Buffer {
  const header = Buffer.alloc(20);
  header.writeUInt16BE(etherTypes.ipv4, 0);
  header.writeUInt32BE(device, 4);
  header.writeUInt16BE(hardware, 8);
  header.writeUInt8(type, 10);
  return Buffer.concat([header, packet]);
}

export function ipv4(source: string, destination: string, protocol: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(20);
  header.writeUInt8(0x45, 0);
  header.writeUInt16BE(20 + payload.length, 2);
  header.writeUInt16BE(0x4000, 6);
  header.writeUInt8(64, 8);
  header.writeUInt8(protocol, 9);
  header.writeUInt32BE(parseAddress(source), 12);
  header.writeUInt32BE(parseAddress(destination), 16);
  return Buffer.concat([header, payload]);
}

export function udp(sourcePort: number, destinationPort: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt16BE(sourcePort, 0);
  header.writeUInt16BE(destinationPort, 2);
  header.writeUInt16BE(8 + payload.length, 4);
  return Buffer.concat([header, payload]);
}

/** A datagram's payload as EC2 Traffic Mirroring sends it: RFC 7348. */
export function vxlan(vni: number, frame: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt8(0x08, 0);
  header.writeUIntBE(vni, 4, 3);
  return Buffer.concat([header, frame]);
}

/** As iputils writes it: 56 bytes filled with the pattern, of which a timestamp overwrites the first 16. */
export function icmpEcho(kind: "request" | "reply", sequence: number, patternHex: string): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt8(kind === "request" ? 8 : 0, 0);
  header.writeUInt16BE(0x1234, 4);
  header.writeUInt16BE(sequence, 6);
  const data = Buffer.alloc(56, Buffer.from(patternHex, "hex"));
  data.fill(0xee, 0, 16);
  return Buffer.concat([header, data]);
}

export interface InspectedPacket {
  /** Outer addresses. */
  from: string;
  to: string;
  inner: { from: string; to: string; kind: "request" | "reply"; sequence: number; pattern: string };
  gwlb?: Partial<GwlbOptions>;
  /** Outer destination port, GENEVE's by default. */
  port?: number;
}

/** A frame on a target's interface: an echo packet inside GENEVE. */
export function inspectedFrame(packet: InspectedPacket): Buffer {
  const { inner } = packet;
  const echo = ipv4(inner.from, inner.to, ipProtocols.icmp, icmpEcho(inner.kind, inner.sequence, inner.pattern));
  return inGeneve(packet, echo);
}

/** A flow's datagram. */
export interface FlowPacket extends Pick<InspectedPacket, "from" | "to" | "gwlb"> {
  inner: { from: string; to: string; sourcePort: number; destinationPort?: number; pattern: string };
}

/** A frame on a target's interface: a datagram of UDP inside GENEVE. */
export function flowFrame(packet: FlowPacket): Buffer {
  const { from, to, sourcePort, destinationPort = 33_434, pattern } = packet.inner;
  return inGeneve(
    packet,
    ipv4(from, to, ipProtocols.udp, udp(sourcePort, destinationPort, Buffer.from(pattern, "hex"))),
  );
}

export interface Segment {
  from: string;
  to: string;
  sourcePort: number;
  destinationPort: number;
  sequence: number;
  acknowledgment?: number;
  flags: "S" | "SA" | "A" | "PA" | "R" | "RA";
  payload?: Buffer;
  /** Of the IPv4 header. */
  identification?: number;
}

/** A frame on a target's interface: a segment of TCP inside GENEVE. */
export function segmentFrame(packet: Pick<InspectedPacket, "from" | "to" | "gwlb">, segment: Segment): Buffer {
  return inGeneve(packet, tcp(segment));
}

/** The IPv4 packet. RFC 9293. */
export function tcp(segment: Segment): Buffer {
  const bits = { S: 0x02, R: 0x04, P: 0x08, A: 0x10 };
  const header = Buffer.alloc(20);
  header.writeUInt16BE(segment.sourcePort, 0);
  header.writeUInt16BE(segment.destinationPort, 2);
  header.writeUInt32BE(segment.sequence, 4);
  header.writeUInt32BE(segment.acknowledgment ?? 0, 8);
  header.writeUInt8(0x50, 12);
  const flags = Object.entries(bits).filter(([name]) => segment.flags.includes(name));
  header.writeUInt8(
    flags.reduce((sum, [, bit]) => sum + bit, 0),
    13,
  );
  const payload = Buffer.concat([header, segment.payload ?? Buffer.alloc(0)]);
  const packet = ipv4(segment.from, segment.to, ipProtocols.tcp, payload);
  packet.writeUInt16BE(segment.identification ?? 0, 4);
  return packet;
}

export function inGeneve(packet: Pick<InspectedPacket, "from" | "to" | "gwlb" | "port">, inner: Buffer): Buffer {
  const gwlb = { endpointId: 1n, attachmentId: 2n, flowCookie: 3, ...packet.gwlb };
  const geneve = encodeGeneve({ protocol: geneveProtocols.ipv4, gwlb }, inner);
  return ethernet(ipv4(packet.from, packet.to, ipProtocols.udp, udp(50_000, packet.port ?? 6081, geneve)));
}
