import { findLoadBalancer } from "./findLoadBalancer";
import type { Context, ResourceType } from "../core/model";
import { elbName } from "./elbName";
import {
  CreateLoadBalancer,
  DeleteLoadBalancer,
  ModifyLoadBalancerAttributes,
  SetSubnets,
} from "../operations/loadBalancers";
import { tagList } from "../operations/tagging";
import { optionalText, tagsOf, text, texts, blocks, flag, type Properties } from "../core/properties";
import { boolean, objects, oneOf, region, string, stringSet, tags } from "../core/specs";
import { find } from "../core/state";
import { settledOf } from "../core/transition";

function subnetIdsOf(inputs: Properties): string[] {
  return [...texts(inputs, "subnets"), ...blocks(inputs, "subnetMappings").map((mapping) => text(mapping, "subnetId"))];
}

async function create(context: Context, inputs: Properties): Promise<string> {
  const prefix = optionalText(inputs, "namePrefix");
  const Tags = tagList(tagsOf(inputs));
  const groups = texts(inputs, "securityGroups");
  const { LoadBalancers: [made] = [] } = CreateLoadBalancer.run(context, {
    Type: "gateway",
    Name: prefix === undefined ? text(inputs, "name") : (prefix + context.ids.suffix()).slice(0, 32),
    Subnets: subnetIdsOf(inputs),
    ...(groups.length > 0 && { SecurityGroups: groups }),
    ...(Tags.length > 0 && { Tags }),
  });
  const arn = made?.LoadBalancerArn ?? "";
  context.created(arn);
  // What a new load balancer has anyhow is not asked for.
  if (flag(inputs, "enableCrossZoneLoadBalancing") || flag(inputs, "enableDeletionProtection")) {
    setAttributes(context, arn, inputs);
  }
  await settledOf(context, arn);
  return arn;
}

function setAttributes(context: Context, LoadBalancerArn: string, inputs: Properties): void {
  ModifyLoadBalancerAttributes.run(context, {
    LoadBalancerArn,
    Attributes: [
      { Key: "load_balancing.cross_zone.enabled", Value: String(flag(inputs, "enableCrossZoneLoadBalancing")) },
      { Key: "deletion_protection.enabled", Value: String(flag(inputs, "enableDeletionProtection")) },
    ],
  });
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
  setAttributes(context, arn, inputs);
  const balancer = findLoadBalancer(context, "AddTags", arn);
  balancer.tags = tagsOf(inputs);
  context.changed();
  const subnetIds = subnetIdsOf(inputs);
  const asItIs = subnetIds.length === 0 || [...subnetIds].sort().join() === [...balancer.subnetIds].sort().join();
  if (asItIs) return;
  SetSubnets.run(context, { LoadBalancerArn: arn, Subnets: subnetIds });
  await settledOf(context, arn);
}

function remove(context: Context, arn: string): void {
  DeleteLoadBalancer.run(context, { LoadBalancerArn: arn });
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
