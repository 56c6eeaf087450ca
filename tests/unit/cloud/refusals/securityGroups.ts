import type { Properties } from "../../../../lab/cloud/core/properties";
import { security, system, tokens } from "../topology";
import { changingNothing, creating, deleting, type Refusal } from "./refusal";

const rule = (changes: Properties) =>
  creating(security, tokens.ingress, ({ group }) => ({
    securityGroupId: group.id,
    ipProtocol: "tcp",
    fromPort: 80,
    toPort: 80,
    ...changes,
  }));

export const securityGroups: Refusal[] = [
  {
    rule: "the same rule twice, whatever it is called",
    code: "InvalidPermission.Duplicate",
    text: 'the specified rule "peer: 10.1.1.0/24, UDP, from port: 6081, to port: 6081, ALLOW" already exists',
    attempt: rule({ ipProtocol: "udp", fromPort: 6081, toPort: 6081, cidrIpv4: "10.1.1.0/24", description: "other" }),
  },
  {
    rule: "ports the wrong way round",
    code: "InvalidParameterValue",
    text: "Invalid TCP port range: 443 - 80",
    attempt: rule({ fromPort: 443, toPort: 80, cidrIpv4: "10.0.0.0/8" }),
  },
  {
    rule: "a rule for a prefix list that there is not",
    code: "InvalidPrefixListId.NotFound",
    text: "The prefix list ID 'pl-0' does not exist",
    attempt: rule({ prefixListId: "pl-0" }),
  },
  {
    rule: "a rule for a group of another account",
    code: "InvalidGroup.NotFound",
    text: "does not exist",
    attempt: creating(system, tokens.ingress, ({ group }) => ({
      securityGroupId: group.id,
      ipProtocol: "-1",
      cidrIpv4: "10.0.0.0/8",
    })),
  },
  {
    rule: "a change of a rule that is gone",
    code: "InvalidSecurityGroupRuleId.NotFound",
    text: "The security group rule ID 'sgr-0' does not exist",
    attempt: changingNothing(({ ingress }) => ingress, "sgr-0"),
  },
  {
    rule: "to revoke a rule that is not there",
    code: "InvalidSecurityGroupRuleId.NotFound",
    text: "The security group rule ID 'sgr-0' does not exist",
    attempt: ({ builder }) => Promise.resolve().then(() => builder.cloud.edit.revokeRule(security, "sgr-0")),
  },
  {
    rule: "a second security group of the same name",
    code: "InvalidGroup.Duplicate",
    text: "already exists",
    attempt: creating(security, tokens.securityGroup, ({ hubVpc, group }) => ({
      vpcId: hubVpc.id,
      name: group.outputs["name"],
    })),
  },
  {
    rule: "a security group named like an id",
    code: "InvalidParameterValue",
    text: "Group names may not be in the format sg-*",
    attempt: creating(security, tokens.securityGroup, ({ hubVpc }) => ({ vpcId: hubVpc.id, name: "sg-mine" })),
  },
  {
    rule: "a security group in no VPC, where there is no default VPC",
    code: "VPCIdNotSpecified",
    text: "No default VPC for this user",
    attempt: creating(security, tokens.securityGroup, () => ({})),
  },
  {
    rule: "to delete a security group that an instance has",
    code: "DependencyViolation",
    text: "has a dependent object",
    attempt: deleting(({ group }) => group),
  },
];
