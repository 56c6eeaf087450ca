import { gatewayLoadBalancerInterfaces, interfaceInterfaces, refuseGatewayExtras } from "./endpointPlacement";
import { ec2Error } from "../core/errors";
import { findRouteTable } from "./findRouteTable";
import { checkGatewayRoutes, isGatewayRouteTable } from "./gatewayRouteTable";
import type { Context } from "../core/model";
import { texts, type Properties } from "../core/properties";
import type { RouteRecord, VpcEndpoint } from "../core/records";
import { find } from "../core/state";
import type { VisibleService } from "./visibleService";

/** Seconds of AWS's time. 2 to 2½ minutes were seen for a GWLB endpoint, the others are UNVERIFIED. */
export const pendingSeconds = { Gateway: 0, Interface: 60, GatewayLoadBalancer: 120 };

export const deletingSeconds = { Gateway: 0, Interface: 60, GatewayLoadBalancer: 60 };

/** For how long the service still shows the connection of an endpoint that is gone. UNVERIFIED. */
export const lingeringSeconds = 10;

/** pending → available, when packets can pass. */
export async function becomeAvailable(context: Context, endpoint: VpcEndpoint): Promise<void> {
  await context.clock.wait(pendingSeconds[endpoint.type]);
  await context.hooks.settled?.();
  if (endpoint.state !== "pending") return;
  endpoint.state = "available";
  context.changed();
  await context.hooks.settled?.();
}

export function place(
  context: Context,
  operation: string,
  endpoint: VpcEndpoint,
  service: VisibleService,
  inputs: Properties,
): void {
  switch (endpoint.type) {
    case "Gateway":
      refuseGatewayExtras(operation, inputs);
      endpoint.prefixListId = prefixListOf(context, service.name);
      setRouteTables(context, operation, endpoint, texts(inputs, "routeTableIds"));
      break;
    case "Interface":
      interfaceInterfaces(context, operation, endpoint, inputs);
      break;
    case "GatewayLoadBalancer":
      gatewayLoadBalancerInterfaces(context, operation, endpoint, service, inputs);
      break;
  }
}

export function prefixListOf(context: Context, serviceName: string): string {
  const list = Object.values(context.state.tables.prefixLists).find(
    (candidate) => candidate.name === serviceName && candidate.region === context.caller.region,
  );
  return list?.id ?? "";
}

/** A gateway endpoint puts a route for its prefix list into each of its tables, and takes it out again. */
export function setRouteTables(context: Context, operation: string, endpoint: VpcEndpoint, ids: string[]): void {
  const { routeTables } = context.state.tables;
  const list = endpoint.prefixListId ?? "";
  const added = ids.filter((id) => !endpoint.routeTableIds.includes(id));
  const route = (): RouteRecord => ({
    destinationPrefixListId: list,
    target: { kind: "vpcEndpoint", id: endpoint.id },
  });
  for (const id of added) {
    const table = findRouteTable(context, operation, id);
    if (table.vpcId !== endpoint.vpcId) {
      const message = `Route table ${id} and VPC ${endpoint.vpcId} belong to different networks`;
      // Source: UNVERIFIED, code and wording.
      throw ec2Error(operation, "InvalidParameter", message);
    }
    if (table.routes.some((route) => route.destinationPrefixListId === list)) {
      const message = `route table ${id} already has a route with destination-prefix-list-id ${list}`;
      // Source: EC2 API, Error codes: RouteAlreadyExists; wording UNVERIFIED.
      throw ec2Error(operation, "RouteAlreadyExists", message);
    }
    if (isGatewayRouteTable(table)) checkGatewayRoutes(context, operation, table, [route()]);
  }
  for (const id of endpoint.routeTableIds) {
    const table = routeTables[id];
    if (table !== undefined && !ids.includes(id)) {
      table.routes = table.routes.filter((route) => route.destinationPrefixListId !== list);
    }
  }
  for (const id of added) routeTables[id]?.routes.push(route());
  endpoint.routeTableIds = ids;
}

/** The error for an endpoint that is none of the caller's. */
export function noEndpoint(operation: string, id: string): Error {
  // Source: EC2 API, Error codes: InvalidVpcEndpointId.NotFound; wording UNVERIFIED.
  return ec2Error(operation, "InvalidVpcEndpointId.NotFound", `The Vpc Endpoint Id '${id}' does not exist`);
}

export function findEndpoint(context: Context, operation: string, id: string): VpcEndpoint {
  const endpoint = find(context.state.tables.vpcEndpoints, id, context.caller);
  if (endpoint === undefined) throw noEndpoint(operation, id);
  return endpoint;
}

export function linger(context: Context, endpoint: VpcEndpoint): void {
  const { tables, lingeringConnections } = context.state;
  const service = Object.values(tables.endpointServices).find((other) => other.serviceName === endpoint.serviceName);
  if (service === undefined) return;
  lingeringConnections[endpoint.id] = { serviceId: service.id, ownerId: endpoint.accountId };
  context.clock.later(lingeringSeconds, () => {
    delete lingeringConnections[endpoint.id];
    context.changed();
  });
}
