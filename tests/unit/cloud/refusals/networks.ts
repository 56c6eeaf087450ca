import type { NetworkAclEntry } from "../../../../lab/cloud/core/records";
import { security, system, tokens, type Made } from "../topology";
import { calling, asking, changingNothing, creating, deleting, type Refusal } from "./refusal";

const getInterface = "aws:ec2/getNetworkInterface:getNetworkInterface";
const getSubnet = "aws:ec2/getSubnet:getSubnet";

const aclEntry: NetworkAclEntry = {
  ruleNumber: 100,
  direction: "ingress",
  protocol: "-1",
  action: "deny",
  cidrBlock: "0.0.0.0/0",
};
const aclOf = (vpc: Made): string => String(vpc.outputs["defaultNetworkAclId"]);
const changingAcl = (change: () => void): Promise<void> => Promise.resolve().then(change);

export const subnets: Refusal[] = [
  {
    rule: "a subnet over another",
    code: "InvalidSubnet.Conflict",
    text: "The CIDR '10.2.1.128/25' conflicts with another subnet",
    attempt: creating(system, tokens.subnet, ({ vpc }) => ({ vpcId: vpc.id, cidrBlock: "10.2.1.128/25" })),
  },
  {
    rule: "a subnet outside of its VPC",
    code: "InvalidSubnet.Range",
    text: "The CIDR '10.3.1.0/24' is invalid.",
    attempt: creating(system, tokens.subnet, ({ vpc }) => ({ vpcId: vpc.id, cidrBlock: "10.3.1.0/24" })),
  },
  {
    rule: "a subnet in an AZ that there is not",
    code: "InvalidParameterValue",
    text: /apne1-az9.*apne1-az1/,
    attempt: creating(system, tokens.subnet, ({ vpc }) => ({
      vpcId: vpc.id,
      cidrBlock: "10.2.9.0/24",
      availabilityZoneId: "apne1-az9",
    })),
  },
  {
    rule: "a VPC of another account",
    code: "InvalidVpcID.NotFound",
    text: /The vpc ID 'vpc-0\w+' does not exist/,
    attempt: creating(security, tokens.subnet, ({ vpc }) => ({ vpcId: vpc.id, cidrBlock: "10.2.9.0/24" })),
  },
  {
    rule: "a change of a subnet that is gone",
    code: "InvalidSubnetID.NotFound",
    text: "The subnet ID 'subnet-0' does not exist",
    attempt: changingNothing(({ sourceSubnet }) => sourceSubnet, "subnet-0"),
  },
  {
    rule: "to delete a subnet with interfaces in it",
    code: "DependencyViolation",
    text: "has dependencies and cannot be deleted",
    attempt: deleting(({ endpointSubnet }) => endpointSubnet),
  },
  {
    rule: "to delete a VPC that is not empty",
    code: "DependencyViolation",
    text: "has dependencies and cannot be deleted",
    attempt: deleting(({ vpc }) => vpc),
  },
  {
    rule: "one more interface in a subnet that is full",
    code: "InsufficientFreeAddressesInSubnet",
    text: "not enough free addresses in subnet",
    given: async ({ builder, hubVpc, ami }) => {
      const subnet = await builder.create(security, tokens.subnet, { vpcId: hubVpc.id, cidrBlock: "10.1.9.0/28" });
      for (let count = 0; count < 11; count++) {
        await builder.create(security, tokens.instance, { ami, instanceType: "t3.micro", subnetId: subnet.id });
      }
      return subnet;
    },
    attempt: creating(security, tokens.instance, ({ ami }, { id }) => ({
      ami,
      instanceType: "t3.micro",
      subnetId: id,
    })),
  },
];

export const internetGateways: Refusal[] = [
  {
    rule: "a second internet gateway",
    code: "InvalidParameterValue",
    text: "already has an internet gateway attached",
    given: ({ builder }) => builder.create(system, tokens.internetGateway, {}),
    attempt: calling(system, "ec2", "AttachInternetGateway", ({ vpc }, { id }) => ({
      InternetGatewayId: id,
      VpcId: vpc.id,
    })),
  },
  {
    rule: "a change of an internet gateway that is gone",
    code: "InvalidInternetGatewayID.NotFound",
    text: "The internetGateway ID 'igw-0' does not exist",
    attempt: changingNothing(({ gateway }) => gateway, "igw-0"),
  },
  {
    rule: "to detach an internet gateway while a public address is mapped",
    code: "DependencyViolation",
    text: "some mapped public address(es)",
    given: ({ builder, ami, sourceSubnet }) =>
      builder.create(system, tokens.instance, {
        ami,
        instanceType: "t3.micro",
        subnetId: sourceSubnet.id,
        associatePublicIpAddress: true,
      }),
    attempt: deleting(({ gateway }) => gateway),
  },
];

export const queries: Refusal[] = [
  {
    rule: "a filter that there is not",
    code: "InvalidParameterValue",
    text: "The filter 'subnet' is invalid",
    attempt: asking(security, getInterface, () => ({ filters: [{ name: "subnet", values: ["subnet-1"] }] })),
  },
  {
    rule: "to find one interface where there is none",
    code: "NotFound",
    text: "no matching EC2 Network Interface found",
    attempt: asking(security, getInterface, () => ({ filters: [{ name: "description", values: ["ELB gwy/x/1"] }] })),
  },
  {
    rule: "to find one subnet where there are several",
    code: "TooManyResults",
    text: "multiple EC2 Subnets matched",
    attempt: asking(system, getSubnet, ({ vpc }) => ({ vpcId: vpc.id })),
  },
  {
    rule: "to look up the route table of a subnet that is associated with none",
    code: "NotFound",
    text: "query returned no results",
    attempt: asking(security, "aws:ec2/getRouteTable:getRouteTable", () => ({ subnetId: "subnet-00000000000000000" })),
  },
  {
    rule: "to look up a VPC of another account",
    code: "NotFound",
    text: "no matching EC2 VPC found",
    attempt: asking(security, "aws:ec2/getVpc:getVpc", ({ vpc }) => ({ id: vpc.id })),
  },
  {
    rule: "to look up an instance that there is not",
    code: "NotFound",
    text: "no matching EC2 Instance found",
    attempt: asking(security, "aws:ec2/getInstance:getInstance", () => ({ instanceId: "i-00000000000000000" })),
  },
  {
    rule: "to look up a load balancer of another account",
    code: "NotFound",
    text: "reading ELBv2 Load Balancers: couldn't find resource",
    attempt: asking(system, "aws:lb/getLoadBalancer:getLoadBalancer", ({ balancer }) => ({ arn: balancer.id })),
  },
  {
    rule: "to look up a target group that there is not",
    code: "NotFound",
    text: "reading ELBv2 Target Groups: couldn't find resource",
    attempt: asking(security, "aws:lb/getTargetGroup:getTargetGroup", () => ({ name: "nothing" })),
  },
  {
    rule: "to look up a target group by tags that none has",
    code: "TooManyResults",
    text: "Search returned 0 results",
    attempt: asking(security, "aws:lb/getTargetGroup:getTargetGroup", () => ({ tags: { Name: "nothing" } })),
  },
  {
    rule: "to look up a prefix list that there is not",
    code: "InvalidPrefixListID.NotFound",
    text: "The prefix list ID 'pl-0' does not exist",
    attempt: asking(system, "aws:ec2/getPrefixList:getPrefixList", () => ({ prefixListId: "pl-0" })),
  },
  {
    rule: "a public parameter that there is not",
    code: "ParameterNotFound",
    text: "/aws/service/nothing",
    attempt: asking(system, "aws:ssm/getParameter:getParameter", () => ({ name: "/aws/service/nothing" })),
  },
  {
    rule: "an entry of a network ACL of another account",
    code: "InvalidNetworkAclID.NotFound",
    text: "does not exist",
    attempt: ({ builder, vpc }) =>
      changingAcl(() => builder.cloud.edit.createNetworkAclEntry(security, aclOf(vpc), aclEntry)),
  },
  {
    rule: "a second entry of a network ACL with the same number and direction",
    code: "NetworkAclEntryAlreadyExists",
    text: "100 already exists",
    attempt: ({ builder, vpc }) =>
      changingAcl(() => builder.cloud.edit.createNetworkAclEntry(system, aclOf(vpc), aclEntry)),
  },
  {
    rule: "to delete an entry that a network ACL does not have",
    code: "InvalidNetworkAclEntry.NotFound",
    text: "7 does not exist",
    attempt: ({ builder, vpc }) =>
      changingAcl(() => builder.cloud.edit.deleteNetworkAclEntry(system, aclOf(vpc), { ...aclEntry, ruleNumber: 7 })),
  },
];
