import { expect } from "chai";
import { decodePcap, encodePcap, PcapError } from "../../../../path/net/pcap";

/** Header and one record of 4 of 60 bytes at 1.5 s, in the given byte order, written without the encoder. */
function file(order: "LE" | "BE", magic: number, fraction: number, linkType = 1): Buffer {
  const bytes = Buffer.alloc(44);
  const u32 = (value: number, offset: number) =>
    order === "LE" ? bytes.writeUInt32LE(value, offset) : bytes.writeUInt32BE(value, offset);
  const u16 = (value: number, offset: number) =>
    order === "LE" ? bytes.writeUInt16LE(value, offset) : bytes.writeUInt16BE(value, offset);
  u32(magic, 0);
  u16(2, 4);
  u16(4, 6);
  u32(256, 16);
  u32(linkType, 20);
  u32(1, 24);
  u32(fraction, 28);
  u32(4, 32);
  u32(60, 36);
  bytes.write("abcd", 40);
  return bytes;
}

describe("pcap", () => {
  const whole = file("LE", 0xa1b2c3d4, 500_000);

  for (const order of ["LE", "BE"] as const) {
    for (const [unit, magic, fraction] of [
      ["microseconds", 0xa1b2c3d4, 500_000],
      ["nanoseconds", 0xa1b23c4d, 500_000_000],
    ] as const) {
      it(`decodes ${unit}, ${order}`, () => {
        expect(decodePcap(file(order, magic, fraction))).to.deep.equal({
          linkType: 1,
          snapLength: 256,
          truncated: false,
          packets: [{ seconds: 1, nanoseconds: 500_000_000, originalLength: 60, data: Buffer.from("abcd") }],
        });
      });
    }
  }

  it("keeps the whole records of a file that was cut off", () => {
    const second = Buffer.concat([whole, whole.subarray(24)]);
    for (let length = 24; length < second.length; length++) {
      const capture = decodePcap(second.subarray(0, length));
      expect(capture.packets.length, `${length} bytes`).to.equal(length < 44 ? 0 : 1);
      expect(capture.truncated, `${length} bytes`).to.equal(length !== 24 && length !== 44);
    }
  });

  it("ignores the frame check sequence's length beside the link type", () => {
    expect(decodePcap(file("LE", 0xa1b2c3d4, 0, 0x14000001)).linkType).to.equal(1);
  });

  it("refuses what is not pcap", () => {
    const edited = (edit: (bytes: Buffer) => void) => {
      const bytes = Buffer.from(whole);
      edit(bytes);
      return () => decodePcap(bytes);
    };
    expect(() => decodePcap(Buffer.alloc(0))).to.throw(PcapError, "0 bytes");
    expect(() => decodePcap(whole.subarray(0, 23))).to.throw(PcapError, "23 bytes");
    expect(edited((bytes) => bytes.write("HTML"))).to.throw(PcapError, "48544d4c");
    expect(edited((bytes) => bytes.writeUInt32BE(0x0a0d0d0a, 0))).to.throw(PcapError, "pcapng");
    expect(edited((bytes) => bytes.writeUInt16LE(3, 4))).to.throw(PcapError, "3.4");
    expect(edited((bytes) => bytes.writeUInt32LE(0x7fffffff, 32))).to.throw(PcapError, "record 1");
  });

  it("writes what it reads, cut at the snap length", () => {
    for (const resolution of ["microseconds", "nanoseconds"] as const) {
      const packets = [{ seconds: 1_700_000_000, nanoseconds: 123_456_000, data: Buffer.alloc(300, 7) }];
      expect(decodePcap(encodePcap({ linkType: 113, snapLength: 256, resolution, packets }))).to.deep.equal({
        linkType: 113,
        snapLength: 256,
        truncated: false,
        packets: [{ ...packets[0], originalLength: 300, data: Buffer.alloc(256, 7) }],
      });
    }
  });
});
