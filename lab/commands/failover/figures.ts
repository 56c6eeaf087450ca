/** What `ping -D -O` told. Times in seconds since 1970. */
export interface Pings {
  /** The highest sequence number that was heard of. */
  sent: number;
  /** Time of the first answer to each sequence number. */
  answers: Map<number, number>;
  /** Sequence numbers that had no answer when the next one was sent. */
  late: Set<number>;
}

/** What one TCP stream told: times at which bytes came back, and of its end where it was cut. */
export interface Stream {
  answers: number[];
  cutAt?: number;
}

/** What the sender of streams told (streams.py). */
export interface Streams {
  streams: Stream[];
  /** Connections that were asked for, by time, and whether they came about. */
  fresh: { askedAt: number; answered: boolean }[];
}

/** Moments of a measured event, in seconds since 1970. */
export interface Moments {
  /** When the event was made. */
  made: number;
  /** When what heals it was begun. */
  healed: number;
  /** When the traffic was ended. */
  ended: number;
}

/** What an event did to the traffic. */
export interface Figures {
  /** Pings. */
  sent: number;
  /** Pings that were never answered. */
  lost: number;
  /** Seconds: the longest time from one answered ping to the next, or to the end. */
  without: number;
  /** TCP streams that went on with no pause of a second, that paused and went on, and that were cut or silent in the end. */
  wentOn: number;
  stalled: number;
  cut: number;
  /** Seconds: the longest pause of a stream that went on in the end; 0 where none paused. */
  pause: number;
  /** Connections asked for from the event until it was healed, and those that came about. */
  asked: number;
  opened: number;
}

/** Seconds without an answer from which a stream counts as stalled, and, in the end, as cut. */
const stall = 1;

export function readPings(text: string): Pings {
  const pings: Pings = { sent: 0, answers: new Map(), late: new Set() };
  for (const [, at = "", no, sequence = ""] of text.matchAll(
    /^\[([\d.]+)\] (no answer yet for )?.*?icmp_seq=(\d+)/gm,
  )) {
    const number = Number(sequence);
    pings.sent = Math.max(pings.sent, number);
    if (no !== undefined) pings.late.add(number);
    else if (!pings.answers.has(number)) pings.answers.set(number, Number(at));
  }
  return pings;
}

export function readStreams(text: string): Streams {
  const found: Streams = { streams: [], fresh: [] };
  const stream = (index: string): Stream => (found.streams[Number(index)] ??= { answers: [] });
  for (const line of text.split("\n")) {
    const [what, one = "", other = ""] = line.split(" ");
    if (what === "answer") stream(one).answers.push(Number(other));
    if (what === "end") stream(one).cutAt = Number(other);
    if (what === "new") found.fresh.push({ askedAt: Number(one), answered: other === "1" });
  }
  return found;
}

/** @param count - streams that were begun: one that never had an answer told nothing */
export function figuresOf(pings: Pings, { streams, fresh }: Streams, count: number, moments: Moments): Figures {
  const { made, healed, ended } = moments;
  const pauses = Array.from({ length: count }, (_, index) => pauseOf(streams[index], made, ended));
  const alive = pauses.filter((pause) => pause !== undefined);
  const stalled = alive.filter((pause) => pause >= stall);
  const during = fresh.filter(({ askedAt }) => askedAt >= made && askedAt < healed);
  return {
    sent: pings.sent,
    lost: [...pings.late].filter((sequence) => !pings.answers.has(sequence)).length,
    without: longestGap([...pings.answers.values()], ended),
    wentOn: alive.length - stalled.length,
    stalled: stalled.length,
    cut: pauses.length - alive.length,
    pause: Math.max(0, ...stalled),
    asked: during.length,
    opened: during.filter(({ answered }) => answered).length,
  };
}

/** A stream's longest pause since the event; undefined when it was cut, or says nothing in the end. */
function pauseOf(stream: Stream | undefined, made: number, ended: number): number | undefined {
  const last = stream?.answers.at(-1);
  if (stream === undefined || stream.cutAt !== undefined || last === undefined || ended - last >= stall)
    return undefined;
  const before = stream.answers.filter((at) => at < made).at(-1);
  return longestGap([before ?? made, ...stream.answers.filter((at) => at >= made)], ended);
}

/** The longest time between two of these in succession, and from the last one to the end; 0 where there are none. */
function longestGap(times: number[], end: number): number {
  const sorted = [...times].sort((one, other) => one - other);
  return Math.max(0, ...sorted.map((at, index) => (sorted[index + 1] ?? Math.max(at, end)) - at));
}
