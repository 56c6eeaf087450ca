import { AwsError, elbError } from "../core/errors";
import { findSubnet } from "../ec2/findSubnet";
import type { Context } from "../core/model";
import { createInterface, deleteInterfaces } from "../ec2/networkInterface";
import type { LoadBalancer, NetworkInterface, Subnet } from "../core/records";
import { begin } from "../core/transition";

/** Seconds of AWS's time: provisioning, and how long ENIs stay behind a deleted load balancer. Both UNVERIFIED. */
export const provisioningSeconds = 120;

export const lingeringSeconds = 10;

/** The subnets, each from an AZ of its own, all in one VPC. */
export function placeIn(context: Context, operation: string, ids: string[]): { vpcId: string; subnets: Subnet[] } {
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
export function createInterfaces(
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

/** More subnets for a load balancer; none of those that it has may go. */
export function addSubnets(context: Context, operation: string, balancer: LoadBalancer, ids: string[]): void {
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
  begin(context, balancer.arn, async ({ clock, hooks }) => {
    await clock.wait(provisioningSeconds);
    await hooks.settled?.();
    balancer.state = "active";
    context.changed();
  });
}
