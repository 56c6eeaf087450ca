/** An IP packet that goes through the GWLB, as far as telling flows apart needs it (RFC 791, RFC 8200). */
export interface InnerPacket {
  version: 4 | 6;
  /** IANA protocol number; for IPv6 that of the upper layer, behind extension headers. */
  protocol: number;
  /** The address's bytes, one character each: cheap to make, compare and use as part of a key. */
  source: string;
  destination: string;
  /**
   * Of TCP and UDP; 0 for all else and for every fragment. Later fragments carry no ports, and a first fragment that was
   * told apart by its ports could meet another target than the rest.
   */
  sourcePort: number;
  destinationPort: number;
  /** Multicast, broadcast and link-local traffic never leaves its link. */
  linkScope: boolean;
}

export const protocols = { tcp: 6, udp: 17 } as const;

/** IPv6 extension headers whose length is in their second byte, in eight-byte words beyond the first. */
const skippedExtensions = new Set([0, 43, 60, 135, 139, 140]);
const fragmentHeader = 44;
const authenticationHeader = 51;

/** Reads the packet at the start of `bytes`. @returns undefined when its headers are no valid IP packet. */
export function parseInnerPacket(bytes: Buffer): InnerPacket | undefined {
  switch ((bytes[0] ?? 0) >> 4) {
    case 4:
      return parseIpv4(bytes);
    case 6:
      return parseIpv6(bytes);
    default:
      return undefined;
  }
}

function parseIpv4(bytes: Buffer): InnerPacket | undefined {
  if (bytes.length < 20) return undefined;
  const headerLength = (bytes.readUInt8(0) & 0x0f) * 4;
  const totalLength = bytes.readUInt16BE(2);
  if (headerLength < 20 || totalLength < headerLength || totalLength > bytes.length) return undefined;
  // More-fragments flag or an offset.
  const fragmented = (bytes.readUInt16BE(6) & 0x3fff) !== 0;
  return {
    version: 4,
    ...upperLayer(bytes, bytes.readUInt8(9), fragmented ? undefined : headerLength),
    source: bytes.toString("latin1", 12, 16),
    destination: bytes.toString("latin1", 16, 20),
    linkScope: [bytes.readUInt32BE(12), bytes.readUInt32BE(16)].some(
      (address) => address >>> 16 === 0xa9fe || address >= 0xe0000000,
    ),
  };
}

function parseIpv6(bytes: Buffer): InnerPacket | undefined {
  if (bytes.length < 40 || bytes.readUInt16BE(4) + 40 > bytes.length) return undefined;
  let next = bytes.readUInt8(6);
  let offset = 40;
  let fragmented = false;
  while (skippedExtensions.has(next) || next === fragmentHeader || next === authenticationHeader) {
    // Behind a fragment header with an offset there is data, not another header.
    if (bytes.length < offset + 8) return undefined;
    const length = bytes.readUInt8(offset + 1);
    const later = next === fragmentHeader && (bytes.readUInt16BE(offset + 2) & 0xfff8) !== 0;
    fragmented ||= next === fragmentHeader;
    const size = next === fragmentHeader ? 8 : next === authenticationHeader ? (length + 2) * 4 : (length + 1) * 8;
    next = bytes.readUInt8(offset);
    offset += size;
    if (later) break;
  }
  return {
    version: 6,
    ...upperLayer(bytes, next, fragmented ? undefined : offset),
    source: bytes.toString("latin1", 8, 24),
    destination: bytes.toString("latin1", 24, 40),
    linkScope: [bytes.readUInt16BE(8), bytes.readUInt16BE(24)].some(
      (prefix) => (prefix & 0xffc0) === 0xfe80 || prefix >>> 8 === 0xff,
    ),
  };
}

/** @param offset - where the upper layer's header starts; undefined when there is none to be trusted */
function upperLayer(
  bytes: Buffer,
  protocol: number,
  offset: number | undefined,
): { protocol: number; sourcePort: number; destinationPort: number } {
  const hasPorts = protocol === protocols.tcp || protocol === protocols.udp;
  if (!hasPorts || offset === undefined || bytes.length < offset + 4) {
    return { protocol, sourcePort: 0, destinationPort: 0 };
  }
  return { protocol, sourcePort: bytes.readUInt16BE(offset), destinationPort: bytes.readUInt16BE(offset + 2) };
}
