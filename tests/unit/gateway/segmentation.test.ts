import { expect } from "chai";
import fc from "fast-check";
import { fold, sum } from "../../../lab/gateway/checksum";
import { cut } from "../../../lab/gateway/cut";
import { Joiner } from "../../../lab/gateway/join";
import { offsets, pseudoHeaderSum, tcpFlags, tcpStart } from "../../../lab/gateway/tcpPacket";
import { readVirtioHeader, virtioHeaderLength } from "../../../lab/gateway/virtioHeader";

/** The definition of RFC 1071, word by word in network byte order. */
function slowSum(bytes: Buffer): number {
  let total = 0;
  for (let index = 0; index < bytes.length; index++) total += (bytes[index] ?? 0) << (index % 2 === 0 ? 8 : 0);
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16);
  return total;
}

interface Large {
  payload: Uint8Array;
  /** 32-bit words of TCP options. */
  options: number;
  sequence: number;
  identification: number;
  flags: number;
}

/** As the kernel leaves it to a network card: lengths and flags of the whole, no checksums. */
function largePacket({ payload, options, sequence, identification, flags }: Large): Buffer {
  const headers = Buffer.alloc(tcpStart + 20 + options * 4, 1);
  Buffer.from("450000000000400040060000", "hex").copy(headers);
  Buffer.from([10, 0, 1, 10, 10, 0, 3, 10]).copy(headers, 12);
  headers.writeUInt16BE(headers.length + payload.length, offsets.totalLength);
  headers.writeUInt16BE(identification, offsets.identification);
  headers.writeUInt32BE(sequence, offsets.sequence);
  headers.writeUInt8((5 + options) << 4, tcpStart + 12);
  headers.writeUInt8(flags, offsets.flags);
  return Buffer.concat([headers, payload]);
}

function cutUp(large: Buffer, segmentSize: number): Buffer[] {
  // At the place that the gateway has for it.
  const room = Buffer.alloc(70_000).subarray(68);
  const packets: Buffer[] = [];
  expect(cut(large, segmentSize, room, (length) => packets.push(Buffer.from(room.subarray(0, length))))).to.equal(true);
  return packets;
}

/** What is written to the TUN for these packets, one buffer for each write. */
function joined(packets: Buffer[]): Buffer[] {
  const joiner = new Joiner();
  const written: Buffer[] = [];
  const take = (): void => {
    if (joiner.packets > 0) written.push(Buffer.from(joiner.take()));
  };
  for (const packet of packets) {
    if (joiner.packets > 0 && joiner.add(packet)) continue;
    take();
    joiner.begin(packet);
  }
  take();
  return written;
}

const inner = (written: Buffer): Buffer => Buffer.from(written.subarray(virtioHeaderLength));
const { acknowledgement, push, fin, congestionWindowReduced } = tcpFlags;

const anyLarge = fc.record({
  payload: fc.uint8Array({ minLength: 1, maxLength: 4000 }),
  options: fc.nat({ max: 10 }),
  sequence: fc.nat({ max: 2 ** 32 - 1 }),
  identification: fc.nat({ max: 65535 }),
  flags: fc.constantFrom(acknowledgement, acknowledgement | push),
});
const plain: Large = {
  payload: Buffer.alloc(3500, "data"),
  options: 3,
  sequence: 1000,
  identification: 7,
  flags: acknowledgement | push,
};

describe("TCP's large packets", () => {
  it("are summed up as RFC 1071 has it, from any even place", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat({ max: 7 }), (bytes, place) => {
        const room = Buffer.alloc(400);
        Buffer.from(bytes).copy(room, place * 2);
        const total = fold(sum(room, place * 2, bytes.length));
        expect(((total & 0xff) << 8) | (total >>> 8)).to.equal(slowSum(Buffer.from(bytes)));
      }),
    );
  });

  it("are cut into packets with the sender's bytes, sequence numbers and right checksums", () => {
    fc.assert(
      fc.property(anyLarge, fc.integer({ min: 8, max: 1460 }), (large, segmentSize) => {
        const start = tcpStart + 20 + large.options * 4;
        const packets = cutUp(largePacket(large), segmentSize);
        expect(Buffer.concat(packets.map((packet) => packet.subarray(start)))).to.deep.equal(
          Buffer.from(large.payload),
        );
        packets.forEach((packet, index) => {
          expect(packet.readUInt16BE(offsets.totalLength)).to.equal(packet.length);
          expect(packet.readUInt32BE(offsets.sequence)).to.equal((large.sequence + index * segmentSize) >>> 0);
          expect(packet.readUInt16BE(offsets.identification)).to.equal((large.identification + index) % 65536);
          expect(slowSum(packet.subarray(0, tcpStart))).to.equal(0xffff);
          const pseudoHeader = Buffer.from([...packet.subarray(12, 20), 0, 6, 0, 0]);
          pseudoHeader.writeUInt16BE(packet.length - tcpStart, 10);
          expect(slowSum(Buffer.concat([pseudoHeader, packet.subarray(tcpStart)]))).to.equal(0xffff);
        });
      }),
    );
  });

  it("push and end with their last packet only, and tell of a reduced window with their first", () => {
    const flags = acknowledgement | push | fin | congestionWindowReduced;
    const packets = cutUp(largePacket({ ...plain, flags }), 1448);
    expect(packets.map((packet) => packet[offsets.flags])).to.deep.equal([
      acknowledgement | congestionWindowReduced,
      acknowledgement,
      acknowledgement | push | fin,
    ]);
  });

  it("are not cut when they are none: no size, no TCP, IP options, a fragment, half a header", () => {
    const change = (offset: number, value: number): Buffer => {
      const packet = largePacket(plain);
      packet.writeUInt8(value, offset);
      return packet;
    };
    const cases: [Buffer, number][] = [
      [largePacket(plain), 0],
      ...[change(9, 17), change(0, 0x46), change(0, 0x60), change(6, 0x20), change(7, 1), change(32, 0x40)].map(
        (packet): [Buffer, number] => [packet, 1448],
      ),
      [largePacket(plain).subarray(0, 39), 1448],
    ];
    for (const [packet, segmentSize] of cases) {
      expect(cut(packet, segmentSize, Buffer.alloc(9000), () => expect.fail("a packet"))).to.equal(false);
    }
  });

  it("come out of the joiner as they went into the cutter, whatever they are", () => {
    fc.assert(
      fc.property(anyLarge, fc.integer({ min: 8, max: 1460 }), (large, segmentSize) => {
        const packets = cutUp(largePacket(large), segmentSize);
        const [written, ...others] = joined(packets);
        if (written === undefined) return expect.fail("nothing was written");
        expect(others).to.deep.equal([]);
        const offload = readVirtioHeader(written);
        if (packets.length === 1) {
          expect(offload).to.deep.equal({ segmentSize: 0 });
          expect(inner(written)).to.deep.equal(packets[0]);
          return;
        }
        expect(offload).to.deep.equal({ segmentSize, checksum: { start: tcpStart, at: offsets.tcpChecksum } });
        const packet = inner(written);
        expect(slowSum(packet.subarray(0, tcpStart)), "IP header checksum").to.equal(0xffff);
        // What the kernel adds the rest to.
        expect(packet.readUInt16LE(offsets.tcpChecksum)).to.equal(fold(pseudoHeaderSum(packet, packet.length)));
        expect(cutUp(packet, segmentSize)).to.deep.equal(packets);
      }),
    );
  });

  const [first, second, third] = cutUp(largePacket(plain), 1448) as [Buffer, Buffer, Buffer];
  const lengths = (...packets: Buffer[]): number[] => joined(packets).map((each) => inner(each).length);
  const headers = tcpStart + 20 + 12;

  it("are joined from what follows each other, up to the packet that pushes or is shorter", () => {
    expect(lengths(first, second, third)).to.deep.equal([headers + 3500]);
    const [next] = cutUp(largePacket({ ...plain, sequence: 4500, identification: 10 }), 1448);
    expect(lengths(first, second, third, next as Buffer), "behind a push").to.deep.equal([
      headers + 3500,
      next?.length,
    ]);
  });

  it("are not joined across a gap, a repetition, or another order", () => {
    expect(lengths(first, third)).to.deep.equal([first.length, third.length]);
    expect(lengths(first, first)).to.deep.equal([first.length, first.length]);
    expect(lengths(second, first)).to.deep.equal([second.length, first.length]);
  });

  it("do not get a packet whose headers or checksums differ: it stays as it came", () => {
    const fixed = (packet: Buffer): Buffer => {
      packet.writeUInt16LE(0, offsets.ipChecksum);
      packet.writeUInt16LE(0, offsets.tcpChecksum);
      const [again] = cutUp(packet, 1448);
      return again as Buffer;
    };
    const edits: Record<string, (packet: Buffer) => Buffer | undefined> = {
      "type of service": (packet) => (packet.writeUInt8(4, 1), fixed(packet)),
      "time to live": (packet) => (packet.writeUInt8(9, 8), fixed(packet)),
      identification: (packet) => (packet.writeUInt16BE(99, offsets.identification), fixed(packet)),
      address: (packet) => (packet.writeUInt8(99, 15), fixed(packet)),
      port: (packet) => (packet.writeUInt8(99, tcpStart), fixed(packet)),
      "acknowledgement number": (packet) => (packet.writeUInt8(99, tcpStart + 8), fixed(packet)),
      window: (packet) => (packet.writeUInt8(99, tcpStart + 14), fixed(packet)),
      "TCP options": (packet) => (packet.writeUInt8(99, tcpStart + 25), fixed(packet)),
      flags: (packet) => (packet.writeUInt8(acknowledgement | fin, offsets.flags), fixed(packet)),
      "TCP checksum": (packet) => (packet.writeUInt8(99, 500), undefined),
      "IP checksum": (packet) => (packet.writeUInt16BE(99, offsets.ipChecksum), undefined),
    };
    for (const [what, edit] of Object.entries(edits)) {
      const packet = Buffer.from(second);
      const other = edit(packet) ?? packet;
      const written = joined([first, other]).map(inner);
      expect(written, what).to.deep.equal([first, other]);
    }
  });

  it("do not outgrow an IP packet", () => {
    const packets: Buffer[] = [];
    for (let index = 0; index < 60; index++) {
      const large = { ...plain, payload: Buffer.alloc(1448), flags: acknowledgement };
      packets.push(...cutUp(largePacket({ ...large, sequence: index * 1448, identification: index }), 1448));
    }
    const written = joined(packets).map(inner);
    expect(written.map(({ length }) => length)).to.deep.equal([headers + 45 * 1448, headers + 15 * 1448]);
  });
});
