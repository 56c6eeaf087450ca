import { isAddress } from "../net/cidr";
import { azIdOf, type TopologyIndex } from "./topologyIndex";
import type { Endpoint, EndpointService, Instance, LoadBalancer, TargetGroup } from "./model";
import { isKnown } from "./model";
import { TraceError } from "./trace/ends";
import { indexOf, trace } from "./trace/trace";
import type { TraceEnd, TraceResult } from "./traceResult";

/** A target with the address on which GENEVE arrives. */
export interface PathTarget {
  /** The target. */
  instance: Instance;
  /** IPv4 address. */
  address: string;
  /** AZ ID of its subnet. */
  azId: string;
}

/** What a measurement of one flow has to know: between which hosts, and which inspection it is to go through. */
export interface MeasuredPath {
  /** An instance, of which its AZ is known. */
  source: TraceEnd & Required<Pick<TraceEnd, "id" | "azId">>;
  /** An instance, or an address in the internet. */
  destination: TraceEnd;
  /** The GWLB that the flow is to go through. */
  loadBalancer: LoadBalancer;
  /** Its target group. */
  targetGroup: TargetGroup;
  /** All that are registered. */
  targets: PathTarget[];
}

/**
 * Finds the inspection that a flow goes through by its routes; where they lead to no endpoint, the one whose endpoints are in the VPCs of source
 * and destination: that it is bypassed is for the measurement to show.
 *
 * @throws TraceError naming what was not found, and where it was looked for
 */
export function measuredPath(
  topology: Parameters<typeof trace>[0],
  ends: { source: string; destination: string },
): MeasuredPath {
  const traced = trace(topology, { ...ends, protocol: "icmp" });
  const { source, destination } = traced;
  const { id, azId } = source;
  if (id === undefined) throw new TraceError(`source "${ends.source}" is in the internet, expected an instance`);
  if (azId === undefined) throw new TraceError(`source "${ends.source}": its subnet's AZ ID was not told`);
  if (destination.id === undefined && !isAddress(destination.address))
    throw new TraceError(`destination "${ends.destination}": expected an instance or an IPv4 address`);
  const index = indexOf(topology);
  const service = serviceOf(index, endpointsOf(index, traced));
  const loadBalancer = loadBalancerOf(index, service);
  const targetGroup = targetGroupOf(index, loadBalancer);
  return {
    source: { ...source, id, azId },
    destination,
    loadBalancer,
    targetGroup,
    targets: targetsOf(index, targetGroup),
  };
}

function endpointsOf({ topology }: TopologyIndex, { source, destination, paths }: TraceResult): Endpoint[] {
  const passed = paths.flatMap(({ request, reply }) => [...request.endpointIds, ...(reply?.endpointIds ?? [])]);
  const found = [...new Set(passed)].flatMap((id) => topology.endpoints[id] ?? []);
  if (found.length > 0) return found;
  const vpcs = [source.id, destination.id].flatMap((id) => topology.instances[id ?? ""]?.vpcId ?? []);
  const near = Object.values(topology.endpoints).filter(
    ({ type, vpcId }) => type === "GatewayLoadBalancer" && vpcs.includes(vpcId),
  );
  if (near.length > 0) return near;
  throw new TraceError(
    `no endpoint of a Gateway Load Balancer: neither the routes from ${source.name} to ${destination.name} and back lead to one, ` +
      `nor has ${[...new Set(vpcs)].join(" or ")} any`,
  );
}

function serviceOf({ topology }: TopologyIndex, endpoints: readonly Endpoint[]): EndpointService {
  const names = new Set(endpoints.map(({ serviceName }) => (isKnown(serviceName) ? serviceName : "unknown")));
  const of = `${endpoints.map(({ id }) => id).join(", ")} ${endpoints.length === 1 ? "is" : "are"} of`;
  const [name, ...others] = names;
  if (others.length > 0) throw new TraceError(`${of} services ${[...names].join(", ")}: expected one`);
  const service = Object.values(topology.endpointServices).find(({ serviceName }) => serviceName === name);
  if (service !== undefined) return service;
  throw new TraceError(`${of} service ${name}, which none of these accounts has: expected its account among them`);
}

function loadBalancerOf({ topology }: TopologyIndex, { serviceName, loadBalancerIds }: EndpointService): LoadBalancer {
  const [id = "", ...others] = loadBalancerIds;
  const balancer = topology.loadBalancers[id];
  if (balancer === undefined || others.length > 0) {
    throw new TraceError(
      `service ${serviceName} is of ${loadBalancerIds.join(", ") || "no load balancer"}: expected one that AWS tells of with its listeners`,
    );
  }
  if (Object.keys(balancer.gatewayAddresses).length > 0) return balancer;
  throw new TraceError(
    `load balancer ${balancer.name}: none of its network interfaces was found, expected one in each AZ`,
  );
}

function targetGroupOf(index: TopologyIndex, { id, name }: LoadBalancer): TargetGroup {
  const ids = [...new Set(index.listenersOf(id).flatMap(({ targetGroupIds }) => targetGroupIds))];
  const [group, ...others] = ids.flatMap((each) => index.topology.targetGroups[each] ?? []);
  if (group !== undefined && others.length === 0) return group;
  throw new TraceError(
    `load balancer ${name} forwards to ${ids.join(", ") || "no target group"}: expected one that AWS tells of with its targets`,
  );
}

/** Of a group of addresses those that instances have. What is registered beside these a measurement finds, and says. */
function targetsOf({ topology }: TopologyIndex, { name, targets }: TargetGroup): PathTarget[] {
  const interfaces = Object.values(topology.networkInterfaces);
  const found = targets.flatMap(({ id }): PathTarget[] => {
    const eni =
      topology.networkInterfaces[topology.instances[id]?.networkInterfaceId ?? ""] ??
      interfaces.find(({ address, owner }) => address === id && owner.kind === "instance");
    const instance = topology.instances[eni?.owner.id ?? ""];
    const azId = azIdOf(topology.subnets[eni?.subnetId ?? ""]);
    if (eni === undefined || instance === undefined || azId === undefined || !isKnown(eni.address)) return [];
    return [{ instance, address: eni.address, azId }];
  });
  if (found.length > 0) return found;
  const ids = targets.map(({ id }) => id).join(", ");
  throw new TraceError(
    `target group ${name}: ${ids === "" ? "no target is registered" : `none of its targets ${ids} is an instance of these accounts`}, expected one at least`,
  );
}
