import type {
  AssociateRouteTableRequest,
  AssociateRouteTableResult,
  CreateRouteTableRequest,
  CreateRouteTableResult,
  DeleteRouteTableRequest,
  DescribeRouteTablesRequest,
  DescribeRouteTablesResult,
  DisassociateRouteTableRequest,
  ReplaceRouteTableAssociationRequest,
  ReplaceRouteTableAssociationResult,
  RouteTable as RouteTableOutput,
} from "@aws-sdk/client-ec2";
import { associate, disassociate, replaceAssociation } from "../ec2/routeTableAssociations";
import { findRouteTable, noRouteTable } from "../ec2/findRouteTable";
import { ec2Error } from "../core/errors";
import type { Filterable } from "../core/filters";
import { findVpc } from "../ec2/findVpc";
import { localIpv6 } from "../ec2/ipv6";
import type { Context } from "../core/model";
import type { RouteTable } from "../core/records";
import { ownedBy } from "../core/state";
import { selected } from "./filtering";
import { operation } from "./operation";
import { routeOutput } from "./routes";
import { tagList, tagsFor } from "./tagging";

export const CreateRouteTable = operation(
  ["TagSpecifications", "VpcId"],
  (context: Context, input: CreateRouteTableRequest): CreateRouteTableResult => {
    const vpc = findVpc(context, "CreateRouteTable", input.VpcId ?? "");
    const tags = tagsFor("CreateRouteTable", "route-table", input.TagSpecifications);
    const id = context.ids.resource("rtb");
    const table: RouteTable = {
      id,
      accountId: vpc.accountId,
      region: vpc.region,
      vpcId: vpc.id,
      main: false,
      routes: [{ destinationCidrBlock: vpc.cidrBlock, target: { kind: "local" } }, ...localIpv6(vpc)],
      associations: [],
      tags,
    };
    context.state.tables.routeTables[id] = table;
    context.changed();
    return { RouteTable: routeTableOutput(context, table) };
  },
);

function routeTableOutput(context: Context, table: RouteTable): RouteTableOutput {
  return {
    Associations: table.associations.map(({ id, subnetId, gatewayId }) => ({
      Main: subnetId === undefined && gatewayId === undefined,
      RouteTableAssociationId: id,
      RouteTableId: table.id,
      ...(subnetId !== undefined && { SubnetId: subnetId }),
      ...(gatewayId !== undefined && { GatewayId: gatewayId }),
      AssociationState: { State: "associated" },
    })),
    PropagatingVgws: [],
    RouteTableId: table.id,
    Routes: table.routes.map((route) => routeOutput(context, table, route)),
    Tags: tagList(table.tags),
    VpcId: table.vpcId,
    OwnerId: table.accountId,
  };
}

const associated = (key: "subnetId" | "gatewayId") => (table: RouteTable) =>
  table.associations.flatMap((association) => association[key] ?? []);

const targets =
  (kind: "internetGateway" | "vpcEndpoint" | "networkInterface" | "transitGateway") => (table: RouteTable) =>
    table.routes.flatMap(({ target }) => (target.kind === kind ? [target.id] : []));

export const routeTableFilters: Filterable<RouteTable> = {
  "association.gateway-id": associated("gatewayId"),
  "association.main": (table) => String(table.main),
  "association.route-table-association-id": (table) => table.associations.map(({ id }) => id),
  "association.route-table-id": (table) => (table.associations.length > 0 ? table.id : undefined),
  "association.subnet-id": associated("subnetId"),
  "owner-id": (table) => table.accountId,
  "route-table-id": (table) => table.id,
  "route.destination-cidr-block": (table) => table.routes.flatMap((route) => route.destinationCidrBlock ?? []),
  "route.destination-ipv6-cidr-block": (table) => table.routes.flatMap((route) => route.destinationIpv6CidrBlock ?? []),
  "route.destination-prefix-list-id": (table) => table.routes.flatMap((route) => route.destinationPrefixListId ?? []),
  "route.gateway-id": (table) => [...targets("internetGateway")(table), ...targets("vpcEndpoint")(table)],
  "route.transit-gateway-id": targets("transitGateway"),
  "route.vpc-endpoint-id": targets("vpcEndpoint"),
  "vpc-id": (table) => table.vpcId,
};

export const DescribeRouteTables = operation(
  ["Filters", "RouteTableIds"],
  (context: Context, { Filters, RouteTableIds: ids }: DescribeRouteTablesRequest): DescribeRouteTablesResult => {
    const called = "DescribeRouteTables";
    const own = ownedBy(context.state.tables.routeTables, context.caller);
    const by = { ids, idOf: ({ id }: RouteTable) => id, missing: (id: string) => noRouteTable(called, id) };
    const found = selected(called, own, by, Filters, routeTableFilters);
    return { RouteTables: found.map((table) => routeTableOutput(context, table)) };
  },
);

/** One that is associated, or that a gateway endpoint uses, stays. */
export const DeleteRouteTable = operation(
  ["RouteTableId"],
  (context: Context, { RouteTableId: id = "" }: DeleteRouteTableRequest): object => {
    const { routeTables, vpcEndpoints } = context.state.tables;
    const table = findRouteTable(context, "DeleteRouteTable", id);
    const used = Object.values(vpcEndpoints).some((endpoint) => endpoint.routeTableIds.includes(id));
    if (table.main || used || table.associations.length > 0) {
      const message = `The routeTable '${id}' has dependencies and cannot be deleted.`;
      // Source: EC2 API, Error codes: DependencyViolation; that gateway endpoints count, and the wording, are UNVERIFIED.
      throw ec2Error("DeleteRouteTable", "DependencyViolation", message);
    }
    delete routeTables[id];
    context.changed();
    return {};
  },
);

export const AssociateRouteTable = operation(
  ["GatewayId", "RouteTableId", "SubnetId"],
  (context: Context, input: AssociateRouteTableRequest): AssociateRouteTableResult => {
    const { RouteTableId = "", SubnetId: subnetId, GatewayId: gatewayId } = input;
    const AssociationId = associate(context, RouteTableId, subnetId === undefined ? { gatewayId } : { subnetId });
    context.changed();
    return { AssociationId, AssociationState: { State: "associated" } };
  },
);

export const DisassociateRouteTable = operation(
  ["AssociationId"],
  (context: Context, { AssociationId = "" }: DisassociateRouteTableRequest): object => {
    disassociate(context, AssociationId);
    context.changed();
    return {};
  },
);

export const ReplaceRouteTableAssociation = operation(
  ["AssociationId", "RouteTableId"],
  (context: Context, input: ReplaceRouteTableAssociationRequest): ReplaceRouteTableAssociationResult => {
    const association = replaceAssociation(context, input.AssociationId ?? "", input.RouteTableId ?? "");
    association.id = context.ids.resource("rtbassoc");
    context.changed();
    return { NewAssociationId: association.id, AssociationState: { State: "associated" } };
  },
);
