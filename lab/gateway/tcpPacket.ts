import { networkWord, storeChecksum, sum } from "./checksum";
import { protocols } from "./innerPacket";

/** TCP's flags (RFC 9293): byte 13 of its header. */
export const tcpFlags = { fin: 0x01, push: 0x08, acknowledgement: 0x10, congestionWindowReduced: 0x80 } as const;

/** Offset of the TCP header in packets that are cut and joined here: those of IPv4 without options. */
export const tcpStart = 20;

/** Offsets in such packets. */
export const offsets = { totalLength: 2, identification: 4, ipChecksum: 10, sequence: 24, flags: 33, tcpChecksum: 36 };

/** @returns offset of what TCP carries; undefined for all but TCP in an IPv4 packet without IP options, no fragment */
export function tcpPayload(packet: Buffer): number | undefined {
  if (packet.length < tcpStart + 20 || packet[0] !== 0x45 || packet[9] !== protocols.tcp) return undefined;
  // More-fragments flag or an offset.
  if ((packet.readUInt16BE(6) & 0x3fff) !== 0) return undefined;
  const payload = tcpStart + (packet.readUInt8(tcpStart + 12) >> 4) * 4;
  return payload >= tcpStart + 20 && payload <= packet.length ? payload : undefined;
}

/** Sum of the pseudo header (RFC 9293) of a packet of `length` bytes. */
export function pseudoHeaderSum(packet: Buffer, length: number): number {
  return sum(packet, 12, 8) + networkWord(protocols.tcp) + networkWord(length - tcpStart);
}

/** Writes total length and header checksum of an IPv4 packet without options. */
export function finishIpHeader(packet: Buffer, length: number): void {
  packet.writeUInt16BE(length, offsets.totalLength);
  packet.writeUInt16BE(0, offsets.ipChecksum);
  storeChecksum(packet, offsets.ipChecksum, sum(packet, 0, tcpStart));
}
