import { overlaps, parseCidr } from "../../path/net/cidr";
import { arn } from "./arn";
import { ec2Error } from "./errors";
import type { Context, ResourceType } from "./model";
import { boundedCidr } from "./cidrSize";
import { flag, tagsOf, text, type Properties } from "./properties";
import { createDefaultGroup, deleteGroup } from "./ec2SecurityGroup";
import { findVpc } from "./findVpc";
import { retryWhile } from "./retry";
import { boolean, oneOf, region, string, tags } from "./specs";
import { find } from "./state";

const defaultAclId = (vpcId: string): string => vpcId.replace("vpc-", "acl-");

function create(context: Context, inputs: Properties): string {
  const { state, ids, caller } = context;
  const id = ids.resource("vpc");
  const owner = { accountId: caller.accountId, region: caller.region };
  const cidrBlock = text(inputs, "cidrBlock");
  const mainRouteTableId = ids.resource("rtb");
  state.tables.vpcs[id] = {
    id,
    ...owner,
    cidrBlock,
    enableDnsHostnames: flag(inputs, "enableDnsHostnames"),
    enableDnsSupport: flag(inputs, "enableDnsSupport"),
    mainRouteTableId,
    tags: tagsOf(inputs),
  };
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
    ...{ id: aclId, ...owner, tags: {}, vpcId: id },
    entries: [
      { ...all, direction: "ingress" },
      { ...all, direction: "egress" },
    ],
  };
  createDefaultGroup(context, id);
  context.changed();
  return id;
}

function read(context: Context, id: string): Properties | undefined {
  const vpc = find(context.state.tables.vpcs, id, context.caller);
  if (vpc === undefined) return undefined;
  const group = Object.values(context.state.tables.securityGroups).find(
    (candidate) => candidate.vpcId === id && candidate.name === "default",
  );
  // Every VPC has DHCP options of its account's; the model has only their id.
  return {
    arn: arn(context, "ec2", `vpc/${id}`),
    cidrBlock: vpc.cidrBlock,
    enableDnsHostnames: vpc.enableDnsHostnames,
    enableDnsSupport: vpc.enableDnsSupport,
    mainRouteTableId: vpc.mainRouteTableId,
    defaultRouteTableId: vpc.mainRouteTableId,
    defaultSecurityGroupId: group?.id ?? "",
    defaultNetworkAclId: defaultAclId(id),
    dhcpOptionsId: `dopt-0${vpc.accountId.padStart(16, "0")}`,
    enableNetworkAddressUsageMetrics: false,
    ipv6AssociationId: "",
    ipv6CidrBlock: "",
    ipv6CidrBlockNetworkBorderGroup: "",
    ownerId: vpc.accountId,
    tags: vpc.tags,
  };
}

function update(context: Context, id: string, inputs: Properties): void {
  const vpc = findVpc(context, "ModifyVpcAttribute", id);
  vpc.enableDnsHostnames = flag(inputs, "enableDnsHostnames");
  vpc.enableDnsSupport = flag(inputs, "enableDnsSupport");
  vpc.tags = tagsOf(inputs);
  context.changed();
}

/** EC2 API, DeleteVpc: everything in it but the main route table and the default security group must be gone before. */
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

async function remove(context: Context, id: string): Promise<void> {
  const { tables } = context.state;
  // The provider repeats DeleteVpc for five minutes (terraform-provider-aws, vpcDeletedTimeout).
  await retryWhile(context, "DependencyViolation", 300, () => {
    if (dependents(context, id)) {
      const message = `The vpc '${id}' has dependencies and cannot be deleted.`;
      // Source: EC2 API, DeleteVpc: all resources in it must be deleted before; EC2 API, Error codes: DependencyViolation;
      // wording UNVERIFIED.
      throw ec2Error("DeleteVpc", "DependencyViolation", message);
    }
  });
  for (const group of Object.values(tables.securityGroups)) if (group.vpcId === id) deleteGroup(context, group.id);
  for (const table of Object.values(tables.routeTables)) if (table.vpcId === id) delete tables.routeTables[table.id];
  delete tables.networkAcls[defaultAclId(id)];
  delete tables.vpcs[id];
  context.changed();
}

export const vpc: ResourceType = {
  token: "aws:ec2/vpc:Vpc",
  label: "EC2 VPC",
  inputs: {
    cidrBlock: string({ required: true, replace: true, reject: boundedCidr }),
    enableDnsHostnames: boolean({ default: false }),
    enableDnsSupport: boolean({ default: true }),
    instanceTenancy: string({ default: "default", reject: oneOf("default", "dedicated") }),
    assignGeneratedIpv6CidrBlock: boolean({ default: false, reject: noIpv6 }),
    region,
    tags,
  },
  create,
  read,
  update,
  delete: remove,
};

function noIpv6(value: unknown): string | undefined {
  return value === true ? "this model of AWS has no IPv6" : undefined;
}

/** True when a CIDR shares addresses with another. */
export function shareAddresses(a: string, b: string): boolean {
  return overlaps(parseCidr(a), parseCidr(b));
}
