import { isKnown, type Endpoint } from "../model";
import { azIdOf, type TopologyIndex } from "../topologyIndex";
import { witnessOf } from "./flows";
import { checkFinding, type CheckFinding, type Witness } from "./result";
import { namesOf, peerName, some, type Peer, type VpcFlow } from "./vpcFlows";

/** Subnets whose traffic goes through an endpoint of an AZ that neither end is in. */
export function zoneFindings(all: readonly VpcFlow[]): CheckFinding[] {
  const found = new Map<string, { first: VpcFlow; endpoint: { name: string; azId: string }; peers: Peer[] }>();
  for (const flow of all) {
    const hop = flow.way.traced?.paths[0]?.request.hops.find(({ kind }) => kind === "vpc-endpoint");
    const own = flow.kind.azId;
    const ends = [own, ...(typeof flow.peer === "object" ? [flow.peer.azId] : [])];
    if (own === undefined || hop?.azId === undefined || flow.way.forward !== "endpoint" || ends.includes(hop.azId))
      continue;
    const key = `${flow.kind.subnets[0].id} ${hop.id} ${flow.peer === "from the internet"}`;
    const known = found.get(key) ?? { first: flow, endpoint: { name: hop.name, azId: hop.azId }, peers: [] };
    known.peers.push(flow.peer);
    found.set(key, known);
  }
  return [...found.values()].map(({ first: { kind, peer, way }, endpoint, peers }) => {
    const between = `${namesOf(kind)} in ${kind.azId ?? "?"} ${peer === "from the internet" ? "from" : "to"} ${some([...new Set(peers.map(peerName))])}`;
    return checkFinding(
      "ENDPOINT_IN_OTHER_AZ",
      endpoint.name,
      `${between}: through ${endpoint.name} in ${endpoint.azId}`,
      {
        subnetIds: kind.subnets.map(({ id }) => id),
        ...(way.traced && { witness: witnessOf(way.traced) }),
      },
    );
  });
}

/**
 * Endpoints whose AZ has no target of its own, and targets whose AZ has no endpoint. @param through a flow by the endpoint that it goes through
 */
export function targetZoneFindings(
  index: TopologyIndex,
  through: ReadonlyMap<string, Witness>,
  isWhole: boolean,
): CheckFinding[] {
  const { topology } = index;
  const endpoints = Object.values(topology.endpoints).filter(({ type }) => type === "GatewayLoadBalancer");
  return Object.values(topology.endpointServices).flatMap((service) => {
    const served = endpoints.filter(({ serviceName }) => serviceName === service.serviceName);
    if (served.length === 0) return [];
    const zoneOf = ({ subnetIds }: Endpoint): string | undefined => azIdOf(topology.subnets[subnetIds[0] ?? ""]);
    const zones = new Set(served.map(zoneOf));
    return service.loadBalancerIds.flatMap((id) => {
      const balancer = topology.loadBalancers[id];
      const groups = index.listenersOf(id).flatMap(({ targetGroupIds }) => targetGroupIds);
      return groups.flatMap((groupId) => {
        const group = topology.targetGroups[groupId];
        if (balancer === undefined || group === undefined || !isKnown(balancer.crossZone)) return [];
        const targets = group.targets.map((target) => {
          const instance = topology.instances[target.id];
          return { name: instance?.name ?? target.id, azId: azIdOf(topology.subnets[instance?.subnetId ?? ""]) };
        });
        // One whose AZ is not known may be anywhere.
        if (targets.length === 0 || targets.some(({ azId }) => azId === undefined) || zones.has(undefined)) return [];
        if (balancer.crossZone) {
          const own = new Set(targets.map(({ azId }) => azId));
          return served.flatMap((endpoint) => farTargets(endpoint, zoneOf(endpoint) ?? "", own, through));
        }
        if (!isWhole) return [];
        return targets
          .filter(({ azId }) => !zones.has(azId))
          .map(({ name, azId = "" }) => {
            const seen = `${name} is in ${azId}; endpoints that were read are in ${[...zones].sort().join(", ")}`;
            const flow = served.flatMap((each) => through.get(each.id) ?? [])[0];
            return checkFinding("TARGET_NEVER_CHOSEN", name, seen, { subnetIds: [], ...(flow && { witness: flow }) });
          });
      });
    });
  });
}

function farTargets(
  endpoint: Endpoint,
  azId: string,
  own: ReadonlySet<string | undefined>,
  through: ReadonlyMap<string, Witness>,
): CheckFinding[] {
  if (own.has(azId)) return [];
  const witness = through.get(endpoint.id);
  const seen = `${endpoint.name} is in ${azId}, all targets are in ${[...own].sort().join(", ")}`;
  return [
    checkFinding("TARGETS_IN_OTHER_AZ_ONLY", endpoint.name, seen, {
      subnetIds: endpoint.subnetIds,
      ...(witness && { witness }),
    }),
  ];
}
