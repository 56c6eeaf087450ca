import {
  finding,
  isCause,
  servedGateways,
  twoArmedTargets,
  type Finding,
  type PairReport,
  type PathReport,
} from "../proof/index";
import { probeOf } from "../proof/probes/index";
import { byEffect, isExplainedByTargets, isTargetsCause } from "./causes";
import { TraceError } from "./trace/ends";
import { withEvidence, type TargetEvidence } from "./evidence";
import { topologyFromStates } from "./read/fromStates";
import { isAppliance, unknown, type Topology } from "./model";
import { outsideChanges, type OutsideChange } from "./read/outsideChanges";
import type { ResourceState } from "./read/stateFile";
import { trace } from "./trace/trace";
import type { TraceResult } from "./traceResult";

/** The stacks as they were deployed, and as they are now. */
export interface States {
  /** Of all stacks, as deployed. */
  recorded: readonly ResourceState[];
  /** Of all stacks, as the providers find them now. */
  actual: readonly ResourceState[];
}

/**
 * Adds to every pair of a measurement that found something wrong what a trace finds: through what the providers report
 * now and what the targets told of themselves. Says where somebody else changed what Pulumi made, and where trace and
 * packets disagree. Causes come first.
 */
export function diagnose(report: PathReport, { recorded, actual }: States): PathReport {
  const without = ({ urn }: OutsideChange): Topology =>
    topologyFromStates([...actual.filter((each) => each.urn !== urn), ...recorded.filter((each) => each.urn === urn)]);
  const now = topologyFromStates(actual);
  return withCauses(report, {
    now,
    before: topologyFromStates(recorded),
    changes: outsideChanges(recorded, actual),
    without,
  });
}

/** The same by what AWS tells now. Nobody tells how it was meant to be. */
export function diagnoseLive(report: PathReport, now: Topology): PathReport {
  return withCauses(report, { now, before: now, changes: [], without: () => now });
}

interface Compared {
  now: Topology;
  before: Topology;
  changes: OutsideChange[];
  /** As it is now, but for this change. */
  without: (change: OutsideChange) => Topology;
}

function withCauses(report: PathReport, { now, before, changes, without }: Compared): PathReport {
  const evidence = targetEvidence(report, now);
  const withHosts = withEvidence(now, evidence);
  const takenBack = new Map<OutsideChange, Topology>();
  const repaired = (change: OutsideChange): Topology => {
    const topology = takenBack.get(change) ?? withEvidence(without(change), evidence);
    takenBack.set(change, topology);
    return topology;
  };
  // Their rules and settings as their set-up reported them.
  const asSetUp = withEvidence(
    now,
    Object.fromEntries(Object.entries(evidence).map(([id, { health }]) => [id, { ...(health && { health }) }])),
  );
  const nearOf = new Map(
    report.pairs.map((pair) => [pair, changes.length === 0 ? [] : changesOn(traceOf(before, pair), changes)]),
  );
  const onNoWay = changes.filter((change) => ![...nearOf.values()].some((near) => near.includes(change)));
  return {
    ...report,
    pairs: report.pairs.map((pair) => {
      const traced = traceOf(withHosts, pair);
      if (traced === undefined) return pair;
      const besideIpv4 = traced.findings.filter(isOfIpv6);
      if (pair.verdict === "inspected" && pair.findings.every(isOfIpv6)) {
        return besideIpv4.length === 0 ? pair : { ...pair, findings: besideIpv4 };
      }
      const near = nearOf.get(pair) ?? [];
      // Packets show that replies take another endpoint; why a transit gateway has them do so, only a trace does.
      const replaced = traced.findings.some(({ code }) => code === "APPLIANCE_MODE_OFF")
        ? "RETURN_THROUGH_OTHER_ENDPOINT"
        : undefined;
      const measured = pair.findings.filter(
        (each) => each.code !== replaced && !(besideIpv4.length > 0 && isOfIpv6(each)),
      );
      // A trace follows what goes back to the GWLB: of a two-armed appliance it knows nothing.
      const agrees = !isMeasured(pair) || twoArmedTargets(pair).length > 0 || foretells(traced, pair.verdict);
      // States tell of associations that stacks made: what took the place of one that is gone, packets alone show.
      const isReassociated = !agrees && near.some(isTransitAssociation);
      // Else what was measured says more than what was concluded.
      const concluded = traced.findings.filter(
        (each) =>
          !(isReassociated && each.code === "TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION") &&
          !measured.some(
            (other) =>
              // Packets show by which endpoint, not which component made it.
              (other.code === each.code && (other.hop === each.hop || each.code === "RETURN_THROUGH_OTHER_ENDPOINT")) ||
              // A target tells itself why it keeps packets.
              (other.hop === each.hop && isTargetsCause(other) && isTargetsCause(each)),
          ),
      );
      const found = [...concluded, ...measured];
      // Where nothing else tells a cause, any change may be it that is on no pair's way: there is what hosts are reached by.
      const known = (near.length > 0 || found.some(isCause) ? near : onNoWay).map((change) => ({
        change,
        cause: changeFinding(change),
      }));
      const isExplained = isExplainedByTargets(pair) || keptByAppliance(pair, now) || isReassociated;
      const doubt = agrees || isExplained ? [] : [disagreement(pair, traced)];
      const repairs = [
        ...known.map(({ change, cause }) => ({ causes: [cause], without: traceOf(repaired(change), pair) })),
        { causes: pair.findings.filter(isTargetsCause), without: traceOf(asSetUp, pair) },
      ];
      const all = distinct([...known.map(({ cause }) => cause), ...found, ...doubt]);
      return { ...pair, findings: byEffect(all, traced, repairs) };
    }),
  };
}

/** What a trace finds of IPv6, whatever becomes of the pair's packets. */
const isOfIpv6 = ({ code }: Finding): boolean => code === "IPV6_NOT_INSPECTED";

/** undefined: the pair is not of these stacks. */
function traceOf(topology: Topology, { source, destination, expectReply, probe }: PairReport): TraceResult | undefined {
  // A source in the internet has its address as its name, and knows the destination's public address only.
  const to = destination.publicAddress ?? (isNamed(topology, destination) ? destination.name : destination.address);
  const ends = { source: source.name, destination: to, protocol: probeOf(probe).protocol, expectReply };
  try {
    return trace(topology, ends);
  } catch (error) {
    if (error instanceof TraceError) return undefined;
    throw error;
  }
}

/** Whether one instance alone has this name, and has this address: addresses repeat between VPCs. */
function isNamed({ instances }: Topology, { name, address }: PairReport["destination"]): boolean {
  const named = Object.values(instances).filter((instance) => instance.name === name);
  return named.length === 1 && named[0]?.address === address;
}

/** What an appliance does with packets a trace takes for true; a measurement shows it. */
function keptByAppliance({ findings }: PairReport, { instances }: Topology): boolean {
  const kept = findings.filter(({ code }) => code === "NOT_SENT_BACK").map(({ hop }) => hop);
  return Object.values(instances).some((instance) => isAppliance(instance) && kept.includes(instance.name));
}

function targetEvidence({ hosts = {}, pairs }: PathReport, topology: Topology): Record<string, TargetEvidence> {
  const gateways = Object.values(topology.loadBalancers).flatMap(({ gatewayAddresses }) =>
    Object.values(gatewayAddresses),
  );
  const unhealthy = new Set(
    pairs.flatMap(({ findings }) => findings.filter(({ code }) => code === "TARGET_UNHEALTHY").map(({ hop }) => hop)),
  );
  // What it has for rules is its own affair.
  const twoArmed = new Set(pairs.flatMap(twoArmedTargets));
  return Object.fromEntries(
    Object.values(topology.instances).flatMap((instance) => {
      const { id, name } = instance;
      const told = twoArmed.has(name) ? undefined : hosts[name];
      if (told === undefined) return [];
      const health = unhealthy.has(name) ? ("unhealthy" as const) : ("healthy" as const);
      // What an appliance has for rules is its own affair.
      if (isAppliance(instance)) return [[id, { health }] as const];
      const hairpin = {
        interface: told.interface ?? unknown,
        gatewayAddresses: servedGateways(told, gateways) ?? unknown,
        ipForward: told.ipForward === 1,
      };
      return [[id, { health, hairpin }] as const];
    }),
  );
}

/** Changes to what the pair's packets pass by, or what decides over them, as it was deployed. */
function changesOn(planned: TraceResult | undefined, changes: OutsideChange[]): OutsideChange[] {
  const hops = (planned?.paths ?? []).flatMap(({ request, reply }) => [...request.hops, ...(reply?.hops ?? [])]);
  const ids = new Set(
    hops.flatMap(({ id, decidedBy }) => [id, ...(decidedBy?.id === undefined ? [] : [decidedBy.id])]),
  );
  // The provider's ids of a transit gateway's routes are those of table and destination.
  const isRoute = (id: string): boolean => {
    const [table, destination] = id.split("_");
    return hops.some(({ id: at, decidedBy }) => at === table && decidedBy?.text.startsWith(`${destination} → `));
  };
  const isOnWay = ({ id, connects }: OutsideChange): boolean =>
    // Those of associations and propagations are of what they connect.
    ids.has(id) ||
    isRoute(id) ||
    [id.split("_"), connects ?? []].some((parts) => parts.length > 0 && parts.every((part) => ids.has(part)));
  return changes.filter(isOnWay);
}

const isTransitAssociation = ({ type, id }: OutsideChange): boolean =>
  type === "RouteTableAssociation" && id.startsWith("tgw-rtb-");

function changeFinding({ type, name, seen, expected }: OutsideChange): Finding {
  return finding("CHANGED_OUTSIDE_PULUMI", `${type} ${name}`, seen, `as deployed: ${expected}`);
}

/** Evidence that contradicts itself is a measurement, too: a loop shows itself that way. */
function isMeasured({ verdict, findings }: PairReport): boolean {
  return verdict !== "inconclusive" || findings.some(({ code }) => code === "EVIDENCE_CONTRADICTS_ITSELF");
}

/** Flows take all of the ways that the GWLB may choose: where some of them end, they are partly lost. */
function foretells({ possibleVerdicts }: TraceResult, verdict: PairReport["verdict"]): boolean {
  if (possibleVerdicts.includes(verdict)) return true;
  // It takes for granted that something answers.
  if (verdict === "refused") return possibleVerdicts.includes("inspected");
  return verdict === "partial" && possibleVerdicts.length > 1 && possibleVerdicts.includes("inspected");
}

function disagreement(pair: PairReport, { possibleVerdicts }: TraceResult): Finding {
  const hop = `${pair.source.name} → ${pair.destination.name}`;
  const traced = `${possibleVerdicts.join(" or ")}, by what AWS and the targets report`;
  return finding("TRACE_DISAGREES", hop, `measured: ${pair.verdict}`, traced);
}

function distinct(findings: Finding[]): Finding[] {
  return [...new Map(findings.map((each) => [`${each.code} ${each.hop} ${each.seen}`, each])).values()];
}
