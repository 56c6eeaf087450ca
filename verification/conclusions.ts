import {
  byNature,
  exerciseOf,
  finding,
  judge,
  largePacketFindings,
  natureOf,
  overallVerdict,
  pathFindings,
  throughOneEndpoint,
  withExercise,
  type ExercisedPair,
  type Finding,
  type HostEvidence,
  type HostFinding,
  type PairReport,
  type PathReport,
  type PingStatistics,
  type TargetExercise,
} from "../report/index";
import {
  correlate,
  noEvidence,
  sawCanary,
  type Correlation,
  type PingEvidence,
  type PingKey,
  type TargetCapture,
} from "./correlate";
import { failureFinding } from "./failures";
import { countFlows } from "./flows";
import type { VerificationPair, VerificationRequest } from "./request";

/** What became of one pair's ping. */
export interface PingOutcome {
  statistics?: PingStatistics;
  /** Sequence numbers of the requests that were answered. */
  answered?: number[];
  /** Flows that went beside it. @default 0 */
  flowsSent?: number;
  findings: Finding[];
}

/** What was measured, in the order of the request's pairs and targets. */
export interface Measured {
  /** ISO 8601. */
  measuredAt: string;
  /** What the nonces begin with, and canaries. */
  marker: string;
  /** What each pair's pings carry. */
  nonces: string[];
  outcomes: PingOutcome[];
  captures: TargetCapture[];
  /** They concern every pair. */
  targetFindings: Finding[];
}

/**
 * The report on what was measured.
 *
 * @param blame is told what is wrong with a capture, and adds it to the targets' findings
 */
export function conclude(
  request: VerificationRequest,
  measured: Measured,
  blame: (found: Finding) => void,
): PathReport {
  const { captures, targetFindings, outcomes, measuredAt } = measured;
  const correlation = correlated(request, measured, blame);
  const captured =
    captures.every((capture) => capture.pcap !== undefined) &&
    !targetFindings.some(({ code }) => ["CAPTURE_FAILED", "CAPTURE_INCOMPLETE", "CAPTURE_BLIND"].includes(code));
  const pairs = request.pairs.map((pair, index) => {
    const outcome = outcomes[index] ?? { findings: [] };
    const evidence = correlation.pings[index] ?? noEvidence();
    return pairReport(pair, { ...outcome, findings: [...outcome.findings, ...targetFindings] }, evidence, captured);
  });
  if (!captured) return { verdict: overallVerdict(pairs), measuredAt, pairs };
  return { measuredAt, ...exercised(request, measured, correlation, pairs) };
}

/** With what flows show of the targets that no ping came to. */
function exercised(
  request: VerificationRequest,
  measured: Measured,
  correlation: Correlation,
  reports: PairReport[],
): Pick<PathReport, "verdict" | "pairs" | "exercise"> {
  const { outcomes, captures, targetFindings } = measured;
  const flows = countFlows(pingKeys(request, measured), captures, request.gatewayAddresses);
  const pairs = request.pairs.map(({ source }, index): ExercisedPair => ({
    azId: source.azId,
    flowsSent: outcomes[index]?.flowsSent ?? 0,
    flows: flows[index] ?? [],
    byGateway: correlation.pings[index]?.byGateway ?? [],
  }));
  const unhealthy = targetFindings.filter(({ code }) => code === "TARGET_UNHEALTHY").map(({ hop }) => hop);
  const targets = request.targets.map(({ name, azId, hairpin = true }) => ({
    ...{ name, azId, unhealthy: unhealthy.includes(name), appliance: !hairpin },
  }));
  const exercise = exerciseOf(targets, request.crossZone, pairs);
  const judged = reports.map((report, index) => {
    const of = pairs[index];
    return of === undefined ? report : withExercise(report, of, exercise);
  });
  return { verdict: overallVerdict(judged, exercise), pairs: judged, exercise };
}

/** What a target that has one of these does with new flows is not what its packets show. */
const staleness: string[] = [
  "IP_FORWARDING_OFF",
  "HAIRPIN_RULE_MISSING",
  "HAIRPIN_RULE_MISMATCH",
  "HAIRPIN_RULE_OVERRIDDEN",
  "HAIRPIN_RULES_UNKNOWN",
];

/**
 * The report with what the targets say of themselves; each pair's causes come first. A pair whose packets came through although
 * its targets lack the rules for them now is inconclusive: connection tracking carried them, which proves nothing of the next
 * flow.
 */
export function explained(
  report: PathReport,
  { hosts, found }: { hosts: Record<string, HostEvidence>; found: HostFinding[] },
  gatewayAddresses: Record<string, string>,
): PathReport {
  const pairs = report.pairs.map((pair): PairReport => {
    const onTargets = evidenceOn(pair, found, gatewayAddresses, report.exercise);
    const [stale] = onTargets.filter(({ code }) => staleness.includes(code));
    const isCarried = isProven(pair) && stale !== undefined;
    return {
      ...pair,
      ...(isCarried && { verdict: "inconclusive" }),
      findings: byNature([
        ...pair.findings,
        ...onTargets,
        ...(isCarried
          ? [finding("CARRIED_BY_OLD_STATE", `${pair.source.name} → ${pair.destination.name}`, stale.seen)]
          : []),
        // After what a target tells of its interface, which may be the cause.
        ...largePacketFindings(pair),
      ]),
    };
  });
  return { ...report, verdict: overallVerdict(pairs, report.exercise), pairs, hosts };
}

/** Whether every packet of it was seen on targets. */
function isProven({ verdict }: PairReport): boolean {
  return verdict === "inspected" || verdict === "asymmetric";
}

function pingKeys({ pairs }: VerificationRequest, { nonces }: Measured): PingKey[] {
  return pairs.map((pair, index) => ({
    nonce: nonces[index] ?? "",
    source: pair.source.address,
    destination: pair.destination.address,
  }));
}

function correlated(request: VerificationRequest, measured: Measured, blame: (found: Finding) => void): Correlation {
  const { marker, captures } = measured;
  const readable = captures.map((capture) => {
    try {
      // Each by itself first: one that is no capture must not spoil the others.
      correlate([], [capture], {});
      if (capture.pcap !== undefined && !sawCanary(capture, marker)) {
        blame(
          finding("CAPTURE_BLIND", capture.target, "not even the datagram that the target itself sent to the GWLB"),
        );
      }
      return capture;
    } catch (error) {
      blame(failureFinding(error, capture.target, "CAPTURE_FAILED"));
      return { ...capture, pcap: undefined };
    }
  });
  const correlation = correlate(pingKeys(request, measured), readable, request.gatewayAddresses);
  for (const { target, count, example } of correlation.malformed) {
    blame(finding("MALFORMED_GENEVE", target, `${count} datagrams, the first: ${example}`));
  }
  for (const target of correlation.cutOff) {
    blame(finding("CAPTURE_INCOMPLETE", target, "the capture ends inside a packet"));
  }
  return correlation;
}

function pairReport(
  pair: VerificationPair,
  outcome: PingOutcome,
  evidence: PingEvidence,
  captured: boolean,
): PairReport {
  const { expectReply, destination } = pair;
  const { name, azId, address } = pair.source;
  const { targets, seen, byGateway, endpoints } = evidence;
  const { statistics, answered = [] } = outcome;
  const ends = { source: { name, azId, address }, destination, expectReply };
  const measured = statistics === undefined ? {} : { ping: statistics };
  const judgement = judge({
    ...(statistics && { ping: { transmitted: statistics.transmitted, answered } }),
    ...{ seen, expectReply, captured },
    oneEndpoint: throughOneEndpoint(endpoints),
    fromStranger: byGateway.some(({ gatewayAzId }) => gatewayAzId === undefined),
  });
  return {
    ...ends,
    ...measured,
    verdict: judgement.verdict,
    targets,
    findings: [
      ...outcome.findings,
      ...evidence.changedHeaders.map(({ target, count, example }) =>
        finding("GENEVE_HEADER_CHANGED", target, `${count} packets, the first: ${example}`),
      ),
      ...pathFindings({ ...ends, ...measured, judgement, targets, byGateway, endpoints }),
    ],
  };
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
    .filter(({ hairpin, finding: found }) => hairpin || !isProven(pair) || natureOf(found) === "risk")
    .filter(({ finding: { hop } }) => seenOn.length === 0 || seenOn.includes(hop))
    .filter(({ gatewayAddress }) => {
      if (gatewayAddress === undefined) return true;
      return [undefined, gatewayAddress].includes(gatewayAddresses[pair.source.azId]);
    })
    .map(({ finding: found }) => found);
}
