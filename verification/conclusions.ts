import {
  exerciseOf,
  finding,
  judge,
  overallVerdict,
  pathFindings,
  throughOneEndpoint,
  twoArmedTargets,
  unwatchedFinding,
  withExercise,
  type Evidence,
  type ExercisedPair,
  type Finding,
  type PairReport,
  type PathReport,
} from "../path/proof/index";
import { readCapture, sawCanary, seesOneWay, type ReadCapture, type TargetCapture } from "../path/proof/captured";
import { correlate, noEvidence, type Correlation, type ProbedPair, type ProbeEvidence } from "../path/proof/correlate";
import { changes } from "../path/proof/verdict";
import { probeOf } from "../path/proof/probes/index";
import type { ProbeResult, SourcePorts } from "../path/proof/probes/probe";
import { failureFinding } from "./failures";
import { countFlows } from "../path/proof/flows";
import { sightOf } from "../path/proof/mirrored";
import type { RegisteredTargets } from "./registeredTargets";
import type { VerificationPair, VerificationRequest } from "../path/proof/request";

/** What became of one pair's probe: nothing but findings where it could not be run. */
export type ProbeOutcome = Partial<ProbeResult> & { findings: Finding[] };

/** What was measured, in the order of the request's pairs and targets. */
export interface Measured {
  /** ISO 8601. */
  measuredAt: string;
  /** What the nonces begin with, and canaries. */
  marker: string;
  /** What each pair's packets carry. */
  nonces: string[];
  /** From which probes with connections come. */
  sourcePorts: SourcePorts;
  outcomes: ProbeOutcome[];
  captures: TargetCapture[];
  /** TCP port of the GWLB's health checks, by which a mirror proves its sight. */
  healthPort: number;
  /** What AWS says of the targets, where it was asked. */
  registered?: Pick<RegisteredTargets, "report" | "others" | "complete" | "retired"> | undefined;
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
  const { captures, registered, targetFindings, outcomes, measuredAt } = measured;
  const readable = decoded(request, measured, blame);
  const correlation = correlated(request, measured, readable, blame);
  const watched = captures
    .filter(({ pcap }) => pcap !== undefined)
    .map(({ target }) => target)
    .filter((name) => !targetFindings.some(({ code, hop }) => hop === name && lackOfCapture.includes(code)));
  const targetGroup = registered?.report(watched);
  const seeing = {
    captured: watched.length === captures.length,
    unwatched: registered?.complete === false,
    copies: captures.some(({ mirrored }) => mirrored !== undefined),
    furtherInterfaces: captures.some(({ mirrored = [] }) => mirrored.length > 1),
  };
  const others = registered?.others ?? [];
  if (targetGroup !== undefined && others.length > 0) blame(unwatchedFinding(targetGroup, others));
  const pairs = request.pairs.map((pair, index) => {
    const outcome = outcomes[index] ?? { findings: [] };
    const evidence = correlation.probes[index] ?? noEvidence();
    return pairReport(pair, { ...outcome, findings: [...outcome.findings, ...targetFindings] }, evidence, seeing);
  });
  const about = {
    measuredAt,
    ...(request.statelessAppliances === true && { statelessAppliances: true }),
    ...(targetGroup !== undefined && { targetGroup }),
  };
  const judged = seeing.captured ? exercised(request, measured, { readable, correlation }, pairs) : { pairs };
  return { verdict: overallVerdict({ ...judged, ...about }), ...about, ...judged };
}

/** With what flows show of the targets that no ping came to. */
function exercised(
  request: VerificationRequest,
  measured: Measured,
  { readable, correlation }: { readable: ReadCapture[]; correlation: Correlation },
  reports: PairReport[],
): Pick<PathReport, "pairs" | "exercise"> {
  const { outcomes, targetFindings, registered } = measured;
  const probes = probedPairs(request, measured);
  const flows = countFlows(probes, readable, request.gatewayAddresses, leadingElsewhere(reports, correlation));
  const pairs = request.pairs.map(({ source }, index): ExercisedPair => ({
    azId: source.azId,
    flowsSent: outcomes[index]?.flowsSent ?? 0,
    flows: flows[index] ?? [],
    byGateway: correlation.probes[index]?.byGateway ?? [],
  }));
  const unhealthy = targetFindings.filter(({ code }) => code === "TARGET_UNHEALTHY").map(({ hop }) => hop);
  const twoArmed = reports.flatMap(twoArmedTargets);
  const targets = request.targets.map(({ name, azId, hairpin = true }) => ({
    name,
    azId,
    unhealthy: unhealthy.includes(name),
    ...(registered?.retired.has(name) === true && { retired: registered.retired.get(name) }),
    appliance: !hairpin || twoArmed.includes(name),
  }));
  const exercise = exerciseOf(targets, request.crossZone, pairs);
  const judged = reports.map((report, index) => {
    const of = pairs[index];
    return of === undefined ? report : withExercise(report, of, exercise);
  });
  return { pairs: judged, exercise };
}

/** Targets that sent requests and replies of a proven pair back by another interface than they came in by: its answers came by there. */
function leadingElsewhere(reports: PairReport[], { probes }: Correlation): Set<string> {
  const answered = probes.filter((_, index) => {
    const { verdict, expectReply } = reports[index] ?? {};
    return expectReply === true && (verdict === "inspected" || verdict === "asymmetric");
  });
  return new Set(
    answered.flatMap(({ changed }) => changed.filter(({ what }) => what === "device").map(({ target }) => target)),
  );
}

const lackOfCapture: string[] = ["CAPTURE_FAILED", "CAPTURE_INCOMPLETE", "CAPTURE_BLIND", "MIRROR_BLIND"];

function probedPairs({ pairs }: VerificationRequest, { nonces, outcomes, sourcePorts }: Measured): ProbedPair[] {
  return pairs.map((pair, index) => ({
    nonce: nonces[index] ?? "",
    source: pair.source.address,
    destination: pair.destination.address,
    probe: probeOf(pair.probe),
    sourcePorts,
    unconnected: outcomes[index]?.unconnected ?? [],
  }));
}

/** Each capture decoded, once; one that is none is as empty as one that is missing. */
function decoded(request: VerificationRequest, measured: Measured, blame: (found: Finding) => void): ReadCapture[] {
  const gateways = Object.values(request.gatewayAddresses);
  return measured.captures.map((capture) => {
    try {
      const read = readCapture(capture, gateways);
      const blind = blindness(capture, read, request, measured);
      if (blind !== undefined) blame(blind);
      return read;
    } catch (error) {
      blame(failureFinding(error, capture.target, "CAPTURE_FAILED"));
      return readCapture({ ...capture, pcap: undefined }, gateways);
    }
  });
}

function correlated(
  request: VerificationRequest,
  measured: Measured,
  readable: ReadCapture[],
  blame: (found: Finding) => void,
): Correlation {
  const correlation = correlate(probedPairs(request, measured), readable, request.gatewayAddresses);
  for (const { target, count, example } of correlation.malformed) {
    blame(finding("MALFORMED_GENEVE", target, `${count} datagrams, the first: ${example}`));
  }
  for (const target of correlation.cutOff) {
    blame(finding("CAPTURE_INCOMPLETE", target, "the capture ends inside a packet"));
  }
  return correlation;
}

/** That a capture has not seen what it must have, whatever became of the pings. */
function blindness(
  { pcap, target, address, mirrored }: TargetCapture,
  read: ReadCapture,
  { gatewayAddresses }: VerificationRequest,
  { marker, healthPort }: Measured,
): Finding | undefined {
  if (pcap === undefined) return undefined;
  if (mirrored === undefined) {
    if (seesOneWay(read, marker)) {
      return finding(
        "CAPTURE_BLIND",
        target,
        "packets of the measurement that went out of the target, and none that came in",
      );
    }
    if (sawCanary(read, marker)) return undefined;
    return finding("CAPTURE_BLIND", target, "not even the datagram that the target itself sent to the GWLB");
  }
  const checked = { address, gatewayAddresses: Object.values(gatewayAddresses), healthPort };
  const sight = sightOf(read.segments, checked);
  if (sight.in && sight.out) return undefined;
  const seen = sight.in ? "health checks, and no answer to one" : "no health check of the GWLB";
  return finding("MIRROR_BLIND", target, `${seen}, in the copies of its packets on TCP port ${healthPort}`);
}

function pairReport(
  pair: VerificationPair,
  outcome: ProbeOutcome,
  evidence: ProbeEvidence,
  seeing: Pick<Evidence, "captured" | "unwatched" | "copies" | "furtherInterfaces">,
): PairReport {
  const { expectReply, destination, probe } = pair;
  const { name, azId, address } = pair.source;
  const { targets, seen, byGateway, bare, endpoints } = evidence;
  const { statistics, answered = [], refused = [] } = outcome;
  const ends = { source: { name, azId, address }, destination, expectReply };
  const measured =
    probe !== undefined
      ? { probe: { ...probe, ...(statistics && { statistics }) } }
      : { ...(statistics && { ping: statistics }) };
  const changed = changes.find((each) => evidence.changed.some(({ what }) => what === each));
  const judgement = judge({
    ...(statistics && { ping: { transmitted: statistics.transmitted, answered, refused } }),
    seen,
    ...(changed && { changed }),
    expectReply,
    ...seeing,
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
      ...evidence.changed
        // Where it is answered, the other interface leads there, too.
        .filter(({ what }) => what !== "device" || answered.length === 0)
        .map(({ target, what, count, example }) =>
          what === "device"
            ? finding("SENT_BACK_ELSEWHERE", target, `${count} packets left by another interface`)
            : finding("GENEVE_HEADER_CHANGED", target, `${count} packets, the first: ${example}`),
        ),
      ...pathFindings({ ...ends, ...measured, judgement, targets, byGateway, bare, endpoints }),
    ],
  };
}
