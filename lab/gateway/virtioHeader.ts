/** `struct virtio_net_hdr` (linux/virtio_net.h) before each packet of a TUN opened with IFF_VNET_HDR, in native byte order. */
export const virtioHeaderLength = 10;

const needsChecksum = 1;
const tcp4 = 1;

/** What the kernel left to be done with a packet. */
export interface Offload {
  /** Of TCP's payload in each packet; 0 when the packet is to stay one. */
  segmentSize: number;
  /** Where the bytes to be summed up begin, and where the sum belongs; undefined when there is one already. */
  checksum?: { start: number; at: number };
}

export function readVirtioHeader(header: Buffer): Offload {
  const start = header.readUInt16LE(6);
  return {
    segmentSize: header[1] === tcp4 ? header.readUInt16LE(4) : 0,
    ...((header.readUInt8(0) & needsChecksum) !== 0 && { checksum: { start, at: start + header.readUInt16LE(8) } }),
  };
}

/** Of a packet that is to be taken as it is: the kernel looks at its checksum itself. */
export function writePlainHeader(header: Buffer): void {
  header.fill(0, 0, virtioHeaderLength);
}

/** Of TCP in IPv4 that stands for several packets, its checksum that of the pseudo header alone. */
export function writeJoinedHeader(header: Buffer, headersLength: number, segmentSize: number, start: number): void {
  header.writeUInt8(needsChecksum, 0);
  header.writeUInt8(tcp4, 1);
  header.writeUInt16LE(headersLength, 2);
  header.writeUInt16LE(segmentSize, 4);
  header.writeUInt16LE(start, 6);
  header.writeUInt16LE(16, 8);
}
