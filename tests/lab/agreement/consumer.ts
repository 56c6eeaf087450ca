import { workstationAddress } from "../../../lab/fabric/addresses";
import type { Properties } from "../../../lab/cloud/core/properties";
import { tokens } from "../../fixtures/aws";
import type { Account, Peers } from "./account";
import { answering, pick, type Flow, type Host } from "./flow";
import type { Hub } from "./hub";
import type { ConsumerSpec, RouteSpec, RuleSpec, Tier } from "./spec";

interface Subnet {
  id: string;
  cidrBlock: string;
}

export interface Consumer {
  account: Account;
  hosts: Host[];
  flows: Flow[];
}

const neededRules: RuleSpec[] = [
  { direction: "ingress", protocol: "-1", ports: "all", peer: "vpc" },
  { direction: "egress", protocol: "-1", ports: "all", peer: "anywhere" },
];

/** All AZs of the Region: a consumer may be in ones that the GWLB is not in. */
const zones = ["apne1-az4", "apne1-az1", "apne1-az2"];

export async function buildConsumer(account: Account, spec: ConsumerSpec, hub: Hub): Promise<Consumer> {
  const principalArn = `arn:aws:iam::${account.caller.accountId}:root`;
  const permission = { vpcEndpointServiceId: hub.serviceId, principalArn };
  await hub.account.create(tokens.principal, `principal-${account.caller.accountId}`, permission);
  const vpc = await account.vpc("consumer", spec.vpc);
  const places = [...spec.vpc.order];
  const subnetIn = (name: string, zone: string): Promise<Subnet> =>
    account.subnet(name, vpc, zone, places.shift() ?? 0);

  const endpointSubnets: Subnet[] = [];
  for (const [number, { zone }] of spec.endpoints.entries()) {
    endpointSubnets.push(await subnetIn(`endpoint-${number}`, pick(hub.zones, zone)));
  }
  const source =
    spec.sourceIn === "endpoint" ? pick(endpointSubnets, 0) : await subnetIn("source", pick(zones, spec.sourceZone));
  const destination =
    spec.destinationIn === "own"
      ? await subnetIn("destination", pick(zones, spec.destinationZone))
      : spec.destinationIn === "source"
        ? source
        : pick(endpointSubnets, spec.destinationZone);
  const bystander = spec.bystander ? await subnetIn("bystander", pick(zones, 0)) : undefined;
  const subnets: Record<Tier, Subnet[]> = {
    source: [source],
    destination: [destination],
    endpoint: endpointSubnets,
    bystander: bystander === undefined ? [] : [bystander],
  };
  const peers: Peers = {
    anywhere: "0.0.0.0/0",
    vpc: vpc.cidrBlock,
    elsewhere: "198.51.100.0/24",
    half: `${spec.vpc.base}/${spec.vpc.prefixLength + 1}`,
    first: source.cidrBlock,
    second: destination.cidrBlock,
  };

  const groups = {
    source: await account.create(tokens.securityGroup, "source", { vpcId: vpc.id }),
    destination: await account.create(tokens.securityGroup, "destination", { vpcId: vpc.id }),
  };
  const sourceRules = spec.sourceRules ?? neededRules;
  const destinationRules = spec.destinationRules ?? neededRules;
  await account.rules(groups.source, "source", sourceRules, { ...peers, group: groups.destination }, answering);
  await account.rules(
    groups.destination,
    "destination",
    destinationRules,
    { ...peers, group: groups.source },
    answering,
  );
  const gatewayId =
    spec.internet === undefined
      ? undefined
      : await account.create(tokens.internetGateway, "internet", { vpcId: vpc.id });
  const instances = {
    source: await account.instance("source", source.id, groups.source, {
      associatePublicIpAddress: spec.internet !== undefined,
    }),
    destination: await account.instance("destination", destination.id, groups.destination),
    bystander: bystander && (await account.instance("bystander", bystander.id, groups.destination)),
  };

  const endpoints: string[] = [];
  for (const [number, subnet] of endpointSubnets.entries()) {
    const given = { vpcId: vpc.id, vpcEndpointType: "GatewayLoadBalancer", subnetIds: [subnet.id] };
    const serviceName = hub.serviceName;
    endpoints.push(await account.create(tokens.endpoint, `endpoint-${number}`, { ...given, serviceName }));
  }

  const tables = new Map<string, string>();
  const mainTable = account.cloud.snapshot().vpcs[vpc.id]?.mainRouteTableId ?? "";
  for (const [tier, of] of Object.entries(subnets) as [Tier, Subnet[]][]) {
    for (const [number, subnet] of of.entries()) {
      if (tables.has(subnet.id) || spec.onMainTable.includes(tier)) continue;
      const name = `${tier}-${number}`;
      const routeTableId = await account.create(tokens.routeTable, name, { vpcId: vpc.id });
      await account.create(tokens.association, name, { routeTableId, subnetId: subnet.id });
      tables.set(subnet.id, routeTableId);
    }
  }
  const route = async (
    name: string,
    of: Subnet | undefined,
    to: string,
    target: Properties | undefined,
    byHand = false,
  ): Promise<void> => {
    if (of === undefined || target === undefined) return;
    const routeTableId = tables.get(of.id) ?? mainTable;
    // Of a main table, which has no state of its own, nobody is told what was made by hand.
    if (byHand && routeTableId !== mainTable) account.routeByHand(routeTableId, to, target);
    else await account.attempt(tokens.route, name, { routeTableId, destinationCidrBlock: to, ...target });
  };
  const byEndpoint = (number: number): Properties => ({ vpcEndpointId: pick(endpoints, number) });
  if (spec.there !== undefined) await route("there", source, destination.cidrBlock, byEndpoint(spec.there));
  if (spec.back !== undefined) await route("back", destination, source.cidrBlock, byEndpoint(spec.back));
  if (spec.chained && spec.there !== undefined) {
    await route("chained", pick(endpointSubnets, spec.there), destination.cidrBlock, byEndpoint(spec.there + 1));
  }
  if (spec.internet === "direct") await route("out", source, "0.0.0.0/0", { gatewayId });
  if (spec.internet === "inspected") {
    await route("out", source, "0.0.0.0/0", byEndpoint(spec.edge ?? 0));
    await route("out-inspected", pick(endpointSubnets, spec.edge ?? 0), "0.0.0.0/0", { gatewayId });
  }
  const { networkInterfaces } = account.cloud.snapshot();
  const targetOf = ({ target, targetNumber }: RouteSpec): Properties | undefined => {
    if (target === "endpoint") return byEndpoint(targetNumber);
    if (target === "internet-gateway") return gatewayId === undefined ? undefined : { gatewayId };
    const eni = Object.values(networkInterfaces).find(({ owner }) => owner.id === instances[target]);
    return eni && { networkInterfaceId: eni.id };
  };
  const wide: Record<string, string> = {
    anywhere: "0.0.0.0/0",
    wider: `${firstOctet(spec.vpc.base)}.0.0.0/8`,
    internet: "203.0.113.0/24",
  };
  for (const [number, given] of spec.routes.entries()) {
    const of = subnets[given.table];
    const to = wide[given.destination] ?? subnets[given.destination as Tier][0]?.cidrBlock;
    if (of.length === 0 || to === undefined) continue;
    await route(`further-${number}`, pick(of, given.tableNumber), to, targetOf(given), given.byHand);
  }
  if (gatewayId !== undefined && spec.edge !== undefined) {
    const routeTableId = await account.create(tokens.routeTable, "edge", { vpcId: vpc.id });
    await account.create(tokens.association, "edge", { routeTableId, gatewayId });
    const given = { routeTableId, destinationCidrBlock: source.cidrBlock };
    await account.attempt(tokens.route, "edge", { ...given, ...byEndpoint(spec.edge) });
  }
  if (spec.vpc.acl !== undefined) account.acl(vpc.id, spec.vpc.acl, peers);
  for (const [number, { rejected }] of spec.endpoints.entries()) {
    if (rejected) account.cloud.edit.rejectEndpoint(hub.account.caller, hub.serviceId, pick(endpoints, number));
  }
  if (spec.principalRemoved) account.cloud.edit.removePrincipal(hub.account.caller, hub.serviceId, principalArn);

  const host = (instanceId: string, tcp: number[], udp: number[]): Host => ({
    instanceId,
    tcp,
    udp,
    forwards: false,
    gateways: [],
  });
  const between = { source: instances.source, destination: instances.destination };
  const outside = { source: instances.source, destination: workstationAddress };
  return {
    account,
    hosts: [host(instances.source, [], []), host(instances.destination, [answering.tcp], [answering.udp])],
    flows: [
      ...(["icmp", "udp", "tcp"] as const).map((protocol) => ({ ...between, protocol })),
      { source: instances.destination, destination: instances.source, protocol: "icmp" },
      ...(spec.internet === undefined
        ? []
        : [
            ...(["icmp", "udp"] as const).map((protocol) => ({ ...outside, protocol })),
            { source: workstationAddress, destination: instances.source, protocol: "icmp" as const },
          ]),
    ],
  };
}

function firstOctet(base: string): string {
  return base.split(".")[0] ?? "";
}
