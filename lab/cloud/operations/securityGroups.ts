import type {
  CreateSecurityGroupRequest,
  CreateSecurityGroupResult,
  DeleteSecurityGroupRequest,
  DeleteSecurityGroupResult,
  DescribeSecurityGroupsRequest,
  DescribeSecurityGroupsResult,
  IpPermission,
  SecurityGroup as SecurityGroupOutput,
} from "@aws-sdk/client-ec2";
import { arn } from "../core/arn";
import { ec2Error } from "../core/errors";
import type { Filterable } from "../core/filters";
import { deleteGroup, findGroup, noGroup } from "../ec2/findGroup";
import { findVpc } from "../ec2/findVpc";
import type { Context } from "../core/model";
import type { SecurityGroup, SecurityGroupRule } from "../core/records";
import { ownedBy } from "../core/state";
import { selected } from "./filtering";
import { operation } from "./operation";
import { tagList, tagsFor } from "./tagging";

/** A new group lets everything out (VPC user guide, "Security groups"). */
export const CreateSecurityGroup = operation(
  ["Description", "GroupName", "TagSpecifications", "VpcId"],
  (context: Context, input: CreateSecurityGroupRequest): CreateSecurityGroupResult => {
    const { state, caller, ids } = context;
    const called = "CreateSecurityGroup";
    const { VpcId: vpcId, GroupName: name = "", Description: description = "" } = input;
    if (vpcId === undefined) {
      // Without a VPC AWS takes the Region's default VPC. The model's accounts have none.
      // Source: EC2 API, Error codes: VPCIdNotSpecified; wording UNVERIFIED.
      throw ec2Error(called, "VPCIdNotSpecified", "No default VPC for this user");
    }
    findVpc(context, called, vpcId);
    if (name.startsWith("sg-")) {
      const message = `Invalid security group name '${name}'. Group names may not be in the format sg-*.`;
      // Source: EC2 API, CreateSecurityGroup, GroupName: "Can't start with sg-"; code and wording UNVERIFIED.
      throw ec2Error(called, "InvalidParameterValue", message);
    }
    if (Object.values(state.tables.securityGroups).some((group) => group.vpcId === vpcId && group.name === name)) {
      const message = `The security group '${name}' already exists for VPC '${vpcId}'`;
      // Source: EC2 API, Error codes: InvalidGroup.Duplicate; wording UNVERIFIED.
      throw ec2Error(called, "InvalidGroup.Duplicate", message);
    }
    const tags = tagsFor(called, "security-group", input.TagSpecifications);
    const id = ids.resource("sg");
    const owner = { accountId: caller.accountId, region: caller.region };
    state.tables.securityGroups[id] = { id, ...owner, vpcId, name, description, tags };
    const rule = ids.resource("sgr");
    state.tables.securityGroupRules[rule] = {
      id: rule,
      ...owner,
      tags: {},
      securityGroupId: id,
      direction: "egress",
      ipProtocol: "-1",
      fromPort: -1,
      toPort: -1,
      cidrIpv4: "0.0.0.0/0",
    };
    context.changed();
    return { GroupId: id, Tags: tagList(tags), SecurityGroupArn: arn(context, "ec2", `security-group/${id}`) };
  },
);

/** Rules of one protocol and the same ports are one permission. */
function permissionsOf(context: Context, groupId: string, direction: SecurityGroupRule["direction"]): IpPermission[] {
  const permissions = new Map<
    string,
    Required<Pick<IpPermission, "IpRanges" | "PrefixListIds" | "UserIdGroupPairs">> & IpPermission
  >();
  for (const rule of Object.values(context.state.tables.securityGroupRules)) {
    if (rule.securityGroupId !== groupId || rule.direction !== direction) continue;
    const key = [rule.ipProtocol, rule.fromPort, rule.toPort].join(" ");
    const ports = rule.ipProtocol === "-1" ? {} : { FromPort: rule.fromPort, ToPort: rule.toPort };
    const found = permissions.get(key) ?? {
      IpProtocol: rule.ipProtocol,
      ...ports,
      IpRanges: [],
      Ipv6Ranges: [],
      PrefixListIds: [],
      UserIdGroupPairs: [],
    };
    permissions.set(key, found);
    const described = rule.description === undefined ? {} : { Description: rule.description };
    if (rule.cidrIpv4 !== undefined) found.IpRanges.push({ ...described, CidrIp: rule.cidrIpv4 });
    if (rule.prefixListId !== undefined) found.PrefixListIds.push({ ...described, PrefixListId: rule.prefixListId });
    if (rule.referencedSecurityGroupId !== undefined) {
      found.UserIdGroupPairs.push({ ...described, UserId: rule.accountId, GroupId: rule.referencedSecurityGroupId });
    }
  }
  return [...permissions.values()];
}

function groupOutput(context: Context, group: SecurityGroup): SecurityGroupOutput {
  return {
    GroupId: group.id,
    IpPermissionsEgress: permissionsOf(context, group.id, "egress"),
    Tags: tagList(group.tags),
    VpcId: group.vpcId,
    SecurityGroupArn: arn(context, "ec2", `security-group/${group.id}`),
    OwnerId: group.accountId,
    GroupName: group.name,
    Description: group.description,
    IpPermissions: permissionsOf(context, group.id, "ingress"),
  };
}

const groupFilters: Filterable<SecurityGroup> = {
  description: (group) => group.description,
  "group-id": (group) => group.id,
  "group-name": (group) => group.name,
  "owner-id": (group) => group.accountId,
  "vpc-id": (group) => group.vpcId,
};

export const DescribeSecurityGroups = operation(
  ["Filters", "GroupIds", "GroupNames"],
  (context: Context, input: DescribeSecurityGroupsRequest): DescribeSecurityGroupsResult => {
    const called = "DescribeSecurityGroups";
    const own = ownedBy(context.state.tables.securityGroups, context.caller);
    const by = {
      ids: input.GroupIds,
      idOf: ({ id }: SecurityGroup) => id,
      missing: (id: string) => noGroup(called, id),
    };
    const found = selected(called, own, by, input.Filters, groupFilters);
    const names = input.GroupNames ?? [];
    const named = found.filter(({ name }) => names.length === 0 || names.includes(name));
    return { SecurityGroups: named.map((group) => groupOutput(context, group)) };
  },
);

export const DeleteSecurityGroup = operation(
  ["GroupId"],
  (context: Context, { GroupId: id = "" }: DeleteSecurityGroupRequest): DeleteSecurityGroupResult => {
    const { tables } = context.state;
    const group = findGroup(context, "DeleteSecurityGroup", id);
    if (group.name === "default") {
      const message = `the specified group: "${id}" name: "default" cannot be deleted by a user`;
      // Source: EC2 API, Error codes: CannotDelete; wording as users report it.
      throw ec2Error("DeleteSecurityGroup", "CannotDelete", message);
    }
    const used =
      Object.values(tables.networkInterfaces).some((eni) => eni.securityGroupIds.includes(id)) ||
      Object.values(tables.securityGroupRules).some(
        (rule) => rule.referencedSecurityGroupId === id && rule.securityGroupId !== id,
      );
    if (used) {
      // Source: EC2 API, Error codes: DependencyViolation; the provider repeats DeleteSecurityGroup on it; wording
      // UNVERIFIED.
      throw ec2Error("DeleteSecurityGroup", "DependencyViolation", `resource ${id} has a dependent object`);
    }
    deleteGroup(context, id);
    context.changed();
    return { Return: true, GroupId: id };
  },
);
