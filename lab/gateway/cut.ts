import { storeChecksum, sum } from "./checksum";
import { finishIpHeader, offsets, pseudoHeaderSum, tcpFlags, tcpPayload, tcpStart } from "./tcpPacket";

/**
 * Cuts a large packet of TCP, as a sender with segmentation offload leaves it to its network card, into the packets that
 * would be on the wire, with their checksums.
 *
 * @param segmentSize - bytes of payload in each packet but the last
 * @param room - where each packet is written
 * @param each - is given the packet's length, before the next one is written
 * @returns false when there is nothing to be cut
 */
export function cut(packet: Buffer, segmentSize: number, room: Buffer, each: (length: number) => void): boolean {
  const start = tcpPayload(packet);
  if (start === undefined || segmentSize === 0) return false;
  packet.copy(room, 0, 0, start);
  const identification = packet.readUInt16BE(offsets.identification);
  const sequence = packet.readUInt32BE(offsets.sequence);
  const flags = packet.readUInt8(offsets.flags);
  const ofLast = tcpFlags.fin | tcpFlags.push;
  for (let from = start, index = 0; from < packet.length; from += segmentSize, index++) {
    const end = Math.min(from + segmentSize, packet.length);
    const length = start + end - from;
    const without = (end < packet.length ? ofLast : 0) | (index > 0 ? tcpFlags.congestionWindowReduced : 0);
    packet.copy(room, start, from, end);
    room.writeUInt16BE((identification + index) & 0xffff, offsets.identification);
    room.writeUInt32BE((sequence + from - start) >>> 0, offsets.sequence);
    room.writeUInt8(flags & ~without, offsets.flags);
    finishIpHeader(room, length);
    room.writeUInt16BE(0, offsets.tcpChecksum);
    storeChecksum(room, offsets.tcpChecksum, sum(room, tcpStart, length - tcpStart, pseudoHeaderSum(room, length)));
    each(length);
  }
  return true;
}
