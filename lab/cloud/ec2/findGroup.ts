import { ec2Error } from "../core/errors";
import type { Context } from "../core/model";
import type { SecurityGroup } from "../core/records";
import { find } from "../core/state";

/** The error for a security group that is none of the caller's. */
export function noGroup(operation: string, id: string): Error {
  // Source: EC2 API, Error codes: InvalidGroup.NotFound; wording UNVERIFIED.
  return ec2Error(operation, "InvalidGroup.NotFound", `The security group '${id}' does not exist`);
}

export function findGroup(context: Context, operation: string, id: string): SecurityGroup {
  const group = find(context.state.tables.securityGroups, id, context.caller);
  if (group === undefined) throw noGroup(operation, id);
  return group;
}

/**
 * A group that a rule refers to: of the account, or of a VPC that is attached to the same transit gateway as its own group's (Transit Gateway
 * guide, "Security group referencing"). That it may be another account's is AWS's word for peering, UNVERIFIED here.
 */
export function findReferenced(context: Context, operation: string, id: string, ownVpcId: string): void {
  const { securityGroups, transitGatewayAttachments } = context.state.tables;
  const of = securityGroups[id];
  const gateways = (vpcId: string | undefined): string[] =>
    Object.values(transitGatewayAttachments).flatMap((each) => (each.vpcId === vpcId ? each.transitGatewayId : []));
  const isNear = gateways(of?.vpcId).some((gateway) => gateways(ownVpcId).includes(gateway));
  if (!isNear) findGroup(context, operation, id);
}

/** Every VPC has one, with everything allowed among its members and outwards (VPC user guide, "Default security groups"). */
export function createDefaultGroup(context: Context, vpcId: string): void {
  const { tables } = context.state;
  const owner = { accountId: context.caller.accountId, region: context.caller.region, tags: {} };
  const id = context.ids.resource("sg");
  tables.securityGroups[id] = { id, ...owner, vpcId, name: "default", description: "default VPC security group" };
  const every = { securityGroupId: id, ipProtocol: "-1", fromPort: -1, toPort: -1, ...owner };
  const ingress = context.ids.resource("sgr");
  const egress = context.ids.resource("sgr");
  tables.securityGroupRules[ingress] = {
    ...every,
    id: ingress,
    direction: "ingress",
    referencedSecurityGroupId: id,
  };
  tables.securityGroupRules[egress] = { ...every, id: egress, direction: "egress", cidrIpv4: "0.0.0.0/0" };
}

/** Removes a group and its rules. */
export function deleteGroup(context: Context, id: string): void {
  const { tables } = context.state;
  for (const rule of Object.values(tables.securityGroupRules)) {
    if (rule.securityGroupId === id) delete tables.securityGroupRules[rule.id];
  }
  delete tables.securityGroups[id];
}
