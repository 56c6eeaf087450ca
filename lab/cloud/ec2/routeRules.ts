import { checkRouteDestination, parseCidr } from "../../../path/net/cidr";
import { ec2Error } from "../core/errors";
import { findInterface } from "./findInterface";
import { checkGatewayRoutes, isGatewayRouteTable } from "./gatewayRouteTable";
import type { Context } from "../core/model";
import { optionalText, type Properties } from "../core/properties";
import type { RouteRecord, RouteTable, RouteTarget, TransitGatewayAttachment } from "../core/records";
import { find } from "../core/state";
import { findNatGateway } from "./findNatGateway";
import { noTransitGateway } from "../transit/findTransit";

export function destinationOf(route: RouteRecord): string {
  return route.destinationCidrBlock ?? route.destinationIpv6CidrBlock ?? route.destinationPrefixListId ?? "";
}

export function differentNetworks(operation: string, table: RouteTable, kind: string, id: string): Error {
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
    const eni = findInterface(context, operation, interfaceId);
    if (eni.vpcId !== table.vpcId) throw differentNetworks(operation, table, "interface", interfaceId);
    return { kind: "networkInterface", id: interfaceId };
  }
  const transitGatewayId = optionalText(inputs, "transitGatewayId");
  if (transitGatewayId !== undefined) {
    if (attachmentTo(context, transitGatewayId, table.vpcId)?.state === "available") {
      return { kind: "transitGateway", id: transitGatewayId };
    }
    throw noTransitGateway(operation, transitGatewayId);
  }
  const natGatewayId = optionalText(inputs, "natGatewayId");
  if (natGatewayId !== undefined) return natTarget(context, operation, table, natGatewayId);
  return endpointTarget(context, operation, table, optionalText(inputs, "vpcEndpointId") ?? "");
}

/** In any state but that of one that is gone. That AWS takes one that is not available yet is UNVERIFIED. */
function natTarget(context: Context, operation: string, table: RouteTable, id: string): RouteTarget {
  const gateway = findNatGateway(context, operation, id);
  if (gateway.vpcId !== table.vpcId) throw differentNetworks(operation, table, "NAT gateway", id);
  return { kind: "natGateway", id };
}

function attachmentTo(context: Context, gatewayId: string, ofVpc: string): TransitGatewayAttachment | undefined {
  return Object.values(context.state.tables.transitGatewayAttachments).find(
    ({ transitGatewayId, vpcId }) => transitGatewayId === gatewayId && vpcId === ofVpc,
  );
}

export function endpointTarget(context: Context, operation: string, table: RouteTable, id: string): RouteTarget {
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
export function checkInside(
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

/** AWS shows a route whose target is gone, or cannot take packets, as a black hole. */
export function isBlackhole(context: Context, table: Pick<RouteTable, "vpcId">, route: RouteRecord): boolean {
  const { internetGateways, natGateways, vpcEndpoints, networkInterfaces } = context.state.tables;
  switch (route.target.kind) {
    case "local":
      return false;
    case "internetGateway":
      return internetGateways[route.target.id]?.vpcId === undefined;
    case "vpcEndpoint":
      return vpcEndpoints[route.target.id]?.state !== "available";
    case "networkInterface":
      return networkInterfaces[route.target.id] === undefined;
    case "transitGateway":
      return attachmentTo(context, route.target.id, table.vpcId)?.state !== "available";
    case "natGateway":
      // Amazon VPC User Guide, "Delete a NAT gateway": its routes stay, and are black holes.
      return natGateways[route.target.id]?.state !== "available";
  }
}
