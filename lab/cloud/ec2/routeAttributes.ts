import type { Properties } from "../core/properties";
import type { RouteRecord, RouteTable, RouteTarget } from "../core/records";

/** A route's target as the provider's attributes. */
export function describeTarget(
  target: RouteTarget,
): Record<"gatewayId" | "vpcEndpointId" | "networkInterfaceId" | "transitGatewayId" | "natGatewayId", string> {
  return {
    gatewayId: target.kind === "local" ? "local" : target.kind === "internetGateway" ? target.id : "",
    vpcEndpointId: target.kind === "vpcEndpoint" ? target.id : "",
    networkInterfaceId: target.kind === "networkInterface" ? target.id : "",
    transitGatewayId: target.kind === "transitGateway" ? target.id : "",
    natGatewayId: target.kind === "natGateway" ? target.id : "",
  };
}

/**
 * The routes that the provider lists in a route table's own attributes, whoever made them: all but the local one and those
 * of prefix lists to endpoints (terraform-provider-aws, vpc_route_table.go, flattenRoutes).
 */
export function describeRoutes(table: RouteTable): Properties[] {
  const isListed = ({ destinationPrefixListId, target }: RouteRecord): boolean =>
    target.kind !== "local" && !(destinationPrefixListId !== undefined && target.kind === "vpcEndpoint");
  return table.routes.filter(isListed).map((route) => ({
    carrierGatewayId: "",
    cidrBlock: route.destinationCidrBlock ?? "",
    coreNetworkArn: "",
    destinationPrefixListId: route.destinationPrefixListId ?? "",
    egressOnlyGatewayId: "",
    ipv6CidrBlock: route.destinationIpv6CidrBlock ?? "",
    localGatewayId: "",
    odbNetworkArn: "",
    vpcPeeringConnectionId: "",
    ...describeTarget(route.target),
  }));
}
