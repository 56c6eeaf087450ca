import * as fc from "fast-check";
import { expect } from "chai";

/**
 * What decoders have to be for every input. fast-check prints the seed and the smallest counterexample of a failure;
 * `fc.assert(…, { seed, path })` repeats it.
 */

export const bytes = (maxLength: number, minLength = 0): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ minLength, maxLength }).map((array) => Buffer.from(array));

/** A decoder that is total: it has a result or throws its own error, whatever it is given. */
export interface Decoder<T> {
  decode: (input: Buffer) => T;
  error: new (...args: never[]) => Error;
}

/** @returns the result, undefined when the decoder refused. @throws what is not the decoder's own error */
export function attempt<T>({ decode, error }: Decoder<T>, input: Buffer): T | undefined {
  try {
    return decode(input);
  } catch (thrown) {
    if (!(thrown instanceof error)) throw thrown;
    expect(thrown.message).to.not.equal("");
    return undefined;
  }
}

/** Decoded alone and amid other bytes of the same memory, the outcome is the same: nothing outside is read. */
export function expectNoForeignReads<T>(decoder: Decoder<T>, input: Buffer): void {
  const outcomes = [0x00, 0xff].map((filler) => {
    const memory = Buffer.alloc(input.length + 128, filler);
    input.copy(memory, 64);
    const inside = memory.subarray(64, 64 + input.length);
    try {
      return { value: decoder.decode(inside) };
    } catch (thrown) {
      if (!(thrown instanceof decoder.error)) throw thrown;
      return { error: thrown.message };
    }
  });
  expect(outcomes[0]).to.deep.equal(outcomes[1]);
}

/** `valid` as it is, with one byte changed, and no valid input at all. */
export function hostile(valid: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  const changed = fc.tuple(valid, fc.nat(), fc.integer({ min: 1, max: 255 })).map(([input, position, change]) => {
    const copy = Buffer.from(input);
    const at = position % Math.max(1, copy.length);
    if (copy.length > 0) copy.writeUInt8(copy.readUInt8(at) ^ change, at);
    return copy;
  });
  return fc.oneof(valid, changed, bytes(400));
}
