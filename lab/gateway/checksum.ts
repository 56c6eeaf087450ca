/**
 * The Internet checksum (RFC 1071), summed up in the machine's byte order, little-endian as everywhere in this folder: the
 * order does not matter as long as the result is stored in the same one.
 */

/** Views of the few large buffers that packets are in: to make one for each packet takes longer than a sum. */
const views = new WeakMap<ArrayBufferLike, Uint32Array>();

function wordsOf({ buffer }: Buffer): Uint32Array {
  let words = views.get(buffer);
  if (words === undefined) {
    words = new Uint32Array(buffer, 0, buffer.byteLength >> 2);
    views.set(buffer, words);
  }
  return words;
}

/**
 * The sum of up to 64 KiB, not folded: may be given as `initial` to another one.
 * @param start - even, as is the address of `bytes`
 */
export function sum(bytes: Buffer, start: number, length: number, initial = 0): number {
  let low = initial;
  let high = 0;
  let from = start;
  const end = start + length;
  if (((bytes.byteOffset + from) & 2) !== 0 && length >= 2) {
    low += bytes.readUInt16LE(from);
    from += 2;
  }
  const words = wordsOf(bytes);
  let index = (bytes.byteOffset + from) >> 2;
  const quads = (end - from) >> 4;
  for (let quad = 0; quad < quads; quad++, index += 4) {
    const a = words[index] ?? 0;
    const b = words[index + 1] ?? 0;
    const c = words[index + 2] ?? 0;
    const d = words[index + 3] ?? 0;
    low += (a & 0xffff) + (b & 0xffff) + (c & 0xffff) + (d & 0xffff);
    high += (a >>> 16) + (b >>> 16) + (c >>> 16) + (d >>> 16);
  }
  for (from += quads * 16; from + 1 < end; from += 2) low += bytes.readUInt16LE(from);
  return low + high + (from < end ? bytes.readUInt8(from) : 0);
}

/** Stores the complement of a sum, as headers have it. */
export function storeChecksum(bytes: Buffer, offset: number, total: number): void {
  bytes.writeUInt16LE(~fold(total) & 0xffff, offset);
}

/** To 16 bits. Of bytes whose checksum is among them, and right, the sum is 0xffff. */
export function fold(total: number): number {
  let folded = total;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x10000);
  return folded;
}

/** A 16-bit number as it counts in a sum when it is stored in network byte order. */
export function networkWord(value: number): number {
  return ((value & 0xff) << 8) | (value >>> 8);
}
