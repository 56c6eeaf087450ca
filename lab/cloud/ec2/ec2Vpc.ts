import { arn } from "../core/arn";
import type { Context, ResourceType } from "../core/model";
import { boundedCidr } from "../core/cidrSize";
import { flag, tagsOf, text, type Properties } from "../core/properties";
import { findVpc } from "./findVpc";
import { giveVpcIpv6, ipv6Associations } from "./ipv6";
import { CreateVpc, DeleteVpc, ModifyVpcAttribute, defaultAclId, dhcpOptionsId } from "../operations/vpcs";
import { specificationsOf } from "../operations/tagging";
import { retryWhile } from "../core/retry";
import { boolean, oneOf, region, string, tags } from "../core/specs";
import { find } from "../core/state";

function create(context: Context, inputs: Properties): string {
  const { Vpc } = CreateVpc.run(context, {
    CidrBlock: text(inputs, "cidrBlock"),
    ...(flag(inputs, "assignGeneratedIpv6CidrBlock") && { AmazonProvidedIpv6CidrBlock: true }),
    ...specificationsOf("vpc", tagsOf(inputs)),
  });
  const id = Vpc?.VpcId ?? "";
  setAttributes(context, id, inputs);
  return id;
}

/** One attribute a request, as the provider does. */
function setAttributes(context: Context, VpcId: string, inputs: Properties): void {
  ModifyVpcAttribute.run(context, { VpcId, EnableDnsHostnames: { Value: flag(inputs, "enableDnsHostnames") } });
  ModifyVpcAttribute.run(context, { VpcId, EnableDnsSupport: { Value: flag(inputs, "enableDnsSupport") } });
}

function read(context: Context, id: string): Properties | undefined {
  const vpc = find(context.state.tables.vpcs, id, context.caller);
  if (vpc === undefined) return undefined;
  const group = Object.values(context.state.tables.securityGroups).find(
    (candidate) => candidate.vpcId === id && candidate.name === "default",
  );
  return {
    arn: arn(context, "ec2", `vpc/${id}`),
    cidrBlock: vpc.cidrBlock,
    enableDnsHostnames: vpc.enableDnsHostnames,
    enableDnsSupport: vpc.enableDnsSupport,
    mainRouteTableId: vpc.mainRouteTableId,
    defaultRouteTableId: vpc.mainRouteTableId,
    defaultSecurityGroupId: group?.id ?? "",
    defaultNetworkAclId: defaultAclId(id),
    dhcpOptionsId: dhcpOptionsId(vpc.accountId),
    enableNetworkAddressUsageMetrics: false,
    ipv6AssociationId: ipv6Associations(vpc)[0]?.AssociationId ?? "",
    ipv6CidrBlock: vpc.ipv6CidrBlock ?? "",
    ipv6CidrBlockNetworkBorderGroup: "",
    ownerId: vpc.accountId,
    tags: vpc.tags,
  };
}

function update(context: Context, id: string, inputs: Properties): void {
  setAttributes(context, id, inputs);
  const vpc = findVpc(context, "CreateTags", id);
  vpc.tags = tagsOf(inputs);
  if (flag(inputs, "assignGeneratedIpv6CidrBlock") && vpc.ipv6CidrBlock === undefined) giveVpcIpv6(context, vpc);
  context.changed();
}

async function remove(context: Context, id: string): Promise<void> {
  // The provider repeats DeleteVpc for five minutes (terraform-provider-aws, vpcDeletedTimeout).
  await retryWhile(context, "DependencyViolation", 300, () => void DeleteVpc.run(context, { VpcId: id }));
}

export const vpc: ResourceType = {
  token: "aws:ec2/vpc:Vpc",
  label: "EC2 VPC",
  inputs: {
    cidrBlock: string({ required: true, replace: true, reject: boundedCidr }),
    enableDnsHostnames: boolean({ default: false }),
    enableDnsSupport: boolean({ default: true }),
    instanceTenancy: string({ default: "default", reject: oneOf("default", "dedicated") }),
    assignGeneratedIpv6CidrBlock: boolean({ default: false }),
    region,
    tags,
  },
  create,
  read,
  update,
  delete: remove,
};
