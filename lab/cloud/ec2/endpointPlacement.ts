import { findGroup } from "./findGroup";
import { findSubnet } from "./findSubnet";
import { ec2Error } from "../core/errors";
import { serviceZoneIds } from "./endpointServices";
import type { Context } from "../core/model";
import { createInterface, deleteInterfaces } from "./networkInterface";
import { flag, texts, type Properties } from "../core/properties";
import type { Subnet, VpcEndpoint } from "../core/records";
import { begin } from "../core/transition";
import type { VisibleService } from "./visibleService";

/** Subnets and security groups are the interface types'. Wording UNVERIFIED. */
export function refuseGatewayExtras(operation: string, inputs: Properties): void {
  for (const key of ["subnetIds", "securityGroupIds"]) {
    if (texts(inputs, key).length > 0) {
      // Source: EC2 API, CreateVpcEndpoint, SubnetIds and SecurityGroupIds: not for gateway endpoints; code and wording
      // UNVERIFIED.
      throw ec2Error(operation, "InvalidParameter", `${key} cannot be specified for endpoints of type Gateway`);
    }
  }
}

function refuseRouteTables(operation: string, endpoint: VpcEndpoint, inputs: Properties): void {
  if (texts(inputs, "routeTableIds").length > 0) {
    const message = `Route table IDs are only supported for Gateway type VPC Endpoint, not ${endpoint.type}.`;
    // Source: EC2 API, CreateVpcEndpoint, RouteTableIds: gateway endpoints only; code and wording UNVERIFIED.
    throw ec2Error(operation, "InvalidParameter", message);
  }
}

function subnetsOf(
  context: Context,
  operation: string,
  endpoint: Pick<VpcEndpoint, "vpcId">,
  subnetIds: string[],
): Subnet[] {
  return subnetIds.map((id) => {
    const subnet = findSubnet(context, operation, id);
    if (subnet.vpcId === endpoint.vpcId) return subnet;
    const message = `The subnet ID '${id}' does not belong to VPC '${endpoint.vpcId}'`;
    // Source: UNVERIFIED, code and wording.
    throw ec2Error(operation, "InvalidParameter", message);
  });
}

/** One ENI in the one subnet, which is in an AZ that the service has. */
export function gatewayLoadBalancerInterfaces(
  context: Context,
  operation: string,
  endpoint: VpcEndpoint,
  service: VisibleService,
  inputs: Properties,
): void {
  refuseRouteTables(operation, endpoint, inputs);
  if (texts(inputs, "securityGroupIds").length > 0) {
    const message = "Security groups are not supported for endpoints of type GatewayLoadBalancer";
    // Source: EC2 API, CreateVpcEndpoint, SecurityGroupIds: not for GWLB endpoints; code and wording UNVERIFIED.
    throw ec2Error(operation, "InvalidParameter", message);
  }
  if (flag(inputs, "privateDnsEnabled")) {
    const message = "Private DNS can't be enabled for endpoints of type GatewayLoadBalancer";
    // Source: EC2 API, CreateVpcEndpoint, PrivateDnsEnabled: interface endpoints only; code and wording UNVERIFIED.
    throw ec2Error(operation, "InvalidParameter", message);
  }
  const [subnet, ...more] = subnetsOf(context, operation, endpoint, texts(inputs, "subnetIds"));
  if (subnet === undefined || more.length > 0) {
    const message = `Endpoints of type GatewayLoadBalancer support exactly one subnet, not ${subnet ? more.length + 1 : 0}`;
    // Source: EC2 API, CreateVpcEndpoint, SubnetIds: "For a Gateway Load Balancer endpoint, you can specify only one
    // subnet"; code and wording UNVERIFIED.
    throw ec2Error(operation, "InvalidParameter", message);
  }
  if (service.own !== undefined && !serviceZoneIds(context, service.own).includes(subnet.availabilityZoneId)) {
    const message =
      `The VPC endpoint service ${service.name} does not support the availability zone of the subnet: ` +
      `${subnet.id}.`;
    // Source: PrivateLink guide: an endpoint is in an AZ of its service; code and wording as users report them.
    throw ec2Error(operation, "InvalidParameter", message);
  }
  addInterface(context, operation, endpoint, subnet, "gateway_load_balancer_endpoint", []);
}

/** One ENI per subnet, each in an AZ of its own. */
export function interfaceInterfaces(
  context: Context,
  operation: string,
  endpoint: VpcEndpoint,
  inputs: Properties,
): void {
  refuseRouteTables(operation, endpoint, inputs);
  const { tables } = context.state;
  const vpc = tables.vpcs[endpoint.vpcId];
  if (flag(inputs, "privateDnsEnabled") && !(vpc?.enableDnsSupport && vpc.enableDnsHostnames)) {
    const message =
      "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for " +
      endpoint.vpcId;
    // Source: EC2 API, CreateVpcEndpoint, PrivateDnsEnabled: needs both attributes; code and wording UNVERIFIED.
    throw ec2Error(operation, "InvalidParameter", message);
  }
  const subnets = inZonesOfTheirOwn(operation, subnetsOf(context, operation, endpoint, texts(inputs, "subnetIds")));
  const groups = securityGroups(context, operation, endpoint, texts(inputs, "securityGroupIds"));
  for (const subnet of subnets) addInterface(context, operation, endpoint, subnet, "vpc_endpoint", groups);
}

function inZonesOfTheirOwn(operation: string, subnets: Subnet[]): Subnet[] {
  const zones = new Set<string>();
  for (const subnet of subnets) {
    if (zones.has(subnet.availabilityZoneId)) {
      const message = `Found another VPC endpoint subnet in the availability zone of ${subnet.id}`;
      // Source: EC2 API, Error codes: DuplicateSubnetsInSameZone; wording as users report it.
      throw ec2Error(operation, "DuplicateSubnetsInSameZone", message);
    }
    zones.add(subnet.availabilityZoneId);
  }
  return subnets;
}

/**
 * EC2 ModifyVpcEndpoint, AddSubnetIds and RemoveSubnetIds. Interfaces that stay go on; those that go, go last.
 *
 * @param seconds - of AWS's time, until it is done
 */
export function moveInterfaces(
  context: Context,
  operation: string,
  endpoint: VpcEndpoint,
  subnetIds: string[],
  seconds: number,
): void {
  if (endpoint.type !== "Interface") {
    const message = `The subnets of a VPC endpoint of type ${endpoint.type} cannot be modified`;
    // Source: EC2 API, ModifyVpcEndpoint, AddSubnetId: "For a Gateway Load Balancer endpoint, you can specify only one
    // subnet"; that it cannot be exchanged for another one, code and wording are UNVERIFIED.
    throw ec2Error(operation, "InvalidParameter", message);
  }
  const subnets = inZonesOfTheirOwn(operation, subnetsOf(context, operation, endpoint, subnetIds));
  const { networkInterfaces } = context.state.tables;
  const groups = groupsOf(context, endpoint);
  const gone = endpoint.networkInterfaceIds.filter((id) => !subnetIds.includes(networkInterfaces[id]?.subnetId ?? ""));
  for (const subnet of subnets.filter(({ id }) => !endpoint.subnetIds.includes(id))) {
    addInterface(context, operation, endpoint, subnet, "vpc_endpoint", groups);
  }
  context.changed();
  begin(context, endpoint.id, async ({ clock, hooks }) => {
    await clock.wait(seconds);
    await hooks.settled?.();
    deleteInterfaces(context, gone);
    endpoint.subnetIds = subnetIds;
    endpoint.networkInterfaceIds = endpoint.networkInterfaceIds.filter((id) => !gone.includes(id));
    context.changed();
  });
}

function securityGroups(context: Context, operation: string, endpoint: VpcEndpoint, named: string[]): string[] {
  const groups = named.map((id) => findGroup(context, operation, id));
  const foreign = groups.find((group) => group.vpcId !== endpoint.vpcId);
  if (foreign !== undefined) {
    const message = `Security group ${foreign.id} does not belong to VPC ${endpoint.vpcId}`;
    // Source: UNVERIFIED, code and wording.
    throw ec2Error(operation, "InvalidParameter", message);
  }
  if (groups.length > 0) return named;
  return Object.values(context.state.tables.securityGroups)
    .filter((group) => group.vpcId === endpoint.vpcId && group.name === "default")
    .map((group) => group.id);
}

function addInterface(
  context: Context,
  operation: string,
  endpoint: VpcEndpoint,
  subnet: Subnet,
  interfaceType: "vpc_endpoint" | "gateway_load_balancer_endpoint",
  securityGroupIds: string[],
): void {
  const eni = createInterface(context, {
    operation,
    subnet,
    description: `VPC Endpoint Interface ${endpoint.id}`,
    interfaceType,
    securityGroupIds,
    owner: { kind: "vpcEndpoint", id: endpoint.id },
    sourceDestCheck: interfaceType === "vpc_endpoint",
  });
  endpoint.subnetIds.push(subnet.id);
  endpoint.networkInterfaceIds.push(eni.id);
}

/** The groups of an endpoint's ENIs. */
export function groupsOf(context: Context, endpoint: VpcEndpoint): string[] {
  const [eni] = endpoint.networkInterfaceIds.map((id) => context.state.tables.networkInterfaces[id]);
  return eni?.securityGroupIds ?? [];
}
