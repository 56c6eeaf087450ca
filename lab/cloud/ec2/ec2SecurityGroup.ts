import { arn } from "../core/arn";
import { findGroup } from "./findGroup";
import type { Context, ResourceType } from "../core/model";
import { optionalText, tagsOf, text, type Properties } from "../core/properties";
import { RevokeSecurityGroupEgress } from "../operations/securityGroupRules";
import { CreateSecurityGroup, DeleteSecurityGroup } from "../operations/securityGroups";
import { specificationsOf } from "../operations/tagging";
import { retryWhile } from "../core/retry";
import { boolean, region, string, tags } from "../core/specs";
import { find } from "../core/state";

function create(context: Context, inputs: Properties): string {
  const prefix = optionalText(inputs, "namePrefix");
  const { GroupId = "" } = CreateSecurityGroup.run(context, {
    GroupName: prefix === undefined ? text(inputs, "name") : prefix + context.ids.suffix(),
    Description: text(inputs, "description"),
    VpcId: optionalText(inputs, "vpcId"),
    ...specificationsOf("security-group", tagsOf(inputs)),
  });
  // AWS lets a new group out to everywhere; the provider takes that out again.
  const anywhere = { IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] };
  RevokeSecurityGroupEgress.run(context, { GroupId, IpPermissions: [anywhere] });
  return GroupId;
}

function read(context: Context, id: string): Properties | undefined {
  const group = find(context.state.tables.securityGroups, id, context.caller);
  if (group === undefined) return undefined;
  return {
    arn: arn(context, "ec2", `security-group/${id}`),
    name: group.name,
    description: group.description,
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
  // The provider repeats DeleteSecurityGroup for fifteen minutes (its default delete timeout).
  await retryWhile(context, "DependencyViolation", 900, () => void DeleteSecurityGroup.run(context, { GroupId: id }));
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
