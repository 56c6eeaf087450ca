import { expect } from "chai";
import * as fc from "fast-check";
import { decodePcap, encodePcap, PcapError } from "../../../../path/net/pcap";
import { attempt, bytes, expectNoForeignReads, hostile } from "./properties";

const u32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const packet = fc.record({ seconds: u32, nanoseconds: fc.integer({ min: 0, max: 999_999_999 }), data: bytes(80) });
const capture = fc.record({
  linkType: fc.integer({ min: 0, max: 0xffff }),
  snapLength: fc.integer({ min: 0, max: 100 }),
  resolution: fc.constantFrom("microseconds" as const, "nanoseconds" as const),
  packets: fc.array(packet, { maxLength: 6 }),
});
const file = capture.map(encodePcap);
const decoder = { decode: decodePcap, error: PcapError };

/** The same file as a machine of the other byte order writes it. */
function swapped(little: Buffer): Buffer {
  const big = Buffer.from(little);
  big.subarray(0, 4).swap32();
  big.subarray(4, 8).swap16();
  big.subarray(8, 24).swap32();
  for (let offset = 24; offset < big.length;) {
    const length = little.readUInt32LE(offset + 8);
    big.subarray(offset, offset + 16).swap32();
    offset += 16 + length;
  }
  return big;
}

describe("pcap: for every file", () => {
  it("what was encoded is what is decoded, cut at the snap length, times as fine as the resolution", () => {
    fc.assert(
      fc.property(capture, (given) => {
        const tick = given.resolution === "nanoseconds" ? 1 : 1000;
        expect(decodePcap(encodePcap(given))).to.deep.equal({
          linkType: given.linkType,
          snapLength: given.snapLength,
          truncated: false,
          packets: given.packets.map(({ seconds, nanoseconds, data }) => ({
            seconds,
            nanoseconds: nanoseconds - (nanoseconds % tick),
            originalLength: data.length,
            data: data.subarray(0, given.snapLength),
          })),
        });
      }),
    );
  });

  it("both byte orders say the same", () => {
    fc.assert(
      fc.property(file, (little) => {
        expect(decodePcap(swapped(little))).to.deep.equal(decodePcap(little));
      }),
    );
  });

  it("cut off at any byte, it has the whole records before the cut and says so", () => {
    fc.assert(
      fc.property(file, (whole) => {
        const { packets } = decodePcap(whole);
        const ends = [24];
        for (const { data } of packets) ends.push((ends.at(-1) ?? 0) + 16 + data.length);
        for (let length = 0; length < whole.length; length++) {
          const cut = whole.subarray(0, length);
          if (length < 24) {
            expect(() => decodePcap(cut)).to.throw(PcapError, `${length} bytes`);
            continue;
          }
          const found = decodePcap(cut);
          const complete = ends.filter((end) => end <= length).length - 1;
          expect(found.packets).to.deep.equal(packets.slice(0, complete));
          expect(found.truncated).to.equal(!ends.includes(length));
        }
      }),
      { numRuns: 20 },
    );
  });

  it("whatever it is given, it has packets that fit their fields, or says why not", () => {
    fc.assert(
      fc.property(hostile(file), (input) => {
        for (const each of attempt(decoder, input)?.packets ?? []) {
          expect(each.nanoseconds).to.be.within(0, 999_999_999);
          expect(each.data.length).to.be.at.most(262_144);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("reads nothing outside of the file", () => {
    fc.assert(fc.property(hostile(file), (input) => expectNoForeignReads(decoder, input)));
  });

  it("a value that does not fit its field is refused, not cut", () => {
    const fitting = { seconds: 1, nanoseconds: 1, data: Buffer.alloc(4) };
    const misfit = fc.oneof(
      fc.record({ seconds: fc.oneof(fc.integer({ max: -1 }), fc.integer({ min: 2 ** 32, max: 2 ** 40 })) }),
      fc.record({ data: fc.constant(Buffer.alloc(262_145)) }),
      fc.record({ nanoseconds: fc.oneof(fc.integer({ max: -1 }), fc.integer({ min: 1_000_000_000 })) }),
    );
    fc.assert(
      fc.property(misfit, (given) => {
        expect(() => encodePcap({ linkType: 1, snapLength: 2 ** 20, packets: [{ ...fitting, ...given }] })).to.throw(
          PcapError,
        );
      }),
    );
  });
});
