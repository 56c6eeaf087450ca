import { verdicts, type PingStatistics, type TargetCounts, type Verdict } from "./pathReport";

/** GENEVE packets of one ping on all targets together. */
export type PathCounts = Pick<TargetCounts, "requestIn" | "requestOut" | "replyIn" | "replyOut">;

/** What was measured of one pair. */
export interface Evidence {
  /** Absent when the ping could not be run. */
  ping?: Pick<PingStatistics, "transmitted" | "received">;
  counts: PathCounts;
  /** False when the destination cannot answer; the requests alone are then the proof. */
  expectReply: boolean;
  /** Whether every target's capture was brought back whole. */
  captured: boolean;
}

export interface Judgement {
  verdict: Verdict;
  /** Why the evidence contradicts itself, where that made the verdict inconclusive. */
  contradiction?: string;
}

/** Sum over all targets. */
export function sumCounts(targets: PathCounts[]): PathCounts {
  const sum: PathCounts = { requestIn: 0, requestOut: 0, replyIn: 0, replyOut: 0 };
  for (const counts of targets) {
    sum.requestIn += counts.requestIn;
    sum.requestOut += counts.requestOut;
    sum.replyIn += counts.replyIn;
    sum.replyOut += counts.replyOut;
  }
  return sum;
}

/**
 * The verdict on one pair.
 *
 * | verdict | ping | request in / out | reply in / out |
 * |---|---|---|---|
 * | inspected | all answered (or no reply expected) | all / all | as many as answered, both |
 * | bypassed | answered | none | none |
 * | one-way | answered | one direction only | one direction only |
 * | partial | some answered | any | any |
 * | lost-before-target | none | none | none |
 * | lost-at-target | none | some / fewer | any |
 * | lost-after-target | none | all / all | fewer |
 * | inconclusive | a host could not be reached, a capture failed, or the evidence contradicts itself |
 *
 * Where rows overlap, the worse one counts: a ping that lost a packet *and* of which the targets saw nothing is bypassed,
 * not partial.
 */
export function judge(evidence: Evidence): Judgement {
  const { ping, counts, captured } = evidence;
  if (ping === undefined || ping.transmitted === 0 || !captured) {
    return { verdict: "inconclusive" };
  }
  const contradiction = contradictionIn(ping, counts);
  if (contradiction !== undefined) {
    return { verdict: "inconclusive", contradiction };
  }
  const verdict = evidence.expectReply ? withReply(ping, counts) : withoutReply(ping, counts);
  return verdict === undefined
    ? { verdict: "inconclusive", contradiction: `${describe(ping, counts)} fit no single place of loss or bypass` }
    : { verdict };
}

type Answered = NonNullable<Evidence["ping"]>;

/** Nothing that happens to single packets explains these: a loop, packets of another ping, or gaps in a capture. */
function contradictionIn(ping: Answered, counts: PathCounts): string | undefined {
  const most = Math.max(...Object.values(counts));
  if (most > ping.transmitted) {
    return `a target saw ${most} packets of one direction but only ${ping.transmitted} requests were sent`;
  }
  if (counts.requestOut > counts.requestIn || counts.replyOut > counts.replyIn) {
    return `more packets left the targets than came in (${describe(ping, counts)})`;
  }
  if (ping.received > ping.transmitted) {
    return `${ping.received} of ${ping.transmitted} requests were answered`;
  }
  return undefined;
}

function withReply(ping: Answered, counts: PathCounts): Verdict | undefined {
  const { transmitted, received } = ping;
  const requestSeen = counts.requestIn > 0;
  const replySeen = counts.replyIn > 0;
  if (received === 0) {
    return nothingAnswered(transmitted, counts);
  }
  if (!requestSeen && !replySeen) {
    return "bypassed";
  }
  // The direction that is seen must account for every answer, or packets of it took both ways.
  if (!replySeen && counts.requestOut >= received) {
    return "one-way";
  }
  if (!requestSeen && counts.replyOut >= received) {
    return "one-way";
  }
  if (received < transmitted) {
    return "partial";
  }
  const whole =
    counts.requestIn === transmitted &&
    counts.requestOut === transmitted &&
    counts.replyIn === received &&
    counts.replyOut === received;
  return whole ? "inspected" : undefined;
}

function nothingAnswered(transmitted: number, counts: PathCounts): Verdict | undefined {
  if (counts.requestIn === 0) {
    return counts.replyIn === 0 ? "lost-before-target" : undefined;
  }
  if (counts.requestOut < counts.requestIn) {
    return "lost-at-target";
  }
  // All replies may have come back through the target too, and been lost (or come too late) on the last stretch.
  return counts.requestOut === transmitted ? "lost-after-target" : undefined;
}

function withoutReply(ping: Answered, counts: PathCounts): Verdict | undefined {
  if (counts.requestIn === 0) {
    return ping.received > 0 ? "bypassed" : "lost-before-target";
  }
  if (counts.requestOut < counts.requestIn) {
    return "lost-at-target";
  }
  return counts.requestOut === ping.transmitted ? "inspected" : "partial";
}

function describe(ping: Answered, counts: PathCounts): string {
  return (
    `${ping.transmitted} sent, ${ping.received} answered, requests ${counts.requestIn} in / ${counts.requestOut} out, ` +
    `replies ${counts.replyIn} in / ${counts.replyOut} out`
  );
}

/** The worst of several verdicts; inconclusive when there is none, for then nothing was proven. */
export function worstOf(all: Verdict[]): Verdict {
  const worst = Math.max(...all.map((verdict) => verdicts.indexOf(verdict)));
  return verdicts[worst] ?? "inconclusive";
}
