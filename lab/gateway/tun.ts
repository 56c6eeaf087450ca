import { lastError, libc, openFlags } from "./libc";

/** linux/if_tun.h */
const setInterface = 0x400454ca;
const tunDevice = 0x0001;
const noPacketInformation = 0x1000;
const virtioHeader = 0x4000;
const setOffload = 0x400454d0;
/** TUN_F_CSUM and TUN_F_TSO4: checksums of all packets, and segments of TCP in IPv4, are left to who reads. */
const offloads = 0x01 | 0x02;
/** sizeof(struct ifreq); the name comes first, 16 bytes with its terminator. */
const requestSize = 40;
const longestName = 15;

/**
 * Makes a TUN device in the process's network namespace and returns its non-blocking descriptor: one IP packet per read
 * or write, behind a {@link virtioHeaderLength virtio header} that tells what the kernel has left to do, or may leave to
 * others: TCP sends and gets up to 64 KiB at once. The device may be moved to another namespace; it is gone when the descriptor is closed.
 * @throws Error naming the device and the cause
 */
export function openTun(name: string): number {
  if (name.length === 0 || name.length > longestName) {
    throw new Error(`TUN name "${name}": expected 1 to ${longestName} characters`);
  }
  const descriptor = libc.open("/dev/net/tun", openFlags.readWrite | openFlags.nonBlocking | openFlags.closeOnExec);
  if (descriptor < 0) throw new Error(`TUN ${name}: opening /dev/net/tun: ${lastError()}`);
  const request = Buffer.alloc(requestSize);
  request.write(name, 0, "latin1");
  request.writeUInt16LE(tunDevice | noPacketInformation | virtioHeader, 16);
  if (libc.ioctl(descriptor, setInterface, request) < 0) {
    const cause = lastError();
    libc.close(descriptor);
    throw new Error(`TUN ${name}: ${cause === "EBUSY" ? "a device of this name exists already (EBUSY)" : cause}`);
  }
  if (libc.ioctlNumber(descriptor, setOffload, offloads) < 0) {
    const cause = lastError();
    libc.close(descriptor);
    throw new Error(`TUN ${name}: segmentation offload: ${cause}`);
  }
  return descriptor;
}
