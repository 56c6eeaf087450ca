import { ec2Error } from "../core/errors";
import { findRouteTable } from "./findRouteTable";
import { checkGatewayRoutes } from "./gatewayRouteTable";
import type { Context } from "../core/model";
import type { RouteTable } from "../core/records";
import { find, ownedBy } from "../core/state";

type Association = RouteTable["associations"][number];

/** @param place - one of the two @returns the association's id */
export function associate(
  context: Context,
  routeTableId: string,
  { subnetId, gatewayId }: { subnetId?: string | undefined; gatewayId?: string | undefined },
): string {
  const operation = "AssociateRouteTable";
  const { tables } = context.state;
  const table = findRouteTable(context, operation, routeTableId);
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
export function gatewayVpc(context: Context, id: string): string | undefined {
  return find(context.state.tables.internetGateways, id, context.caller)?.vpcId;
}

export function findAssociation(context: Context, id: string): { table: RouteTable; index: number } | undefined {
  for (const table of ownedBy(context.state.tables.routeTables, context.caller)) {
    const index = table.associations.findIndex((association) => association.id === id);
    if (index >= 0) return { table, index };
  }
  return undefined;
}

/** The association of a main route table cannot be taken away, only replaced. */
export function disassociate(context: Context, id: string): void {
  const found = findAssociation(context, id);
  if (found === undefined) throw noAssociation("DisassociateRouteTable", id);
  found.table.associations.splice(found.index, 1);
}

function noAssociation(operation: string, id: string): Error {
  // Source: EC2 API, Error codes: InvalidAssociationID.NotFound; wording UNVERIFIED.
  return ec2Error(operation, "InvalidAssociationID.NotFound", `The association ID '${id}' does not exist`);
}

/** Moves an association, that of a VPC's main route table, too. It keeps its id. */
export function replaceAssociation(context: Context, id: string, routeTableId: string): Association {
  const operation = "ReplaceRouteTableAssociation";
  const found = findAssociation(context, id);
  const association = found?.table.associations[found.index];
  if (found === undefined || association === undefined) throw noAssociation(operation, id);
  const table = findRouteTable(context, operation, routeTableId);
  if (association.gatewayId !== undefined) checkGatewayRoutes(context, operation, table, table.routes);
  found.table.associations.splice(found.index, 1);
  table.associations.push(association);
  const main = association.subnetId === undefined && association.gatewayId === undefined;
  const vpc = context.state.tables.vpcs[table.vpcId];
  if (main && vpc !== undefined) {
    found.table.main = false;
    table.main = true;
    vpc.mainRouteTableId = table.id;
  }
  context.changed();
  return association;
}
