/** Numbers from 0 to 1, the same ones for the same seed (mulberry32). */
export class Chance {
  private state: number;

  constructor(readonly seed: number) {
    this.state = seed;
  }

  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  shuffled<T>(all: readonly T[]): T[] {
    return all
      .map((each) => ({ each, key: this.next() }))
      .sort((one, other) => one.key - other.key)
      .map(({ each }) => each);
  }
}

export type Operation = "start" | "up" | "up again" | "verify" | "down";

/**
 * "Ctrl-C" is SIGINT to the whole foreground process group, as a terminal sends it; "SIGINT" reaches the command alone,
 * as from `kill`. The daemon is the lab's own process, the world's init the parent of everything in it.
 */
export type Deed =
  | "Ctrl-C"
  | "Ctrl-C twice"
  | "SIGINT"
  | "SIGTERM"
  | "SIGKILL"
  | "SIGKILL of the daemon"
  | "SIGKILL of the world's init"
  | "SIGKILL of the engine";

export interface Moment {
  operation: Operation;
  deed: Deed;
  /** Part of the operation's measured length, from 0 to 1, at which the deed is done. */
  at: number;
}

const deeds: Record<Operation, Deed[]> = {
  start: [
    ...(["Ctrl-C", "Ctrl-C twice", "SIGINT", "SIGTERM", "SIGKILL"] as const),
    ...(["SIGKILL of the daemon", "SIGKILL of the world's init"] as const),
  ],
  up: ["Ctrl-C", "SIGTERM", "SIGKILL", "SIGKILL", "SIGKILL"],
  "up again": ["Ctrl-C", "SIGTERM", "SIGKILL", "SIGKILL of the engine"],
  verify: [
    ...(["Ctrl-C", "Ctrl-C", "SIGINT", "SIGINT", "SIGTERM", "SIGTERM", "SIGTERM"] as const),
    ...(["SIGKILL", "SIGKILL", "SIGKILL"] as const),
  ],
  down: ["Ctrl-C", "SIGINT", "SIGTERM", "SIGKILL", "SIGKILL", "SIGKILL"],
};

/** What is done, and when, by chance; in random order for each operation. */
export function plan(chance: Chance): Record<Operation, Moment[]> {
  const momentsOf = (operation: Operation): Moment[] => {
    const shuffled = chance.shuffled(deeds[operation]);
    // One in each of as many equal parts of its length: random, and none too close to another.
    return shuffled.map((deed, index) => ({ operation, deed, at: (index + chance.next()) / shuffled.length }));
  };
  return {
    start: chance.shuffled(momentsOf("start")),
    up: chance.shuffled(momentsOf("up")),
    "up again": chance.shuffled(momentsOf("up again")),
    verify: chance.shuffled(momentsOf("verify")),
    down: chance.shuffled(momentsOf("down")),
  };
}
