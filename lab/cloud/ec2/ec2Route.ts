import { crc32 } from "node:zlib";
import type { CreateRouteRequest } from "@aws-sdk/client-ec2";
import { ipv6Block } from "../../../path/net/ipv6";
import type { Failure } from "../core/inputs";
import type { Context, ResourceType } from "../core/model";
import { CreateRoute, DeleteRoute, ReplaceRoute } from "../operations/routes";
import { optionalText, text, type Properties } from "../core/properties";
import type { RouteTable } from "../core/records";
import { destinationOf, isBlackhole } from "./routeRules";
import { describeTarget } from "./routeAttributes";
import { cidr, region, string } from "../core/specs";
import { find } from "../core/state";

const destinations = ["destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"] as const;
const targets = ["gatewayId", "vpcEndpointId", "networkInterfaceId", "transitGatewayId", "natGatewayId"] as const;

/** The provider's id of a route: the table's and a checksum of the destination. */
export function routeId(tableId: string, destination: string): string {
  return `r-${tableId}${crc32(destination)}`;
}

async function create(context: Context, inputs: Properties): Promise<string> {
  const RouteTableId = text(inputs, "routeTableId");
  const destination = destinationInput(inputs);
  CreateRoute.run(context, { RouteTableId, ...destination, ...targetInput(inputs) });
  await context.hooks.settled?.();
  return routeId(RouteTableId, Object.values(destination).find((each) => each !== undefined) ?? "");
}

function destinationInput(inputs: Properties): {
  DestinationCidrBlock: string | undefined;
  DestinationIpv6CidrBlock: string | undefined;
  DestinationPrefixListId: string | undefined;
} {
  return {
    DestinationCidrBlock: optionalText(inputs, "destinationCidrBlock"),
    DestinationIpv6CidrBlock: optionalText(inputs, "destinationIpv6CidrBlock"),
    DestinationPrefixListId: optionalText(inputs, "destinationPrefixListId"),
  };
}

function targetInput(
  inputs: Properties,
): Pick<
  CreateRouteRequest,
  "GatewayId" | "NatGatewayId" | "NetworkInterfaceId" | "TransitGatewayId" | "VpcEndpointId"
> {
  return {
    GatewayId: optionalText(inputs, "gatewayId"),
    NatGatewayId: optionalText(inputs, "natGatewayId"),
    NetworkInterfaceId: optionalText(inputs, "networkInterfaceId"),
    TransitGatewayId: optionalText(inputs, "transitGatewayId"),
    VpcEndpointId: optionalText(inputs, "vpcEndpointId"),
  };
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

function read(context: Context, id: string): Properties | undefined {
  const found = findRoute(context, id);
  const route = found?.table.routes[found.index];
  if (found === undefined || route === undefined) return undefined;
  return {
    routeTableId: found.table.id,
    destinationCidrBlock: route.destinationCidrBlock,
    destinationIpv6CidrBlock: route.destinationIpv6CidrBlock,
    destinationPrefixListId: route.destinationPrefixListId,
    ...describeTarget(route.target),
    instanceId: "",
    instanceOwnerId: "",
    origin: "CreateRoute",
    state: isBlackhole(context, found.table, route) ? "blackhole" : "active",
  };
}

async function update(context: Context, _id: string, inputs: Properties): Promise<void> {
  const RouteTableId = text(inputs, "routeTableId");
  ReplaceRoute.run(context, { RouteTableId, ...destinationInput(inputs), ...targetInput(inputs) });
  await context.hooks.settled?.();
}

async function remove(context: Context, id: string): Promise<void> {
  const found = findRoute(context, id);
  const route = found?.table.routes[found.index];
  if (found === undefined || route === undefined) return;
  DeleteRoute.run(context, {
    RouteTableId: found.table.id,
    DestinationCidrBlock: route.destinationCidrBlock,
    DestinationIpv6CidrBlock: route.destinationIpv6CidrBlock,
    DestinationPrefixListId: route.destinationPrefixListId,
  });
  await context.hooks.settled?.();
}

function ipv6Cidr(value: unknown): string | undefined {
  return typeof value === "string" && value.includes("/") && ipv6Block(value) !== undefined
    ? undefined
    : `"${String(value)}" is no IPv6 CIDR, expected one as 2001:db8::/64`;
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
    destinationIpv6CidrBlock: string({ replace: true, reject: ipv6Cidr }),
    destinationPrefixListId: string({ replace: true }),
    gatewayId: string(),
    vpcEndpointId: string(),
    networkInterfaceId: string({ computed: true }),
    transitGatewayId: string(),
    natGatewayId: string(),
    region,
  },
  validate,
  create,
  read,
  // Source: terraform-provider-aws, vpc_route.go, resourceRouteImport.
  importId: (_context, id) => {
    const [table, destination, ...more] = id.split("_");
    if (!table || !destination || more.length > 0) {
      throw new Error(`unexpected format of ID (${JSON.stringify(id)}), expected ROUTETABLEID_DESTINATION`);
    }
    return routeId(table, destination);
  },
  update,
  delete: remove,
};
