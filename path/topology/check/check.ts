import { byNature } from "../../proof/index";
import { withHosts } from "../anyHost";
import type { Subnet, Topology } from "../model";
import { TopologyIndex } from "../topologyIndex";
import { Flows, witnessOf } from "./flows";
import { referenceFindings } from "./referenceFindings";
import type { CheckFinding, CheckResult, Witness } from "./result";
import { bypassesOf, bypassFindings, gatewayFindings, oneWayFindings } from "./routeFindings";
import { instancesBySubnet, securityGroupFindings } from "./securityGroupFindings";
import { subnetKinds, type SubnetKind } from "./subnetKinds";
import { overlapFindings } from "./transitFindings";
import { endpointsWithoutRoute, unusedPrincipals } from "./unusedFindings";
import { vpcFlows } from "./vpcFlows";
import { targetZoneFindings, zoneFindings } from "./zoneFindings";

/**
 * What is wrong, or noteworthy, with all flows between a VPC's subnets and with the internet. Subnets between which nothing makes a
 * difference are looked at once; a flow between two such kinds is traced where a route leads it anywhere but `local`. What it finds nothing
 * wrong with is not thereby proven: only a measurement shows packets.
 */
export function check(topology: Topology): CheckResult {
  const isWhole = (topology.unread ?? []).length === 0;
  const kinds = kindsOf(topology);
  const standIns = kinds.flatMap(({ subnets }) => subnets.slice(0, 2).map(({ id }) => id));
  const flows = new Flows(withHosts(topology, standIns));
  const hosts = instancesBySubnet(topology);
  const found: CheckFinding[] = [];
  const unknown: CheckFinding[] = [];
  const assumptions = new Set<string>();
  const through = new Map<string, Witness>();
  for (const ofVpc of byVpc(kinds).values()) {
    const own = vpcFlows(flows, ofVpc);
    const bypasses = bypassesOf(flows, own);
    const gateway = gatewayFindings(own);
    found.push(...bypassFindings(bypasses, own), ...oneWayFindings(own), ...gateway.found, ...zoneFindings(own));
    found.push(...securityGroupFindings(flows, bypasses, hosts));
    unknown.push(...gateway.unknown);
    for (const traced of own.flatMap(({ way }) => way.traced ?? [])) {
      for (const each of traced.assumptions) assumptions.add(each);
      for (const id of traced.paths[0]?.request.endpointIds ?? []) through.set(id, witnessOf(traced));
    }
  }
  const principals = unusedPrincipals(topology);
  found.push(...targetZoneFindings(flows.index, through, isWhole), ...overlapFindings(flows.index));
  found.push(...referenceFindings(flows, hosts));
  // What was not read may use what seems to be of no use.
  if (isWhole) found.push(...endpointsWithoutRoute(topology), ...principals.found);
  for (const each of topology.unread ?? []) assumptions.add(`unknown, as AWS did not tell: ${each}`);
  for (const each of principals.notRead) assumptions.add(each);
  return {
    findings: byNature(found) as CheckFinding[],
    unknown,
    looked: { subnets: Object.keys(topology.subnets).length, kinds: kinds.length, flows: flows.count },
    isWhole,
    assumptions: [...assumptions],
    ...(topology.savedAt !== undefined && { savedAt: topology.savedAt }),
    isLive: topology.origin === "live",
  };
}

/** Kinds of all subnets that hosts are in: none that holds nothing but a GWLB or its endpoint. */
function kindsOf(topology: Topology): SubnetKind[] {
  const endpoints = Object.values(topology.endpoints).filter(({ type }) => type === "GatewayLoadBalancer");
  const special = new Set(
    [...endpoints, ...Object.values(topology.loadBalancers)].flatMap(({ subnetIds }) => subnetIds),
  );
  for (const { subnetId } of Object.values(topology.instances)) special.delete(subnetId);
  const index = new TopologyIndex(topology);
  const subnets = new Map<string, Subnet[]>();
  for (const subnet of Object.values(topology.subnets)) {
    if (special.has(subnet.id)) continue;
    const known = subnets.get(subnet.vpcId);
    if (known === undefined) subnets.set(subnet.vpcId, [subnet]);
    else known.push(subnet);
  }
  return [...subnets].flatMap(([vpcId, own]) => subnetKinds(index, vpcId, own));
}

function byVpc(kinds: readonly SubnetKind[]): Map<string, SubnetKind[]> {
  const all = new Map<string, SubnetKind[]>();
  for (const kind of kinds) {
    const known = all.get(kind.vpcId);
    if (known === undefined) all.set(kind.vpcId, [kind]);
    else known.push(kind);
  }
  return all;
}
