import { expect } from "chai";
import * as fc from "fast-check";
import {
  amazonOptionClass,
  decodeGeneve,
  encodeGeneve,
  endpointIdOf,
  endpointNameOf,
  GeneveError,
  type GeneveContent,
  type GeneveOption,
} from "../../../../path/net/geneve";
import { attempt, bytes, expectNoForeignReads, hostile } from "./properties";

const word = (bits: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: 2 ** bits - 1 });
const id = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const optionData = fc.integer({ min: 0, max: 31 }).chain((words) => bytes(words * 4, words * 4));
const option: fc.Arbitrary<GeneveOption> = fc
  .record({ class: word(16), type: word(8), data: optionData })
  .filter((each) => each.class !== amazonOptionClass);
/** As many as fit beside GWLB's 32 bytes. */
const options = fc.array(option, { maxLength: 8 }).map((all) => {
  let room = 63 * 4 - 32;
  return all.filter(({ data }) => (room -= 4 + data.length) >= 0);
});
const content: fc.Arbitrary<Required<Omit<GeneveContent, "gwlb">> & Pick<GeneveContent, "gwlb">> = fc.record(
  {
    protocol: word(16),
    vni: word(24),
    control: fc.boolean(),
    options,
    gwlb: fc.record({ endpointId: id, attachmentId: id, flowCookie: word(32) }),
  },
  { requiredKeys: ["protocol", "vni", "control", "options"] },
);
const datagram = fc.tuple(content, bytes(64)).map(([header, payload]) => encodeGeneve(header, payload));
const decoder = { decode: decodeGeneve, error: GeneveError };

describe("GENEVE: for every packet", () => {
  it("what was encoded is what is decoded", () => {
    fc.assert(
      fc.property(content, bytes(64), (given, payload) => {
        const packet = decodeGeneve(encodeGeneve(given, payload));
        expect(packet.header).to.include({
          version: 0,
          protocol: given.protocol,
          vni: given.vni,
          control: given.control,
        });
        expect(packet.header.critical).to.equal(given.options.some(({ type }) => type >= 0x80));
        expect(packet.header.options.slice(given.gwlb === undefined ? 0 : 3)).to.deep.equal(given.options);
        expect(packet.gwlb).to.deep.equal(given.gwlb);
        expect(packet.payload).to.deep.equal(payload);
      }),
    );
  });

  it("cut off at any byte, the header is refused as truncated and the payload is what is left", () => {
    fc.assert(
      fc.property(datagram, (whole) => {
        const headerLength = whole.length - decodeGeneve(whole).payload.length;
        for (let length = 0; length < whole.length; length++) {
          const cut = whole.subarray(0, length);
          if (length >= headerLength) {
            expect(decodeGeneve(cut).payload).to.deep.equal(whole.subarray(headerLength, length));
          } else {
            const malformation = length < 8 ? "truncated-header" : "truncated-options";
            expect(() => decodeGeneve(cut), `${length} bytes`)
              .to.throw(GeneveError)
              .with.property("malformation", malformation);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it("whatever it is given, it has a result that encodes to the same again, or says why not", () => {
    fc.assert(
      fc.property(hostile(datagram), (input) => {
        const packet = attempt(decoder, input);
        if (packet === undefined) return;
        const { protocol, vni, control, options: found } = packet.header;
        const again = decodeGeneve(encodeGeneve({ protocol, vni, control, options: found }, packet.payload));
        // The critical flag is the encoder's to set: it may be set on the wire without need.
        expect({ ...again, header: { ...again.header, critical: packet.header.critical } }).to.deep.equal(packet);
      }),
      { numRuns: 500 },
    );
  });

  it("reads nothing outside of the datagram", () => {
    fc.assert(fc.property(hostile(datagram), (input) => expectNoForeignReads(decoder, input)));
  });

  it("a value that does not fit its field is refused, not cut", () => {
    const misfit: fc.Arbitrary<Partial<GeneveContent>> = fc.oneof(
      fc.record({ protocol: fc.oneof(fc.integer({ min: 2 ** 16 }), fc.integer({ max: -1 }), fc.constant(1.5)) }),
      fc.record({ vni: fc.integer({ min: 2 ** 24 }) }),
      bytes(200, 1)
        .filter(({ length }) => length % 4 !== 0 || length > 124)
        .map((data) => ({ options: [{ class: 1, type: 1, data }] })),
      fc.bigInt({ min: 2n ** 64n }).map((endpointId) => ({ gwlb: { endpointId, attachmentId: 0n, flowCookie: 0 } })),
      fc.integer({ min: 2 ** 32, max: Number.MAX_SAFE_INTEGER }).map((flowCookie) => ({
        gwlb: { endpointId: 0n, attachmentId: 0n, flowCookie },
      })),
    );
    fc.assert(
      fc.property(misfit, (given) => {
        expect(() => encodeGeneve({ protocol: 0x0800, ...given }, Buffer.alloc(0)))
          .to.throw(GeneveError)
          .with.property("malformation", "value-out-of-range");
      }),
    );
  });

  it("an endpoint's number and its ID stand for each other, and no other text is an ID", () => {
    fc.assert(fc.property(id, (number) => void expect(endpointIdOf(endpointNameOf(number))).to.equal(number)));
    const text = fc.oneof(
      fc.string(),
      id.map((number) => `vpce-${number.toString(16)}`),
    );
    fc.assert(
      fc.property(text, (given) => {
        const number = attempt({ decode: () => endpointIdOf(given), error: GeneveError }, Buffer.alloc(0));
        if (number !== undefined) expect(endpointNameOf(number)).to.equal(given);
      }),
    );
  });
});
