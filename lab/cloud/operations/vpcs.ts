import type {
  CreateVpcRequest,
  CreateVpcResult,
  DeleteVpcRequest,
  DescribeVpcAttributeRequest,
  DescribeVpcAttributeResult,
  DescribeVpcsRequest,
  DescribeVpcsResult,
  ModifyVpcAttributeRequest,
  Vpc as VpcOutput,
} from "@aws-sdk/client-ec2";
import { boundedCidr } from "../core/cidrSize";
import { createDefaultGroup, deleteGroup } from "../ec2/findGroup";
import { ec2Error } from "../core/errors";
import type { Filterable } from "../core/filters";
import { findVpc, noVpc } from "../ec2/findVpc";
import { giveVpcIpv6, ipv6Associations } from "../ec2/ipv6";
import type { Context } from "../core/model";
import type { Vpc } from "../core/records";
import { ownedBy } from "../core/state";
import { selected } from "./filtering";
import { operation } from "./operation";
import { tagList, tagsFor } from "./tagging";

export const defaultAclId = (vpcId: string): string => vpcId.replace("vpc-", "acl-");

/** Every VPC has DHCP options of its account's; the model has only their id. */
export const dhcpOptionsId = (accountId: string): string => `dopt-0${accountId.padStart(16, "0")}`;

export const CreateVpc = operation(
  ["AmazonProvidedIpv6CidrBlock", "CidrBlock", "InstanceTenancy", "TagSpecifications"],
  (context: Context, input: CreateVpcRequest): CreateVpcResult => {
    const { state, ids, caller } = context;
    const called = "CreateVpc";
    const cidrBlock = input.CidrBlock ?? "";
    if (boundedCidr(cidrBlock) !== undefined) {
      // Source: EC2 API, Error codes: InvalidVpc.Range; wording UNVERIFIED.
      throw ec2Error(called, "InvalidVpc.Range", `The CIDR '${cidrBlock}' is invalid.`);
    }
    const tags = tagsFor(called, "vpc", input.TagSpecifications);
    const id = ids.resource("vpc");
    const owner = { accountId: caller.accountId, region: caller.region };
    const mainRouteTableId = ids.resource("rtb");
    // VPC user guide, "DNS attributes": support is on, hostnames are off.
    const dns = { enableDnsHostnames: false, enableDnsSupport: true };
    const vpc: Vpc = { id, ...owner, cidrBlock, ...dns, mainRouteTableId, tags };
    state.tables.vpcs[id] = vpc;
    state.tables.routeTables[mainRouteTableId] = {
      id: mainRouteTableId,
      ...owner,
      tags: {},
      vpcId: id,
      main: true,
      routes: [{ destinationCidrBlock: cidrBlock, target: { kind: "local" } }],
      associations: [{ id: ids.resource("rtbassoc") }],
    };
    const aclId = defaultAclId(id);
    const all = { ruleNumber: 100, protocol: "-1", action: "allow", cidrBlock: "0.0.0.0/0" } as const;
    state.tables.networkAcls[aclId] = {
      id: aclId,
      ...owner,
      tags: {},
      vpcId: id,
      entries: [
        { ...all, direction: "ingress" },
        { ...all, direction: "egress" },
      ],
    };
    createDefaultGroup(context, id);
    if (input.AmazonProvidedIpv6CidrBlock === true) giveVpcIpv6(context, vpc);
    context.changed();
    return { Vpc: vpcOutput(vpc) };
  },
);

function vpcOutput(vpc: Vpc): VpcOutput {
  return {
    OwnerId: vpc.accountId,
    InstanceTenancy: "default",
    Ipv6CidrBlockAssociationSet: ipv6Associations(vpc),
    CidrBlockAssociationSet: [
      {
        AssociationId: vpc.id.replace("vpc-", "vpc-cidr-assoc-"),
        CidrBlock: vpc.cidrBlock,
        CidrBlockState: { State: "associated" },
      },
    ],
    IsDefault: false,
    Tags: tagList(vpc.tags),
    VpcId: vpc.id,
    State: "available",
    CidrBlock: vpc.cidrBlock,
    DhcpOptionsId: dhcpOptionsId(vpc.accountId),
  };
}

export const vpcFilters: Filterable<Vpc> = {
  cidr: (each) => each.cidrBlock,
  "cidr-block-association.cidr-block": (each) => each.cidrBlock,
  "dhcp-options-id": (each) => dhcpOptionsId(each.accountId),
  "is-default": () => "false",
  "owner-id": (each) => each.accountId,
  state: () => "available",
  "vpc-id": (each) => each.id,
};

export const DescribeVpcs = operation(
  ["Filters", "VpcIds"],
  (context: Context, { Filters, VpcIds: ids }: DescribeVpcsRequest): DescribeVpcsResult => {
    const called = "DescribeVpcs";
    const own = ownedBy(context.state.tables.vpcs, context.caller);
    const by = { ids, idOf: ({ id }: Vpc) => id, missing: (id: string) => noVpc(called, id) };
    return { Vpcs: selected(called, own, by, Filters, vpcFilters).map(vpcOutput) };
  },
);

export const DescribeVpcAttribute = operation(
  ["Attribute", "VpcId"],
  (context: Context, { Attribute, VpcId = "" }: DescribeVpcAttributeRequest): DescribeVpcAttributeResult => {
    const vpc = findVpc(context, "DescribeVpcAttribute", VpcId);
    if (Attribute === "enableDnsHostnames") return { VpcId, EnableDnsHostnames: { Value: vpc.enableDnsHostnames } };
    if (Attribute === "enableDnsSupport") return { VpcId, EnableDnsSupport: { Value: vpc.enableDnsSupport } };
    return { VpcId, EnableNetworkAddressUsageMetrics: { Value: false } };
  },
);

export const ModifyVpcAttribute = operation(
  ["EnableDnsHostnames", "EnableDnsSupport", "VpcId"],
  (context: Context, input: ModifyVpcAttributeRequest): object => {
    const vpc = findVpc(context, "ModifyVpcAttribute", input.VpcId ?? "");
    vpc.enableDnsHostnames = input.EnableDnsHostnames?.Value ?? vpc.enableDnsHostnames;
    vpc.enableDnsSupport = input.EnableDnsSupport?.Value ?? vpc.enableDnsSupport;
    context.changed();
    return {};
  },
);

/** EC2 API, DeleteVpc: everything in it but the main route table and the default security group must be gone before. */
export const DeleteVpc = operation(["VpcId"], (context: Context, { VpcId: id = "" }: DeleteVpcRequest): object => {
  const { tables } = context.state;
  findVpc(context, "DeleteVpc", id);
  if (dependents(context, id)) {
    const message = `The vpc '${id}' has dependencies and cannot be deleted.`;
    // Source: EC2 API, DeleteVpc: all resources in it must be deleted before; EC2 API, Error codes: DependencyViolation;
    // wording UNVERIFIED.
    throw ec2Error("DeleteVpc", "DependencyViolation", message);
  }
  for (const group of Object.values(tables.securityGroups)) if (group.vpcId === id) deleteGroup(context, group.id);
  for (const table of Object.values(tables.routeTables)) if (table.vpcId === id) delete tables.routeTables[table.id];
  delete tables.networkAcls[defaultAclId(id)];
  delete tables.vpcs[id];
  context.changed();
  return {};
});

function dependents(context: Context, vpcId: string): boolean {
  const { subnets, internetGateways, routeTables, securityGroups, vpcEndpoints, networkInterfaces } =
    context.state.tables;
  const inVpc = (record: { vpcId?: string }): boolean => record.vpcId === vpcId;
  return (
    [subnets, internetGateways, vpcEndpoints, networkInterfaces].some((table) => Object.values(table).some(inVpc)) ||
    Object.values(routeTables).some((table) => inVpc(table) && !table.main) ||
    Object.values(securityGroups).some((group) => inVpc(group) && group.name !== "default")
  );
}
