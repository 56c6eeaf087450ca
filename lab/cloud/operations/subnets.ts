import type {
  CreateSubnetRequest,
  CreateSubnetResult,
  DeleteSubnetRequest,
  DescribeSubnetsRequest,
  DescribeSubnetsResult,
  ModifySubnetAttributeRequest,
  Subnet as SubnetOutput,
} from "@aws-sdk/client-ec2";
import { contains, parseCidr, usableHostCount, overlaps } from "../../../path/net/cidr";
import { arn } from "../core/arn";
import { boundedCidr } from "../core/cidrSize";
import { findSubnet, noSubnet } from "../ec2/findSubnet";
import { giveSubnetIpv6, ipv6Associations } from "../ec2/ipv6";
import { ec2Error } from "../core/errors";
import type { Filterable } from "../core/filters";
import { findVpc } from "../ec2/findVpc";
import type { Context } from "../core/model";
import type { Subnet } from "../core/records";
import { ownedBy } from "../core/state";
import { zonesOf, type Zone } from "../core/zones";
import { selected } from "./filtering";
import { operation } from "./operation";
import { tagList, tagsFor } from "./tagging";

export const CreateSubnet = operation(
  ["AvailabilityZone", "AvailabilityZoneId", "CidrBlock", "Ipv6CidrBlock", "Ipv6Native", "TagSpecifications", "VpcId"],
  (context: Context, input: CreateSubnetRequest): CreateSubnetResult => {
    const { state, caller } = context;
    const called = "CreateSubnet";
    const vpc = findVpc(context, called, input.VpcId ?? "");
    const cidrBlock = input.CidrBlock ?? "";
    if (boundedCidr(cidrBlock) !== undefined || !contains(parseCidr(vpc.cidrBlock), parseCidr(cidrBlock))) {
      // Source: EC2 API, Error codes: InvalidSubnet.Range; wording UNVERIFIED.
      throw ec2Error(called, "InvalidSubnet.Range", `The CIDR '${cidrBlock}' is invalid.`);
    }
    const others = Object.values(state.tables.subnets).filter((subnet) => subnet.vpcId === vpc.id);
    if (others.some((subnet) => shareAddresses(subnet.cidrBlock, cidrBlock))) {
      const message = `The CIDR '${cidrBlock}' conflicts with another subnet`;
      // Source: EC2 API, Error codes: InvalidSubnet.Conflict; wording UNVERIFIED.
      throw ec2Error(called, "InvalidSubnet.Conflict", message);
    }
    const place = zone(context, input);
    const tags = tagsFor(called, "subnet", input.TagSpecifications);
    const id = context.ids.resource("subnet");
    const subnet: Subnet = {
      id,
      accountId: caller.accountId,
      region: caller.region,
      vpcId: vpc.id,
      cidrBlock,
      availabilityZone: place.name,
      availabilityZoneId: place.id,
      mapPublicIpOnLaunch: false,
      tags,
    };
    if (input.Ipv6CidrBlock !== undefined) giveSubnetIpv6(context, called, subnet, input.Ipv6CidrBlock);
    state.tables.subnets[id] = subnet;
    context.changed();
    return { Subnet: subnetOutput(context, subnet) };
  },
);

function zone(context: Context, { AvailabilityZone: name, AvailabilityZoneId: id }: CreateSubnetRequest): Zone {
  const zones = zonesOf(context.caller.accountId, context.caller.region);
  const found = zones.find((each) => (name ?? each.name) === each.name && (id ?? each.id) === each.id);
  if (found !== undefined) return found;
  // Source: EC2 API, Error codes: InvalidParameterValue; the wording of the AZ ID's case is UNVERIFIED.
  throw ec2Error(
    "CreateSubnet",
    "InvalidParameterValue",
    `Value (${name ?? id}) for parameter ${name === undefined ? "availabilityZoneId" : "availabilityZone"} is invalid. ` +
      `Subnets can currently only be created in the following availability zones: ${zones
        .map((candidate) => (name === undefined ? candidate.id : candidate.name))
        .join(", ")}.`,
  );
}

function subnetOutput(context: Context, subnet: Subnet): SubnetOutput {
  const enis = Object.values(context.state.tables.networkInterfaces).filter((eni) => eni.subnetId === subnet.id);
  return {
    AvailabilityZoneId: subnet.availabilityZoneId,
    MapCustomerOwnedIpOnLaunch: false,
    OwnerId: subnet.accountId,
    AssignIpv6AddressOnCreation: subnet.assignIpv6AddressOnCreation === true,
    Ipv6CidrBlockAssociationSet: ipv6Associations(subnet),
    Tags: tagList(subnet.tags),
    SubnetArn: arn(context, "ec2", `subnet/${subnet.id}`),
    EnableDns64: false,
    Ipv6Native: false,
    PrivateDnsNameOptionsOnLaunch: {
      HostnameType: "ip-name",
      EnableResourceNameDnsARecord: false,
      EnableResourceNameDnsAAAARecord: false,
    },
    SubnetId: subnet.id,
    State: "available",
    VpcId: subnet.vpcId,
    CidrBlock: subnet.cidrBlock,
    AvailableIpAddressCount: usableHostCount(parseCidr(subnet.cidrBlock)) - enis.length,
    AvailabilityZone: subnet.availabilityZone,
    DefaultForAz: false,
    MapPublicIpOnLaunch: subnet.mapPublicIpOnLaunch,
  };
}

export const subnetFilters: Filterable<Subnet> = {
  "availability-zone": (subnet) => subnet.availabilityZone,
  "availability-zone-id": (subnet) => subnet.availabilityZoneId,
  "cidr-block": (subnet) => subnet.cidrBlock,
  "default-for-az": () => "false",
  "map-public-ip-on-launch": (subnet) => String(subnet.mapPublicIpOnLaunch),
  "owner-id": (subnet) => subnet.accountId,
  state: () => "available",
  "subnet-id": (subnet) => subnet.id,
  "vpc-id": (subnet) => subnet.vpcId,
};

export const DescribeSubnets = operation(
  ["Filters", "SubnetIds"],
  (context: Context, { Filters, SubnetIds: ids }: DescribeSubnetsRequest): DescribeSubnetsResult => {
    const called = "DescribeSubnets";
    const own = ownedBy(context.state.tables.subnets, context.caller);
    const by = { ids, idOf: ({ id }: Subnet) => id, missing: (id: string) => noSubnet(called, id) };
    const found = selected(called, own, by, Filters, subnetFilters);
    return { Subnets: found.map((subnet) => subnetOutput(context, subnet)) };
  },
);

export const ModifySubnetAttribute = operation(
  ["AssignIpv6AddressOnCreation", "MapPublicIpOnLaunch", "SubnetId"],
  (context: Context, input: ModifySubnetAttributeRequest): object => {
    const subnet = findSubnet(context, "ModifySubnetAttribute", input.SubnetId ?? "");
    subnet.assignIpv6AddressOnCreation = input.AssignIpv6AddressOnCreation?.Value ?? subnet.assignIpv6AddressOnCreation;
    subnet.mapPublicIpOnLaunch = input.MapPublicIpOnLaunch?.Value ?? subnet.mapPublicIpOnLaunch;
    context.changed();
    return {};
  },
);

export const DeleteSubnet = operation(
  ["SubnetId"],
  (context: Context, { SubnetId: id = "" }: DeleteSubnetRequest): object => {
    const { tables } = context.state;
    findSubnet(context, "DeleteSubnet", id);
    if (Object.values(tables.networkInterfaces).some((eni) => eni.subnetId === id)) {
      const message = `The subnet '${id}' has dependencies and cannot be deleted.`;
      // Source: EC2 API, Error codes: DependencyViolation; the provider repeats DeleteSubnet on it; wording UNVERIFIED.
      throw ec2Error("DeleteSubnet", "DependencyViolation", message);
    }
    // A subnet's association goes with it.
    for (const table of Object.values(tables.routeTables)) {
      table.associations = table.associations.filter((association) => association.subnetId !== id);
    }
    delete tables.subnets[id];
    context.changed();
    return {};
  },
);

/** True when a CIDR shares addresses with another. */
function shareAddresses(a: string, b: string): boolean {
  return overlaps(parseCidr(a), parseCidr(b));
}
