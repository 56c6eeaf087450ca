import { ec2Error } from "../core/errors";
import type { Context } from "../core/model";
import type { RouteRecord, RouteTable } from "../core/records";

/** Whether a table is a gateway's: routes what comes in by an internet gateway. */
export function isGatewayRouteTable(table: RouteTable): boolean {
  return table.associations.some(({ gatewayId }) => gatewayId !== undefined);
}

/** What is wrong with one route in a gateway's table. */
function problemOf(context: Context, table: RouteTable, route: RouteRecord): string | undefined {
  const { vpcs, subnets, vpcEndpoints } = context.state.tables;
  const { target } = route;
  const destination = route.destinationCidrBlock ?? route.destinationIpv6CidrBlock;
  if (destination === undefined) return `destination ${route.destinationPrefixListId} is a prefix list`;
  const inside = [vpcs[table.vpcId], ...Object.values(subnets).filter(({ vpcId }) => vpcId === table.vpcId)].flatMap(
    (each) => [each?.cidrBlock, each?.ipv6CidrBlock],
  );
  if (!inside.includes(destination)) {
    return `destination ${destination} is neither the VPC's nor a whole subnet's CIDR block`;
  }
  const supported =
    target.kind === "vpcEndpoint"
      ? vpcEndpoints[target.id]?.type === "GatewayLoadBalancer"
      : target.kind === "local" || target.kind === "networkInterface";
  return supported ? undefined : `target ${"id" in target ? target.id : target.kind} is not supported`;
}

/**
 * The rules for a gateway's table: destinations are the VPC's CIDR block or a whole subnet's, targets `local`, a Gateway
 * Load Balancer endpoint or a network interface.
 *
 * @param routes - those that the table is about to have
 */
export function checkGatewayRoutes(
  context: Context,
  operation: string,
  table: RouteTable,
  routes: readonly RouteRecord[],
): void {
  for (const route of routes) {
    const problem = problemOf(context, table, route);
    if (problem === undefined) continue;
    // Source: VPC user guide, "Gateway route tables", rules and considerations; code and wording UNVERIFIED.
    throw ec2Error(
      operation,
      "InvalidParameterValue",
      `The route table ${table.id} of a gateway cannot have this route: ${problem}.`,
    );
  }
}
