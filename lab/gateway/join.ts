import { fold, storeChecksum, sum } from "./checksum";
import { finishIpHeader, offsets, pseudoHeaderSum, tcpFlags, tcpPayload, tcpStart } from "./tcpPacket";
import { virtioHeaderLength, writeJoinedHeader, writePlainHeader } from "./virtioHeader";

/** Of an IP packet. */
const largest = 65535;
/** A packet with other flags than these stays alone. */
const joinable = tcpFlags.acknowledgement | tcpFlags.push;
/** Bytes that may differ from those of the packet before, most of them in a known way. */
const { totalLength, identification, ipChecksum, sequence, flags, tcpChecksum } = offsets;
const changing = new Set([
  ...[totalLength, identification, ipChecksum, tcpChecksum].flatMap((offset) => [offset, offset + 1]),
  ...[0, 1, 2, 3].map((byte) => sequence + byte),
  flags,
]);
/** Up to TCP's longest header. */
const constant = Array.from({ length: tcpStart + 60 }, (_, offset) => offset).filter((offset) => !changing.has(offset));

/**
 * Joins TCP packets that follow each other into one that says of which size they were, as the kernel does with what
 * comes from network cards (generic receive offload). Only what could be cut again into the very same packets is joined.
 */
export class Joiner {
  private readonly room = Buffer.alloc(virtioHeaderLength + largest);
  private readonly packet = this.room.subarray(virtioHeaderLength);
  private length = 0;
  private count = 0;
  private headersLength = 0;
  private segmentSize = 0;
  private complete = true;

  /** How many packets wait to be taken. */
  get packets(): number {
    return this.count;
  }

  /** Begins with a packet of any kind. */
  begin(packet: Buffer): void {
    packet.copy(this.packet);
    const payload = tcpPayload(packet);
    this.length = packet.length;
    this.count = 1;
    this.headersLength = payload ?? 0;
    this.segmentSize = packet.length - this.headersLength;
    this.complete = payload === undefined || this.segmentSize === 0 || packet[flags] !== tcpFlags.acknowledgement;
    this.complete ||= !isIntact(packet);
  }

  /** @returns whether the packet is joined to those that wait; if not, these have to be taken first */
  add(packet: Buffer): boolean {
    const payload = packet.length - this.headersLength;
    if (this.complete || payload <= 0 || payload > this.segmentSize || this.length + payload > largest) return false;
    if (tcpPayload(packet) !== this.headersLength || !this.follows(packet) || !isIntact(packet)) return false;
    packet.copy(this.packet, this.length, this.headersLength);
    packet.copy(this.packet, flags, flags, flags + 1);
    this.length += payload;
    this.count++;
    this.complete = payload < this.segmentSize || packet[flags] !== tcpFlags.acknowledgement;
    return true;
  }

  /** @returns what is to be written to the TUN, valid until the next packet */
  take(): Buffer {
    const { room, packet, length } = this;
    if (this.count > 1) {
      finishIpHeader(packet, length);
      // The sum itself, not its complement: the kernel adds the rest for each packet.
      storeChecksum(packet, tcpChecksum, ~fold(pseudoHeaderSum(packet, length)) & 0xffff);
      writeJoinedHeader(room, this.headersLength, this.segmentSize, tcpStart);
    } else writePlainHeader(room);
    this.count = 0;
    this.complete = true;
    return room.subarray(0, virtioHeaderLength + length);
  }

  /** Whether `packet` has the headers of the next one after those that wait. */
  private follows(packet: Buffer): boolean {
    const { packet: first, headersLength } = this;
    if (packet.readUInt16BE(identification) !== ((first.readUInt16BE(identification) + this.count) & 0xffff))
      return false;
    const next = first.readUInt32BE(sequence) + this.length - headersLength;
    if (packet.readUInt32BE(sequence) !== next >>> 0) return false;
    if (((packet[flags] ?? 0) & ~joinable) !== 0) return false;
    for (const offset of constant) {
      if (offset >= headersLength) break;
      if (packet[offset] !== first[offset]) return false;
    }
    return true;
  }
}

/** Whether length and checksums are right: joined packets get new ones, which must not mend what was wrong. */
function isIntact(packet: Buffer): boolean {
  const { length } = packet;
  return (
    packet.readUInt16BE(totalLength) === length &&
    fold(sum(packet, 0, tcpStart)) === 0xffff &&
    fold(sum(packet, tcpStart, length - tcpStart, pseudoHeaderSum(packet, length))) === 0xffff
  );
}
