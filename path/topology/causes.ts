import { isCause, natures, verdicts, type Finding, type FindingCode, type PairReport } from "../proof/index";
import type { TraceResult } from "./traceResult";

/** A cause that can be taken back in thought: what the trace comes to without it. */
export interface Repair {
  causes: Finding[];
  /** undefined: it cannot be traced. */
  without: TraceResult | undefined;
}

/** What a target that has one of these does not send back, whatever a trace makes of it. */
const keepsPackets: readonly string[] = [
  "IP_FORWARDING_OFF",
  "HAIRPIN_RULE_MISSING",
  "HAIRPIN_RULE_MISMATCH",
  "HAIRPIN_RULE_OVERRIDDEN",
  "NO_WAY_BACK_TO_GATEWAY",
  "OTHER_RULES_IN_FORCE",
  "CONNECTIONS_FULL",
  "KEPT_BY_OLD_STATE",
  "TRAFFIC_CONTROL",
  "UNKNOWN_GATEWAY_ADDRESS",
] satisfies FindingCode[];

/** What shows that a target kept packets, or would if old state did not carry them. */
const kept: readonly string[] = ["NOT_SENT_BACK", "TARGET_KEEPS_FLOWS", "CARRIED_BY_OLD_STATE"] satisfies FindingCode[];

export function isTargetsCause(found: Finding): boolean {
  return isCause(found) && keepsPackets.includes(found.code);
}

/** What shows that packets did not arrive, or more than once, that a target sent on. */
const spoiled: readonly string[] = [
  "PACKETS_DUPLICATED",
  "DESTINATION_DOES_NOT_ANSWER",
  "REPLY_LOST_AFTER_TARGET",
  "PACKETS_LOST",
] satisfies FindingCode[];

/** What may have changed them before they left. */
const changesPackets: readonly string[] = ["OTHER_RULES_IN_FORCE", "TRAFFIC_CONTROL"] satisfies FindingCode[];

/** What may hide why a target keeps packets. */
const hidden: readonly string[] = ["RULES_NOT_SEEN", "HAIRPIN_RULES_UNKNOWN"] satisfies FindingCode[];

/** What packets alone show: a trace knows no headers, and no interfaces inside a target. */
const shownByPackets: readonly string[] = ["GENEVE_HEADER_CHANGED", "SENT_BACK_ELSEWHERE"] satisfies FindingCode[];

/**
 * Whether a target tells itself why it keeps or spoils packets, or what of it could not be looked at: then nobody need doubt the trace,
 * which follows less than a kernel does.
 */
export function isExplainedByTargets({ findings }: Pick<PairReport, "findings">): boolean {
  const isKept = findings.some(({ code }) => kept.includes(code));
  const isSpoiled = findings.some(({ code }) => spoiled.includes(code));
  return findings.some(
    (each) =>
      shownByPackets.includes(each.code) ||
      (isKept && (isTargetsCause(each) || hidden.includes(each.code))) ||
      (isSpoiled && changesPackets.includes(each.code)),
  );
}

/** What stood in the way of seeing: nothing is known of the path before it is mended. */
const blinding: readonly string[] = [
  "CAPTURE_BLIND",
  "CAPTURE_FAILED",
  "HOST_KEY_DIFFERS",
  "AUTHENTICATION_REFUSED",
  "PING_FAILED",
] satisfies FindingCode[];

/**
 * A pair's findings, the cause first whose repair heals. Of causes on the way each is taken back in thought, in the topology as it is
 * now: one without which everything is inspected comes first, then one without which the packets get further, then the others.
 * What is found no more without a cause follows from it. Pure.
 *
 * @param now the trace through all that is there now
 */
export function byEffect(findings: Finding[], now: TraceResult, repairs: Repair[]): Finding[] {
  const ranks = new Map<Finding, number>();
  const gone = new Set<string>();
  for (const { causes, without } of repairs) {
    const rank = effect(now, without);
    for (const cause of causes) ranks.set(cause, rank);
    if (without === undefined || rank === others) continue;
    const left = new Set(without.findings.map(({ code }) => code));
    for (const { code } of now.findings) if (!left.has(code)) gone.add(code);
  }
  const weighed = findings.map((each): Finding => {
    const follows = isCause(each) && gone.has(each.code) && !ranks.has(each) && !isTargetsCause(each);
    const found: Finding = follows ? { ...each, nature: "symptom" } : each;
    if (blinding.includes(each.code)) ranks.set(found, 0);
    return found;
  });
  // Where packets stop, or leave the way, is nearer than a change that makes no difference.
  const onTheWay = new Set(now.verdict === "inspected" ? [] : now.findings.filter(isCause).map(({ code }) => code));
  // So is a target that says itself why it keeps packets, which no trace follows.
  const isKept = findings.some(({ code }) => kept.includes(code));
  const rankOf = (each: Finding): number => {
    if (!isCause(each)) return 0;
    const isNear = onTheWay.has(each.code) || (isKept && isTargetsCause(each));
    return Math.min(ranks.get(each) ?? others, isNear ? helps : others);
  };
  return weighed.sort(
    (one, other) => natures.indexOf(one.nature) - natures.indexOf(other.nature) || rankOf(one) - rankOf(other),
  );
}

const [heals, helps, others] = [0, 1, 2];

function effect(now: TraceResult, without: TraceResult | undefined): number {
  if (without === undefined || now.verdict === "inspected") return others;
  if (without.verdict === "inspected") return heals;
  const weight = ({ verdict }: TraceResult): number => verdicts.indexOf(verdict);
  return weight(without) < weight(now) || reaches(without) > reaches(now) ? helps : others;
}

/** How far its packets get: hops of the shortest way that the GWLB may choose. */
function reaches({ paths }: TraceResult): number {
  return Math.min(...paths.map(({ request, reply }) => request.hops.length + (reply?.hops.length ?? 0)));
}
