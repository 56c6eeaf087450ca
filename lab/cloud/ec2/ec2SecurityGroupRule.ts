import type { IpPermission } from "@aws-sdk/client-ec2";
import { arn } from "../core/arn";
import type { Failure } from "../core/inputs";
import type { Context, ResourceType } from "../core/model";
import {
  AuthorizeSecurityGroupEgress,
  AuthorizeSecurityGroupIngress,
  ModifySecurityGroupRules,
  RevokeSecurityGroupEgress,
  RevokeSecurityGroupIngress,
} from "../operations/securityGroupRules";
import { specificationsOf } from "../operations/tagging";
import { optionalNumber, optionalText, tagsOf, text, type Properties } from "../core/properties";
import { peers, type Direction } from "./securityGroupRules";
import { between, cidr, numeric, oneOf, region, string, tags } from "../core/specs";
import { find } from "../core/state";

async function create(direction: Direction, context: Context, inputs: Properties): Promise<string> {
  const authorize = direction === "ingress" ? AuthorizeSecurityGroupIngress : AuthorizeSecurityGroupEgress;
  const { SecurityGroupRules: [rule] = [] } = authorize.run(context, {
    GroupId: text(inputs, "securityGroupId"),
    IpPermissions: [permissionOf(inputs)],
    ...specificationsOf("security-group-rule", tagsOf(inputs)),
  });
  await context.hooks.settled?.();
  return rule?.SecurityGroupRuleId ?? "";
}

function permissionOf(inputs: Properties): IpPermission {
  const Description = optionalText(inputs, "description");
  const CidrIp = optionalText(inputs, "cidrIpv4");
  const PrefixListId = optionalText(inputs, "prefixListId");
  const GroupId = optionalText(inputs, "referencedSecurityGroupId");
  return {
    IpProtocol: text(inputs, "ipProtocol"),
    FromPort: optionalNumber(inputs, "fromPort"),
    ToPort: optionalNumber(inputs, "toPort"),
    ...(CidrIp !== undefined && { IpRanges: [{ CidrIp, Description }] }),
    ...(PrefixListId !== undefined && { PrefixListIds: [{ PrefixListId, Description }] }),
    ...(GroupId !== undefined && { UserIdGroupPairs: [{ GroupId, Description }] }),
  };
}

function read(direction: Direction, context: Context, id: string): Properties | undefined {
  const rule = find(context.state.tables.securityGroupRules, id, context.caller);
  if (rule?.direction !== direction) return undefined;
  return {
    arn: arn(context, "ec2", `security-group-rule/${id}`),
    securityGroupRuleId: id,
    securityGroupId: rule.securityGroupId,
    ipProtocol: rule.ipProtocol,
    fromPort: rule.ipProtocol === "-1" ? undefined : rule.fromPort,
    toPort: rule.ipProtocol === "-1" ? undefined : rule.toPort,
    cidrIpv4: rule.cidrIpv4,
    prefixListId: rule.prefixListId,
    referencedSecurityGroupId: rule.referencedSecurityGroupId,
    tags: rule.tags,
  };
}

async function update(context: Context, id: string, inputs: Properties): Promise<void> {
  ModifySecurityGroupRules.run(context, {
    GroupId: text(inputs, "securityGroupId"),
    SecurityGroupRules: [
      {
        SecurityGroupRuleId: id,
        SecurityGroupRule: {
          IpProtocol: text(inputs, "ipProtocol"),
          FromPort: optionalNumber(inputs, "fromPort"),
          ToPort: optionalNumber(inputs, "toPort"),
          CidrIpv4: optionalText(inputs, "cidrIpv4"),
          PrefixListId: optionalText(inputs, "prefixListId"),
          ReferencedGroupId: optionalText(inputs, "referencedSecurityGroupId"),
          Description: optionalText(inputs, "description"),
        },
      },
    ],
  });
  const rule = context.state.tables.securityGroupRules[id];
  if (rule !== undefined) rule.tags = tagsOf(inputs);
  context.changed();
  await context.hooks.settled?.();
}

function remove(direction: Direction, context: Context, id: string): void {
  const rule = find(context.state.tables.securityGroupRules, id, context.caller);
  if (rule === undefined) return;
  const revoke = direction === "ingress" ? RevokeSecurityGroupIngress : RevokeSecurityGroupEgress;
  revoke.run(context, { GroupId: rule.securityGroupId, SecurityGroupRuleIds: [id] });
}

/** The provider's schema: one peer, and ports unless the protocol is -1. */
function validate(inputs: Properties): Failure[] {
  const failures: Failure[] = [];
  const given = peers.filter((peer) => inputs[peer] !== undefined && inputs[peer] !== null);
  if (given.length !== 1) {
    failures.push({
      property: "cidrIpv4",
      reason: `Exactly one of cidrIpv4, prefixListId, referencedSecurityGroupId must be given, not ${given.length}`,
    });
  }
  const portsNeeded = ["tcp", "udp", "icmp"].includes(String(inputs["ipProtocol"]));
  for (const port of ["fromPort", "toPort"]) {
    if (portsNeeded && inputs[port] === undefined) {
      failures.push({ property: port, reason: `'${port}' must be given for protocol ${String(inputs["ipProtocol"])}` });
    }
  }
  if (
    inputs["ipProtocol"] === "-1" &&
    optionalNumber({ port: knownNumber(inputs["fromPort"]) }, "port") !== undefined
  ) {
    failures.push({ property: "fromPort", reason: "ports must be left out for protocol -1, which means all" });
  }
  return failures;
}

function knownNumber(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function ruleType(direction: Direction): ResourceType {
  const name = direction === "ingress" ? "IngressRule" : "EgressRule";
  return {
    token: `aws:vpc/securityGroup${name}:SecurityGroup${name}`,
    label: `VPC Security Group ${direction === "ingress" ? "Ingress" : "Egress"} Rule`,
    inputs: {
      securityGroupId: string({ required: true, replace: true }),
      ipProtocol: string({ required: true, reject: oneOf("tcp", "udp", "icmp", "-1") }),
      fromPort: numeric({ reject: between(-1, 65535) }),
      toPort: numeric({ reject: between(-1, 65535) }),
      cidrIpv4: string({ reject: cidr }),
      prefixListId: string(),
      referencedSecurityGroupId: string(),
      description: string(),
      region,
      tags,
    },
    validate,
    create: (context, inputs) => create(direction, context, inputs),
    read: (context, id) => read(direction, context, id),
    update,
    delete: (context, id) => remove(direction, context, id),
  };
}

export const securityGroupIngressRule = ruleType("ingress");
export const securityGroupEgressRule = ruleType("egress");
