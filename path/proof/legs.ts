import type { PairReport, TargetCounts } from "./pathReport";
import { statisticsOf } from "./statistics";

/** What was seen of one direction of a pair's pings: what a picture of it may claim, and no more. */
export interface SeenLeg {
  name: "request" | "reply";
  /** Packets that set out. Of replies those that must have, since they were seen later. Absent: nobody knows. */
  sent?: number;
  /** Ids of the endpoints that they came to the targets by, as the first packets' GENEVE options tell. */
  endpointIds: string[];
  /** Those that saw some of them. */
  targets: Pick<TargetCounts, "target" | "azId">[];
  /** Packets into and out of the targets. Absent: nobody was watching. */
  in?: number;
  out?: number;
  /** Packets that came to the other end, at least: of requests those that were answered. */
  arrived: number;
  /** Of these, no target sent out so many: they went round the targets. */
  round: number;
  /** Packets that set out and came to no target, though every target was watched, and did not go round them. */
  lostBefore: number;
  /** Packets that targets kept. */
  lostAt: number;
  /** Replies that targets sent back and the source did not get. */
  lostAfter: number;
  /** Packets that left the targets, and of which nobody saw what became. */
  unseen: number;
}

/** What says of a pair that a target that it may use was not watched, or not all the time. */
const unwatched = ["CAPTURE_FAILED", "CAPTURE_INCOMPLETE", "CAPTURE_BLIND", "TARGETS_NOT_WATCHED"];

/**
 * Requests, and replies where any set out. What was not seen counts as not there only where every target was watched; what becomes of
 * packets between targets and destination nobody sees. Pure.
 */
export function seenLegs(pair: PairReport): SeenLeg[] {
  const { targets, expectReply, findings } = pair;
  const ping = statisticsOf(pair);
  const watching = targets.length > 0;
  const complete = watching && !findings.some(({ code }) => unwatched.includes(code));
  const sum = (kind: "requestIn" | "requestOut" | "replyIn" | "replyOut"): number =>
    targets.reduce((total, each) => total + each[kind], 0);
  const received = (ping?.received ?? 0) + (ping?.refused ?? 0);
  const answered = Math.max(received, sum("replyIn"));
  const requests = direction("request", targets, "requestIn", "requestOut", {
    ...(ping && { sent: ping.transmitted }),
    arrived: answered,
    complete,
  });
  const replies = direction("reply", targets, "replyIn", "replyOut", {
    sent: answered,
    arrived: received,
    complete: complete && ping !== undefined,
  });
  const request: SeenLeg = { ...requests, lostAfter: 0, unseen: Math.max(0, sum("requestOut") - answered) };
  const isAnswered = answered > 0 || sum("replyOut") > 0;
  if (!isAnswered && (!expectReply || (complete && request.out === 0))) return [request];
  return [
    request,
    { ...replies, lostAfter: ping === undefined ? 0 : Math.max(0, sum("replyOut") - received), unseen: 0 },
  ];
}

function direction(
  name: SeenLeg["name"],
  targets: TargetCounts[],
  kindIn: "requestIn" | "replyIn",
  kindOut: "requestOut" | "replyOut",
  { sent, arrived, complete }: { sent?: number; arrived: number; complete: boolean },
): Omit<SeenLeg, "lostAfter" | "unseen"> {
  const seeing = targets.filter((each) => each[kindIn] + each[kindOut] > 0);
  const [into, out] = [kindIn, kindOut].map((kind) => seeing.reduce((total, each) => total + each[kind], 0)) as [
    number,
    number,
  ];
  const samples = seeing.flatMap((each) => (each.samples ?? []).filter(({ kind }) => kind === kindIn));
  const round = complete ? Math.max(0, arrived - out) : 0;
  return {
    name,
    ...(sent !== undefined && { sent }),
    endpointIds: [...new Set(samples.flatMap(({ gwlb }) => gwlb?.endpointId ?? []))],
    targets: seeing.map(({ target, azId }) => ({ target, azId })),
    ...(targets.length > 0 && { in: into, out }),
    arrived,
    round,
    lostBefore: complete && sent !== undefined ? Math.max(0, sent - into - round) : 0,
    lostAt: Math.max(0, into - out),
  };
}
