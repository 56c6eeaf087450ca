import { formatAddress } from "../../net/cidr";
import { genevePort } from "../../net/geneve";
import { betweenSubnets, throughGroups } from "./filters";
import { geneveDatagram, staysLocal, type GenevePath } from "./genevePath";
import { sendBack } from "./hairpin";
import { isKnown, unknown, type LoadBalancer, type Subnet, type TargetGroup } from "../model";
import { protocolName } from "./packetFilter";
import { selectTargets } from "./targetSelection";
import { azIdOf } from "../topologyIndex";
import { stranger, type Place, type Walk } from "./walk";

/** The GWLB's interface that a packet comes to. */
export interface GatewayNode {
  loadBalancer: LoadBalancer;
  azId: string;
  /** Where the packet came from; packets of one flow through one endpoint go to one target, in both directions. */
  endpointId: string;
}

/** From the endpoint to the GWLB, by GENEVE to a target and back. @returns whether the packet is back at the endpoint */
export function throughGateway(walk: Walk, node: GatewayNode): boolean {
  const { loadBalancer, azId } = node;
  const { topology } = walk.index;
  const at: Place = { kind: "load-balancer", component: loadBalancer, azId };
  const gatewaySubnet = loadBalancer.subnetIds
    .map((id) => topology.subnets[id])
    .find((subnet) => azIdOf(subnet) === azId);
  const listeners = walk.index.listenersOf(loadBalancer.id);
  const groupId = listeners.flatMap(({ targetGroupIds }) => targetGroupIds)[0];
  const listener = listeners.find(({ targetGroupIds }) => targetGroupIds.length > 0);
  if (groupId === undefined || listener === undefined) {
    walk.drop(
      at,
      "ELBV2_LISTENERS_MISMATCH",
      `${loadBalancer.name} has ${listeners.length} listeners, none of which forwards`,
    );
    return false;
  }
  const group = topology.targetGroups[groupId];
  const gatewayAddress =
    loadBalancer.gatewayAddresses[azId] ?? assumedAddress(walk, loadBalancer, gatewaySubnet, group);
  if (group === undefined || gatewayAddress === undefined || gatewaySubnet === undefined) {
    const what = group === undefined ? `target group ${groupId}` : `the address of ${loadBalancer.name} in ${azId}`;
    walk.giveUp(at, "UNKNOWN_RESOURCE", `${what} is in none of the states`);
    return false;
  }
  walk.pass(at, { kind: "listener", id: listener.id, text: `${listener.name} forwards to ${group.name}` });
  const instanceId = choose(walk, node, group, { gatewayAddress, gatewaySubnet });
  if (instanceId === undefined) return false;
  const path = pathTo(walk, instanceId, { gatewayAddress, gatewaySubnet, at });
  if (path === undefined) return false;
  return toTarget(walk, path) && sendBack(walk, path);
}

/**
 * A state of AWS's provider does not tell a load balancer's addresses. Where a security group of a target names a part of its subnet, that is
 * taken for its; else the subnet's first address will do.
 */
function assumedAddress(
  { index, assumptions }: Walk,
  { name }: LoadBalancer,
  subnet: Subnet | undefined,
  group: TargetGroup | undefined,
): string | undefined {
  const own = subnet === undefined ? undefined : index.cidr(subnet.cidrBlock);
  if (subnet === undefined || own === undefined) return undefined;
  const { instances, networkInterfaces, securityGroups } = index.topology;
  const named = (group?.targets ?? [])
    .flatMap(({ id }) => networkInterfaces[instances[id]?.networkInterfaceId ?? ""]?.securityGroupIds ?? [])
    .flatMap((id) => securityGroups[id]?.rules ?? [])
    .filter(({ direction, protocol }) => direction === "ingress" && ["-1", "udp"].includes(protocolName(protocol)))
    .flatMap(({ peer }) => (peer.kind === "cidr" ? (index.cidr(peer.cidr) ?? []) : []))
    .find(({ first, last }) => first > own.first && last < own.last);
  // AWS keeps the first four.
  const address = formatAddress(named?.first ?? own.first + 4);
  const why = named === undefined ? `one of subnet ${subnet.name}` : "which a target's security group names";
  assumptions.add(`the address of ${name} in subnet ${subnet.name}, which no state tells, is ${address}, ${why}`);
  return address;
}

/** @returns the target's instance, or undefined when there is none to take the packet */
function choose(
  walk: Walk,
  { loadBalancer, azId, endpointId }: GatewayNode,
  group: TargetGroup,
  gateway: { gatewayAddress: string; gatewaySubnet: Subnet },
): string | undefined {
  const at: Place = { kind: "target-group", component: group, azId };
  if (group.protocol !== "GENEVE" || (isKnown(group.port) && group.port !== genevePort)) {
    const port = isKnown(group.port) ? String(group.port) : "?";
    walk.drop(at, "GWLB_DESTINATION_PORT_RESTRICTION", `target group with protocol ${group.protocol} and port ${port}`);
    return undefined;
  }
  if (group.targets.length === 0) {
    walk.drop(at, "ELBV2_LISTENER_HAS_NO_TG", `${group.name} has no targets`);
    return undefined;
  }
  if (!isKnown(loadBalancer.crossZone)) {
    walk.giveUp(at, "UNKNOWN_RESOURCE", `whether ${loadBalancer.name} balances across AZs is not in the states`);
    return undefined;
  }
  const selection = selectTargets(walk.index, group, { ...gateway, azId, crossZone: loadBalancer.crossZone });
  if (selection.targetIds.length === 0) {
    const zones = selection.otherZones.join(", ") || "no known AZ";
    walk.drop(at, "ELBV2_NO_TARGETS_IN_AZ", `targets in ${zones} only, cross-zone load balancing is off`);
    return undefined;
  }
  for (const assumption of selection.assumptions) walk.assumptions.add(assumption);
  const chosen = walk.choose(endpointId, selection.targetIds);
  const name = walk.index.topology.instances[chosen]?.name ?? chosen;
  const text = `${name}, one of ${selection.targetIds.length} possible in ${loadBalancer.crossZone ? "all AZs" : azId}`;
  walk.pass(
    at,
    { kind: "target-selection", id: chosen, text },
    selection.noteworthy === undefined ? {} : { noteworthy: selection.noteworthy },
  );
  return chosen;
}

function pathTo(
  walk: Walk,
  instanceId: string,
  { gatewayAddress, gatewaySubnet, at }: { gatewayAddress: string; gatewaySubnet: Subnet; at: Place },
): GenevePath | undefined {
  const { topology } = walk.index;
  const instance = topology.instances[instanceId];
  const eni = topology.networkInterfaces[instance?.networkInterfaceId ?? ""];
  if (instance === undefined || eni === undefined || !isKnown(eni.address)) {
    walk.giveUp(stranger("instance", instanceId), "UNKNOWN_RESOURCE", `target ${instanceId} is in none of the states`);
    return undefined;
  }
  const targetSubnet = topology.subnets[eni.subnetId];
  const azId = azIdOf(targetSubnet);
  const target: Place = { kind: "instance", component: instance, ...(azId !== undefined && { azId }) };
  return {
    gatewayAddress,
    gatewaySubnet,
    instance,
    eni,
    targetAddress: eni.address,
    targetSubnet,
    at: { gateway: at, target },
  };
}

function toTarget(walk: Walk, path: GenevePath): boolean {
  const { gatewayAddress, gatewaySubnet, targetAddress, targetSubnet, eni, instance, at } = path;
  const outer = {
    source: gatewayAddress,
    destination: targetAddress,
    sourcePort: unknown,
    destinationPort: genevePort,
  };
  walk.pass(
    at.gateway,
    { kind: "delivery", text: `wrapped in GENEVE for ${targetAddress}` },
    { out: { ...walk.header, outer } },
  );
  const datagram = geneveDatagram(gatewayAddress, targetAddress);
  if (!staysLocal(walk, gatewaySubnet, datagram)) return false;
  if (!betweenSubnets(walk, gatewaySubnet, targetSubnet, datagram)) return false;
  if (!throughGroups(walk, eni, "ingress", datagram, { address: gatewayAddress })) return false;
  if (isKnown(instance.state) && instance.state !== "running") {
    walk.drop(at.target, "BAD_STATE", `target ${instance.id} is ${instance.state}`);
    return false;
  }
  return true;
}
