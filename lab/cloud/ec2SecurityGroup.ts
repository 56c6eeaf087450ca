import { arn } from "./arn";
import { findVpc } from "./findVpc";
import { ec2Error } from "./errors";
import type { Context, ResourceType } from "./model";
import { optionalText, tagsOf, text, type Properties } from "./properties";
import type { SecurityGroup } from "./records";
import { retryWhile } from "./retry";
import { boolean, region, string, tags } from "./specs";
import { find } from "./state";

export function findGroup(context: Context, operation: string, id: string): SecurityGroup {
  const group = find(context.state.tables.securityGroups, id, context.caller);
  if (group === undefined) {
    // Source: EC2 API, Error codes: InvalidGroup.NotFound; wording UNVERIFIED.
    throw ec2Error(operation, "InvalidGroup.NotFound", `The security group '${id}' does not exist`);
  }
  return group;
}

/** Every VPC has one, with everything allowed among its members and outwards (VPC user guide, "Default security groups"). */
export function createDefaultGroup(context: Context, vpcId: string): void {
  const { tables } = context.state;
  const owner = { accountId: context.caller.accountId, region: context.caller.region, tags: {} };
  const id = context.ids.resource("sg");
  tables.securityGroups[id] = { id, ...owner, vpcId, name: "default" };
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

function create(context: Context, inputs: Properties): string {
  const { state, caller } = context;
  const vpcId = optionalText(inputs, "vpcId");
  if (vpcId === undefined) {
    // Without a VPC AWS takes the Region's default VPC. The model's accounts have none.
    // Source: EC2 API, Error codes: VPCIdNotSpecified; wording UNVERIFIED.
    throw ec2Error("CreateSecurityGroup", "VPCIdNotSpecified", "No default VPC for this user");
  }
  findVpc(context, "CreateSecurityGroup", vpcId);
  const prefix = optionalText(inputs, "namePrefix");
  const name = prefix === undefined ? text(inputs, "name") : prefix + context.ids.suffix();
  if (name.startsWith("sg-")) {
    const message = `Invalid security group name '${name}'. Group names may not be in the format sg-*.`;
    // Source: EC2 API, CreateSecurityGroup, GroupName: "Can't start with sg-"; code and wording UNVERIFIED.
    throw ec2Error("CreateSecurityGroup", "InvalidParameterValue", message);
  }
  if (Object.values(state.tables.securityGroups).some((group) => group.vpcId === vpcId && group.name === name)) {
    const message = `The security group '${name}' already exists for VPC '${vpcId}'`;
    // Source: EC2 API, Error codes: InvalidGroup.Duplicate; wording UNVERIFIED.
    throw ec2Error("CreateSecurityGroup", "InvalidGroup.Duplicate", message);
  }
  // AWS puts an egress rule to everywhere into a new group; the provider takes it out again, so there is none.
  const id = context.ids.resource("sg");
  const owner = { accountId: caller.accountId, region: caller.region };
  state.tables.securityGroups[id] = { id, ...owner, vpcId, name, tags: tagsOf(inputs) };
  context.changed();
  return id;
}

function read(context: Context, id: string): Properties | undefined {
  const group = find(context.state.tables.securityGroups, id, context.caller);
  if (group === undefined) return undefined;
  return {
    arn: arn(context, "ec2", `security-group/${id}`),
    name: group.name,
    vpcId: group.vpcId,
    ownerId: group.accountId,
    // Rules are resources of their own here.
    egress: [],
    ingress: [],
    tags: group.tags,
  };
}

function update(context: Context, id: string, inputs: Properties): void {
  findGroup(context, "CreateTags", id).tags = tagsOf(inputs);
  context.changed();
}

async function remove(context: Context, id: string): Promise<void> {
  const { tables } = context.state;
  // The provider repeats DeleteSecurityGroup for fifteen minutes (its default delete timeout).
  await retryWhile(context, "DependencyViolation", 900, () => {
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
  });
  deleteGroup(context, id);
  context.changed();
}

export const securityGroup: ResourceType = {
  token: "aws:ec2/securityGroup:SecurityGroup",
  label: "EC2 Security Group",
  inputs: {
    // The default is Pulumi's, the provider's is "Managed by Terraform".
    description: string({ default: "Managed by Pulumi", replace: true }),
    name: string({ autoname: 255, replace: true, computed: true }),
    namePrefix: string({ replace: true, computed: true }),
    revokeRulesOnDelete: boolean({ default: false }),
    vpcId: string({ computed: true, replace: true }),
    region,
    tags,
  },
  create,
  read,
  update,
  delete: remove,
};
