import { verdicts, type PacketSample, type TargetCounts, type Verdict } from "./pathReport";

/** GENEVE packets of one ping on all targets together. */
export type PathCounts = Pick<TargetCounts, "requestIn" | "requestOut" | "replyIn" | "replyOut">;

/** ICMP sequence numbers of a ping's packets that targets saw, of each kind; one that was seen twice stands there twice. */
export type SeenSequences = Record<PacketSample["kind"], number[]>;

/**
 * Of a packet that a target sent back, the gravest first: another GENEVE header, an interface that the GWLB's packets do not come by, another
 * UDP port.
 */
export const changes = ["header", "device", "port"] as const;
/** One of them. */
export type Change = (typeof changes)[number];

/** What was measured of one pair. */
export interface Evidence {
  /** What the source tells; absent when the ping could not be run. */
  ping?: {
    /** Requests that were sent: their sequence numbers are 1 to this. */
    transmitted: number;
    /** Sequence numbers whose answer came to the source. */
    answered: number[];
    /** Those of them whose answer was that the destination refuses. */
    refused?: number[];
  };
  /** What targets saw. */
  seen: SeenSequences;
  /** Whether all of it went through one GWLB endpoint. Packets that do not name theirs count as if they did. */
  oneEndpoint: boolean;
  /** Whether some of it came from an address that is none of the GWLB's. @default false */
  fromStranger?: boolean;
  /** What was changed of packets that targets sent back; of several the gravest. @default nothing */
  changed?: Change;
  /** False when the destination cannot answer; the requests alone are then the proof. */
  expectReply: boolean;
  /** Whether every target's capture was brought back whole. */
  captured: boolean;
  /** Whether there may be targets that nobody watched: what was seen on none may have been there. @default false */
  unwatched?: boolean;
  /** Whether some targets were watched in copies of their packets (traffic mirroring), which may be dropped on their way. @default false */
  copies?: boolean;
  /** Whether targets so watched have further interfaces, of whose mirrors nothing proves that they work. @default false */
  furtherInterfaces?: boolean;
}

/** What became of one request and its answer. */
export type Fate =
  | Extract<
      Verdict,
      | "inspected"
      | "refused"
      | "bypassed"
      | "lost-before-target"
      | "lost-at-target"
      | "lost-after-target"
      | "inconclusive"
    >
  /** Answered, and only the other direction came to a target. */
  | "request-bypassed"
  | "reply-bypassed";

/** A verdict, and what it was made from. */
export interface Judgement {
  /** In one word. */
  verdict: Verdict;
  /** Why the evidence contradicts itself, where that made the verdict inconclusive. */
  contradiction?: string;
  /** Sequence numbers by what became of them; empty where there is nothing to judge. */
  fates: Partial<Record<Fate, number[]>>;
  /** What targets saw more than once, in words. */
  repeated: string[];
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

/** 1 to `count`: the sequence numbers that a ping gives that many requests. */
export function sequences(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/**
 * The verdict on one pair. Every request is told by its sequence number and judged by itself: whether it was answered, and
 * whether targets saw it and its answer come in and go out. No sum of packets is evidence.
 *
 * | one request | answered | request in / out | reply in / out |
 * |---|---|---|---|
 * | inspected | yes (or no reply expected) | yes / yes | as it was answered, both |
 * | refused | yes, by a refusal | yes / yes | yes / yes |
 * | bypassed | yes | no / no | no / no |
 * | one-way | yes | one direction both, the other one neither |
 * | lost-before-target | no | no / no | no / no |
 * | lost-at-target | no | yes / no | no / no |
 * | lost-after-target | no | yes / yes | any, in at least as out |
 * | contradiction | anything else: out without in, answered though a target kept it |
 *
 * In and out is on one target. One of the two may be outside GENEVE, as with a two-armed appliance, which says
 * TWO_ARMED_APPLIANCE: the packet has crossed the target. What comes and goes without GENEVE is none of the gateway's.
 *
 * Of the pair: a contradiction makes it `inconclusive`; else any `bypassed` or `one-way` request makes it that; else `partial`
 * when some were lost; else `refused` when any was; else what all of them are. When none came through, one that a target kept makes it `lost-at-target`,
 * and losses both before and after the targets are `inconclusive`. What was seen more
 * than once makes all but `bypassed` and `one-way` `inconclusive`. And `inspected` takes that everything came from the GWLB,
 * else it is `inconclusive`, with the GENEVE header going back as it came, else so, too, and through one endpoint, else it is
 * `asymmetric`. Where there may be targets that nobody watched,
 * what rests on packets that were not seen is `inconclusive`. So it is where targets were watched in copies and only some packets of
 * a kind were seen: the others' copies may have been dropped.
 */
export function judge(evidence: Evidence): Judgement {
  const { ping, seen, captured } = evidence;
  const repeated = repetitions(seen);
  if (ping === undefined || ping.transmitted === 0 || !captured) {
    return { verdict: "inconclusive", fates: {}, repeated };
  }
  const fates = fatesOf(ping, evidence);
  const inconclusive = (contradiction: string): Judgement => ({
    verdict: "inconclusive",
    contradiction,
    fates,
    repeated,
  });
  const strangers = strangersIn(ping, seen);
  if (strangers !== undefined) return inconclusive(strangers);
  if (fates.inconclusive !== undefined) {
    return inconclusive(`${describe(fates.inconclusive, ping, seen)} fit no single place of loss or bypass`);
  }
  const verdict = verdictOf(fates);
  if (verdict === undefined) {
    return inconclusive(
      `${inWords(fates["lost-before-target"] ?? [])} came to no target, ` +
        `${inWords(fates["lost-after-target"] ?? [])} came back out of one, and none was answered`,
    );
  }
  if (evidence.unwatched === true && restsOnUnseen(verdict, fates, evidence)) {
    return { verdict: "inconclusive", fates, repeated };
  }
  const dropped = evidence.copies === true && restsOnMissing(verdict, evidence) ? someOfAKind(ping, seen) : undefined;
  if (dropped !== undefined) return inconclusive(`of mirrored packets ${dropped}, whose copies may have been dropped`);
  if (evidence.furtherInterfaces === true && verdict === "lost-at-target") {
    return inconclusive(
      "packets may have left a target by another interface, of whose mirror nothing proves that it works",
    );
  }
  // Repeated ones change nothing about packets that went round the targets.
  if (verdict === "bypassed" || verdict === "one-way") return { verdict, fates, repeated };
  if (repeated.length > 0) return inconclusive(`packets were seen more than once: ${repeated.join("; ")}`);
  const came: Verdict[] = ["inspected", "refused"];
  if (came.includes(verdict) && evidence.fromStranger === true) {
    return inconclusive("packets came to a target from an address that is none of the GWLB's");
  }
  if (came.includes(verdict) && isTurnedAway(evidence)) return { verdict: "inconclusive", fates, repeated };
  return { verdict: verdict === "inspected" && !evidence.oneEndpoint ? "asymmetric" : verdict, fates, repeated };
}

/**
 * Whether the GWLB may have dropped what went out of a target. It is to get its header back as it was (docs/assumptions.md); from another
 * UDP port, or by another interface, an answer shows that it took it.
 */
function isTurnedAway({ changed, expectReply }: Evidence): boolean {
  return changed === "header" || (changed !== undefined && !expectReply);
}

type Ping = NonNullable<Evidence["ping"]>;

function fatesOf(ping: Ping, { seen, expectReply }: Evidence): Judgement["fates"] {
  const fates: Judgement["fates"] = {};
  const answered = new Set(ping.answered);
  const refused = new Set(ping.refused);
  const sets = {
    requestIn: new Set(seen.requestIn),
    requestOut: new Set(seen.requestOut),
    replyIn: new Set(seen.replyIn),
    replyOut: new Set(seen.replyOut),
  };
  for (const sequence of sequences(ping.transmitted)) {
    const request = passage(sets.requestIn.has(sequence), sets.requestOut.has(sequence));
    const reply = passage(sets.replyIn.has(sequence), sets.replyOut.has(sequence));
    const fate = answered.has(sequence) ? fateOfAnswered(request, reply) : fateOfLost(request, reply, expectReply);
    const isRefused = fate === "inspected" && refused.has(sequence);
    (fates[isRefused ? "refused" : fate] ??= []).push(sequence);
  }
  return fates;
}

/** How a packet passed the targets. */
type Passage = "through" | "kept" | "unseen" | "from-nowhere";

function passage(cameIn: boolean, wentOut: boolean): Passage {
  if (cameIn) return wentOut ? "through" : "kept";
  return wentOut ? "from-nowhere" : "unseen";
}

function fateOfAnswered(request: Passage, reply: Passage): Fate {
  if (request === "through" && reply === "through") return "inspected";
  if (request === "unseen" && reply === "unseen") return "bypassed";
  if (request === "through" && reply === "unseen") return "reply-bypassed";
  if (request === "unseen" && reply === "through") return "request-bypassed";
  return "inconclusive";
}

function fateOfLost(request: Passage, reply: Passage, expectReply: boolean): Fate {
  if (reply === "from-nowhere") return "inconclusive";
  if (request === "through") return expectReply ? "lost-after-target" : "inspected";
  if (reply !== "unseen") return "inconclusive";
  if (request === "kept") return "lost-at-target";
  return request === "unseen" ? "lost-before-target" : "inconclusive";
}

/** @returns undefined when nothing came through and losses have no single place */
function verdictOf(fates: Judgement["fates"]): Verdict | undefined {
  if (fates.bypassed !== undefined) return "bypassed";
  if (fates["request-bypassed"] !== undefined || fates["reply-bypassed"] !== undefined) return "one-way";
  const lost = (["lost-before-target", "lost-at-target", "lost-after-target"] as const).filter(
    (fate) => fates[fate] !== undefined,
  );
  const came = fates.refused !== undefined ? "refused" : fates.inspected !== undefined ? "inspected" : undefined;
  if (came !== undefined) return lost.length === 0 ? came : "partial";
  if (lost.includes("lost-at-target")) return "lost-at-target";
  return lost.length === 1 ? lost[0] : undefined;
}

/**
 * Whether a target that nobody watched could have made the verdict another one. A packet that was seen coming in and not going
 * out is no such case: both are seen on one interface.
 */
function restsOnUnseen(verdict: Verdict, fates: Judgement["fates"], { seen, expectReply }: Evidence): boolean {
  if (verdict === "bypassed" || verdict === "one-way" || verdict === "lost-before-target") return true;
  const { "lost-after-target": after = [], "lost-before-target": before = [] } = fates;
  if (verdict === "lost-after-target") return after.some((sequence) => !seen.replyIn.includes(sequence));
  // Where no answer is expected, a request that was seen on no target is the only sign of a loss.
  return !expectReply && before.length > 0;
}

/** Whether it rests on packets that were not seen on a target, or not going out of it. */
function restsOnMissing(verdict: Verdict, { expectReply }: Evidence): boolean {
  if (verdict === "partial") return !expectReply;
  return ["bypassed", "one-way", "lost-before-target", "lost-at-target"].includes(verdict);
}

/** A kind of which some packets were seen and some were not, in words. */
function someOfAKind({ transmitted }: Ping, seen: SeenSequences): string | undefined {
  const kinds = Object.entries(seen).map(([kind, list]) => [kind, new Set(list).size] as const);
  const found = kinds.find(([, count]) => count > 0 && count < transmitted);
  if (found === undefined) return undefined;
  const [kind, count] = found;
  return `${count} of ${transmitted} were seen as ${kindWords[kind as keyof SeenSequences].replace(" %", "")}`;
}

/** Packets that this ping has not sent, or got. */
function strangersIn(ping: Ping, seen: SeenSequences): string | undefined {
  const sent = new Set(sequences(ping.transmitted));
  const strange = [...new Set([...ping.answered, ...Object.values(seen).flat()])].filter((each) => !sent.has(each));
  return strange.length === 0
    ? undefined
    : `${inWords(strange)} of this ping were seen, but only ${ping.transmitted} requests were sent`;
}

const kindWords: Record<keyof SeenSequences, string> = {
  requestIn: "request % in",
  requestOut: "request % out",
  replyIn: "reply % in",
  replyOut: "reply % out",
};

function repetitions(seen: SeenSequences): string[] {
  return (Object.keys(kindWords) as (keyof SeenSequences)[]).flatMap((kind) => {
    const times = new Map<number, number>();
    for (const sequence of seen[kind]) times.set(sequence, (times.get(sequence) ?? 0) + 1);
    return [...times]
      .filter(([, count]) => count > 1)
      .map(([sequence, count]) => `${kindWords[kind].replace("%", String(sequence))} ${count} times`);
  });
}

function describe(of: number[], ping: Ping, seen: SeenSequences): string {
  const among = (list: number[]): number => new Set(list.filter((sequence) => of.includes(sequence))).size;
  return (
    `${inWords(of)}: ${among(ping.answered)} answered, requests ${among(seen.requestIn)} in / ${among(seen.requestOut)} out, ` +
    `replies ${among(seen.replyIn)} in / ${among(seen.replyOut)} out`
  );
}

/** `requests 1–3, 5` */
export function inWords(list: number[]): string {
  const sorted = [...new Set(list)].sort((a, b) => a - b);
  const runs: [number, number][] = [];
  for (const each of sorted) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === each - 1) last[1] = each;
    else runs.push([each, each]);
  }
  const text = runs.map(([from, to]) =>
    from === to ? `${from}` : to === from + 1 ? `${from}, ${to}` : `${from}–${to}`,
  );
  return `request${sorted.length === 1 ? "" : "s"} ${text.join(", ")}`;
}

/** The worst of several verdicts; inconclusive when there is none, for then nothing was proven. */
export function worstOf(all: Verdict[]): Verdict {
  const worst = Math.max(...all.map((verdict) => verdicts.indexOf(verdict)));
  return verdicts[worst] ?? "inconclusive";
}
