import { arn } from "../core/arn";
import { findRouteTable } from "./findRouteTable";
import type { Failure } from "../core/inputs";
import type { Context, ResourceType } from "../core/model";
import { optionalText, tagsOf, text, type Properties } from "../core/properties";
import {
  AssociateRouteTable,
  CreateRouteTable,
  DeleteRouteTable,
  DisassociateRouteTable,
} from "../operations/routeTables";
import { specificationsOf } from "../operations/tagging";
import { findAssociation, replaceAssociation } from "./routeTableAssociations";
import { describeRoutes } from "./routeAttributes";
import { region, string, tags } from "../core/specs";
import { find } from "../core/state";

function create(context: Context, inputs: Properties): string {
  const tagging = specificationsOf("route-table", tagsOf(inputs));
  const { RouteTable: made } = CreateRouteTable.run(context, { VpcId: text(inputs, "vpcId"), ...tagging });
  return made?.RouteTableId ?? "";
}

function read(context: Context, id: string): Properties | undefined {
  const table = find(context.state.tables.routeTables, id, context.caller);
  return (
    table && {
      arn: arn(context, "ec2", `route-table/${id}`),
      ownerId: table.accountId,
      propagatingVgws: [],
      // No input here: the routes are resources of their own, and those that somebody else made are seen by a refresh.
      routes: describeRoutes(table),
      vpcId: table.vpcId,
      tags: table.tags,
    }
  );
}

function update(context: Context, id: string, inputs: Properties): void {
  findRouteTable(context, "CreateTags", id).tags = tagsOf(inputs);
  context.changed();
}

/** The provider takes the associations away first; an S3 gateway endpoint that uses the table is in the way. */
async function remove(context: Context, id: string): Promise<void> {
  const { associations } = findRouteTable(context, "DeleteRouteTable", id);
  for (const { id: AssociationId, subnetId, gatewayId } of [...associations]) {
    if (subnetId !== undefined || gatewayId !== undefined) DisassociateRouteTable.run(context, { AssociationId });
  }
  DeleteRouteTable.run(context, { RouteTableId: id });
  await context.hooks.settled?.();
}

export const routeTable: ResourceType = {
  token: "aws:ec2/routeTable:RouteTable",
  label: "EC2 Route Table",
  inputs: { vpcId: string({ required: true, replace: true }), region, tags },
  create,
  read,
  update,
  delete: remove,
};

function validateAssociation(inputs: Properties): Failure[] {
  const given = ["subnetId", "gatewayId"].filter((key) => inputs[key] !== undefined);
  return given.length === 1
    ? []
    : [{ property: "subnetId", reason: `one of gatewayId, subnetId must be specified, ${given.length} are` }];
}

export const routeTableAssociation: ResourceType = {
  token: "aws:ec2/routeTableAssociation:RouteTableAssociation",
  label: "EC2 Route Table Association",
  inputs: {
    routeTableId: string({ required: true }),
    subnetId: string({ replace: true }),
    gatewayId: string({ replace: true }),
    region,
  },
  validate: validateAssociation,
  create: async (context, inputs) => {
    const { AssociationId: id = "" } = AssociateRouteTable.run(context, {
      RouteTableId: text(inputs, "routeTableId"),
      SubnetId: optionalText(inputs, "subnetId"),
      GatewayId: optionalText(inputs, "gatewayId"),
    });
    await context.hooks.settled?.();
    return id;
  },
  read: (context, id) => {
    const found = findAssociation(context, id);
    const association = found?.table.associations[found.index];
    return (
      found && { routeTableId: found.table.id, subnetId: association?.subnetId, gatewayId: association?.gatewayId }
    );
  },
  // Source: terraform-provider-aws, vpc_route_table_association.go, resourceRouteTableAssociationImport; its quote is not closed.
  importId: (context, id) => {
    const [place, tableId, ...more] = id.split("/");
    if (tableId === undefined || more.length > 0) {
      const forms = "'subnet ID/route table ID' or 'gateway ID/route table ID";
      throw new Error(`Unexpected format for import: ${id}. Use ${forms}`);
    }
    const table = find(context.state.tables.routeTables, tableId, context.caller);
    return table?.associations.find(({ subnetId, gatewayId }) => (subnetId ?? gatewayId) === place)?.id;
  },
  update: async (context, id, inputs) => {
    replaceAssociation(context, id, text(inputs, "routeTableId"));
    await context.hooks.settled?.();
  },
  delete: async (context, id) => {
    if (findAssociation(context, id) === undefined) return;
    DisassociateRouteTable.run(context, { AssociationId: id });
    await context.hooks.settled?.();
  },
};
