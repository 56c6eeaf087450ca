import { arnOf } from "../../../path/net/partition";
import { isSharedWith } from "../ram/resourceShare";
import { ec2Error } from "../core/errors";
import type { Context } from "../core/model";
import type { TransitGateway, TransitGatewayAttachment, TransitGatewayRouteTable } from "../core/records";
import { find } from "../core/state";

/** Of the caller's account, or shared with it. */
export function visibleTransitGateway(context: Context, id: string): TransitGateway | undefined {
  const gateway = context.state.tables.transitGateways[id];
  const { accountId, region } = context.caller;
  const isVisible =
    gateway?.accountId === accountId ||
    (gateway !== undefined && isSharedWith(context, arnOf(region, "ec2", gateway.accountId, `transit-gateway/${id}`)));
  return gateway?.region === region && isVisible ? gateway : undefined;
}

export function findTransitGateway(context: Context, operation: string, id: string): TransitGateway {
  const gateway = visibleTransitGateway(context, id);
  if (gateway === undefined) throw noTransitGateway(operation, id);
  return gateway;
}

/** Only its owner changes it (Transit Gateway guide, "Share a transit gateway"). */
export function findOwnTransitGateway(context: Context, operation: string, id: string): TransitGateway {
  const gateway = find(context.state.tables.transitGateways, id, context.caller);
  if (gateway === undefined) throw noTransitGateway(operation, id);
  return gateway;
}

/** Also for a VPC that is not attached to it. */
export function noTransitGateway(operation: string, id: string): Error {
  // Source: terraform-provider-aws, internal/service/ec2/errors.go: InvalidTransitGatewayID.NotFound; wording UNVERIFIED.
  return ec2Error(operation, "InvalidTransitGatewayID.NotFound", `The transitGateway ID '${id}' does not exist`);
}

/** The VPC's owner sees it, and the transit gateway's does. */
export function visibleAttachment(context: Context, id: string): TransitGatewayAttachment | undefined {
  const { transitGateways, transitGatewayAttachments } = context.state.tables;
  const attachment = transitGatewayAttachments[id];
  const gateway = transitGateways[attachment?.transitGatewayId ?? ""];
  const owners = [attachment?.accountId, gateway?.accountId];
  return attachment?.region === context.caller.region && owners.includes(context.caller.accountId)
    ? attachment
    : undefined;
}

export function findAttachment(context: Context, operation: string, id: string): TransitGatewayAttachment {
  const attachment = visibleAttachment(context, id);
  if (attachment !== undefined) return attachment;
  const message = `The transitGatewayAttachment ID '${id}' does not exist`;
  // Source: terraform-provider-aws, internal/service/ec2/errors.go: InvalidTransitGatewayAttachmentID.NotFound; wording UNVERIFIED.
  throw ec2Error(operation, "InvalidTransitGatewayAttachmentID.NotFound", message);
}

export function findTransitTable(context: Context, operation: string, id: string): TransitGatewayRouteTable {
  const table = find(context.state.tables.transitGatewayRouteTables, id, context.caller);
  if (table !== undefined) return table;
  // Source: terraform-provider-aws, internal/service/ec2/errors.go: InvalidRouteTableID.NotFound; wording UNVERIFIED.
  throw ec2Error(operation, "InvalidRouteTableID.NotFound", `The transitGatewayRouteTable ID '${id}' does not exist`);
}

/** The error for what has something that must go before, or is not as it would have to be. */
export function incorrectState(operation: string, message: string): Error {
  // Source: EC2 API, Error codes: IncorrectState; that it is this one, and the wording, are UNVERIFIED.
  return ec2Error(operation, "IncorrectState", message);
}
