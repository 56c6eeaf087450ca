/** What is done to packets on their way from an endpoint to a target: once for each time a packet is inspected. */
export interface Impairment {
  /** Milliseconds that each packet is held. */
  delay: number;
  /** Share of packets that is dropped, 0 to 1. */
  loss: number;
  /** The same seed drops the same ones of a sequence of packets. Unsigned, 32 bits. */
  seed: number;
}

/** Packets that one gateway holds at a time, as netem's default; further ones are dropped. */
const largestQueue = 1000;

/** Decides packet by packet. */
export class Impairer {
  private readonly random: () => number;

  constructor(readonly impairment: Impairment) {
    this.random = randomNumbers(impairment.seed);
  }

  /** Whether the next packet is to be dropped. @param held - packets that are being held */
  drops(held: number): boolean {
    return this.random() < this.impairment.loss || held >= largestQueue;
  }
}

/** Goes on with `current` if it does what is wanted: its sequence must not start over with each new configuration. */
export function impairerFor(wanted: Impairment | undefined, current: Impairer | undefined): Impairer | undefined {
  if (wanted === undefined) return undefined;
  const { delay, loss, seed } = current?.impairment ?? {};
  return wanted.delay === delay && wanted.loss === loss && wanted.seed === seed ? current : new Impairer(wanted);
}

/** mulberry32: numbers from 0 to below 1. */
function randomNumbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
