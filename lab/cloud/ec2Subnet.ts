import { contains, parseCidr } from "../../path/net/cidr";
import { arn } from "./arn";
import { shareAddresses } from "./ec2Vpc";
import { findVpc } from "./findVpc";
import { ec2Error } from "./errors";
import { boundedCidr } from "./cidrSize";
import type { Failure } from "./inputs";
import type { Context, ResourceType } from "./model";
import { flag, optionalText, tagsOf, text, type Properties } from "./properties";
import type { Subnet } from "./records";
import { retryWhile } from "./retry";
import { boolean, oneOf, region, string, tags } from "./specs";
import { find } from "./state";
import { zonesOf, type Zone } from "./zones";

export function findSubnet(context: Context, operation: string, id: string): Subnet {
  const subnet = find(context.state.tables.subnets, id, context.caller);
  if (subnet === undefined) {
    // Source: EC2 API, Error codes: InvalidSubnetID.NotFound; wording UNVERIFIED.
    throw ec2Error(operation, "InvalidSubnetID.NotFound", `The subnet ID '${id}' does not exist`);
  }
  return subnet;
}

function zone(context: Context, inputs: Properties): Zone {
  const zones = zonesOf(context.caller.accountId, context.caller.region);
  const name = optionalText(inputs, "availabilityZone");
  const id = optionalText(inputs, "availabilityZoneId");
  const found = zones.find(
    (candidate) => (name === undefined || candidate.name === name) && (id ?? candidate.id) === candidate.id,
  );
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

function create(context: Context, inputs: Properties): string {
  const { state, caller } = context;
  const vpc = findVpc(context, "CreateSubnet", text(inputs, "vpcId"));
  const cidrBlock = text(inputs, "cidrBlock");
  if (!contains(parseCidr(vpc.cidrBlock), parseCidr(cidrBlock))) {
    // Source: EC2 API, Error codes: InvalidSubnet.Range; wording UNVERIFIED.
    throw ec2Error("CreateSubnet", "InvalidSubnet.Range", `The CIDR '${cidrBlock}' is invalid.`);
  }
  const others = Object.values(state.tables.subnets).filter((subnet) => subnet.vpcId === vpc.id);
  if (others.some((subnet) => shareAddresses(subnet.cidrBlock, cidrBlock))) {
    const message = `The CIDR '${cidrBlock}' conflicts with another subnet`;
    // Source: EC2 API, Error codes: InvalidSubnet.Conflict; wording UNVERIFIED.
    throw ec2Error("CreateSubnet", "InvalidSubnet.Conflict", message);
  }
  const place = zone(context, inputs);
  const id = context.ids.resource("subnet");
  state.tables.subnets[id] = {
    id,
    accountId: caller.accountId,
    region: caller.region,
    vpcId: vpc.id,
    cidrBlock,
    availabilityZone: place.name,
    availabilityZoneId: place.id,
    mapPublicIpOnLaunch: flag(inputs, "mapPublicIpOnLaunch"),
    tags: tagsOf(inputs),
  };
  context.changed();
  return id;
}

function read(context: Context, id: string): Properties | undefined {
  const subnet = find(context.state.tables.subnets, id, context.caller);
  return subnet && describeSubnet(context, subnet);
}

/** The attributes that resource and data source share. */
export function describeSubnet(context: Context, subnet: Subnet): Properties {
  return {
    arn: arn(context, "ec2", `subnet/${subnet.id}`),
    assignIpv6AddressOnCreation: false,
    availabilityZone: subnet.availabilityZone,
    availabilityZoneId: subnet.availabilityZoneId,
    cidrBlock: subnet.cidrBlock,
    customerOwnedIpv4Pool: "",
    enableDns64: false,
    enableLniAtDeviceIndex: 0,
    enableResourceNameDnsARecordOnLaunch: false,
    enableResourceNameDnsAaaaRecordOnLaunch: false,
    ipv6CidrBlock: "",
    ipv6CidrBlockAssociationId: "",
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
  const subnet = findSubnet(context, "ModifySubnetAttribute", id);
  subnet.mapPublicIpOnLaunch = flag(inputs, "mapPublicIpOnLaunch");
  subnet.tags = tagsOf(inputs);
  context.changed();
}

async function remove(context: Context, id: string): Promise<void> {
  const { tables } = context.state;
  // The provider repeats DeleteSubnet for twenty minutes (terraform-provider-aws, default delete timeout).
  await retryWhile(context, "DependencyViolation", 1200, () => {
    if (Object.values(tables.networkInterfaces).some((eni) => eni.subnetId === id)) {
      const message = `The subnet '${id}' has dependencies and cannot be deleted.`;
      // Source: EC2 API, Error codes: DependencyViolation; the provider repeats DeleteSubnet on it; wording UNVERIFIED.
      throw ec2Error("DeleteSubnet", "DependencyViolation", message);
    }
  });
  // A subnet's association goes with it.
  for (const table of Object.values(tables.routeTables)) {
    table.associations = table.associations.filter((association) => association.subnetId !== id);
  }
  delete tables.subnets[id];
  context.changed();
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
