import { arn } from "./arn";
import { findVpc } from "./findVpc";
import { ec2Error } from "./errors";
import { checkGatewayRoutes } from "./gatewayRouteTable";
import type { Failure } from "./inputs";
import type { Context, ResourceType } from "./model";
import { optionalText, tagsOf, text, type Properties } from "./properties";
import type { RouteTable } from "./records";
import { describeRoutes } from "./routeAttributes";
import { region, string, tags } from "./specs";
import { find, ownedBy } from "./state";

export function findRouteTable(context: Context, operation: string, id: string): RouteTable {
  const table = find(context.state.tables.routeTables, id, context.caller);
  if (table === undefined) {
    // Source: EC2 API, Error codes: InvalidRouteTableID.NotFound; wording UNVERIFIED.
    throw ec2Error(operation, "InvalidRouteTableID.NotFound", `The routeTable ID '${id}' does not exist`);
  }
  return table;
}

function create(context: Context, inputs: Properties): string {
  const vpc = findVpc(context, "CreateRouteTable", text(inputs, "vpcId"));
  const id = context.ids.resource("rtb");
  context.state.tables.routeTables[id] = {
    id,
    accountId: vpc.accountId,
    region: vpc.region,
    vpcId: vpc.id,
    main: false,
    routes: [{ destinationCidrBlock: vpc.cidrBlock, target: { kind: "local" } }],
    associations: [],
    tags: tagsOf(inputs),
  };
  context.changed();
  return id;
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
  const table = findRouteTable(context, "DeleteRouteTable", id);
  const used = Object.values(context.state.tables.vpcEndpoints).some((endpoint) => endpoint.routeTableIds.includes(id));
  if (table.main || used) {
    const message = `The routeTable '${id}' has dependencies and cannot be deleted.`;
    // Source: EC2 API, Error codes: DependencyViolation; that gateway endpoints count, and the wording, are UNVERIFIED.
    throw ec2Error("DeleteRouteTable", "DependencyViolation", message);
  }
  delete context.state.tables.routeTables[id];
  context.changed();
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

function associate(context: Context, inputs: Properties): string {
  const operation = "AssociateRouteTable";
  const { tables } = context.state;
  const table = findRouteTable(context, operation, text(inputs, "routeTableId"));
  const subnetId = optionalText(inputs, "subnetId");
  const gatewayId = optionalText(inputs, "gatewayId");
  const [kind, id] = subnetId !== undefined ? ["subnet", subnetId] : ["gateway", gatewayId ?? ""];
  const vpcId = kind === "subnet" ? find(tables.subnets, id, context.caller)?.vpcId : gatewayVpc(context, id);
  if (vpcId === undefined) {
    const code = kind === "subnet" ? "InvalidSubnetID.NotFound" : "InvalidGatewayID.NotFound";
    // Source: EC2 API, Error codes: InvalidSubnetID.NotFound, InvalidGatewayID.NotFound; wording UNVERIFIED.
    throw ec2Error(operation, code, `The ${kind} ID '${id}' does not exist`);
  }
  if (vpcId !== table.vpcId) {
    const message = `Route table ${table.id} and ${kind} ${id} belong to different networks`;
    // Source: EC2 API, Error codes: InvalidParameterValue; that it is this one, and the wording, are UNVERIFIED.
    throw ec2Error(operation, "InvalidParameterValue", message);
  }
  const taken = Object.values(tables.routeTables).some((other) =>
    other.associations.some((association) => (association.subnetId ?? association.gatewayId) === id),
  );
  if (taken) {
    const message = `the specified association for route table ${table.id} conflicts with an existing association`;
    // Source: EC2 API, Error codes: Resource.AlreadyAssociated; wording UNVERIFIED.
    throw ec2Error(operation, "Resource.AlreadyAssociated", message);
  }
  if (kind === "gateway") checkGatewayRoutes(context, operation, table, table.routes);
  const association = context.ids.resource("rtbassoc");
  table.associations.push({ id: association, ...(kind === "subnet" ? { subnetId: id } : { gatewayId: id }) });
  return association;
}

/** Only an attached internet gateway takes a route table (VPC user guide, "Gateway route tables"). */
function gatewayVpc(context: Context, id: string): string | undefined {
  return find(context.state.tables.internetGateways, id, context.caller)?.vpcId;
}

function findAssociation(context: Context, id: string): { table: RouteTable; index: number } | undefined {
  for (const table of ownedBy(context.state.tables.routeTables, context.caller)) {
    const index = table.associations.findIndex((association) => association.id === id);
    if (index >= 0) return { table, index };
  }
  return undefined;
}

function disassociate(context: Context, id: string): void {
  const found = findAssociation(context, id);
  found?.table.associations.splice(found.index, 1);
}

function validateAssociation(inputs: Properties): Failure[] {
  const given = ["subnetId", "gatewayId"].filter((key) => inputs[key] !== undefined);
  return given.length === 1
    ? []
    : [{ property: "subnetId", reason: `one of gatewayId, subnetId must be specified, ${given.length} are` }];
}

/** EC2 ReplaceRouteTableAssociation. AWS gives the association a new id; here it keeps the one it has. */
export function replaceAssociation(context: Context, id: string, routeTableId: string): void {
  const operation = "ReplaceRouteTableAssociation";
  const found = findAssociation(context, id);
  const association = found?.table.associations[found.index];
  if (found === undefined || association === undefined) {
    const message = `The association ID '${id}' does not exist`;
    // Source: EC2 API, Error codes: InvalidAssociationID.NotFound; wording UNVERIFIED.
    throw ec2Error(operation, "InvalidAssociationID.NotFound", message);
  }
  const table = findRouteTable(context, operation, routeTableId);
  if (association.gatewayId !== undefined) checkGatewayRoutes(context, operation, table, table.routes);
  found.table.associations.splice(found.index, 1);
  table.associations.push(association);
  context.changed();
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
    const id = associate(context, inputs);
    context.changed();
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
  // The provider's import id is SUBNET-OR-GATEWAY/TABLE.
  importId: (context, id) => {
    const [place, tableId] = id.split("/");
    const table = find(context.state.tables.routeTables, tableId ?? "", context.caller);
    return table?.associations.find(({ subnetId, gatewayId }) => (subnetId ?? gatewayId) === place)?.id;
  },
  update: async (context, id, inputs) => {
    replaceAssociation(context, id, text(inputs, "routeTableId"));
    await context.hooks.settled?.();
  },
  delete: async (context, id) => {
    disassociate(context, id);
    context.changed();
    await context.hooks.settled?.();
  },
};
