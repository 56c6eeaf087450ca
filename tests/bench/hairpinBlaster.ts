import koffi from "koffi";
import { encodeGeneve, genevePort } from "../../path/net/geneve";
import { libc, openFlags, socketAddress } from "../../lab/gateway/libc";

/**
 * Sends ready-made GENEVE packets to a hairpin target and reads them as they come back, 64 to a call: what the kernel can
 * do when no gateway is in the way. Arguments: own address, target's address, bytes of the inner packet, milliseconds.
 * Prints packets that came back and seconds.
 */
const [own = "", target = "", innerLength = "", milliseconds = ""] = process.argv.slice(2);
const batch = 64;

const library = koffi.load("libc.so.6");
const sendmmsg = library.func("int sendmmsg(int, void *, unsigned int, int)") as (...args: unknown[]) => number;
const recvmmsg = library.func("int recvmmsg(int, void *, unsigned int, int, void *)") as (...args: unknown[]) => number;

/** `struct mmsghdr[]` (recvmmsg(2)), each with one buffer. The buffers have to live as long as it is used. */
function messages(buffers: Buffer[], name?: Buffer): Buffer {
  const headers = Buffer.alloc(64 * buffers.length);
  const vectors = Buffer.alloc(16 * buffers.length);
  kept.push(headers, vectors, ...buffers);
  buffers.forEach((buffer, index) => {
    vectors.writeBigUInt64LE(koffi.address(buffer), 16 * index);
    vectors.writeBigUInt64LE(BigInt(buffer.length), 16 * index + 8);
    if (name !== undefined) {
      headers.writeBigUInt64LE(koffi.address(name), 64 * index);
      headers.writeUInt32LE(name.length, 64 * index + 8);
    }
    headers.writeBigUInt64LE(koffi.address(vectors) + BigInt(16 * index), 64 * index + 16);
    headers.writeBigUInt64LE(1n, 64 * index + 24);
  });
  return headers;
}
const kept: Buffer[] = [];

const socket = libc.socket(2, 2 | openFlags.closeOnExec, 17);
const at = socketAddress(own, genevePort);
if (libc.bind(socket, at, at.length) < 0) throw new Error(`${own}:${genevePort} cannot be bound`);
// SO_RCVBUFFORCE: what comes back while a batch is sent has to wait somewhere.
const receiveBuffer = Buffer.from(new Uint32Array([64 * 1024 * 1024]).buffer);
if (libc.setsockopt(socket, 1, 33, receiveBuffer, 4) < 0) throw new Error("the receive buffer cannot be enlarged");
const to = socketAddress(target, genevePort);
const gwlb = { endpointId: 1n, attachmentId: 0n, flowCookie: 1 };
const packet = encodeGeneve({ protocol: 0x0800, gwlb }, Buffer.alloc(Number(innerLength)));
const outgoing = messages(
  Array.from({ length: batch }, () => packet),
  to,
);
const incoming = messages(Array.from({ length: batch }, () => Buffer.alloc(packet.length)));
const dontWait = 0x40;

let returned = 0;
const begin = performance.now();
while (performance.now() - begin < Number(milliseconds)) {
  if (sendmmsg(socket, outgoing, batch, 0) < 0) throw new Error(`sendmmsg: ${koffi.errno()}`);
  for (;;) {
    const count = recvmmsg(socket, incoming, batch, dontWait, null);
    if (count <= 0) break;
    returned += count;
  }
}
process.stdout.write(JSON.stringify({ packets: returned, seconds: (performance.now() - begin) / 1000 }));
