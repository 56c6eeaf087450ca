import { genevePort } from "../../../path/net/geneve";
import type { ResourceState } from "../../../path/topology";
import { tokens } from "../../fixtures/aws";
import type { Account, Peers } from "./account";
import { pick, type Host } from "./flow";
import type { HubSpec, RuleSpec, TargetSpec } from "./spec";

interface Subnet {
  id: string;
  cidrBlock: string;
}

export interface Hub {
  account: Account;
  loadBalancerArn: string;
  serviceId: string;
  serviceName: string;
  zones: string[];
  targets: { host: Host; web: boolean }[];
  /** What the program keeps of the GWLB's addresses. */
  component: ResourceState;
}

const healthCheck = {
  protocol: "TCP",
  port: "80",
  interval: 5,
  timeout: 2,
  healthyThreshold: 2,
  unhealthyThreshold: 2,
};

const neededRules: RuleSpec[] = [
  { direction: "ingress", protocol: "udp", ports: "right", peer: "vpc" },
  { direction: "ingress", protocol: "tcp", ports: "right", peer: "vpc" },
  { direction: "egress", protocol: "udp", ports: "right", peer: "vpc" },
];

export async function buildHub(account: Account, spec: HubSpec): Promise<Hub> {
  const vpc = await account.vpc("hub", spec.vpc);
  const gateways: Subnet[] = [];
  for (const [place, zone] of spec.zones.entries()) {
    gateways.push(await account.subnet(`gateway-${zone}`, vpc, zone, pick(spec.vpc.order, place)));
  }
  const [first, second = first] = gateways.map(({ cidrBlock }) => cidrBlock);
  const peers: Peers = {
    anywhere: "0.0.0.0/0",
    vpc: vpc.cidrBlock,
    half: `${spec.vpc.base}/${spec.vpc.prefixLength + 1}`,
    first: first ?? "",
    second: second ?? "",
    elsewhere: "198.51.100.0/24",
  };
  const loadBalancerArn = await account.create(tokens.loadBalancer, "gwlb", {
    loadBalancerType: "gateway",
    subnets: gateways.map(({ id }) => id),
    enableCrossZoneLoadBalancing: spec.crossZone,
  });
  const targetGroupArn = await account.create(tokens.targetGroup, "targets", {
    protocol: "GENEVE",
    port: genevePort,
    vpcId: vpc.id,
    healthCheck,
    ...(spec.stickiness !== "none" && { stickiness: { enabled: true, type: spec.stickiness } }),
  });
  if (spec.listener) {
    const defaultActions = [{ type: "forward", targetGroupArn }];
    await account.create(tokens.listener, "listener", { loadBalancerArn, defaultActions });
  }
  const serviceId = await account.create(tokens.service, "service", {
    acceptanceRequired: false,
    gatewayLoadBalancerArns: [loadBalancerArn],
  });
  const { endpointServices, networkInterfaces, subnets } = account.cloud.snapshot();
  const gatewayAddresses: Record<string, string> = {};
  for (const eni of Object.values(networkInterfaces)) {
    if (eni.owner.id !== loadBalancerArn) continue;
    gatewayAddresses[subnets[eni.subnetId]?.availabilityZoneId ?? ""] = eni.privateIpAddress;
  }
  const targets: Hub["targets"] = [];
  for (const [place, target] of spec.targets.entries()) {
    const name = `target-${place}`;
    const zone = pick(spec.zones, target.zone);
    const subnet = target.besideGateway
      ? pick(gateways, target.zone)
      : await account.subnet(name, vpc, zone, pick(spec.vpc.order, 8 + place));
    const groupId = await account.create(tokens.securityGroup, name, { vpcId: vpc.id });
    const rules = target.rules ?? neededRules;
    await account.rules(groupId, name, rules, { ...peers, group: groupId }, { udp: genevePort, tcp: 80 });
    const instanceId = await account.instance(name, subnet.id, groupId);
    if (target.registered) await account.create(tokens.attachment, name, { targetGroupArn, targetId: instanceId });
    if (target.detour !== undefined && !target.besideGateway) {
      await detour(account, name, vpc.id, subnet, instanceId, { gateways, targets, detour: target.detour });
    }
    const addresses = spec.zones.map((id) => gatewayAddresses[id] ?? "");
    const served = target.hairpin === undefined ? addresses : addresses.filter((_, at) => target.hairpin?.includes(at));
    targets.push({ host: host(instanceId, target, served), web: target.web });
  }
  if (spec.vpc.acl !== undefined) account.acl(vpc.id, spec.vpc.acl, peers);
  return {
    account,
    loadBalancerArn,
    serviceId,
    zones: spec.zones,
    targets,
    serviceName: endpointServices[serviceId]?.serviceName ?? "",
    component: account.componentState("gwlb-inspection:index:GwlbService", "service", {
      loadBalancerArn,
      gatewayAddresses,
    }),
  };
}

function host(instanceId: string, { web, forwards }: TargetSpec, gateways: string[]): Host {
  return { instanceId, tcp: web ? [80] : [], udp: [], forwards, gateways };
}

/** A table of the target's subnet that leads a gateway's subnet over an interface. */
async function detour(
  account: Account,
  name: string,
  vpcId: string,
  subnet: Subnet,
  instanceId: string,
  given: { gateways: Subnet[]; targets: Hub["targets"]; detour: NonNullable<TargetSpec["detour"]> },
): Promise<void> {
  const { instances } = account.cloud.snapshot();
  const [other] = given.targets;
  const over = given.detour.over === "other" && other !== undefined ? other.host.instanceId : instanceId;
  const routeTableId = await account.create(tokens.routeTable, name, { vpcId });
  await account.create(tokens.association, name, { routeTableId, subnetId: subnet.id });
  await account.attempt(tokens.route, name, {
    routeTableId,
    destinationCidrBlock: pick(given.gateways, given.detour.zone).cidrBlock,
    networkInterfaceId: instances[over]?.networkInterfaceId,
  });
}
