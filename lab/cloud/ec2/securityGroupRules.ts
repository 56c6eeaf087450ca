import { ec2Error } from "../core/errors";
import { findReferenced } from "./findGroup";
import type { Context } from "../core/model";
import { noPrefixList } from "./prefixLists";
import { number, optionalText, text, type Properties } from "../core/properties";
import type { SecurityGroup, SecurityGroupRule } from "../core/records";

export type Permission = Pick<SecurityGroupRule, "ipProtocol" | "fromPort" | "toPort" | "cidrIpv4" | "prefixListId"> &
  Pick<SecurityGroupRule, "referencedSecurityGroupId">;

export type Direction = SecurityGroupRule["direction"];

export const peers = ["cidrIpv4", "prefixListId", "referencedSecurityGroupId"] as const;

/** What a rule says, checked as AWS checks it. */
export function permission(
  context: Context,
  called: string,
  inputs: Properties,
  { vpcId }: Pick<SecurityGroup, "vpcId">,
): Permission {
  const ipProtocol = text(inputs, "ipProtocol");
  const all = ipProtocol === "-1";
  const fromPort = all ? -1 : number(inputs, "fromPort");
  const toPort = all ? -1 : number(inputs, "toPort");
  if (ipProtocol !== "icmp" && (fromPort > toPort || (!all && fromPort < 0))) {
    const message = `Invalid ${ipProtocol.toUpperCase()} port range: ${fromPort} - ${toPort}`;
    // Source: EC2 API, Error codes: InvalidParameterValue; that it is this one, and the wording, are UNVERIFIED.
    throw ec2Error(called, "InvalidParameterValue", message);
  }
  const referencedSecurityGroupId = optionalText(inputs, "referencedSecurityGroupId");
  if (referencedSecurityGroupId !== undefined) findReferenced(context, called, referencedSecurityGroupId, vpcId);
  const prefixListId = optionalText(inputs, "prefixListId");
  if (prefixListId !== undefined && context.state.tables.prefixLists[prefixListId]?.region !== context.caller.region) {
    throw noPrefixList(called, prefixListId);
  }
  const cidrIpv4 = optionalText(inputs, "cidrIpv4");
  return {
    ipProtocol,
    fromPort,
    toPort,
    ...(cidrIpv4 !== undefined && { cidrIpv4 }),
    ...(prefixListId !== undefined && { prefixListId }),
    ...(referencedSecurityGroupId !== undefined && { referencedSecurityGroupId }),
  };
}

/** EC2 API, "Error codes": the same peer, protocol and ports twice. Descriptions and tags make no difference. */
export function refuseDuplicate(
  context: Context,
  called: string,
  rule: Permission & { direction: Direction },
  own: SecurityGroupRule | string,
): void {
  const groupId = typeof own === "string" ? own : own.securityGroupId;
  const same = Object.values(context.state.tables.securityGroupRules).find(
    (other) =>
      other !== own &&
      other.securityGroupId === groupId &&
      other.direction === rule.direction &&
      other.ipProtocol === rule.ipProtocol &&
      other.fromPort === rule.fromPort &&
      other.toPort === rule.toPort &&
      peers.every((peer) => other[peer] === rule[peer]),
  );
  if (same === undefined) return;
  const peer = rule.cidrIpv4 ?? rule.prefixListId ?? rule.referencedSecurityGroupId;
  const protocol = rule.ipProtocol === "-1" ? "ALL" : rule.ipProtocol.toUpperCase();
  const ports = rule.ipProtocol === "-1" ? "" : `, from port: ${rule.fromPort}, to port: ${rule.toPort}`;
  // Source: EC2 API, Error codes: InvalidPermission.Duplicate; wording UNVERIFIED.
  throw ec2Error(
    called,
    "InvalidPermission.Duplicate",
    `the specified rule "peer: ${peer}, ${protocol}${ports}, ALLOW" already exists`,
  );
}

/** The error for a rule that is none of the caller's. */
export function noRule(operation: string, id: string): Error {
  const message = `The security group rule ID '${id}' does not exist`;
  // Source: EC2 API, Error codes: InvalidSecurityGroupRuleId.NotFound; wording UNVERIFIED.
  return ec2Error(operation, "InvalidSecurityGroupRuleId.NotFound", message);
}
