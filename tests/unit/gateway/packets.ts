import type { InnerPacket } from "../../../lab/gateway/innerPacket";

/** An IPv4 packet of header and `payload`. `fragment` is the flags-and-offset field. */
export function ipv4(
  source: string,
  destination: string,
  protocol: number,
  payload: Buffer = Buffer.alloc(0),
  fragment = 0,
): Buffer {
  const header = Buffer.alloc(20);
  header.writeUInt8(0x45, 0);
  header.writeUInt16BE(20 + payload.length, 2);
  header.writeUInt16BE(fragment, 6);
  header.writeUInt8(protocol, 9);
  Buffer.from(source.split(".").map(Number)).copy(header, 12);
  Buffer.from(destination.split(".").map(Number)).copy(header, 16);
  return Buffer.concat([header, payload]);
}

/** Addresses as 32 hexadecimal digits. */
export function ipv6(source: string, destination: string, nextHeader: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt8(0x60, 0);
  header.writeUInt16BE(payload.length, 4);
  header.writeUInt8(nextHeader, 6);
  return Buffer.concat([header, Buffer.from(source + destination, "hex"), payload]);
}

/** The first bytes of TCP and UDP, as long as a UDP header. */
export function ports(source: number, destination: number): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt16BE(source, 0);
  header.writeUInt16BE(destination, 2);
  return header;
}

export function inner(source: string, destination: string, protocol: number, from = 0, to = 0): InnerPacket {
  const bytes = (address: string): string => String.fromCharCode(...address.split(".").map(Number));
  return {
    version: 4,
    protocol,
    source: bytes(source),
    destination: bytes(destination),
    sourcePort: from,
    destinationPort: to,
    linkScope: false,
  };
}
