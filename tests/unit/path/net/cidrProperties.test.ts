import { expect } from "chai";
import * as fc from "fast-check";
import {
  CidrError,
  contains,
  formatAddress,
  overlaps,
  parseAddress,
  parseCidr,
  type Cidr,
} from "../../../../path/net/cidr";
import { attempt } from "./properties";

const address = fc.integer({ min: 0, max: 2 ** 32 - 1 });
/** Few distinct ones, so that they meet: near each other, of near sizes. */
const cidr: fc.Arbitrary<Cidr> = fc
  .tuple(fc.oneof(address, fc.integer({ min: 0x0a000000, max: 0x0a0000ff })), fc.integer({ min: 0, max: 32 }))
  .map(([near, prefixLength]) => {
    const size = 2 ** (32 - prefixLength);
    return parseCidr(`${formatAddress(Math.floor(near / size) * size)}/${prefixLength}`);
  });

describe("CIDRs: for every one", () => {
  it("text and number stand for each other", () => {
    fc.assert(fc.property(address, (number) => void expect(parseAddress(formatAddress(number))).to.equal(number)));
    fc.assert(fc.property(cidr, (block) => void expect(parseCidr(block.text)).to.deep.equal(block)));
  });

  it("it has the addresses of its size and no others", () => {
    fc.assert(
      fc.property(cidr, address, (block, number) => {
        const size = 2 ** (32 - block.prefixLength);
        expect(block.last - block.first + 1).to.equal(size);
        expect(contains(block, number)).to.equal(Math.floor(number / size) === block.first / size);
      }),
    );
  });

  it("two of them are one inside the other, or have nothing in common", () => {
    fc.assert(
      fc.property(cidr, cidr, (a, b) => {
        expect(overlaps(a, b)).to.equal(contains(a, b) || contains(b, a));
        expect(overlaps(a, b)).to.equal(overlaps(b, a));
        if (contains(a, b) && contains(b, a)) expect(a.text).to.equal(b.text);
      }),
      { numRuns: 300 },
    );
  });

  it("containment goes on inside, down to each address", () => {
    fc.assert(
      fc.property(cidr, cidr, cidr, (a, b, c) => {
        if (contains(a, b) && contains(b, c)) expect(contains(a, c)).to.equal(true);
        expect(contains(a, b)).to.equal(contains(a, b.first) && contains(a, b.last));
      }),
      { numRuns: 300 },
    );
  });

  it("host bits, and whatever is no CIDR, are refused by its own error", () => {
    const text = fc.oneof(
      fc.string(),
      fc
        .tuple(address, fc.integer({ min: -1, max: 40 }))
        .map(([number, length]) => `${formatAddress(number)}/${length}`),
      fc.stringMatching(/^[0-9.]{1,15}\/[0-9]{1,3}$/),
    );
    fc.assert(
      fc.property(text, (given) => {
        const block = attempt({ decode: () => parseCidr(given), error: CidrError }, Buffer.alloc(0));
        if (block !== undefined) expect(block.text).to.equal(given);
      }),
      { numRuns: 500 },
    );
  });
});
