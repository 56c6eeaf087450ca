import type { NetworkInterface, SecurityGroupRule, Topology } from "../model";
import { ruleInWords } from "../trace/securityGroups";
import type { TraceResult } from "../traceResult";
import { isAlways, protocolOf, witnessOf, type Flows } from "./flows";
import { checkFinding, type CheckFinding } from "./result";
import type { Bypass } from "./routeFindings";
import type { SubnetKind } from "./subnetKinds";
import { namesOf, some } from "./vpcFlows";

interface Let {
  kind: SubnetKind;
  rule: string;
  groupIds: Set<string>;
  destinations: Set<string>;
  traced: TraceResult;
}

/** Rules by which instances take what comes past the endpoints: each with one flow between two instances that are there. */
export function securityGroupFindings(
  flows: Flows,
  bypasses: readonly Bypass[],
  hosts: ReadonlyMap<string, readonly NetworkInterface[]>,
): CheckFinding[] {
  const { topology } = flows;
  const found = new Map<string, Let>();
  for (const { kind, peer } of bypasses) {
    if (typeof peer !== "object") continue;
    const sources = oneOfEachGroups(kind.subnets.flatMap(({ id }) => hosts.get(id) ?? []));
    const destinations = oneOfEachGroups(peer.subnets.flatMap(({ id }) => hosts.get(id) ?? []));
    for (const destination of destinations) {
      for (const { groupId, rule } of rulesOf(topology, destination)) {
        const traced = letThrough(flows, sources, destination, groupId, rule);
        if (traced === undefined) continue;
        const text = ruleInWords(rule);
        const key = `${text} ${kind.subnets[0].id}`;
        const known = found.get(key) ?? { kind, rule: text, groupIds: new Set(), destinations: new Set(), traced };
        known.groupIds.add(groupId);
        known.destinations.add(traced.destination.name);
        found.set(key, known);
      }
    }
  }
  return [...found.values()].map(({ kind, rule, groupIds, destinations, traced }) => {
    const names = some([...groupIds].map((id) => topology.securityGroups[id]?.name ?? id));
    const seen = `${rule} lets ${traced.source.name} in ${namesOf(kind)} reach ${some([...destinations])} past every endpoint`;
    const subnetIds = kind.subnets.map(({ id }) => id);
    return checkFinding("SECURITY_GROUP_ALLOWS_BYPASS", names, seen, { subnetIds, witness: witnessOf(traced) });
  });
}

/** A flow of one of the sources that this very rule lets in, past every endpoint. */
function letThrough(
  flows: Flows,
  sources: readonly NetworkInterface[],
  destination: NetworkInterface,
  groupId: string,
  rule: SecurityGroupRule,
): TraceResult | undefined {
  const text = ruleInWords(rule);
  for (const source of sources) {
    if (source.owner.id === destination.owner.id) continue;
    const traced = flows.trace(source.owner.id, destination.owner.id, protocolOf(rule));
    const hops = traced.paths[0]?.request.hops ?? [];
    const isDecided = hops.some(({ id, decidedBy }) => id === groupId && decidedBy?.text === text);
    if (isDecided && isAlways(traced, "bypassed")) return traced;
  }
  return undefined;
}

/** First interfaces of instances, by subnet. */
export function instancesBySubnet({ networkInterfaces, instances }: Topology): Map<string, NetworkInterface[]> {
  const all = new Map<string, NetworkInterface[]>();
  for (const eni of Object.values(networkInterfaces)) {
    const instance = instances[eni.owner.id];
    if (instance?.networkInterfaceId !== eni.id) continue;
    const known = all.get(eni.subnetId);
    if (known === undefined) all.set(eni.subnetId, [eni]);
    else known.push(eni);
  }
  return all;
}

/** Of interfaces with the same security groups one. */
function oneOfEachGroups(all: readonly NetworkInterface[]): NetworkInterface[] {
  return [...new Map(all.map((eni) => [[...eni.securityGroupIds].sort().join(), eni])).values()];
}

function rulesOf({ securityGroups }: Topology, eni: NetworkInterface): { groupId: string; rule: SecurityGroupRule }[] {
  return eni.securityGroupIds.flatMap((groupId) =>
    (securityGroups[groupId]?.rules ?? [])
      .filter(({ direction }) => direction === "ingress")
      .map((rule) => ({ groupId, rule })),
  );
}
