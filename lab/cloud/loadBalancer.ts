import { arn as arnOf } from "./arn";
import { findSubnet } from "./ec2Subnet";
import { AwsError, elbError } from "./errors";
import type { Context, ResourceType } from "./model";
import { createInterface, deleteInterfaces } from "./networkInterface";
import { optionalText, tagsOf, text, texts, blocks, flag, type Properties } from "./properties";
import type { LoadBalancer, NetworkInterface, Subnet } from "./records";
import { boolean, objects, oneOf, region, string, stringSet, tags } from "./specs";
import { find, ownedBy } from "./state";
import { transition } from "./transition";

/** Seconds of AWS's time: provisioning, and how long ENIs stay behind a deleted load balancer. Both UNVERIFIED. */
const provisioningSeconds = 120;
const lingeringSeconds = 10;

export function findLoadBalancer(context: Context, operation: string, arn: string): LoadBalancer {
  const found = find(context.state.tables.loadBalancers, arn, context.caller);
  // Source: ELBv2 API, ModifyLoadBalancerAttributes: LoadBalancerNotFound; wording UNVERIFIED.
  if (found === undefined) throw elbError(operation, "LoadBalancerNotFound", `Load balancers '[${arn}]' not found`);
  return found;
}

function subnetIdsOf(inputs: Properties): string[] {
  return [...texts(inputs, "subnets"), ...blocks(inputs, "subnetMappings").map((mapping) => text(mapping, "subnetId"))];
}

/** The subnets, each from an AZ of its own, all in one VPC. */
function placeIn(context: Context, operation: string, ids: string[]): { vpcId: string; subnets: Subnet[] } {
  const subnets = ids.map((id) => {
    try {
      return findSubnet(context, operation, id);
    } catch (error) {
      // Source: ELBv2 API, CreateLoadBalancer: SubnetNotFound; wording UNVERIFIED.
      if (error instanceof AwsError)
        throw elbError(operation, "SubnetNotFound", `The subnet ID '${id}' does not exist`);
      throw error;
    }
  });
  const [first, ...rest] = subnets;
  // Source: ELBv2 API, CreateLoadBalancer, Subnets: at least one; code and wording UNVERIFIED.
  if (first === undefined) throw elbError(operation, "ValidationError", "At least one subnet must be specified");
  if (rest.some((subnet) => subnet.vpcId !== first.vpcId)) {
    const message = `The following subnets belong to different VPCs: '${ids.join("', '")}'`;
    // Source: ELBv2 API, CreateLoadBalancer: InvalidConfigurationRequest; that it is this one, and the wording, are
    // UNVERIFIED.
    throw elbError(operation, "InvalidConfigurationRequest", message);
  }
  if (new Set(subnets.map((subnet) => subnet.availabilityZoneId)).size < subnets.length) {
    const message = "A load balancer cannot be attached to multiple subnets in the same Availability Zone";
    // Source: ELBv2 API, CreateLoadBalancer, Subnets: "only one subnet per Availability Zone"; wording as users report it.
    throw elbError(operation, "InvalidConfigurationRequest", message);
  }
  return { vpcId: first.vpcId, subnets };
}

/** One ENI per subnet, or none when one of them is full. */
function createInterfaces(
  context: Context,
  operation: string,
  { arn, arnSuffix }: Pick<LoadBalancer, "arn" | "arnSuffix">,
  subnets: Subnet[],
): NetworkInterface[] {
  const made: NetworkInterface[] = [];
  try {
    for (const subnet of subnets) {
      made.push(
        createInterface(context, {
          operation,
          subnet,
          // How the ENIs of a load balancer are found; `ELB ` and the ARN's suffix.
          description: `ELB ${arnSuffix}`,
          interfaceType: "gateway_load_balancer",
          securityGroupIds: [],
          owner: { kind: "loadBalancer", id: arn },
          sourceDestCheck: false,
        }),
      );
    }
    return made;
  } catch (error) {
    deleteInterfaces(
      context,
      made.map((eni) => eni.id),
    );
    throw error;
  }
}

async function create(context: Context, inputs: Properties): Promise<string> {
  const { state, caller, ids } = context;
  const operation = "CreateLoadBalancer";
  const prefix = optionalText(inputs, "namePrefix");
  const name = prefix === undefined ? text(inputs, "name") : (prefix + ids.suffix()).slice(0, 32);
  if (texts(inputs, "securityGroups").length > 0) {
    const message = "Security groups are not supported for load balancers with type 'gateway'";
    // Source: ELBv2 API, CreateLoadBalancer, SecurityGroups: for the other types only; code and wording UNVERIFIED.
    throw elbError(operation, "InvalidConfigurationRequest", message);
  }
  if (ownedBy(state.tables.loadBalancers, caller).some((other) => other.name === name)) {
    const message = `A load balancer with the same name '${name}' exists, but with different settings`;
    // Source: ELBv2 API, CreateLoadBalancer: DuplicateLoadBalancerName; wording UNVERIFIED.
    throw elbError(operation, "DuplicateLoadBalancerName", message);
  }
  const { vpcId, subnets } = placeIn(context, operation, subnetIdsOf(inputs));
  const arnSuffix = `gwy/${name}/${ids.elb()}`;
  const arn = arnOf(context, "elasticloadbalancing", `loadbalancer/${arnSuffix}`);
  const interfaces = createInterfaces(context, operation, { arn, arnSuffix }, subnets);
  const balancer: LoadBalancer = {
    arn,
    arnSuffix,
    accountId: caller.accountId,
    region: caller.region,
    name,
    state: "provisioning",
    vpcId,
    subnetIds: subnets.map((subnet) => subnet.id),
    networkInterfaceIds: interfaces.map((eni) => eni.id),
    crossZone: flag(inputs, "enableCrossZoneLoadBalancing"),
    deletionProtection: flag(inputs, "enableDeletionProtection"),
    tags: tagsOf(inputs),
  };
  state.tables.loadBalancers[arn] = balancer;
  context.created(arn);
  context.changed();
  await transition(context, async ({ clock }) => {
    await clock.wait(provisioningSeconds);
    balancer.state = "active";
    context.changed();
  });
  return arn;
}

function read(context: Context, arn: string): Properties | undefined {
  const balancer = find(context.state.tables.loadBalancers, arn, context.caller);
  if (balancer === undefined) return undefined;
  return {
    arn,
    arnSuffix: balancer.arnSuffix,
    // A GWLB has no DNS name, no scheme and no hosted zone.
    dnsName: "",
    zoneId: "",
    internal: false,
    enableCrossZoneLoadBalancing: balancer.crossZone,
    enableDeletionProtection: balancer.deletionProtection,
    ipAddressType: "ipv4",
    loadBalancerType: "gateway",
    name: balancer.name,
    securityGroups: [],
    subnetMappings: balancer.subnetIds.map((subnetId) => ({
      allocationId: "",
      ipv6Address: "",
      outpostId: "",
      privateIpv4Address: "",
      subnetId,
    })),
    subnets: [...balancer.subnetIds].sort(),
    tags: balancer.tags,
    vpcId: balancer.vpcId,
  };
}

async function update(context: Context, arn: string, inputs: Properties): Promise<void> {
  const balancer = findLoadBalancer(context, "ModifyLoadBalancerAttributes", arn);
  balancer.crossZone = flag(inputs, "enableCrossZoneLoadBalancing");
  balancer.deletionProtection = flag(inputs, "enableDeletionProtection");
  balancer.tags = tagsOf(inputs);
  context.changed();
  const subnetIds = subnetIdsOf(inputs);
  const asItIs = subnetIds.length === 0 || [...subnetIds].sort().join() === [...balancer.subnetIds].sort().join();
  if (!asItIs) await setSubnets(context, balancer, subnetIds);
}

/** ELBv2 SetSubnets. The AZs that are enabled go on taking packets meanwhile; the state is UNVERIFIED. */
async function setSubnets(context: Context, balancer: LoadBalancer, ids: string[]): Promise<void> {
  const operation = "SetSubnets";
  const missing = balancer.subnetIds.find((id) => !ids.includes(id));
  if (missing !== undefined) {
    const message = `Subnet '${missing}' cannot be removed from a load balancer with type 'gateway'`;
    // Source: ELBv2 API, SetSubnets: "[Gateway Load Balancers] You must include all subnets that were enabled previously, with
    // their existing configurations, plus any additional subnets"; code and wording UNVERIFIED.
    throw elbError(operation, "InvalidConfigurationRequest", message);
  }
  const { subnets } = placeIn(context, operation, ids);
  const added = subnets.filter(({ id }) => !balancer.subnetIds.includes(id));
  const interfaces = createInterfaces(context, operation, balancer, added);
  balancer.subnetIds.push(...added.map(({ id }) => id));
  balancer.networkInterfaceIds.push(...interfaces.map(({ id }) => id));
  balancer.state = "provisioning";
  context.changed();
  await transition(context, async ({ clock, hooks }) => {
    await clock.wait(provisioningSeconds);
    await hooks.settled?.();
    balancer.state = "active";
    context.changed();
  });
}

function remove(context: Context, arn: string): void {
  const { tables } = context.state;
  const balancer = findLoadBalancer(context, "DeleteLoadBalancer", arn);
  if (balancer.deletionProtection) {
    const message = `Load balancer '${arn}' cannot be deleted because deletion protection is enabled`;
    // Source: ELBv2 API, DeleteLoadBalancer: OperationNotPermitted; wording UNVERIFIED.
    throw elbError("DeleteLoadBalancer", "OperationNotPermitted", message);
  }
  if (Object.values(tables.endpointServices).some((service) => service.gatewayLoadBalancerArns.includes(arn))) {
    const message = `Load balancer '${arn}' cannot be deleted because it is currently associated with another service`;
    // Source: ELBv2 API, DeleteLoadBalancer: ResourceInUse; wording as users report it.
    throw elbError("DeleteLoadBalancer", "ResourceInUse", message);
  }
  for (const listener of Object.values(tables.listeners)) {
    if (listener.loadBalancerArn === arn) delete tables.listeners[listener.arn];
  }
  delete tables.loadBalancers[arn];
  context.changed();
  context.clock.later(lingeringSeconds, () => {
    deleteInterfaces(context, balancer.networkInterfaceIds);
    context.changed();
  });
}

/** The provider's schema for names of load balancers and target groups. */
export function elbName(value: unknown): string | undefined {
  const name = String(value);
  if (name.length > 32) return `"${name}" cannot be longer than 32 characters`;
  if (!/^[0-9A-Za-z-]+$/.test(name)) return `only alphanumeric characters and hyphens allowed in "${name}"`;
  return name.startsWith("-") || name.endsWith("-") ? `"${name}" cannot begin or end with a hyphen` : undefined;
}

export const loadBalancer: ResourceType = {
  token: "aws:lb/loadBalancer:LoadBalancer",
  label: "ELBv2 Load Balancer",
  inputs: {
    loadBalancerType: string({ required: true, replace: true, reject: oneOf("gateway") }),
    name: string({ autoname: 32, replace: true, computed: true, reject: elbName }),
    namePrefix: string({ replace: true, computed: true }),
    // In place, whatever changes (customizeDiffLoadBalancerGWLB forces nothing): AWS says what it takes.
    subnets: stringSet({ computed: true }),
    subnetMappings: objects({ subnetId: string({ required: true }) }, { computed: true }),
    securityGroups: stringSet({ computed: true }),
    enableCrossZoneLoadBalancing: boolean({ default: false }),
    enableDeletionProtection: boolean({ default: false }),
    ipAddressType: string({ computed: true, reject: oneOf("ipv4") }),
    region,
    tags,
  },
  create,
  read,
  update,
  delete: remove,
};
