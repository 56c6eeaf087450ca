import { crc32 } from "node:zlib";
import { checkRouteDestination, parseCidr } from "../../path/net/cidr";
import { findRouteTable } from "./ec2RouteTable";
import { ec2Error } from "./errors";
import { checkGatewayRoutes, isGatewayRouteTable } from "./gatewayRouteTable";
import type { Failure } from "./inputs";
import type { Context, ResourceType } from "./model";
import { optionalText, text, type Properties } from "./properties";
import type { RouteRecord, RouteTable, RouteTarget } from "./records";
import { describeTarget } from "./routeAttributes";
import { cidr, region, string } from "./specs";
import { find } from "./state";

const destinations = ["destinationCidrBlock", "destinationPrefixListId"] as const;
const targets = ["gatewayId", "vpcEndpointId", "networkInterfaceId"] as const;

export function destinationOf(route: RouteRecord): string {
  return route.destinationCidrBlock ?? route.destinationPrefixListId ?? "";
}

/** The provider's id of a route: the table's and a checksum of the destination. */
export function routeId(tableId: string, destination: string): string {
  return `r-${tableId}${crc32(destination)}`;
}

function differentNetworks(operation: string, table: RouteTable, kind: string, id: string): Error {
  const message = `route table ${table.id} and ${kind} ${id} belong to different networks`;
  // Source: EC2 API, Error codes: InvalidParameterValue; that it is this one, and the wording, are UNVERIFIED.
  return ec2Error(operation, "InvalidParameterValue", message);
}

/** A route's target, which must be there, in the table's VPC, and able to take packets. */
export function targetOf(context: Context, operation: string, table: RouteTable, inputs: Properties): RouteTarget {
  const { tables } = context.state;
  const gatewayId = optionalText(inputs, "gatewayId");
  if (gatewayId !== undefined) {
    const gateway = find(tables.internetGateways, gatewayId, context.caller);
    if (gateway === undefined) {
      // Source: EC2 API, Error codes: InvalidGatewayID.NotFound; wording UNVERIFIED.
      throw ec2Error(operation, "InvalidGatewayID.NotFound", `The gateway ID '${gatewayId}' does not exist`);
    }
    if (gateway.vpcId !== table.vpcId) throw differentNetworks(operation, table, "network gateway", gatewayId);
    return { kind: "internetGateway", id: gatewayId };
  }
  const interfaceId = optionalText(inputs, "networkInterfaceId");
  if (interfaceId !== undefined) {
    const eni = find(tables.networkInterfaces, interfaceId, context.caller);
    if (eni === undefined) {
      const message = `The networkInterface ID '${interfaceId}' does not exist`;
      // Source: EC2 API, Error codes: InvalidNetworkInterfaceID.NotFound; wording UNVERIFIED.
      throw ec2Error(operation, "InvalidNetworkInterfaceID.NotFound", message);
    }
    if (eni.vpcId !== table.vpcId) throw differentNetworks(operation, table, "interface", interfaceId);
    return { kind: "networkInterface", id: interfaceId };
  }
  return endpointTarget(context, operation, table, optionalText(inputs, "vpcEndpointId") ?? "");
}

function endpointTarget(context: Context, operation: string, table: RouteTable, id: string): RouteTarget {
  const endpoint = find(context.state.tables.vpcEndpoints, id, context.caller);
  if (endpoint === undefined) {
    // Source: EC2 API, Error codes: InvalidVpcEndpointId.NotFound; wording UNVERIFIED.
    throw ec2Error(operation, "InvalidVpcEndpointId.NotFound", `The Vpc Endpoint Id '${id}' does not exist`);
  }
  if (endpoint.vpcId !== table.vpcId) throw differentNetworks(operation, table, "vpc endpoint", id);
  if (endpoint.type !== "GatewayLoadBalancer" || endpoint.state !== "available") {
    // Source: GWLB user guide, "Getting started": the endpoint must be available first; the code is UNVERIFIED.
    throw ec2Error(operation, "InvalidParameterValue", "Route table contains unsupported route target");
  }
  return { kind: "vpcEndpoint", id };
}

/** The rules for destinations; also what somebody at the console meets. */
export function addRoute(context: Context, operation: string, table: RouteTable, route: RouteRecord): void {
  const destination = destinationOf(route);
  if (table.routes.some((other) => destinationOf(other) === destination)) {
    const message = `The route identified by ${destination} already exists.`;
    // Source: EC2 API, Error codes: RouteAlreadyExists; wording UNVERIFIED.
    throw ec2Error(operation, "RouteAlreadyExists", message);
  }
  if (isGatewayRouteTable(table)) checkGatewayRoutes(context, operation, table, [route]);
  if (route.destinationCidrBlock !== undefined) {
    checkInside(context, operation, table, route.destinationCidrBlock, route.target);
  }
  table.routes.push(route);
}

/**
 * VPC user guide, "Route priority": inside the VPC only a whole subnet's CIDR is a destination, and never by the internet
 * gateway. Wording UNVERIFIED.
 */
function checkInside(
  context: Context,
  operation: string,
  table: RouteTable,
  destination: string,
  target: RouteTarget,
): void {
  const { vpcs, subnets } = context.state.tables;
  const vpc = vpcs[table.vpcId];
  const blocks = Object.values(subnets)
    .filter((subnet) => subnet.vpcId === table.vpcId)
    .map((subnet) => parseCidr(subnet.cidrBlock));
  // By no subnet at all, when the target is the internet gateway.
  const allowed = target.kind === "internetGateway" ? [] : blocks;
  try {
    checkRouteDestination(parseCidr(destination), vpc ? [parseCidr(vpc.cidrBlock)] : [], allowed);
  } catch {
    // Source: VPC user guide, "Route priority"; code and wording UNVERIFIED.
    throw ec2Error(
      operation,
      "InvalidParameterValue",
      `The destination CIDR block ${destination} is equal to or more specific than one of this VPC's CIDR blocks. ` +
        "This route can target only an interface or an instance, or, if it is a whole subnet's, a Gateway Load " +
        "Balancer endpoint.",
    );
  }
}

async function create(context: Context, inputs: Properties): Promise<string> {
  const table = findRouteTable(context, "CreateRoute", text(inputs, "routeTableId"));
  const destination = optionalText(inputs, "destinationCidrBlock");
  const list = optionalText(inputs, "destinationPrefixListId");
  if (list !== undefined && context.state.tables.prefixLists[list]?.region !== context.caller.region) {
    const message = `The prefix list ID '${list}' does not exist`;
    // Source: terraform-provider-aws, internal/service/ec2/errors.go: InvalidPrefixListId.NotFound; wording UNVERIFIED.
    throw ec2Error("CreateRoute", "InvalidPrefixListId.NotFound", message);
  }
  const target = targetOf(context, "CreateRoute", table, inputs);
  addRoute(context, "CreateRoute", table, {
    ...(destination !== undefined && { destinationCidrBlock: destination }),
    ...(list !== undefined && { destinationPrefixListId: list }),
    target,
  });
  context.changed();
  await context.hooks.settled?.();
  return routeId(table.id, destination ?? list ?? "");
}

function findRoute(context: Context, id: string): { table: RouteTable; index: number } | undefined {
  const tableId = /^r-(rtb-[0-9a-f]{17})\d+$/.exec(id)?.[1];
  const table = tableId === undefined ? undefined : find(context.state.tables.routeTables, tableId, context.caller);
  if (table === undefined) return undefined;
  const index = table.routes.findIndex(
    (route) => route.target.kind !== "local" && routeId(table.id, destinationOf(route)) === id,
  );
  return index < 0 ? undefined : { table, index };
}

/** AWS shows a route whose target is gone, or cannot take packets, as a black hole. */
function isBlackhole(context: Context, route: RouteRecord): boolean {
  const { internetGateways, vpcEndpoints, networkInterfaces } = context.state.tables;
  switch (route.target.kind) {
    case "local":
      return false;
    case "internetGateway":
      return internetGateways[route.target.id]?.vpcId === undefined;
    case "vpcEndpoint":
      return vpcEndpoints[route.target.id]?.state !== "available";
    case "networkInterface":
      return networkInterfaces[route.target.id] === undefined;
  }
}

function read(context: Context, id: string): Properties | undefined {
  const found = findRoute(context, id);
  const route = found?.table.routes[found.index];
  if (found === undefined || route === undefined) return undefined;
  return {
    routeTableId: found.table.id,
    destinationCidrBlock: route.destinationCidrBlock,
    destinationPrefixListId: route.destinationPrefixListId,
    ...describeTarget(route.target),
    instanceId: "",
    instanceOwnerId: "",
    origin: "CreateRoute",
    state: isBlackhole(context, route) ? "blackhole" : "active",
  };
}

async function update(context: Context, id: string, inputs: Properties): Promise<void> {
  const found = findRoute(context, id);
  const route = found?.table.routes[found.index];
  if (found === undefined || route === undefined) {
    // Source: EC2 API, Error codes: InvalidRoute.NotFound; wording UNVERIFIED.
    throw ec2Error("ReplaceRoute", "InvalidRoute.NotFound", `There is no route '${id}'.`);
  }
  const target = targetOf(context, "ReplaceRoute", found.table, inputs);
  if (isGatewayRouteTable(found.table))
    checkGatewayRoutes(context, "ReplaceRoute", found.table, [{ ...route, target }]);
  route.target = target;
  context.changed();
  await context.hooks.settled?.();
}

async function remove(context: Context, id: string): Promise<void> {
  const found = findRoute(context, id);
  found?.table.routes.splice(found.index, 1);
  context.changed();
  await context.hooks.settled?.();
}

/** The provider's schema: one destination, one target. */
function validate(inputs: Properties): Failure[] {
  return [destinations, targets].flatMap((group) => {
    const given = group.filter((key) => inputs[key] !== undefined && inputs[key] !== null && inputs[key] !== "");
    if (given.length === 1) return [];
    return [{ property: group[0], reason: `one of ${group.join(", ")} must be specified, ${given.length} are` }];
  });
}

export const route: ResourceType = {
  token: "aws:ec2/route:Route",
  label: "EC2 Route",
  inputs: {
    routeTableId: string({ required: true, replace: true }),
    destinationCidrBlock: string({ replace: true, reject: cidr }),
    destinationPrefixListId: string({ replace: true }),
    gatewayId: string(),
    vpcEndpointId: string(),
    networkInterfaceId: string({ computed: true }),
    region,
  },
  validate,
  create,
  read,
  // The provider's import id is TABLE_DESTINATION.
  importId: (_context, id) => {
    const [table, destination] = id.split("_");
    return table && destination ? routeId(table, destination) : undefined;
  },
  update,
  delete: remove,
};
