import { findGroup } from "./ec2SecurityGroup";
import { arn } from "./arn";
import { ec2Error } from "./errors";
import type { Failure } from "./inputs";
import type { Context, ResourceType } from "./model";
import { number, optionalNumber, optionalText, tagsOf, text, type Properties } from "./properties";
import type { SecurityGroupRule } from "./records";
import { between, cidr, numeric, oneOf, region, string, tags } from "./specs";
import { find } from "./state";

type Direction = SecurityGroupRule["direction"];
type Permission = Pick<SecurityGroupRule, "ipProtocol" | "fromPort" | "toPort" | "cidrIpv4" | "prefixListId"> &
  Pick<SecurityGroupRule, "referencedSecurityGroupId">;

const peers = ["cidrIpv4", "prefixListId", "referencedSecurityGroupId"] as const;

function operation(verb: "Authorize" | "Revoke", direction: Direction): string {
  return `${verb}SecurityGroup${direction === "ingress" ? "Ingress" : "Egress"}`;
}

/** What a rule says, checked as AWS checks it. */
function permission(context: Context, called: string, inputs: Properties): Permission {
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
  if (referencedSecurityGroupId !== undefined) findGroup(context, called, referencedSecurityGroupId);
  const prefixListId = optionalText(inputs, "prefixListId");
  if (prefixListId !== undefined && context.state.tables.prefixLists[prefixListId]?.region !== context.caller.region) {
    const message = `The prefix list ID '${prefixListId}' does not exist`;
    // Source: terraform-provider-aws, internal/service/ec2/errors.go: InvalidPrefixListId.NotFound; wording UNVERIFIED.
    throw ec2Error(called, "InvalidPrefixListId.NotFound", message);
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
function refuseDuplicate(
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

async function create(direction: Direction, context: Context, inputs: Properties): Promise<string> {
  const called = operation("Authorize", direction);
  const group = findGroup(context, called, text(inputs, "securityGroupId"));
  const said = permission(context, called, inputs);
  refuseDuplicate(context, called, { ...said, direction }, group.id);
  const id = context.ids.resource("sgr");
  context.state.tables.securityGroupRules[id] = {
    id,
    accountId: context.caller.accountId,
    region: context.caller.region,
    securityGroupId: group.id,
    direction,
    ...said,
    tags: tagsOf(inputs),
  };
  context.changed();
  await context.hooks.settled?.();
  return id;
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

async function update(direction: Direction, context: Context, id: string, inputs: Properties): Promise<void> {
  const rule = find(context.state.tables.securityGroupRules, id, context.caller);
  if (rule === undefined) {
    const message = `The security group rule ID '${id}' does not exist`;
    // Source: EC2 API, Error codes: InvalidSecurityGroupRuleId.NotFound; wording UNVERIFIED.
    throw ec2Error("ModifySecurityGroupRules", "InvalidSecurityGroupRuleId.NotFound", message);
  }
  const said = permission(context, "ModifySecurityGroupRules", inputs);
  refuseDuplicate(context, "ModifySecurityGroupRules", { ...said, direction }, rule);
  for (const peer of peers) delete rule[peer];
  Object.assign(rule, said, { tags: tagsOf(inputs) });
  context.changed();
  await context.hooks.settled?.();
}

function remove(context: Context, id: string): void {
  delete context.state.tables.securityGroupRules[id];
  context.changed();
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
    update: (context, id, inputs) => update(direction, context, id, inputs),
    delete: remove,
  };
}

export const securityGroupIngressRule = ruleType("ingress");
export const securityGroupEgressRule = ruleType("egress");
