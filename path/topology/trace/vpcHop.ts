import { contains, parseAddress } from "../../net/cidr";
import { enterEndpoint } from "./endpoints";
import { betweenSubnets, throughAcl, throughGroups, throughState } from "./filters";
import { leaveByInternetGateway } from "./internet";
import { isKnown, type InternetGateway, type NetworkInterface, type Route, type Subnet } from "../model";
import { lookUp, routeInWords } from "./routing";
import { backThroughNatGateway, lostBehindNatGateway, throughNatGateway } from "./natGateway";
import type { PeerSide } from "./securityGroups";
import { hiddenByTransitGateways, throughTransitGateway } from "./transitGateway";
import { azIdOf } from "../topologyIndex";
import { stranger, type Place, type Walk } from "./walk";

/** Where a packet is about to be routed: in a subnet, or at the VPC's edge when it comes from the internet. */
export type RoutedFrom = { kind: "subnet"; subnet: Subnet } | { kind: "edge"; gateway: InternetGateway; vpcId: string };

/** @returns where the packet is routed next, or undefined when it has come to its end */
export function routeOn(walk: Walk, from: RoutedFrom): RoutedFrom | undefined {
  const { index, header } = walk;
  const vpcId = from.kind === "subnet" ? from.subnet.vpcId : from.vpcId;
  const subnet = from.kind === "subnet" ? from.subnet : undefined;
  const inSubnet = subnet === undefined ? undefined : index.cidr(subnet.cidrBlock);
  // Within a subnet nothing is routed, so nothing can be inspected.
  if (inSubnet !== undefined && contains(inSubnet, parseAddress(header.destination))) {
    return arriveAt(walk, vpcId, subnet);
  }
  const tableId = subnet?.routeTableId;
  const table =
    from.kind === "edge"
      ? index.edgeTable(from.gateway.id)
      : index.topology.routeTables[isKnown(tableId) ? (tableId ?? "") : ""];
  if (table === undefined) {
    if (from.kind === "edge") return arriveAt(walk, vpcId, undefined);
    const at = stranger("route-table", isKnown(tableId) ? (tableId ?? "") : "?");
    walk.giveUp(at, "UNKNOWN_RESOURCE", `the route table of subnet ${from.subnet.name} is in none of the states`);
    return undefined;
  }
  const at: Place = { kind: "route-table", component: table, ...zone(subnet) };
  for (const { name, destination } of table.routes.filter((route) => index.hasUnknownDestination(route))) {
    walk.assumptions.add(`route ${name} of ${table.name}: what ${destination} holds is not known, taken not to apply`);
  }
  const route = lookUp(index, table, header.destination);
  const unanswered = lostBehindNatGateway(walk, subnet, route);
  if (unanswered !== undefined) {
    walk.drop(at, "NAT_WITHOUT_WAY_BACK", unanswered);
    return undefined;
  }
  if (route === undefined) {
    walk.drop(at, "NO_ROUTE_TO_DESTINATION", `no route for ${header.destination} in ${table.name} (${table.id})`);
    return undefined;
  }
  const decidedBy = { kind: "route", ...(route.id !== "" && { id: route.id }), text: routeInWords(route) } as const;
  if (route.state === "blackhole" && !leadsToUnusable(walk, route)) {
    walk.drop(at, "BAD_STATE_ROUTE", `${routeInWords(route)} is a blackhole`, decidedBy);
    return undefined;
  }
  walk.pass(at, decidedBy);
  return follow(walk, route, vpcId, subnet);
}

/** The endpoint, or NAT gateway, is there, and its own state says why nothing can pass: the route is only the symptom. */
function leadsToUnusable({ index }: Walk, { target }: Route): boolean {
  const { endpoints, natGateways } = index.topology;
  const tables = { "vpc-endpoint": endpoints, "nat-gateway": natGateways };
  if (target.kind !== "vpc-endpoint" && target.kind !== "nat-gateway") return false;
  const state = tables[target.kind][target.id]?.state;
  return state !== undefined && isKnown(state) && state.toLowerCase() !== "available";
}

function follow(walk: Walk, { target }: Route, vpcId: string, subnet: Subnet | undefined): RoutedFrom | undefined {
  const { topology } = walk.index;
  switch (target.kind) {
    case "local":
      return arriveAt(walk, vpcId, subnet);
    case "internet-gateway":
      leaveByInternetGateway(walk, target.id, vpcId, subnet);
      return undefined;
    case "vpc-endpoint": {
      const endpoint = topology.endpoints[target.id];
      if (endpoint === undefined) {
        walk.giveUp(
          stranger("vpc-endpoint", target.id),
          "UNKNOWN_RESOURCE",
          `endpoint ${target.id} is in none of the states`,
        );
        return undefined;
      }
      const out = enterEndpoint(walk, endpoint, subnet);
      return out === undefined ? undefined : { kind: "subnet", subnet: out };
    }
    case "network-interface": {
      const eni = topology.networkInterfaces[target.id];
      if (eni === undefined) {
        walk.giveUp(
          stranger("instance", target.id),
          "UNKNOWN_RESOURCE",
          `interface ${target.id} is in none of the states`,
        );
        return undefined;
      }
      // An instance in the middle: what it does with packets is its own affair, but it may not even get them.
      const at: Place = { kind: "instance", component: eni, ...zone(topology.subnets[eni.subnetId]) };
      const isOwn = isKnown(eni.address) && eni.address === walk.header.destination;
      if (isOwn) return arriveAt(walk, vpcId, subnet);
      if (!betweenSubnets(walk, subnet, topology.subnets[eni.subnetId])) return undefined;
      if (eni.sourceDestCheck === true) {
        walk.drop(at, "ENI_SOURCE_DEST_CHECK_RESTRICTION", `a packet for ${walk.header.destination} at ${eni.name}`);
      } else {
        walk.giveUp(at, "UNKNOWN_RESOURCE", `whether ${eni.name} forwards is not in the states`);
      }
      return undefined;
    }
    case "transit-gateway": {
      const out = throughTransitGateway(walk, target.id, vpcId, subnet);
      return out === undefined ? undefined : { kind: "subnet", subnet: out };
    }
    case "nat-gateway": {
      const out = throughNatGateway(walk, target.id, vpcId, subnet);
      return out === undefined ? undefined : { kind: "subnet", subnet: out };
    }
    case "other":
      walk.giveUp(
        stranger("route-table", target.id),
        "UNKNOWN_RESOURCE",
        `${target.id || "where the route leads"} cannot be followed`,
      );
      return undefined;
  }
}

/** By the local route, or directly within a subnet. */
function arriveAt(walk: Walk, vpcId: string, from: Subnet | undefined): RoutedFrom | undefined {
  const { index, header } = walk;
  const nat = index.natGatewayAt(vpcId, header.destination);
  const back = nat && backThroughNatGateway(walk, nat, from);
  if (back !== undefined) return { kind: "subnet", subnet: back };
  if (walk.outcome !== undefined) return undefined;
  const eni = index.interfaceAt(vpcId, header.destination);
  if (eni === undefined) {
    const vpc = index.topology.vpcs[vpcId];
    const at: Place = vpc === undefined ? stranger("route-table", vpcId) : { kind: "route-table", component: vpc };
    walk.drop(
      at,
      "NO_POSSIBLE_DESTINATION",
      `no network interface with ${header.destination} in ${vpc?.name ?? vpcId}`,
    );
    return undefined;
  }
  const to = index.topology.subnets[eni.subnetId];
  if (walk.meant !== undefined && walk.meant.id !== eni.id) {
    const at: Place = { kind: "instance", component: eni, ...zone(to) };
    const seen = `${header.destination} is ${eni.name} in ${vpcId}, and ${walk.meant.name} in ${walk.meant.vpcId}, for which it is`;
    walk.drop(at, "VPC_CIDRS_OVERLAP", seen);
    return undefined;
  }
  if (from === undefined ? !throughAcl(walk, to, "ingress") : !betweenSubnets(walk, from, to)) return undefined;
  if (walk.leg === "reply") throughState(walk, eni);
  else if (!throughGroups(walk, eni, "ingress", walk.packet, senderOf(walk))) return undefined;
  deliverTo(walk, eni);
  return undefined;
}

/** Groups of the sender count only for packets that came straight from it. */
function senderOf(walk: Walk): PeerSide {
  const { sender, header, endpointIds, translations } = walk;
  if (sender === undefined || translations.length > 0) return { address: header.source };
  const by = endpointIds.length > 0 ? "SG_REFERENCES_NOT_PRESERVED" : hiddenByTransitGateways(walk);
  return {
    address: header.source,
    ...(by === undefined ? { interface: sender } : { hidden: { interface: sender, by } }),
  };
}

function deliverTo(walk: Walk, eni: NetworkInterface): void {
  const { topology } = walk.index;
  const place = zone(topology.subnets[eni.subnetId]);
  const instance = eni.owner.kind === "instance" ? topology.instances[eni.owner.id] : undefined;
  if (instance === undefined) {
    const at: Place = { kind: "vpc-endpoint", component: { ...eni, id: eni.owner.id }, ...place };
    walk.giveUp(at, "UNKNOWN_RESOURCE", `${header(walk)} is an address of ${eni.owner.id}, whose answer is not known`);
    return;
  }
  const at: Place = { kind: "instance", component: instance, ...place };
  if (isKnown(instance.state) && instance.state !== "running") {
    walk.drop(at, "BAD_STATE", `instance ${instance.id} is ${instance.state}`);
    return;
  }
  if (!isKnown(instance.state)) walk.assumptions.add(`instance ${instance.name} runs`);
  walk.deliver(at, { kind: "delivery", text: `address of ${instance.name}` }, eni);
}

function header({ header: { destination } }: Walk): string {
  return destination;
}

export function zone(subnet: Subnet | undefined): { azId?: string } {
  const azId = azIdOf(subnet);
  return azId === undefined ? {} : { azId };
}
