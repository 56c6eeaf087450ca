/** Decoding of captured frames down to ICMP echo, UDP and TCP. Everything that a capture can cut off is checked before it is read. */

/** Link types of a capture (https://www.tcpdump.org/linktypes.html). */
export const linkTypes = { ethernet: 1, rawIp: 101, linuxSll: 113, linuxSll2: 276 } as const;
export const etherTypes = { ipv4: 0x0800, ipv6: 0x86dd, vlan: 0x8100, serviceVlan: 0x88a8 } as const;
/** IANA protocol numbers. */
export const ipProtocols = { icmp: 1, tcp: 6, udp: 17 } as const;
/** ICMP types (RFC 792). */
export const icmpTypes = { echoReply: 0, unreachable: 3, echoRequest: 8 } as const;

/** Bytes that are not the packet they should be, or too few of them. */
export class PacketError extends Error {
  override readonly name = "PacketError";
}

export interface Frame {
  etherType: number;
  payload: Buffer;
  /** What a cooked header tells of the packet's way; absent where there is none. */
  cooked?: CookedHeader;
}

export interface CookedHeader {
  /** Whether it came to this host or left it; `other` has what was on its way to somebody else, and what went to many. */
  heading: "in" | "out" | "other";
  /** Whether the device has Ethernet frames: a tunnel's has none. */
  ethernet: boolean;
  /** Index of the device; absent in the first version of the header. */
  interfaceIndex?: number;
}

export interface Ipv4Packet {
  /** Dotted decimal. */
  source: string;
  destination: string;
  protocol: number;
  ttl: number;
  identification: number;
  /** In bytes; anything but 0 means that the payload is not the beginning. */
  fragmentOffset: number;
  moreFragments: boolean;
  /** What the header says, in bytes. */
  totalLength: number;
  /** What was captured of the payload, without the link's padding. */
  payload: Buffer;
}

export interface UdpDatagram {
  sourcePort: number;
  destinationPort: number;
  checksum: number;
  payload: Buffer;
}

export interface TcpSegment {
  sourcePort: number;
  destinationPort: number;
  sequence: number;
  /** Without `ack` it says nothing. */
  acknowledgment: number;
  syn: boolean;
  rst: boolean;
  ack: boolean;
  payload: Buffer;
}

export interface IcmpEcho {
  kind: "request" | "reply";
  identifier: number;
  sequence: number;
  data: Buffer;
}

/**
 * Takes the link layer off, with any VLAN tags.
 * @param linkType one of {@link linkTypes}
 * @throws PacketError when the link type is unknown or the frame too short
 */
export function decodeFrame(linkType: number, bytes: Buffer): Frame {
  switch (linkType) {
    case linkTypes.ethernet:
      atLeast(bytes, 14, "Ethernet header");
      return withoutVlan(bytes.readUInt16BE(12), bytes.subarray(14));
    case linkTypes.linuxSll:
      atLeast(bytes, 16, "Linux cooked header");
      return {
        ...withoutVlan(bytes.readUInt16BE(14), bytes.subarray(16)),
        cooked: cookedHeader(bytes.readUInt16BE(0), bytes.readUInt16BE(2)),
      };
    case linkTypes.linuxSll2:
      atLeast(bytes, 20, "Linux cooked v2 header");
      return {
        ...withoutVlan(bytes.readUInt16BE(0), bytes.subarray(20)),
        cooked: { ...cookedHeader(bytes.readUInt8(10), bytes.readUInt16BE(8)), interfaceIndex: bytes.readUInt32BE(4) },
      };
    case linkTypes.rawIp:
      atLeast(bytes, 1, "IP header");
      return { etherType: bytes.readUInt8(0) >> 4 === 6 ? etherTypes.ipv6 : etherTypes.ipv4, payload: bytes };
    default:
      throw new PacketError(
        `link type ${linkType} is unknown, expected one of ${Object.entries(linkTypes)
          .map(([name, value]) => `${value} (${name})`)
          .join(", ")}`,
      );
  }
}

/** @see https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html */
function cookedHeader(packetType: number, hardwareType: number): CookedHeader {
  const heading = packetType === 0 ? "in" : packetType === 4 ? "out" : "other";
  return { heading, ethernet: hardwareType === 1 };
}

/** However many tags there are: a hostile frame may hold nothing else. */
function withoutVlan(etherType: number, payload: Buffer): Frame {
  let frame: Frame = { etherType, payload };
  while (frame.etherType === etherTypes.vlan || frame.etherType === etherTypes.serviceVlan) {
    atLeast(frame.payload, 4, "VLAN tag");
    frame = { etherType: frame.payload.readUInt16BE(2), payload: frame.payload.subarray(4) };
  }
  return frame;
}

/**
 * RFC 791. The payload may be shorter than the header says when the capture cut the packet off.
 * @throws PacketError
 */
export function decodeIpv4(bytes: Buffer): Ipv4Packet {
  atLeast(bytes, 20, "IPv4 header");
  const version = bytes.readUInt8(0) >> 4;
  if (version !== 4) {
    throw new PacketError(`IP version ${version}, expected 4`);
  }
  const headerLength = (bytes.readUInt8(0) & 0x0f) * 4;
  const totalLength = bytes.readUInt16BE(2);
  if (headerLength < 20) {
    throw new PacketError(`IPv4 header of ${headerLength} bytes, expected at least 20`);
  }
  if (totalLength < headerLength) {
    throw new PacketError(`IPv4 total length ${totalLength} is less than the header's ${headerLength} bytes`);
  }
  atLeast(bytes, headerLength, "IPv4 header with options");
  const fragment = bytes.readUInt16BE(6);
  return {
    source: bytes.subarray(12, 16).join("."),
    destination: bytes.subarray(16, 20).join("."),
    protocol: bytes.readUInt8(9),
    ttl: bytes.readUInt8(8),
    identification: bytes.readUInt16BE(4),
    fragmentOffset: (fragment & 0x1fff) * 8,
    moreFragments: (fragment & 0x2000) !== 0,
    totalLength,
    payload: bytes.subarray(headerLength, totalLength),
  };
}

/**
 * RFC 768.
 * @throws PacketError
 */
export function decodeUdp(bytes: Buffer): UdpDatagram {
  atLeast(bytes, 8, "UDP header");
  const length = bytes.readUInt16BE(4);
  if (length < 8) {
    throw new PacketError(`UDP length ${length}, expected at least 8`);
  }
  return {
    sourcePort: bytes.readUInt16BE(0),
    destinationPort: bytes.readUInt16BE(2),
    checksum: bytes.readUInt16BE(6),
    payload: bytes.subarray(8, length),
  };
}

/**
 * RFC 9293.
 * @throws PacketError
 */
export function decodeTcpPorts(bytes: Buffer): { sourcePort: number; destinationPort: number } {
  atLeast(bytes, 4, "TCP header");
  return { sourcePort: bytes.readUInt16BE(0), destinationPort: bytes.readUInt16BE(2) };
}

/**
 * RFC 9293. The payload may be shorter than it was when the capture cut the packet off.
 * @throws PacketError
 */
export function decodeTcp(bytes: Buffer): TcpSegment {
  atLeast(bytes, 20, "TCP header");
  const headerLength = (bytes.readUInt8(12) >> 4) * 4;
  if (headerLength < 20) {
    throw new PacketError(`TCP header of ${headerLength} bytes, expected at least 20`);
  }
  atLeast(bytes, headerLength, "TCP header with options");
  const flags = bytes.readUInt8(13);
  return {
    ...decodeTcpPorts(bytes),
    sequence: bytes.readUInt32BE(4),
    acknowledgment: bytes.readUInt32BE(8),
    syn: (flags & 0x02) !== 0,
    rst: (flags & 0x04) !== 0,
    ack: (flags & 0x10) !== 0,
    payload: bytes.subarray(headerLength),
  };
}

/**
 * RFC 792.
 * @returns undefined for any other ICMP message
 * @throws PacketError
 */
export function decodeIcmpEcho(bytes: Buffer): IcmpEcho | undefined {
  atLeast(bytes, 8, "ICMP header");
  const type = bytes.readUInt8(0);
  if ((type !== icmpTypes.echoRequest && type !== icmpTypes.echoReply) || bytes.readUInt8(1) !== 0) {
    return undefined;
  }
  return {
    kind: type === icmpTypes.echoRequest ? "request" : "reply",
    identifier: bytes.readUInt16BE(4),
    sequence: bytes.readUInt16BE(6),
    data: bytes.subarray(8),
  };
}

function atLeast(bytes: Buffer, length: number, what: string): void {
  if (bytes.length < length) {
    throw new PacketError(`${what} is cut off: ${bytes.length} bytes, expected at least ${length}`);
  }
}
