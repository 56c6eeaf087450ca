import { lastError, libc, openFlags, pollAsync } from "./libc";

/** poll(2)'s POLLIN. Errors and hang-ups are reported without being asked for. */
const readable = 0x001;
const descriptorSize = 8;

/**
 * Waits for any of many descriptors to become readable, on one thread of libuv's pool for all of them. Node itself
 * can wait for sockets, pipes and terminals, but not for a TUN: reading it with `fs.read` would hold a thread for each.
 */
export class Poller {
  private readonly handlers = new Map<number, () => void>();
  private readonly wake: number;
  private waiting = false;
  private closed = false;
  /** What is to be done as soon as no poll holds a removed descriptor any more. */
  private afterPoll: (() => void)[] = [];

  constructor() {
    this.wake = libc.eventfd(0, openFlags.nonBlocking | openFlags.closeOnExec);
    if (this.wake < 0) throw new Error(`eventfd: ${lastError()}`);
  }

  /** Calls `onReadable` while there is something to read; it need not read all of it. */
  watch(descriptor: number, onReadable: () => void): void {
    this.handlers.set(descriptor, onReadable);
    this.interrupt();
    this.wait();
  }

  /**
   * Stops watching and closes the descriptor. Resolves when it is closed for good: the kernel keeps a device open
   * while a poll waits for it.
   */
  release(descriptor: number): Promise<void> {
    if (!this.handlers.delete(descriptor)) return Promise.resolve();
    return this.uninterrupted(() => void libc.close(descriptor));
  }

  /** Ends the waiting thread and closes all descriptors. A process that exits without it would wait for that thread for ever. */
  close(): Promise<void> {
    const descriptors = [...this.handlers.keys()];
    this.handlers.clear();
    this.closed = true;
    return this.uninterrupted(() => {
      for (const descriptor of [...descriptors, this.wake]) libc.close(descriptor);
    });
  }

  /** Makes a waiting poll return. Safe in an `exit` handler. */
  interrupt(): void {
    if (!this.waiting) return;
    const one = Buffer.alloc(8);
    one.writeBigUInt64LE(1n);
    libc.write(this.wake, one, one.length);
  }

  private uninterrupted(action: () => void): Promise<void> {
    if (!this.waiting) {
      action();
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.afterPoll.push(() => {
        action();
        resolve();
      });
      this.interrupt();
    });
  }

  private wait(): void {
    if (this.waiting || this.closed) return;
    const watched = [this.wake, ...this.handlers.keys()];
    const polled = Buffer.alloc(watched.length * descriptorSize);
    watched.forEach((descriptor, index) => {
      polled.writeInt32LE(descriptor, index * descriptorSize);
      polled.writeInt16LE(readable, index * descriptorSize + 4);
    });
    this.waiting = true;
    pollAsync(polled, watched.length, -1, (error, count) => {
      this.waiting = false;
      if (error !== null) throw error;
      // Interrupted by a signal: nothing is known of the descriptors.
      if (count > 0) this.dispatch(watched, polled);
      for (const action of this.afterPoll.splice(0)) action();
      this.wait();
    });
  }

  private dispatch(watched: number[], polled: Buffer): void {
    watched.forEach((descriptor, index) => {
      if (polled.readInt16LE(index * descriptorSize + 6) === 0) return;
      if (descriptor === this.wake) libc.read(this.wake, Buffer.alloc(8), 8);
      else this.handlers.get(descriptor)?.();
    });
  }
}
