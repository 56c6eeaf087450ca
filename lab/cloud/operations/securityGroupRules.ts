import type {
  AuthorizeSecurityGroupIngressRequest,
  AuthorizeSecurityGroupIngressResult,
  DescribeSecurityGroupRulesRequest,
  DescribeSecurityGroupRulesResult,
  IpPermission,
  ModifySecurityGroupRulesRequest,
  ModifySecurityGroupRulesResult,
  RevokeSecurityGroupIngressRequest,
  RevokeSecurityGroupIngressResult,
  SecurityGroupRule as SecurityGroupRuleOutput,
} from "@aws-sdk/client-ec2";
import { arn } from "../core/arn";
import { ec2Error } from "../core/errors";
import type { Filterable } from "../core/filters";
import { findGroup } from "../ec2/findGroup";
import type { Context } from "../core/model";
import type { SecurityGroup, SecurityGroupRule } from "../core/records";
import { noRule, permission, refuseDuplicate, type Direction, type Permission } from "../ec2/securityGroupRules";
import { find, ownedBy } from "../core/state";
import { selected } from "./filtering";
import { operation } from "./operation";
import { tagList, tagsFor } from "./tagging";

const called = (verb: "Authorize" | "Revoke", direction: Direction): string =>
  `${verb}SecurityGroup${direction === "ingress" ? "Ingress" : "Egress"}`;

/** One for each peer. The old form, with the one permission in the request itself, has its own parameters. */
function permissionsIn(input: AuthorizeSecurityGroupIngressRequest): IpPermission[] {
  const { CidrIp, IpProtocol, FromPort, ToPort, IpPermissions = [] } = input;
  const one: IpPermission[] =
    IpProtocol === undefined ? [] : [{ IpProtocol, FromPort, ToPort, IpRanges: [{ CidrIp }] }];
  return [...one, ...IpPermissions].flatMap(({ IpRanges, PrefixListIds, UserIdGroupPairs, ...rest }) => [
    ...(IpRanges ?? []).map((range) => ({ ...rest, IpRanges: [range] })),
    ...(PrefixListIds ?? []).map((list) => ({ ...rest, PrefixListIds: [list] })),
    ...(UserIdGroupPairs ?? []).map((pair) => ({ ...rest, UserIdGroupPairs: [pair] })),
  ]);
}

/** What one of {@link permissionsIn} says, checked as AWS checks it. */
function checked(
  context: Context,
  operation: string,
  given: IpPermission,
  group: SecurityGroup,
): Permission & { description?: string } {
  const { IpRanges: [range] = [], PrefixListIds: [list] = [], UserIdGroupPairs: [pair] = [] } = given;
  const description = range?.Description ?? list?.Description ?? pair?.Description;
  return {
    ...permission(
      context,
      operation,
      {
        ipProtocol: given.IpProtocol ?? "-1",
        fromPort: given.FromPort,
        toPort: given.ToPort,
        cidrIpv4: range?.CidrIp,
        prefixListId: list?.PrefixListId,
        referencedSecurityGroupId: pair?.GroupId,
      },
      group,
    ),
    ...(description !== undefined && { description }),
  };
}

const single = ["CidrIp", "FromPort", "IpProtocol", "ToPort"] as const;

const authorize = (direction: Direction) =>
  operation(
    ["GroupId", "IpPermissions", "TagSpecifications", ...single],
    (context: Context, input: AuthorizeSecurityGroupIngressRequest): AuthorizeSecurityGroupIngressResult => {
      const name = called("Authorize", direction);
      const group = findGroup(context, name, input.GroupId ?? "");
      const tags = tagsFor(name, "security-group-rule", input.TagSpecifications);
      const said = permissionsIn(input).map((given) => checked(context, name, given, group));
      if (said.length === 0) {
        // Source: EC2 API, Error codes: MissingParameter; wording UNVERIFIED.
        throw ec2Error(
          name,
          "MissingParameter",
          "Either 'ipPermissions' or 'securityGroupRuleIds' should be provided.",
        );
      }
      for (const each of said) refuseDuplicate(context, name, { ...each, direction }, group.id);
      const { accountId, region } = context.caller;
      const rules = said.map((each): SecurityGroupRule => {
        const id = context.ids.resource("sgr");
        return { id, accountId, region, securityGroupId: group.id, direction, ...each, tags: { ...tags } };
      });
      for (const rule of rules) context.state.tables.securityGroupRules[rule.id] = rule;
      context.changed();
      return { Return: true, SecurityGroupRules: rules.map((rule) => ruleOutput(context, rule)) };
    },
  );

export const AuthorizeSecurityGroupIngress = authorize("ingress");
export const AuthorizeSecurityGroupEgress = authorize("egress");

function ruleOutput(context: Context, rule: SecurityGroupRule): SecurityGroupRuleOutput {
  const all = rule.ipProtocol === "-1";
  return {
    SecurityGroupRuleId: rule.id,
    GroupId: rule.securityGroupId,
    GroupOwnerId: rule.accountId,
    IsEgress: rule.direction === "egress",
    IpProtocol: rule.ipProtocol,
    FromPort: all ? -1 : rule.fromPort,
    ToPort: all ? -1 : rule.toPort,
    ...(rule.cidrIpv4 !== undefined && { CidrIpv4: rule.cidrIpv4 }),
    ...(rule.prefixListId !== undefined && { PrefixListId: rule.prefixListId }),
    ...(rule.referencedSecurityGroupId !== undefined && {
      ReferencedGroupInfo: {
        GroupId: rule.referencedSecurityGroupId,
        UserId: context.state.tables.securityGroups[rule.referencedSecurityGroupId]?.accountId ?? rule.accountId,
      },
    }),
    ...(rule.description !== undefined && { Description: rule.description }),
    Tags: tagList(rule.tags),
    SecurityGroupRuleArn: arn(context, "ec2", `security-group-rule/${rule.id}`),
  };
}

const revoke = (direction: Direction) =>
  operation(
    ["GroupId", "IpPermissions", "SecurityGroupRuleIds", ...single],
    (
      context: Context,
      input: RevokeSecurityGroupIngressRequest & AuthorizeSecurityGroupIngressRequest,
    ): RevokeSecurityGroupIngressResult => {
      const name = called("Revoke", direction);
      const { securityGroupRules } = context.state.tables;
      const group = findGroup(context, name, input.GroupId ?? "");
      const own = Object.values(securityGroupRules).filter(
        (rule) => rule.securityGroupId === group.id && rule.direction === direction,
      );
      const byId = (input.SecurityGroupRuleIds ?? []).map(
        (id) => own.find((rule) => rule.id === id) ?? missingRule(name, id),
      );
      const byPermission = permissionsIn(input).map((given) => {
        const said = checked(context, name, given, group);
        return own.find((rule) => isSame(rule, said)) ?? missingPermission(name);
      });
      for (const rule of [...byId, ...byPermission]) delete securityGroupRules[rule.id];
      context.changed();
      return { Return: true };
    },
  );

export const RevokeSecurityGroupIngress = revoke("ingress");
export const RevokeSecurityGroupEgress = revoke("egress");

function isSame(rule: SecurityGroupRule, said: Permission): boolean {
  const keys = ["ipProtocol", "fromPort", "toPort", "cidrIpv4", "prefixListId", "referencedSecurityGroupId"] as const;
  return keys.every((key) => rule[key] === said[key]);
}

function missingRule(name: string, id: string): never {
  throw noRule(name, id);
}

function missingPermission(name: string): never {
  // Source: EC2 API, Error codes: InvalidPermission.NotFound; wording as users report it.
  throw ec2Error(name, "InvalidPermission.NotFound", "The specified rule does not exist in this security group.");
}

export const DescribeSecurityGroupRules = operation(
  ["Filters", "SecurityGroupRuleIds"],
  (context: Context, input: DescribeSecurityGroupRulesRequest): DescribeSecurityGroupRulesResult => {
    const name = "DescribeSecurityGroupRules";
    const own = ownedBy(context.state.tables.securityGroupRules, context.caller);
    const by = {
      ids: input.SecurityGroupRuleIds,
      idOf: ({ id }: SecurityGroupRule) => id,
      missing: (id: string) => noRule(name, id),
    };
    const found = selected(name, own, by, input.Filters, ruleFilters);
    return { SecurityGroupRules: found.map((rule) => ruleOutput(context, rule)) };
  },
);

const ruleFilters: Filterable<SecurityGroupRule> = {
  "group-id": (rule) => rule.securityGroupId,
  "security-group-rule-id": (rule) => rule.id,
};

export const ModifySecurityGroupRules = operation(
  ["GroupId", "SecurityGroupRules"],
  (context: Context, input: ModifySecurityGroupRulesRequest): ModifySecurityGroupRulesResult => {
    const name = "ModifySecurityGroupRules";
    const changes = (input.SecurityGroupRules ?? []).map(
      ({ SecurityGroupRuleId: id = "", SecurityGroupRule: given = {} }) => {
        const rule = find(context.state.tables.securityGroupRules, id, context.caller);
        if (rule === undefined) throw noRule(name, id);
        const inputs = {
          ipProtocol: given.IpProtocol ?? rule.ipProtocol,
          fromPort: given.FromPort,
          toPort: given.ToPort,
          cidrIpv4: given.CidrIpv4,
          prefixListId: given.PrefixListId,
          referencedSecurityGroupId: given.ReferencedGroupId,
        };
        const said = permission(context, name, inputs, findGroup(context, name, rule.securityGroupId));
        refuseDuplicate(context, name, { ...said, direction: rule.direction }, rule);
        return { rule, said, description: given.Description };
      },
    );
    for (const { rule, said, description } of changes) {
      for (const peer of ["cidrIpv4", "prefixListId", "referencedSecurityGroupId", "description"] as const)
        delete rule[peer];
      Object.assign(rule, said, description === undefined ? {} : { description });
    }
    context.changed();
    return { Return: true };
  },
);
