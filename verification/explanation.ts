import {
  byNature,
  finding,
  isCause,
  largePacketFindings,
  mayKeepOwn,
  onAppliance,
  overallVerdict,
  twoArmedTargets,
  type Finding,
  type HostEvidence,
  type HostFinding,
  type PairReport,
  type PathReport,
  type TargetExercise,
  type Verdict,
} from "../path/proof/index";
import type { VerificationRequest } from "../path/proof/request";

/** What a target that has one of these does with new flows is not what its packets show. */
const staleness: string[] = [
  "IP_FORWARDING_OFF",
  "HAIRPIN_RULE_MISSING",
  "HAIRPIN_RULE_MISMATCH",
  "HAIRPIN_RULE_OVERRIDDEN",
  "HAIRPIN_RULES_UNKNOWN",
  "NO_WAY_BACK_TO_GATEWAY",
  "CONNECTIONS_FULL",
];

/** What only the hairpin's own target is to have. */
const ofHairpin: string[] = [
  ...staleness.filter((code) => code !== "NO_WAY_BACK_TO_GATEWAY"),
  "FORWARDING_NOT_PERSISTENT",
  "RULES_NOT_SAVED",
  "OTHER_RULES_IN_FORCE",
  "KEPT_BY_OLD_STATE",
];

/** They rest on packets that were not seen on a target, or not going out of it. */
const restOnUnseen: Verdict[] = ["bypassed", "one-way", "lost-before-target", "lost-at-target"];

/**
 * The report with what the targets say of themselves; each pair's causes come first. A pair whose packets came through although
 * its targets lack the rules for them now is inconclusive: connection tracking carried them, which proves nothing of the next
 * flow. So is one whose packets were missed where a capture may not see them.
 */
export function explained(
  report: PathReport,
  { hosts, found }: { hosts: Record<string, HostEvidence>; found: HostFinding[] },
  { gatewayAddresses, targets }: Pick<VerificationRequest, "gatewayAddresses" | "targets">,
): PathReport {
  const appliances = targets.filter(({ hairpin }) => hairpin === false).map(({ name }) => name);
  const pairs = report.pairs.map((pair): PairReport => {
    const twoArmed = twoArmedTargets(pair);
    const onTargets = evidenceOn(pair, found, gatewayAddresses, report.exercise).filter(
      ({ code, hop }) => !(twoArmed.includes(hop) && ofHairpin.includes(code)),
    );
    const isUnproven = ({ code, hop }: Finding): boolean => ofNewFlows.includes(code) && !sentBackFlows(report, hop);
    const stale = onTargets.find(
      (each) => staleness.includes(each.code) || (each.code === "RULES_FOR_NEW_FLOWS" && isUnproven(each)),
    );
    const isCarried = isProven(pair) && stale !== undefined;
    // Nothing is wrong with a target that was not asked, or does not tell, and nothing is known of the next flow.
    const isUnasked = isProven(pair) && onTargets.some((each) => each.code === "ABORTED" || isUnproven(each));
    const isOutOfSight =
      restOnUnseen.includes(pair.verdict) && onTargets.some(({ code }) => code === "INTERFACE_OUT_OF_SIGHT");
    const isKeptBack = ({ code, hop }: Finding): boolean => {
      const host = hosts[hop];
      return code === "CAPTURE_BLIND" && host !== undefined && mayKeepOwn(host, Object.values(gatewayAddresses));
    };
    const findings = byNature([
      ...pair.findings.map((each): Finding => (isKeptBack(each) ? { ...each, nature: "symptom" } : each)),
      ...onTargets.filter((each) => {
        if (isProven(pair) && isUnproven(each)) return true;
        if (each.code === "RULES_FOR_NEW_FLOWS") return false;
        if (each.code === "HEALTH_CHECK_ANSWER_WRONG") return isUnhealthy(pair, each.hop);
        // Flows that began in this measurement are of no older state.
        if (each.code === "KEPT_BY_OLD_STATE" && keptAllFlows(report, each.hop)) return false;
        return !inDoubtOnly.includes(each.code) || isInDoubt(pair, each, onTargets);
      }),
      ...(isCarried
        ? [finding("CARRIED_BY_OLD_STATE", `${pair.source.name} → ${pair.destination.name}`, stale.seen)]
        : []),
      // After what a target tells of its interface, which may be the cause.
      ...largePacketFindings(pair),
    ]);
    return {
      ...pair,
      ...((isCarried || isUnasked || isOutOfSight) && { verdict: "inconclusive" }),
      findings: findings.map((each) => ([...appliances, ...twoArmed].includes(each.hop) ? onAppliance(each) : each)),
    };
  });
  return { ...report, verdict: overallVerdict({ ...report, pairs }), pairs, hosts };
}

/** Whether a flow beside the pings crossed a target, from wherever it came. */
function sentBackFlows({ exercise = [] }: PathReport, target: string): boolean {
  return exercise.some((each) => each.target === target && each.flowsOut > 0);
}

function isUnhealthy({ findings }: PairReport, target: string): boolean {
  return findings.some(({ code, hop }) => code === "TARGET_UNHEALTHY" && hop === target);
}

/** Whether flows beside the pings came to a target, and it sent none of them back. */
function keptAllFlows({ exercise = [] }: PathReport, target: string): boolean {
  const of = exercise.filter((each) => each.target === target && each.flowsIn > 0);
  return of.length > 0 && of.every(({ flowsOut }) => flowsOut === 0);
}

/** What a target may do to new flows, whatever it does to those that its kernel knows: only flows beside the pings tell. */
const ofNewFlows: string[] = ["RULES_FOR_NEW_FLOWS", "RULES_NOT_SEEN"];

/** What may have come of what a target did to packets that it sent on. */
const afterTarget: string[] = [
  "PACKETS_LOST",
  "PACKETS_DUPLICATED",
  "REPLY_LOST_AFTER_TARGET",
  "DESTINATION_DOES_NOT_ANSWER",
];

/** What is of interest only where a target keeps packets and tells no other reason for it. */
const inDoubtOnly: string[] = ["RULES_NOT_SEEN", "TRAFFIC_CONTROL", "KEPT_BY_OLD_STATE"];

/** Whether what nobody saw, or followed, may be why a target keeps packets. */
function isInDoubt({ findings }: PairReport, { hop }: Finding, onTargets: Finding[]): boolean {
  const keeps = findings.some(({ code, hop: at }) => {
    if (afterTarget.includes(code)) return true;
    return ["NOT_SENT_BACK", "TARGET_KEEPS_FLOWS", "CAPTURE_BLIND"].includes(code) && at === hop;
  });
  return keeps && !onTargets.some((each) => each.hop === hop && isCause(each) && !inDoubtOnly.includes(each.code));
}

/** Whether every packet of it was seen on targets. */
function isProven({ verdict }: PairReport): boolean {
  return verdict === "inspected" || verdict === "asymmetric";
}

/**
 * Findings on targets that concern a pair. Where a target saw its packets, or flows of its AZ, those of that target; a rule for a gateway
 * address, where it is the address in the source's AZ, which sends the pair's packets. What an appliance has for rules is its own
 * affair where its packets are the proof.
 */
function evidenceOn(
  pair: PairReport,
  evidence: HostFinding[],
  gatewayAddresses: Record<string, string>,
  exercise: TargetExercise[] = [],
): Finding[] {
  const seenOn = [
    ...pair.targets.filter(({ requestIn, replyIn }) => requestIn + replyIn > 0),
    ...exercise.filter(({ gatewayAzId, flowsIn }) => gatewayAzId === pair.source.azId && flowsIn > 0),
  ].map(({ target }) => target);
  return evidence
    .filter(({ hairpin, finding: found }) => hairpin || !isProven(pair) || found.nature === "risk")
    .filter(({ finding: { hop } }) => seenOn.length === 0 || seenOn.includes(hop))
    .filter(({ gatewayAddress }) => {
      if (gatewayAddress === undefined) return true;
      return [undefined, gatewayAddress].includes(gatewayAddresses[pair.source.azId]);
    })
    .map(({ finding: found }) => found);
}
