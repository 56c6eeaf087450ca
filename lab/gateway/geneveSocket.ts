import { genevePort } from "../../path/net/geneve";
import { lastError, libc, openFlags, socketAddress } from "./libc";

const internet = 2;
const socketTypes = { datagram: 2, raw: 3 } as const;
const udp = 17;
/** Send only, the IP header is the sender's (raw(7)). */
const rawProtocol = 255;
const socketLevel = 1;
/** SO_RCVBUFFORCE. */
const receiveBufferForce = 33;
const receiveBufferSize = 4 * 1024 * 1024;
const dontFragment = 0x4000;
const timeToLive = 64;

/** Outer IPv4 and UDP headers, in bytes. */
export const outerHeaderLength = 28;

export interface ReceivedDatagram {
  /** UDP payload; overwritten by the next read. */
  payload: Buffer;
  /** IPv4 address, dotted decimal. */
  source: string;
  sourcePort: number;
}

/**
 * The GENEVE side of one GWLB ENI. It receives on a plain UDP socket on the ENI's address and port 6081. It sends through
 * a raw socket that is bound to the same address (so that routing by source address applies): only that allows a source
 * port per flow without a socket for each of 16 thousand ports, an outer UDP checksum of 0, and no fragmentation.
 */
export class GeneveSocket {
  readonly receiver: number;
  private readonly sender: number;
  private readonly source: Buffer;
  private readonly datagram = Buffer.alloc(65536);
  private readonly peer = Buffer.alloc(16);
  private readonly peerLength = Buffer.alloc(4);

  /** @throws Error naming the address, as when it is not configured in this namespace */
  constructor(readonly address: string) {
    this.source = socketAddress(address, 0).subarray(4, 8);
    this.receiver = bound(socketTypes.datagram, udp, address, genevePort);
    try {
      this.sender = bound(socketTypes.raw, rawProtocol, address, 0);
    } catch (error) {
      libc.close(this.receiver);
      throw error;
    }
    const size = Buffer.alloc(4);
    size.writeInt32LE(receiveBufferSize);
    // A smaller buffer only drops earlier.
    libc.setsockopt(this.receiver, socketLevel, receiveBufferForce, size, size.length);
  }

  /** @returns undefined when there is nothing to read */
  receive(): ReceivedDatagram | undefined {
    this.peerLength.writeUInt32LE(this.peer.length);
    const { datagram, peer, peerLength } = this;
    const length = libc.recvfrom(this.receiver, datagram, datagram.length, 0, peer, peerLength);
    if (length < 0) return undefined;
    return {
      payload: datagram.subarray(0, length),
      source: `${peer[4]}.${peer[5]}.${peer[6]}.${peer[7]}`,
      sourcePort: peer.readUInt16BE(2),
    };
  }

  /**
   * Writes the outer headers into the first 28 bytes of `frame` and sends it.
   * @param frame - room for the headers, then the UDP payload
   * @returns whether the kernel took it
   */
  send(frame: Buffer, sourcePort: number, destination: string, port: number): boolean {
    const to = socketAddress(destination, 0);
    frame.fill(0, 0, outerHeaderLength);
    frame.writeUInt8(0x45, 0);
    // Length, identification and checksum are filled in by the kernel.
    frame.writeUInt16BE(dontFragment, 6);
    frame.writeUInt8(timeToLive, 8);
    frame.writeUInt8(udp, 9);
    this.source.copy(frame, 12);
    to.copy(frame, 16, 4, 8);
    frame.writeUInt16BE(sourcePort, 20);
    frame.writeUInt16BE(port, 22);
    frame.writeUInt16BE(frame.length - 20, 24);
    return libc.sendto(this.sender, frame, frame.length, 0, to, to.length) >= 0;
  }

  /** Closes the sender; the receiver's descriptor is whoever watches it to close. */
  closeSender(): void {
    libc.close(this.sender);
  }
}

function bound(type: number, protocol: number, address: string, port: number): number {
  const descriptor = libc.socket(internet, type | openFlags.nonBlocking | openFlags.closeOnExec, protocol);
  if (descriptor < 0) throw new Error(`GWLB ENI ${address}: socket: ${lastError()}`);
  const at = socketAddress(address, port);
  if (libc.bind(descriptor, at, at.length) < 0) {
    const cause = lastError();
    libc.close(descriptor);
    const explained = cause === "EADDRNOTAVAIL" ? "this namespace does not have the address (EADDRNOTAVAIL)" : cause;
    throw new Error(`GWLB ENI ${address}: ${explained}`);
  }
  return descriptor;
}
