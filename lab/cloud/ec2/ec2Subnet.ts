import { arn } from "../core/arn";
import { boundedCidr } from "../core/cidrSize";
import { findSubnet } from "./findSubnet";
import { giveSubnetIpv6, ipv6Associations } from "./ipv6";
import type { Failure } from "../core/inputs";
import type { Context, ResourceType } from "../core/model";
import { flag, optionalText, tagsOf, text, type Properties } from "../core/properties";
import type { Subnet } from "../core/records";
import { CreateSubnet, DeleteSubnet, ModifySubnetAttribute } from "../operations/subnets";
import { specificationsOf } from "../operations/tagging";
import { retryWhile } from "../core/retry";
import { boolean, oneOf, region, string, tags } from "../core/specs";
import { find } from "../core/state";

function create(context: Context, inputs: Properties): string {
  const ipv6CidrBlock = optionalText(inputs, "ipv6CidrBlock") ?? "";
  const { Subnet } = CreateSubnet.run(context, {
    VpcId: text(inputs, "vpcId"),
    CidrBlock: text(inputs, "cidrBlock"),
    ...(ipv6CidrBlock !== "" && { Ipv6CidrBlock: ipv6CidrBlock }),
    AvailabilityZone: optionalText(inputs, "availabilityZone"),
    AvailabilityZoneId: optionalText(inputs, "availabilityZoneId"),
    ...specificationsOf("subnet", tagsOf(inputs)),
  });
  const id = Subnet?.SubnetId ?? "";
  // What a new subnet has anyhow is not asked for.
  if (flag(inputs, "mapPublicIpOnLaunch")) mapPublicIp(context, id, true);
  if (flag(inputs, "assignIpv6AddressOnCreation")) assignIpv6(context, id, true);
  return id;
}

function mapPublicIp(context: Context, SubnetId: string, Value: boolean): void {
  ModifySubnetAttribute.run(context, { SubnetId, MapPublicIpOnLaunch: { Value } });
}

function assignIpv6(context: Context, SubnetId: string, Value: boolean): void {
  ModifySubnetAttribute.run(context, { SubnetId, AssignIpv6AddressOnCreation: { Value } });
}

function read(context: Context, id: string): Properties | undefined {
  const subnet = find(context.state.tables.subnets, id, context.caller);
  return subnet && describeSubnet(context, subnet);
}

/** The attributes that resource and data source share. */
export function describeSubnet(context: Context, subnet: Subnet): Properties {
  return {
    arn: arn(context, "ec2", `subnet/${subnet.id}`),
    assignIpv6AddressOnCreation: subnet.assignIpv6AddressOnCreation === true,
    availabilityZone: subnet.availabilityZone,
    availabilityZoneId: subnet.availabilityZoneId,
    cidrBlock: subnet.cidrBlock,
    customerOwnedIpv4Pool: "",
    enableDns64: false,
    enableLniAtDeviceIndex: 0,
    enableResourceNameDnsARecordOnLaunch: false,
    enableResourceNameDnsAaaaRecordOnLaunch: false,
    ipv6CidrBlock: subnet.ipv6CidrBlock ?? "",
    ipv6CidrBlockAssociationId: ipv6Associations(subnet)[0]?.AssociationId ?? "",
    ipv6Native: false,
    mapCustomerOwnedIpOnLaunch: false,
    mapPublicIpOnLaunch: subnet.mapPublicIpOnLaunch,
    outpostArn: "",
    ownerId: subnet.accountId,
    privateDnsHostnameTypeOnLaunch: "ip-name",
    tags: subnet.tags,
    vpcId: subnet.vpcId,
  };
}

function update(context: Context, id: string, inputs: Properties): void {
  mapPublicIp(context, id, flag(inputs, "mapPublicIpOnLaunch"));
  assignIpv6(context, id, flag(inputs, "assignIpv6AddressOnCreation"));
  const subnet = findSubnet(context, "CreateTags", id);
  subnet.tags = tagsOf(inputs);
  const ipv6CidrBlock = optionalText(inputs, "ipv6CidrBlock");
  if (ipv6CidrBlock !== undefined && ipv6CidrBlock !== subnet.ipv6CidrBlock) {
    giveSubnetIpv6(context, "AssociateSubnetCidrBlock", subnet, ipv6CidrBlock);
  }
  context.changed();
}

async function remove(context: Context, id: string): Promise<void> {
  // The provider repeats DeleteSubnet for twenty minutes (terraform-provider-aws, default delete timeout).
  await retryWhile(context, "DependencyViolation", 1200, () => void DeleteSubnet.run(context, { SubnetId: id }));
}

/** The provider's schema: the two name the same thing. */
function validate(inputs: Properties): Failure[] {
  return inputs["availabilityZone"] !== undefined && inputs["availabilityZoneId"] !== undefined
    ? [{ property: "availabilityZone", reason: `"availabilityZone": conflicts with availabilityZoneId` }]
    : [];
}

export const subnet: ResourceType = {
  token: "aws:ec2/subnet:Subnet",
  label: "EC2 Subnet",
  inputs: {
    vpcId: string({ required: true, replace: true }),
    cidrBlock: string({ required: true, replace: true, reject: boundedCidr }),
    ipv6CidrBlock: string({ computed: true }),
    assignIpv6AddressOnCreation: boolean({ default: false }),
    availabilityZone: string({ computed: true, replace: true }),
    availabilityZoneId: string({ computed: true, replace: true }),
    mapPublicIpOnLaunch: boolean({ default: false }),
    privateDnsHostnameTypeOnLaunch: string({ computed: true, reject: oneOf("ip-name") }),
    region,
    tags,
  },
  validate,
  create,
  read,
  update,
  delete: remove,
};
