/** Capture files in the pcap format (draft-ietf-opsawg-pcap), as `tcpdump -w` writes them. */

export interface CapturedPacket {
  /** Seconds since 1970, UTC. */
  seconds: number;
  /** 0 to 999,999,999. */
  nanoseconds: number;
  /** Bytes that the packet had on the wire; `data` has fewer when the snap length cut it off. */
  originalLength: number;
  data: Buffer;
}

export interface Capture {
  /** See `linkTypes` in packet.ts. */
  linkType: number;
  snapLength: number;
  packets: CapturedPacket[];
  /** The file ends inside a record: its writer was stopped at a bad moment. What was whole is in `packets`. */
  truncated: boolean;
}

/** Bytes that are not a capture file. */
export class PcapError extends Error {
  override readonly name = "PcapError";
}

const fileHeaderLength = 24;
const recordHeaderLength = 16;
/** libpcap's own limit; a longer record means that we lost our place in the file. */
const maximumRecordLength = 262_144;
const nanosecondsPerSecond = 1_000_000_000;
const microsecondMagic = 0xa1b2c3d4;
const nanosecondMagic = 0xa1b23c4d;
const pcapngMagic = 0x0a0d0d0a;

/** Numbers as the capturing machine wrote them. */
interface Reader {
  u16(offset: number): number;
  u32(offset: number): number;
  nanosecondsPerTick: number;
}

/**
 * Both byte orders, microseconds and nanoseconds.
 * @throws PcapError
 */
export function decodePcap(file: Buffer): Capture {
  if (file.length < fileHeaderLength) {
    throw new PcapError(`capture file of ${file.length} bytes, expected a header of ${fileHeaderLength}`);
  }
  const reader = readerOf(file);
  const major = reader.u16(4);
  if (major !== 2) {
    throw new PcapError(`capture file of version ${major}.${reader.u16(6)}, expected 2.x`);
  }
  const packets: CapturedPacket[] = [];
  let offset = fileHeaderLength;
  while (offset < file.length) {
    if (file.length - offset < recordHeaderLength) {
      break;
    }
    const length = reader.u32(offset + 8);
    if (length > maximumRecordLength) {
      throw new PcapError(
        `record ${packets.length + 1} announces ${length} bytes, expected at most ${maximumRecordLength}`,
      );
    }
    const start = offset + recordHeaderLength;
    if (start + length > file.length) {
      break;
    }
    const nanoseconds = reader.u32(offset + 4) * reader.nanosecondsPerTick;
    if (nanoseconds >= nanosecondsPerSecond) {
      throw new PcapError(`record ${packets.length + 1} is ${nanoseconds} ns into its second, expected less than one`);
    }
    packets.push({
      seconds: reader.u32(offset),
      nanoseconds,
      originalLength: reader.u32(offset + 12),
      data: file.subarray(start, start + length),
    });
    offset = start + length;
  }
  return {
    // The upper bits may hold the length of a frame check sequence.
    linkType: reader.u32(20) & 0xffff,
    snapLength: reader.u32(16),
    packets,
    truncated: offset < file.length,
  };
}

function readerOf(file: Buffer): Reader {
  const big = {
    u16: (offset: number) => file.readUInt16BE(offset),
    u32: (offset: number) => file.readUInt32BE(offset),
  };
  const little = {
    u16: (offset: number) => file.readUInt16LE(offset),
    u32: (offset: number) => file.readUInt32LE(offset),
  };
  for (const order of [big, little]) {
    const magic = order.u32(0);
    if (magic === microsecondMagic) {
      return { ...order, nanosecondsPerTick: 1000 };
    }
    if (magic === nanosecondMagic) {
      return { ...order, nanosecondsPerTick: 1 };
    }
  }
  if (big.u32(0) === pcapngMagic) {
    throw new PcapError("the capture file is in pcapng format, expected pcap as `tcpdump -w` writes it");
  }
  throw new PcapError(
    `the capture file begins with ${file.toString("hex", 0, 4)}, expected pcap's magic number a1b2c3d4`,
  );
}

/**
 * Writes little-endian pcap; cuts packets at the snap length.
 * @param capture without `truncated`; an `originalLength` left out is that of the data
 * @throws PcapError when a time does not fit its field, or data that the snap length lets through is too long for a record
 */
export function encodePcap(capture: {
  linkType: number;
  /** @default 262144 */
  snapLength?: number;
  /** @default microseconds */
  resolution?: "microseconds" | "nanoseconds";
  packets: { seconds: number; nanoseconds: number; originalLength?: number; data: Buffer }[];
}): Buffer {
  const snapLength = capture.snapLength ?? maximumRecordLength;
  const nanosecondsPerTick = capture.resolution === "nanoseconds" ? 1 : 1000;
  const header = Buffer.alloc(fileHeaderLength);
  header.writeUInt32LE(nanosecondsPerTick === 1 ? nanosecondMagic : microsecondMagic, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(snapLength, 16);
  header.writeUInt32LE(capture.linkType, 20);
  const records = capture.packets.flatMap((packet) => {
    const data = packet.data.subarray(0, snapLength);
    below(2 ** 32, packet.seconds, "seconds");
    below(nanosecondsPerSecond, packet.nanoseconds, "nanoseconds");
    below(maximumRecordLength + 1, data.length, "length of a record");
    const record = Buffer.alloc(recordHeaderLength);
    record.writeUInt32LE(packet.seconds, 0);
    record.writeUInt32LE(Math.floor(packet.nanoseconds / nanosecondsPerTick), 4);
    record.writeUInt32LE(data.length, 8);
    record.writeUInt32LE(packet.originalLength ?? packet.data.length, 12);
    return [record, data];
  });
  return Buffer.concat([header, ...records]);
}

function below(limit: number, value: number, what: string): void {
  if (!Number.isInteger(value) || value < 0 || value >= limit) {
    throw new PcapError(`${what} ${value}, expected a whole number from 0 to ${limit - 1}`);
  }
}
