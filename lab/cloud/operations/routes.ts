import type {
  CreateRouteRequest,
  CreateRouteResult,
  DeleteRouteRequest,
  ReplaceRouteRequest,
  Route as RouteOutput,
} from "@aws-sdk/client-ec2";
import { addRoute, destinationOf, isBlackhole, targetOf } from "../ec2/routeRules";
import { findRouteTable } from "../ec2/findRouteTable";
import { ec2Error } from "../core/errors";
import { checkGatewayRoutes, isGatewayRouteTable } from "../ec2/gatewayRouteTable";
import type { Context } from "../core/model";
import { noPrefixList } from "../ec2/prefixLists";
import type { RouteRecord, RouteTable } from "../core/records";
import { operation } from "./operation";

type Destination = Pick<
  CreateRouteRequest,
  "DestinationCidrBlock" | "DestinationIpv6CidrBlock" | "DestinationPrefixListId"
>;
type Target = Pick<
  CreateRouteRequest,
  "GatewayId" | "VpcEndpointId" | "NatGatewayId" | "NetworkInterfaceId" | "TransitGatewayId"
>;

/** A gateway endpoint or a Gateway Load Balancer endpoint is named as a gateway, too (EC2 API, CreateRoute, GatewayId). */
function targetInputs({
  GatewayId,
  VpcEndpointId,
  NatGatewayId,
  NetworkInterfaceId,
  TransitGatewayId,
}: Target): Record<string, string | undefined> {
  const endpoint = GatewayId?.startsWith("vpce-") === true;
  return {
    gatewayId: endpoint ? undefined : GatewayId,
    vpcEndpointId: endpoint ? GatewayId : VpcEndpointId,
    natGatewayId: NatGatewayId,
    networkInterfaceId: NetworkInterfaceId,
    transitGatewayId: TransitGatewayId,
  };
}

const named = ["DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId", "RouteTableId"] as const;
const targets = ["GatewayId", "NatGatewayId", "NetworkInterfaceId", "TransitGatewayId", "VpcEndpointId"] as const;

export const CreateRoute = operation(
  [...named, ...targets],
  (context: Context, input: CreateRouteRequest): CreateRouteResult => {
    const called = "CreateRoute";
    const table = findRouteTable(context, called, input.RouteTableId ?? "");
    const { DestinationCidrBlock: destination, DestinationIpv6CidrBlock: ipv6, DestinationPrefixListId: list } = input;
    if (list !== undefined && context.state.tables.prefixLists[list]?.region !== context.caller.region) {
      throw noPrefixList(called, list);
    }
    const target = targetOf(context, called, table, targetInputs(input));
    addRoute(context, called, table, {
      ...(destination !== undefined && { destinationCidrBlock: destination }),
      ...(ipv6 !== undefined && { destinationIpv6CidrBlock: ipv6 }),
      ...(list !== undefined && { destinationPrefixListId: list }),
      target,
    });
    context.changed();
    return { Return: true };
  },
);

function routeIn(
  table: RouteTable,
  called: string,
  { DestinationCidrBlock: block, DestinationIpv6CidrBlock: ipv6, DestinationPrefixListId: list }: Destination,
): RouteRecord {
  const destination = block ?? ipv6 ?? list ?? "";
  const found = table.routes.find((route) => destinationOf(route) === destination);
  if (found !== undefined && found.target.kind !== "local") return found;
  const message = `no route with destination-cidr-block ${destination} in route table ${table.id}`;
  // Source: EC2 API, Error codes: InvalidRoute.NotFound; wording UNVERIFIED.
  throw ec2Error(called, "InvalidRoute.NotFound", message);
}

export const ReplaceRoute = operation(
  [...named, ...targets],
  (context: Context, input: ReplaceRouteRequest): object => {
    const called = "ReplaceRoute";
    const table = findRouteTable(context, called, input.RouteTableId ?? "");
    const route = routeIn(table, called, input);
    const target = targetOf(context, called, table, targetInputs(input));
    if (isGatewayRouteTable(table)) checkGatewayRoutes(context, called, table, [{ ...route, target }]);
    route.target = target;
    context.changed();
    return {};
  },
);

export const DeleteRoute = operation(named, (context: Context, input: DeleteRouteRequest): object => {
  const table = findRouteTable(context, "DeleteRoute", input.RouteTableId ?? "");
  const route = routeIn(table, "DeleteRoute", input);
  table.routes = table.routes.filter((each) => each !== route);
  context.changed();
  return {};
});

/** Endpoints are shown as gateways (EC2 User Guide and API examples of Gateway Load Balancer endpoints' routes). */
export function routeOutput(context: Context, table: Pick<RouteTable, "vpcId">, route: RouteRecord): RouteOutput {
  const { target, destinationCidrBlock, destinationIpv6CidrBlock, destinationPrefixListId } = route;
  return {
    ...(destinationCidrBlock !== undefined && { DestinationCidrBlock: destinationCidrBlock }),
    ...(destinationIpv6CidrBlock !== undefined && { DestinationIpv6CidrBlock: destinationIpv6CidrBlock }),
    ...(destinationPrefixListId !== undefined && { DestinationPrefixListId: destinationPrefixListId }),
    ...(target.kind === "local" && { GatewayId: "local" }),
    ...((target.kind === "internetGateway" || target.kind === "vpcEndpoint") && { GatewayId: target.id }),
    ...(target.kind === "networkInterface" && { NetworkInterfaceId: target.id }),
    ...(target.kind === "natGateway" && { NatGatewayId: target.id }),
    ...(target.kind === "transitGateway" && { TransitGatewayId: target.id }),
    Origin: target.kind === "local" ? "CreateRouteTable" : "CreateRoute",
    State: isBlackhole(context, table, route) ? "blackhole" : "active",
  };
}
