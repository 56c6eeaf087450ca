import { vpc } from "./ec2Vpc";
import { ipv6Associations } from "./ipv6";
import { filtered, filters, single } from "../core/filters";
import type { Invoke } from "../core/model";
import { vpcFilters } from "../operations/vpcs";
import { flag, optionalText, type Properties } from "../core/properties";
import { boolean, region, string, tags } from "../core/specs";
import { ownedBy } from "../core/state";

/** What the resource has and the function does not (@pulumi/aws, GetVpcResult). */
const ofTheResource = [
  "defaultRouteTableId",
  "defaultSecurityGroupId",
  "defaultNetworkAclId",
  "ipv6CidrBlockNetworkBorderGroup",
];

export const getVpc: Invoke = {
  token: "aws:ec2/getVpc:getVpc",
  args: {
    cidrBlock: string(),
    default: boolean(),
    dhcpOptionsId: string(),
    filters,
    id: string(),
    region,
    state: string(),
    tags,
  },
  call: (context, args) => {
    const id = optionalText(args, "id");
    const cidr = optionalText(args, "cidrBlock");
    // The model's accounts have no default VPC.
    const own = ownedBy(context.state.tables.vpcs, context.caller).filter(
      (each) => (id ?? each.id) === each.id && (cidr ?? each.cidrBlock) === each.cidrBlock && !flag(args, "default"),
    );
    const found = filtered("DescribeVpcs", own, args, vpcFilters);
    const record = single("EC2 VPC", found);
    const all: Properties = vpc.read(context, record.id) ?? {};
    return {
      ...args,
      ...Object.fromEntries(Object.entries(all).filter(([key]) => !ofTheResource.includes(key))),
      cidrBlockAssociations: [
        {
          associationId: record.id.replace("vpc-", "vpc-cidr-assoc-"),
          cidrBlock: record.cidrBlock,
          state: "associated",
        },
      ],
      default: false,
      id: record.id,
      instanceTenancy: "default",
      ipv6CidrBlockAssociations: ipv6Associations(record).map(({ AssociationId, Ipv6CidrBlock }) => ({
        associationId: AssociationId,
        ipv6CidrBlock: Ipv6CidrBlock,
        state: "associated",
      })),
      region: record.region,
      state: "available",
    };
  },
};

export const getVpcs: Invoke = {
  token: "aws:ec2/getVpcs:getVpcs",
  args: { filters, region, tags },
  call: (context, args) => {
    const { caller, state } = context;
    const found = filtered("DescribeVpcs", ownedBy(state.tables.vpcs, caller), args, vpcFilters);
    return { ...args, id: caller.region, ids: found.map(({ id }) => id), region: caller.region };
  },
};
