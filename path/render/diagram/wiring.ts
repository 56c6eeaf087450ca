import { isKnown, type Route, type RouteTable, type Topology } from "../../topology/model";
import { interfaceId, sorted } from "./boxes";
import type { DiagramEdge, WireKind } from "./graph";

/** What leads where by configuration: routes into endpoints and gateways, and of transit gateways, PrivateLink, GENEVE. */
export function wiring(topology: Topology): DiagramEdge[] {
  return [
    ...routeEdges(topology),
    ...transitGatewayEdges(topology),
    ...privateLinks(topology),
    ...geneveEdges(topology),
  ];
}

function wire(kind: WireKind, from: string, to: string, label = "", blocked = false): DiagramEdge {
  return { id: `${kind} ${from} ${to}`, kind, from, to, label, blocked };
}

function routeEdges(topology: Topology): DiagramEdge[] {
  const ofSubnets = sorted(topology.subnets).flatMap(({ id, routeTableId }) => {
    const table = isKnown(routeTableId) ? topology.routeTables[routeTableId] : undefined;
    return table === undefined ? [] : routesFrom(topology, id, table);
  });
  const ofEdges = sorted(topology.routeTables).flatMap((table) =>
    table.edgeGatewayIds.flatMap((gatewayId) => routesFrom(topology, gatewayId, table)),
  );
  return [...ofSubnets, ...ofEdges];
}

/** One edge for all routes with the same target. */
function routesFrom(topology: Topology, from: string, { routes }: RouteTable): DiagramEdge[] {
  const byTarget = new Map<string, Route[]>();
  for (const route of routes.filter(({ target }) => target.kind !== "local")) {
    const to = targetNode(topology, route, from);
    byTarget.set(to, [...(byTarget.get(to) ?? []), route]);
  }
  return [...byTarget].map(([to, those]) => {
    const cidrs = those.map(({ destination }) => destination).filter((destination) => !destination.startsWith("pl-"));
    const blocked = those.some(({ state }) => isKnown(state) && state !== "active");
    return wire("route", from, to, cidrs.join("\n"), blocked);
  });
}

/** The box that a route leads to: of a transit gateway the attachment's in the same AZ, where there is one. @param from - subnet or gateway */
function targetNode(topology: Topology, { target }: Route, from: string): string {
  const subnet = topology.subnets[from];
  if (target.kind === "transit-gateway" && subnet !== undefined) {
    const attachment = Object.values(topology.transitGatewayAttachments).find(
      ({ transitGatewayId, vpcId }) => transitGatewayId === target.id && vpcId === subnet.vpcId,
    );
    const near = attachment?.subnetIds.find((id) => topology.subnets[id]?.azId === subnet.azId);
    if (attachment !== undefined && near !== undefined) return interfaceId(attachment.id, near);
  }
  const owner = topology.networkInterfaces[target.id]?.owner;
  return owner === undefined ? target.id : owner.id;
}

/** From each attachment's interface into its transit gateway, with the CIDRs that the gateway's tables send by it. */
function transitGatewayEdges(topology: Topology): DiagramEdge[] {
  const tables = sorted(topology.transitGatewayRouteTables);
  return sorted(topology.transitGatewayAttachments).flatMap(({ id, transitGatewayId, subnetIds, state }) => {
    const routes = tables.flatMap((table) => (isKnown(table.routes) ? table.routes : []));
    const those = routes.filter(({ attachmentId }) => attachmentId === id);
    const cidrs = [...new Set(those.flatMap(({ destination }) => (isKnown(destination) ? destination : [])))];
    const blocked = isKnown(state) && state !== "available";
    return [...subnetIds]
      .sort()
      .filter((subnetId) => topology.subnets[subnetId] !== undefined)
      .map((subnetId) => wire("route", transitGatewayId, interfaceId(id, subnetId), cidrs.join("\n"), blocked));
  });
}

function privateLinks(topology: Topology): DiagramEdge[] {
  const services = sorted(topology.endpointServices);
  const toServices = sorted(topology.endpoints).flatMap(({ id, serviceName, state }) =>
    services
      .filter((service) => service.serviceName === serviceName)
      .map((service) => wire("privatelink", id, service.id, "", isKnown(state) && state !== "available")),
  );
  const toInterfaces = services.flatMap(({ id, loadBalancerIds }) =>
    sorted(topology.loadBalancers)
      .filter((loadBalancer) => loadBalancerIds.includes(loadBalancer.id))
      .flatMap(({ id: loadBalancerId, subnetIds }) =>
        [...subnetIds].sort().map((subnetId) => wire("privatelink", id, interfaceId(loadBalancerId, subnetId))),
      ),
  );
  return [...toServices, ...toInterfaces];
}

/** Without cross-zone an interface sends only to the targets of its own AZ. */
function geneveEdges(topology: Topology): DiagramEdge[] {
  const azOf = (subnetId: string | undefined) => topology.subnets[subnetId ?? ""]?.azId;
  return sorted(topology.listeners).flatMap(({ loadBalancerId, targetGroupIds }) => {
    const loadBalancer = topology.loadBalancers[loadBalancerId];
    if (loadBalancer === undefined) return [];
    const targets = targetGroupIds.flatMap((id) => topology.targetGroups[id]?.targets ?? []).map(({ id }) => id);
    return [...new Set(targets)].sort().flatMap((targetId) => {
      const instance = Object.values(topology.instances).find(
        ({ id, address }) => id === targetId || address === targetId,
      );
      const azId = azOf(instance?.subnetId);
      return [...loadBalancer.subnetIds]
        .sort()
        .filter((subnetId) => loadBalancer.crossZone === true || azId === undefined || azOf(subnetId) === azId)
        .map((subnetId) => wire("geneve", interfaceId(loadBalancerId, subnetId), instance?.id ?? targetId));
    });
  });
}
