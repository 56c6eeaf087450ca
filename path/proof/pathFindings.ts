import { finding } from "./findings";
import type { Finding, PairReport } from "./pathReport";
import { statisticsOf } from "./statistics";
import { inWords as sequencesInWords, sumCounts, type Judgement, type PathCounts } from "./verdict";

/** Packets of one ping that one GWLB address sent a target, or got from it, those counted that it took or sent on bare. */
export interface GatewayCounts extends PathCounts {
  /** Name of the target. */
  target: string;
  /** IPv4 address. */
  gatewayAddress: string;
  /** Absent when the address is none of the GWLB's. */
  gatewayAzId?: string;
}

/** Packets of one ping that a target took or sent on outside GENEVE, while they came or went by GENEVE on the other side. */
export interface BareCounts extends PathCounts {
  /** Name of the target. */
  target: string;
  /** Addresses of one of them. */
  example: string;
}

/** How many packets of one ping came to targets from which GWLB endpoint, by its id. */
export type EndpointCounts = Record<"request" | "reply", Record<string, number>>;

/** A pair with what findings are made from. */
export interface MeasuredPair extends Pick<
  PairReport,
  "source" | "destination" | "expectReply" | "ping" | "probe" | "targets"
> {
  /** What its evidence comes to. */
  judgement: Judgement;
  /** By target and GWLB address. */
  byGateway: GatewayCounts[];
  /** By target. */
  bare: BareCounts[];
  /** By GWLB endpoint. */
  endpoints: EndpointCounts;
}

/** Whether all packets of a ping, of either direction, came through one endpoint; those that name none do not count. */
export function throughOneEndpoint({ request, reply }: EndpointCounts): boolean {
  return new Set([...Object.keys(request), ...Object.keys(reply)]).size <= 1;
}

/** What the captures and the ping of one pair alone justify saying. Pure. */
export function pathFindings(pair: MeasuredPair): Finding[] {
  const unknown = pair.byGateway
    .filter((counts) => counts.gatewayAzId === undefined)
    .map((counts) =>
      finding(
        "UNKNOWN_GATEWAY_ADDRESS",
        counts.target,
        `${counts.requestIn + counts.replyIn} from ${counts.gatewayAddress}`,
      ),
    );
  const twoArmed = pair.bare.map((counts) =>
    finding("TWO_ARMED_APPLIANCE", counts.target, `outside GENEVE ${inWords(counts)}: ${counts.example}`),
  );
  return [...unknown, ...twoArmed, ...verdictFindings(pair), ...returnFindings(pair), ...repetitionFindings(pair)];
}

/** Targets that a pair's packets showed to be two-armed: appliances, whoever set them up. */
export function twoArmedTargets({ findings }: Pick<PairReport, "findings">): string[] {
  return findings.filter(({ code }) => code === "TWO_ARMED_APPLIANCE").map(({ hop }) => hop);
}

/** What large packets alone suffer: nothing may be lost of the small ones, or chance may be to blame. Pure. */
export function largePacketFindings({
  source,
  destination,
  ping,
}: Pick<PairReport, "source" | "destination" | "ping">): Finding[] {
  const { transmitted, received, large } = ping ?? {};
  if (large === undefined || large.received > 0 || large.transmitted === 0 || received !== transmitted) return [];
  const seen = `0 of ${large.transmitted} packets of ${large.size} bytes answered, ${received} of ${transmitted} small ones`;
  return [finding("LARGE_PACKETS_LOST", `${source.name} → ${destination.name}`, seen)];
}

/** To the GWLB and its targets, what comes from another endpoint is another flow. */
function returnFindings({ source, destination, endpoints: { request, reply } }: MeasuredPair): Finding[] {
  const inWords = (counts: Record<string, number>): string =>
    Object.entries(counts)
      .map(([endpoint, count]) => `${endpoint} (${count})`)
      .join(", ");
  if (throughOneEndpoint({ request, reply })) return [];
  const seen = `requests through ${inWords(request) || "none"}, replies through ${inWords(reply) || "none"}`;
  return [finding("RETURN_THROUGH_OTHER_ENDPOINT", `route ${destination.name} → ${source.name}`, seen)];
}

function repetitionFindings({ source, destination, judgement, ping }: MeasuredPair): Finding[] {
  const seen = [
    ...judgement.repeated,
    ...(ping?.duplicates === undefined ? [] : [`ping got ${ping.duplicates} answers more than once`]),
  ];
  return seen.length === 0
    ? []
    : [finding("PACKETS_DUPLICATED", `${source.name} → ${destination.name}`, seen.join("; "))];
}

function verdictFindings(pair: MeasuredPair): Finding[] {
  const { source, destination, judgement } = pair;
  const sum = sumCounts(pair.targets);
  const { transmitted: sent = 0, received: answered = 0, refused = 0 } = statisticsOf(pair) ?? {};
  const { bypassed = [], "request-bypassed": requests = [], "reply-bypassed": replies = [] } = judgement.fates;
  const forward = [...bypassed, ...requests];
  const back = [...bypassed, ...replies];
  const bypasses = (): Finding[] => [
    ...(forward.length === 0
      ? []
      : [
          finding(
            "FORWARD_PATH_BYPASSES_ENDPOINT",
            `route ${source.name} → ${destination.name}`,
            forward.length === answered
              ? `${answered} of ${sent} requests answered, none seen on a target`
              : `${answered} of ${sent} requests answered, ${sequencesInWords(forward)} seen on no target`,
          ),
        ]),
    ...(back.length === 0
      ? []
      : [
          finding(
            "RETURN_PATH_BYPASSES_ENDPOINT",
            `route ${destination.name} → ${source.name}`,
            back.length === answered
              ? `${answered} replies received, none seen on a target`
              : `${answered} replies received, those to ${sequencesInWords(back)} seen on no target`,
          ),
        ]),
  ];

  switch (judgement.verdict) {
    case "inspected":
    case "asymmetric":
      return [];
    case "refused":
      return [
        finding("DESTINATION_REFUSES", destination.name, `${refused} of ${sent} requests refused; ${inWords(sum)}`),
      ];
    case "bypassed":
    case "one-way":
      return bypasses();
    case "partial":
      return [
        finding(
          "PACKETS_LOST",
          `${source.name} → ${destination.name}`,
          `${answered} of ${sent} answered; ${inWords(sum)}`,
        ),
        ...hairpinFindings(pair),
      ];
    case "lost-before-target":
      return notSeen(pair, sent);
    case "lost-at-target":
      return hairpinFindings(pair);
    case "lost-after-target":
      // Where the appliance sends requests by itself, the gateway's way to the destination is not theirs.
      return [...hairpinFindings(pair), ...(pair.bare.length > 0 ? [] : afterTarget(pair, sum))];
    case "inconclusive":
      return judgement.contradiction === undefined
        ? []
        : [
            finding("EVIDENCE_CONTRADICTS_ITSELF", `${source.name} → ${destination.name}`, judgement.contradiction),
            ...hairpinFindings(pair),
          ];
  }
}

function notSeen(pair: MeasuredPair, sent: number): Finding[] {
  const { source, destination, targets } = pair;
  const found = [
    finding("NOT_SEEN_AT_ANY_TARGET", `${source.name} → ${destination.name}`, `0 of ${sent} requests on any target`),
  ];
  if (!targets.some((target) => target.azId === source.azId)) {
    const azIds = [...new Set(targets.map((target) => target.azId))].sort().join(", ");
    found.push(finding("ELBV2_NO_TARGETS_IN_AZ", source.azId, `targets in ${azIds || "no AZ"} only`));
  }
  return found;
}

/** One finding for each GWLB address whose packets a target kept, so that a single AZ's missing rule shows. */
function hairpinFindings(pair: MeasuredPair): Finding[] {
  return pair.byGateway
    .filter((counts) => counts.requestOut < counts.requestIn || counts.replyOut < counts.replyIn)
    .map((counts) => {
      const gateway = `${counts.gatewayAddress}${counts.gatewayAzId === undefined ? "" : ` (${counts.gatewayAzId})`}`;
      return finding("NOT_SENT_BACK", counts.target, `from ${gateway}: ${inWords(counts)}`);
    });
}

function afterTarget(pair: MeasuredPair, sum: PathCounts): Finding[] {
  if (sum.replyIn === 0) {
    return [finding("DESTINATION_DOES_NOT_ANSWER", pair.destination.name, inWords(sum))];
  }
  return sum.replyOut > 0 ? [finding("REPLY_LOST_AFTER_TARGET", pair.source.name, inWords(sum))] : [];
}

function inWords(counts: PathCounts): string {
  return `requests ${counts.requestIn} in / ${counts.requestOut} out, replies ${counts.replyIn} in / ${counts.replyOut} out`;
}
