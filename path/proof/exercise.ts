import { finding } from "./findings";
import type { GatewayCounts } from "./pathFindings";
import type { Finding, PairReport, PathReport, TargetExercise, Verdict } from "./pathReport";
import { isProven } from "./proof";
import { getsUnwatchedFlows } from "./targetGroup";
import { worstOf } from "./verdict";

/** Flows of one pair that came from one GWLB address to one target, and of these what went back there. */
export interface FlowCounts {
  /** Name of the target. */
  target: string;
  /** AZ ID of the GWLB address. */
  gatewayAzId: string;
  /** Flows that came to the target. */
  flowsIn: number;
  /** Flows that it sent back. */
  flowsOut: number;
}

/** What is known of a target beside its packets. */
export interface ExercisedTarget {
  /** As in the request. */
  name: string;
  /** Its AZ ID. */
  azId: string;
  /** GWLB sends no new flows to it while others are healthy. */
  unhealthy: boolean;
  /** Why AWS gives it no new flow at all: it is being deregistered, or in no use. */
  retired?: string;
  /** Whether it has a policy of its own, by which it may drop flows. */
  appliance: boolean;
}

/** What of a pair says which targets were used. */
export interface ExercisedPair {
  /** AZ ID of the endpoint that its packets are to come through. */
  azId: string;
  /** Datagrams that its source sent, each a flow. */
  flowsSent: number;
  /** Those that came to targets. */
  flows: FlowCounts[];
  /** Of its pings. */
  byGateway: GatewayCounts[];
}

/** Targets that the GWLB's address in an AZ may send flows to. @param crossZone not known counts as off */
export function reachableTargets<T extends Pick<ExercisedTarget, "azId">>(
  targets: T[],
  azId: string,
  crossZone: boolean | undefined,
): T[] {
  return targets.filter((target) => crossZone === true || target.azId === azId);
}

/** The AZs whose GWLB address a pair's packets came from; where none came to a target, the one that they should come from. */
function gatewaysOf({ azId, flows, byGateway }: ExercisedPair): string[] {
  const used = [...flows, ...byGateway].map(({ gatewayAzId }) => gatewayAzId).filter((each) => each !== undefined);
  return used.length > 0 ? [...new Set(used)] : [azId];
}

/**
 * What each target had of all pairs' flows and pings, from each AZ's GWLB address by itself: a target has rules for each of them.
 * Has those that the GWLB may choose there, and those that got something nonetheless. Pure.
 */
export function exerciseOf(
  targets: ExercisedTarget[],
  crossZone: boolean | undefined,
  pairs: ExercisedPair[],
): TargetExercise[] {
  const gateways = [...new Set(pairs.flatMap(gatewaysOf))].sort();
  return gateways.flatMap((gatewayAzId) => {
    const reachable = reachableTargets(targets, gatewayAzId, crossZone).filter(({ retired }) => retired === undefined);
    const healthy = reachable.filter(({ unhealthy }) => !unhealthy);
    // With none healthy, GWLB sends to all of them.
    const usable = healthy.length > 0 ? healthy : reachable;
    const flowsSent = pairs
      .filter((pair) => gatewaysOf(pair).includes(gatewayAzId))
      .reduce((sum, pair) => sum + pair.flowsSent, 0);
    return targets.flatMap((target): TargetExercise[] => {
      const here = <T extends { target: string; gatewayAzId?: string }>(counts: T[]): T[] =>
        counts.filter((each) => each.target === target.name && each.gatewayAzId === gatewayAzId);
      const flows = here(pairs.flatMap((pair) => pair.flows));
      const pings = here(pairs.flatMap(({ byGateway }) => byGateway));
      const flowsIn = flows.reduce((sum, each) => sum + each.flowsIn, 0);
      const flowsOut = flows.reduce((sum, each) => sum + each.flowsOut, 0);
      const pinged = pings.some((p) => (p.requestIn > 0 && p.requestOut > 0) || (p.replyIn > 0 && p.replyOut > 0));
      const isUsable = usable.includes(target);
      if (!isUsable && flows.length + pings.length === 0) return [];
      return [
        {
          target: target.name,
          azId: target.azId,
          gatewayAzId,
          usable: isUsable,
          flowsSent,
          flowsIn,
          flowsOut,
          exercised: pinged || flowsOut > 0,
          ...(target.appliance && { appliance: true }),
          ...(target.retired !== undefined && { retired: target.retired }),
        },
      ];
    });
  });
}

/**
 * A pair's report with what the flows show. A target that keeps flows makes it `partial` at best, whoever sent them: GWLB
 * chooses by what all flows have, so the pair's next connection may be one of these. An appliance may drop flows by its policy;
 * those that it sends none back of count as not exercised. And where AWS gives new flows to no target that the pair could get, what came
 * through belongs to flows that the GWLB knew before.
 *
 * @param of the same pair
 */
export function withExercise(pair: PairReport, of: ExercisedPair, exercise: TargetExercise[]): PairReport {
  const gateways = gatewaysOf(of);
  const concerning = exercise.filter(({ gatewayAzId }) => gateways.includes(gatewayAzId));
  const keeping = concerning.filter(keeps);
  const left =
    isThrough(pair.verdict) && !concerning.some(({ usable }) => usable)
      ? concerning.filter(({ retired }) => retired !== undefined)
      : [];
  const found = worstOf([pair.verdict, ...(keeping.length === 0 ? [] : ["partial" as const])]);
  const verdict = left.length === 0 ? found : worstOf([found, "inconclusive"]);
  const known = pair.findings.filter(({ code }) => code === "NOT_SENT_BACK").map(({ hop }) => hop);
  return {
    ...pair,
    verdict,
    findings: [
      ...pair.findings,
      ...keeping
        .filter(({ target }) => !known.includes(target))
        .map(({ target, gatewayAzId, flowsIn, flowsOut }) =>
          finding(
            "TARGET_KEEPS_FLOWS",
            target,
            `from the GWLB in ${gatewayAzId}: ${flowsIn} flows in, ${flowsOut} out`,
          ),
        ),
      ...left.map(({ target, retired }) => finding("NO_NEW_FLOWS", target, `AWS gives it none: ${retired}`)),
      // Of what is not proven, nothing is claimed that would have to be limited.
      ...(isThrough(verdict) ? limits(pair, concerning) : []),
    ],
  };
}

/**
 * The verdict on the whole: the worst of the pairs. Where that is proof and a target that GWLB may choose for the next flow
 * was not exercised, or not even watched, it is `inconclusive`.
 */
export function overallVerdict({
  pairs,
  exercise = [],
  targetGroup,
  statelessAppliances = false,
}: Pick<PathReport, "pairs" | "exercise" | "targetGroup" | "statelessAppliances">): Verdict {
  const worst = worstOf(pairs.map(({ verdict }) => verdict));
  const unknown = exercise.some(isMissing) || (targetGroup !== undefined && getsUnwatchedFlows(targetGroup));
  return isProven({ verdict: worst, statelessAppliances }) && unknown ? "inconclusive" : worst;
}

/** `1 of 2 targets exercised`; undefined where nobody knows. */
export function exercisedInWords({ exercise = [] }: PathReport): string | undefined {
  const usable = exercise.filter((each) => each.usable);
  if (usable.length === 0) return undefined;
  const names = [...new Set(usable.map(({ target }) => target))];
  const done = names.filter((name) => usable.every(({ target, exercised }) => target !== name || exercised));
  return `${done.length} of ${names.length} ${names.length === 1 ? "target" : "targets"} exercised`;
}

/** `yes`, `no`, or why it need not be. */
export function isExercised({ usable, exercised }: TargetExercise): string {
  if (exercised) return "yes";
  return usable ? "no" : "not in use";
}

/** Whether every packet of a pair's ping was seen on targets. */
function isThrough(verdict: Verdict): boolean {
  return verdict === "inspected" || verdict === "asymmetric";
}

/** What the flows do not show of a pair whose pings came through. */
function limits({ source, destination }: PairReport, concerning: TargetExercise[]): Finding[] {
  const missing = concerning.filter(isMissing).map(notExercised);
  const sent = Math.max(0, ...concerning.map(({ flowsSent }) => flowsSent));
  if (missing.length > 0 || sent === 0 || concerning.some(({ flowsIn }) => flowsIn > 0)) return missing;
  return [finding("FLOWS_NOT_SEEN", `${source.name} → ${destination.name}`, `none of ${sent} flows came to a target`)];
}

function keeps({ flowsIn, flowsOut, appliance }: TargetExercise): boolean {
  return flowsOut < flowsIn && appliance !== true;
}

function isMissing({ usable, exercised }: TargetExercise): boolean {
  return usable && !exercised;
}

function notExercised({ target, gatewayAzId, flowsSent, flowsIn }: TargetExercise): Finding {
  const seen =
    flowsIn > 0
      ? `no ping, and ${flowsIn} flows that it did not send back, from the GWLB in ${gatewayAzId}`
      : `no ping and none of ${flowsSent} flows came to it from the GWLB in ${gatewayAzId}`;
  return finding("TARGET_NOT_EXERCISED", target, seen);
}
