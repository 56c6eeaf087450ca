import * as net from "node:net";
import { connecting, lastError, libc, openFlags, pollAsync, socketAddress } from "../gateway/libc";

/** TCP sockets in other network namespaces: a socket stays for ever in the one that it was made in (setns(2)). */

const newNetwork = 0x40000000;
const inet = 2;
/** SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC. */
const nonBlockingStream = 1 | 0o4000 | 0o2000000;
const socketLevel = 1;
const reuseAddress = 2;
const socketError = 4;
const pollOut = 4;

function failed(what: string): Error {
  return new Error(`${what}: ${lastError()}`);
}

/** Runs `work`, which must not wait for anything, with this thread in the namespace. */
function within<T>(namespace: string, work: () => T): T {
  const flags = openFlags.closeOnExec;
  const home = libc.open("/proc/thread-self/ns/net", flags);
  const there = libc.open(`/run/netns/${namespace}`, flags);
  try {
    if (home < 0 || there < 0) throw new Error(`There is no network namespace "${namespace}"`);
    if (libc.setns(there, newNetwork) !== 0) throw failed(`setns ${namespace}`);
    try {
      return work();
    } finally {
      // To go on in a foreign namespace would be worse than to end.
      if (libc.setns(home, newNetwork) !== 0) process.exit(70);
    }
  } finally {
    for (const descriptor of [home, there]) if (descriptor >= 0) libc.close(descriptor);
  }
}

function tcpSocket(): number {
  const descriptor = libc.socket(inet, nonBlockingStream, 0);
  if (descriptor < 0) throw failed("socket");
  return descriptor;
}

/** Accepts connections to an address of the namespace; each is closed at once. @throws Error when it is not free */
export function listenWithin(namespace: string, address: string, port: number): net.Server {
  const descriptor = within(namespace, () => {
    const made = tcpSocket();
    const yes = Buffer.from([1, 0, 0, 0]);
    libc.setsockopt(made, socketLevel, reuseAddress, yes, yes.length);
    const where = socketAddress(address, port);
    if (libc.bind(made, where, where.length) !== 0 || libc.listen(made, 128) !== 0) {
      const error = failed(`listen on ${address}:${port} in ${namespace}`);
      libc.close(made);
      throw error;
    }
    return made;
  });
  const server = net.createServer((connection) => connection.on("error", () => undefined).destroy());
  server.listen({ fd: descriptor });
  return server;
}

/**
 * Whether a TCP connection from the namespace to that address is taken within so many milliseconds.
 *
 * @throws Error when there is no such namespace
 */
export async function connectsWithin(
  namespace: string,
  address: string,
  port: number,
  timeout: number,
): Promise<boolean> {
  const descriptor = within(namespace, () => {
    const made = tcpSocket();
    const where = socketAddress(address, port);
    if (libc.connect(made, where, where.length) === 0 || connecting()) return made;
    // No route, for one.
    libc.close(made);
    return undefined;
  });
  if (descriptor === undefined) return false;
  try {
    // struct pollfd (poll(2)): descriptor, events, revents.
    const waited = Buffer.alloc(8);
    waited.writeInt32LE(descriptor, 0);
    waited.writeInt16LE(pollOut, 4);
    const ready = await new Promise<number>((resolve, reject) =>
      pollAsync(waited, 1, timeout, (error, result) => (error === null ? resolve(result) : reject(error))),
    );
    if (ready !== 1) return false;
    const error = Buffer.alloc(4);
    libc.getsockopt(descriptor, socketLevel, socketError, error, Buffer.from([4, 0, 0, 0]));
    return error.readInt32LE(0) === 0;
  } finally {
    libc.close(descriptor);
  }
}
