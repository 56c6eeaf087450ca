import { getSystemErrorName } from "node:util";
import koffi from "koffi";

/**
 * The few calls that Node has no interface for: TUN devices, raw sockets, UDP sockets read in a batch, sockets in other
 * network namespaces. Constants are
 * Linux's on x86-64 and arm64.
 */
const library = koffi.load("libc.so.6");

type Descriptor = number;

export const libc = {
  open: library.func("int open(const char *, int)") as (path: string, flags: number) => Descriptor,
  close: library.func("int close(int)") as (descriptor: Descriptor) => number,
  read: library.func("long read(int, void *, size_t)") as (fd: Descriptor, into: Buffer, length: number) => number,
  write: library.func("long write(int, void *, size_t)") as (fd: Descriptor, from: Buffer, length: number) => number,
  ioctl: library.func("int ioctl(int, unsigned long, void *)") as (
    fd: Descriptor,
    request: number,
    argument: Buffer,
  ) => number,
  /** For requests whose argument is a number. */
  ioctlNumber: library.func("int ioctl(int, unsigned long, unsigned long)") as (
    fd: Descriptor,
    request: number,
    argument: number,
  ) => number,
  eventfd: library.func("int eventfd(unsigned int, int)") as (initial: number, flags: number) => Descriptor,
  socket: library.func("int socket(int, int, int)") as (domain: number, type: number, protocol: number) => Descriptor,
  bind: library.func("int bind(int, void *, unsigned int)") as (
    fd: Descriptor,
    address: Buffer,
    length: number,
  ) => number,
  listen: library.func("int listen(int, int)") as (fd: Descriptor, backlog: number) => number,
  connect: library.func("int connect(int, void *, unsigned int)") as (
    fd: Descriptor,
    address: Buffer,
    length: number,
  ) => number,
  getsockopt: library.func("int getsockopt(int, int, int, void *, void *)") as (
    fd: Descriptor,
    level: number,
    option: number,
    value: Buffer,
    length: Buffer,
  ) => number,
  setns: library.func("int setns(int, int)") as (fd: Descriptor, kind: number) => number,
  setsockopt: library.func("int setsockopt(int, int, int, void *, unsigned int)") as (
    fd: Descriptor,
    level: number,
    option: number,
    value: Buffer,
    length: number,
  ) => number,
  sendto: library.func("long sendto(int, void *, size_t, int, void *, unsigned int)") as (
    fd: Descriptor,
    from: Buffer,
    length: number,
    flags: number,
    address: Buffer,
    addressLength: number,
  ) => number,
  recvfrom: library.func("long recvfrom(int, void *, size_t, int, void *, void *)") as (
    fd: Descriptor,
    into: Buffer,
    length: number,
    flags: number,
    address: Buffer,
    addressLength: Buffer,
  ) => number,
};

/** poll(2) on a thread of libuv's pool; the buffer has to live until the callback. */
export const pollAsync = (
  library.func("int poll(void *, unsigned long, int)") as {
    async: (
      descriptors: Buffer,
      count: number,
      timeout: number,
      done: (error: Error | null, result: number) => void,
    ) => void;
  }
).async;

export const openFlags = { readWrite: 0o2, nonBlocking: 0o4000, closeOnExec: 0o2000000 } as const;

/** Name of the error of the last call, as `EAGAIN`. To be asked before any other call. */
export function lastError(): string {
  return getSystemErrorName(-koffi.errno());
}

/** Whether the last call, a connect(2), goes on by itself: EINPROGRESS, for which Node has no name. */
export function connecting(): boolean {
  return koffi.errno() === 115;
}

/** `struct sockaddr_in` (ip(7)). */
export function socketAddress(address: string, port: number): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt16LE(2, 0);
  bytes.writeUInt16BE(port, 2);
  Buffer.from(address.split(".").map(Number)).copy(bytes, 4);
  return bytes;
}
