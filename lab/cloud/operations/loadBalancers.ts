import type {
  CreateLoadBalancerInput,
  CreateLoadBalancerOutput,
  DeleteLoadBalancerInput,
  DeleteLoadBalancerOutput,
  DescribeLoadBalancerAttributesInput,
  DescribeLoadBalancerAttributesOutput,
  DescribeLoadBalancersInput,
  DescribeLoadBalancersOutput,
  LoadBalancer as LoadBalancerOutput,
  LoadBalancerAttribute,
  ModifyLoadBalancerAttributesInput,
  ModifyLoadBalancerAttributesOutput,
  SetSubnetsInput,
  SetSubnetsOutput,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { arn as arnOf } from "../core/arn";
import { elbError } from "../core/errors";
import { findLoadBalancer, noLoadBalancer } from "../elb/findLoadBalancer";
import {
  addSubnets,
  createInterfaces,
  lingeringSeconds,
  placeIn,
  provisioningSeconds,
} from "../elb/loadBalancerPlacement";
import type { Context } from "../core/model";
import { deleteInterfaces } from "../ec2/networkInterface";
import type { LoadBalancer } from "../core/records";
import { ownedBy } from "../core/state";
import { begin } from "../core/transition";
import { elbTags } from "./elbTags";
import { operation } from "./operation";

export const CreateLoadBalancer = operation(
  ["IpAddressType", "Name", "SecurityGroups", "SubnetMappings", "Subnets", "Tags", "Type"],
  (context: Context, input: CreateLoadBalancerInput): CreateLoadBalancerOutput => {
    const { state, caller, ids } = context;
    const called = "CreateLoadBalancer";
    const name = input.Name ?? "";
    if (input.Type !== "gateway") {
      // Source: none, the model's own limit.
      throw elbError(called, "ValidationError", "this model of AWS has load balancers of type 'gateway' only");
    }
    if ((input.SecurityGroups ?? []).length > 0) {
      const message = "Security groups are not supported for load balancers with type 'gateway'";
      // Source: ELBv2 API, CreateLoadBalancer, SecurityGroups: for the other types only; code and wording UNVERIFIED.
      throw elbError(called, "InvalidConfigurationRequest", message);
    }
    if (ownedBy(state.tables.loadBalancers, caller).some((other) => other.name === name)) {
      const message = `A load balancer with the same name '${name}' exists, but with different settings`;
      // Source: ELBv2 API, CreateLoadBalancer: DuplicateLoadBalancerName; wording UNVERIFIED.
      throw elbError(called, "DuplicateLoadBalancerName", message);
    }
    const { vpcId, subnets } = placeIn(context, called, subnetsOf(input));
    const arnSuffix = `gwy/${name}/${ids.elb()}`;
    const arn = arnOf(context, "elasticloadbalancing", `loadbalancer/${arnSuffix}`);
    const interfaces = createInterfaces(context, called, { arn, arnSuffix }, subnets);
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
      crossZone: false,
      deletionProtection: false,
      tags: elbTags(input.Tags),
      created: Date.now(),
    };
    state.tables.loadBalancers[arn] = balancer;
    begin(context, arn, async ({ clock }) => {
      await clock.wait(provisioningSeconds);
      balancer.state = "active";
      context.changed();
    });
    context.changed();
    return { LoadBalancers: [balancerOutput(context, balancer)] };
  },
);

function subnetsOf({
  Subnets = [],
  SubnetMappings = [],
}: Pick<CreateLoadBalancerInput, "Subnets" | "SubnetMappings">): string[] {
  return [...Subnets, ...SubnetMappings.map(({ SubnetId = "" }) => SubnetId)];
}

function zonesOf(context: Context, ids: string[]): NonNullable<LoadBalancerOutput["AvailabilityZones"]> {
  return ids.map((SubnetId) => ({
    ZoneName: context.state.tables.subnets[SubnetId]?.availabilityZone ?? "",
    SubnetId,
    LoadBalancerAddresses: [],
  }));
}

/** A GWLB has no DNS name, no scheme and no hosted zone. */
function balancerOutput(context: Context, balancer: LoadBalancer): LoadBalancerOutput {
  return {
    LoadBalancerArn: balancer.arn,
    ...(balancer.created !== undefined && { CreatedTime: new Date(balancer.created) }),
    LoadBalancerName: balancer.name,
    VpcId: balancer.vpcId,
    State: { Code: balancer.state },
    Type: "gateway",
    AvailabilityZones: zonesOf(context, balancer.subnetIds),
    IpAddressType: "ipv4",
  };
}

export const DescribeLoadBalancers = operation(
  ["LoadBalancerArns", "Names"],
  (
    context: Context,
    { LoadBalancerArns: arns, Names: names }: DescribeLoadBalancersInput,
  ): DescribeLoadBalancersOutput => {
    const called = "DescribeLoadBalancers";
    const own = ownedBy(context.state.tables.loadBalancers, context.caller);
    const named = (names ?? []).map((name) => {
      const found = own.find((each) => each.name === name);
      if (found === undefined) throw noLoadBalancer(called, name);
      return found;
    });
    const found = [...(arns ?? []).map((arn) => findLoadBalancer(context, called, arn)), ...named];
    const all = arns === undefined && names === undefined ? own : found;
    return { LoadBalancers: all.map((balancer) => balancerOutput(context, balancer)) };
  },
);

function attributesOf({ crossZone, deletionProtection }: LoadBalancer): LoadBalancerAttribute[] {
  return [
    { Key: "load_balancing.cross_zone.enabled", Value: String(crossZone) },
    { Key: "deletion_protection.enabled", Value: String(deletionProtection) },
  ];
}

export const DescribeLoadBalancerAttributes = operation(
  ["LoadBalancerArn"],
  (context: Context, input: DescribeLoadBalancerAttributesInput): DescribeLoadBalancerAttributesOutput => {
    const balancer = findLoadBalancer(context, "DescribeLoadBalancerAttributes", input.LoadBalancerArn ?? "");
    return { Attributes: attributesOf(balancer) };
  },
);

export const ModifyLoadBalancerAttributes = operation(
  ["Attributes", "LoadBalancerArn"],
  (context: Context, input: ModifyLoadBalancerAttributesInput): ModifyLoadBalancerAttributesOutput => {
    const called = "ModifyLoadBalancerAttributes";
    const balancer = findLoadBalancer(context, called, input.LoadBalancerArn ?? "");
    const given = input.Attributes ?? [];
    const unknown = given.find(({ Key }) => !attributesOf(balancer).some((known) => known.Key === Key));
    if (unknown !== undefined) {
      const message = `Load balancer attribute key '${unknown.Key}' is not recognized`;
      // Source: ELBv2 API, LoadBalancerAttribute, of Gateway Load Balancers; code and wording UNVERIFIED.
      throw elbError(called, "InvalidConfigurationRequest", message);
    }
    for (const { Key, Value } of given) {
      if (Key === "load_balancing.cross_zone.enabled") balancer.crossZone = Value === "true";
      else balancer.deletionProtection = Value === "true";
    }
    context.changed();
    return { Attributes: attributesOf(balancer) };
  },
);

/** The AZs that are enabled go on taking packets meanwhile; the state is UNVERIFIED. */
export const SetSubnets = operation(
  ["LoadBalancerArn", "SubnetMappings", "Subnets"],
  (context: Context, input: SetSubnetsInput): SetSubnetsOutput => {
    const called = "SetSubnets";
    const balancer = findLoadBalancer(context, called, input.LoadBalancerArn ?? "");
    const ids = subnetsOf(input);
    addSubnets(context, called, balancer, ids);
    return { AvailabilityZones: zonesOf(context, ids), IpAddressType: "ipv4" };
  },
);

export const DeleteLoadBalancer = operation(
  ["LoadBalancerArn"],
  (context: Context, { LoadBalancerArn: arn = "" }: DeleteLoadBalancerInput): DeleteLoadBalancerOutput => {
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
    return {};
  },
);
