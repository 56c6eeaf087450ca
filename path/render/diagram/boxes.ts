import { isKnown, type Endpoint, type LoadBalancer, type Subnet, type Topology } from "../../topology/model";
import type { BoxKind, DiagramNode } from "./graph";

/** Id of the network interface in a subnet of a load balancer, or of a transit gateway's attachment: the states know none. */
export function interfaceId(ownerId: string, subnetId: string): string {
  return `${ownerId}#${subnetId}`;
}

export function box(id: string, kind: BoxKind, ...lines: string[]): DiagramNode {
  return { id, kind, lines: lines.filter((line) => line !== ""), children: [] };
}

/** By id, so that the same topology gives the same drawing whatever order its states came in; names first, for people. */
export function sorted<T extends { id: string; name: string }>(components: Record<string, T>): T[] {
  return Object.values(components).sort((left, right) => compare(left.name, right.name) || compare(left.id, right.id));
}

/** Not by locale: the same everywhere. */
function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Ids of the instances, and addresses, that GENEVE target groups hold, with what is known of their health. */
export function targetHealth(topology: Topology): Map<string, string> {
  const groups = sorted(topology.targetGroups).filter(({ protocol }) => protocol === "GENEVE");
  return new Map(
    groups.flatMap(({ targets }) => targets.map(({ id, health }) => [id, isKnown(health) ? health : ""] as const)),
  );
}

/** What stands in one subnet. */
export function subnetBoxes(topology: Topology, subnet: Subnet): DiagramNode[] {
  const health = targetHealth(topology);
  const instances = sorted(topology.instances)
    .filter(({ subnetId }) => subnetId === subnet.id)
    .map(({ id, name, address, state }) => {
      const shownAddress = isKnown(address) ? address : "address unknown";
      const ofTarget = health.get(id) ?? health.get(shownAddress);
      const kind = ofTarget === undefined ? "instance" : "target";
      const notRunning = isKnown(state) && state !== "running" ? state : "";
      return box(id, kind, name, `${kind === "target" ? "target " : ""}${shownAddress}`, ofTarget ?? "", notRunning);
    });
  const endpoints = sorted(topology.endpoints)
    .filter(({ type, subnetIds }) => type === "GatewayLoadBalancer" && subnetIds.includes(subnet.id))
    .map(endpointBox);
  const interfaces = sorted(topology.loadBalancers)
    .filter(({ subnetIds }) => subnetIds.includes(subnet.id))
    .map((loadBalancer) => interfaceBox(loadBalancer, subnet));
  const attachments = sorted(topology.transitGatewayAttachments)
    .filter(({ subnetIds }) => subnetIds.includes(subnet.id))
    .map(({ id, name, applianceMode, state }) => {
      const unusual = isKnown(state) && state !== "available" ? state : "";
      const mode = applianceMode === true ? "appliance mode" : "";
      return box(interfaceId(id, subnet.id), "transit-gateway-attachment", name, "attachment", mode, unusual);
    });
  const natGateways = sorted(topology.natGateways)
    .filter(({ subnetId }) => subnetId === subnet.id)
    .map(({ id, name, address, state }) => {
      const unusual = isKnown(state) && state !== "available" ? state : "";
      return box(id, "nat-gateway", name, `NAT gateway ${isKnown(address) ? address : "address unknown"}`, unusual);
    });
  return [...endpoints, ...instances, ...interfaces, ...attachments, ...natGateways];
}

/** What belongs to a VPC and to no single subnet. */
export function vpcBoxes(topology: Topology, vpcId: string): DiagramNode[] {
  const endpoints = sorted(topology.endpoints).filter(
    (endpoint) =>
      endpoint.vpcId === vpcId && (endpoint.type !== "GatewayLoadBalancer" || !inKnownSubnet(topology, endpoint)),
  );
  const gateways = sorted(topology.internetGateways).filter((gateway) => gateway.vpcId === vpcId);
  const instanceAddresses = new Set(Object.values(topology.instances).map(({ address }) => address));
  const addresses = sorted(topology.targetGroups)
    .filter((group) => group.vpcId === vpcId && group.targetType === "ip")
    .flatMap(({ targets }) => targets.filter(({ id }) => !instanceAddresses.has(id)));
  return [
    ...endpoints.map(endpointBox),
    ...gateways.map(({ id, name }) => box(id, "internet-gateway", name, "internet gateway")),
    ...addresses.map(({ id, health }) => box(id, "target", `target ${id}`, isKnown(health) ? health : "")),
  ];
}

function inKnownSubnet(topology: Topology, { subnetIds }: Endpoint): boolean {
  return subnetIds.some((id) => topology.subnets[id] !== undefined);
}

function endpointBox({ id, name, type, serviceName, state }: Endpoint): DiagramNode {
  const unusual = isKnown(state) && state !== "available" ? state : "";
  if (type === "GatewayLoadBalancer") return box(id, "gwlb-endpoint", name, "GWLB endpoint", id, unusual);
  // `com.amazonaws.ap-northeast-1.s3` → `S3`.
  const service = isKnown(serviceName)
    ? (serviceName.split(".").pop() ?? serviceName).toUpperCase()
    : "service unknown";
  const kind = type === "Gateway" ? "gateway-endpoint" : "interface-endpoint";
  return box(id, kind, name, `${service} ${type.toLowerCase()} endpoint`, unusual);
}

function interfaceBox({ id, name, gatewayAddresses }: LoadBalancer, subnet: Subnet): DiagramNode {
  const address = isKnown(subnet.azId) ? gatewayAddresses[subnet.azId] : undefined;
  return box(interfaceId(id, subnet.id), "gwlb-interface", name, `GWLB ${address ?? "address unknown"}`);
}
