import type {
  DescribeNetworkInterfacesRequest,
  DescribeNetworkInterfacesResult,
  NetworkInterface as NetworkInterfaceOutput,
} from "@aws-sdk/client-ec2";
import type { Filterable } from "../core/filters";
import { ipv6AddressesOf } from "../ec2/ipv6";
import { noInterface } from "../ec2/findInterface";
import type { Context } from "../core/model";
import { privateDnsName } from "../ec2/networkInterface";
import type { NetworkInterface } from "../core/records";
import { ownedBy } from "../core/state";
import { selected } from "./filtering";
import { operation } from "./operation";
import { tagList } from "./tagging";

export function interfaceFilters(context: Context): Filterable<NetworkInterface> {
  return {
    "addresses.private-ip-address": (eni) => eni.privateIpAddress,
    "association.public-ip": (eni) => eni.publicIpAddress,
    "attachment.instance-id": (eni) => (eni.owner.kind === "instance" ? eni.owner.id : undefined),
    "availability-zone": (eni) => context.state.tables.subnets[eni.subnetId]?.availabilityZone,
    description: (eni) => eni.description,
    "group-id": (eni) => eni.securityGroupIds,
    "interface-type": (eni) => eni.interfaceType,
    "mac-address": (eni) => eni.macAddress,
    "network-interface-id": (eni) => eni.id,
    "owner-id": (eni) => eni.accountId,
    "private-ip-address": (eni) => eni.privateIpAddress,
    status: () => "in-use",
    "subnet-id": (eni) => eni.subnetId,
    "vpc-id": (eni) => eni.vpcId,
  };
}

export const DescribeNetworkInterfaces = operation(
  ["Filters", "NetworkInterfaceIds"],
  (context: Context, input: DescribeNetworkInterfacesRequest): DescribeNetworkInterfacesResult => {
    const called = "DescribeNetworkInterfaces";
    const own = ownedBy(context.state.tables.networkInterfaces, context.caller);
    const by = {
      ids: input.NetworkInterfaceIds,
      idOf: ({ id }: NetworkInterface) => id,
      missing: (id: string) => noInterface(called, id),
    };
    const found = selected(called, own, by, input.Filters, interfaceFilters(context));
    return { NetworkInterfaces: found.map((eni) => interfaceOutput(context, eni)) };
  },
);

function interfaceOutput(context: Context, eni: NetworkInterface): NetworkInterfaceOutput {
  const { subnets, securityGroups } = context.state.tables;
  const ofInstance = eni.owner.kind === "instance";
  const association =
    eni.publicIpAddress === undefined ? {} : { Association: { IpOwnerId: "amazon", PublicIp: eni.publicIpAddress } };
  const dns = privateDnsName(eni.region, eni.privateIpAddress);
  return {
    ...association,
    Attachment: {
      AttachmentId: eni.id.replace("eni-", ofInstance ? "eni-attach-" : "ela-attach-"),
      DeleteOnTermination: ofInstance,
      DeviceIndex: ofInstance ? 0 : 1,
      ...(ofInstance && { InstanceId: eni.owner.id }),
      InstanceOwnerId: ofInstance ? eni.accountId : "amazon-aws",
      Status: "attached",
    },
    AvailabilityZone: subnets[eni.subnetId]?.availabilityZone ?? "",
    Description: eni.description,
    Groups: eni.securityGroupIds.map((id) => ({ GroupId: id, GroupName: securityGroups[id]?.name ?? "" })),
    InterfaceType: eni.interfaceType,
    Ipv6Addresses: ipv6AddressesOf(eni).map((Ipv6Address) => ({ Ipv6Address })),
    MacAddress: eni.macAddress,
    NetworkInterfaceId: eni.id,
    OwnerId: eni.accountId,
    PrivateDnsName: dns,
    PrivateIpAddress: eni.privateIpAddress,
    PrivateIpAddresses: [
      { ...association, Primary: true, PrivateDnsName: dns, PrivateIpAddress: eni.privateIpAddress },
    ],
    RequesterManaged: !ofInstance,
    ...(!ofInstance && { RequesterId: "amazon-elb" }),
    SourceDestCheck: eni.sourceDestCheck,
    Status: "in-use",
    SubnetId: eni.subnetId,
    TagSet: tagList(eni.tags),
    VpcId: eni.vpcId,
  };
}
