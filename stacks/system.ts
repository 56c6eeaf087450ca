import * as pulumi from "@pulumi/pulumi";
import { GwlbConsumer, type InspectionRoute } from "../components/gwlbConsumer";
import { Network } from "../components/network";
import { PathVerification } from "../components/pathVerification";
import { TestHost } from "../components/testHost";
import { contains, parseAddress, parseCidr } from "../net/cidr";
import type { VerificationRequest } from "../verification/request";
import { remoteHostOf } from "../components/remoteAccess";
import { acceptanceProblems, consumerAcceptance } from "./acceptance";
import { accountProvider } from "./accounts";
import { ConfigError, readSystemConfig, type SystemConfig } from "./config";
import { readSecurityStack, type ServiceContract } from "./contract";
import { stackHosts, wayIn } from "./hosts";
import { inspectInternet, internetSubnets, internetTier } from "./internetInspection";

type Tier = "source" | "destination" | "endpoint";

/** A consumer: endpoints, routes into them, a source and a destination per AZ, and the proof. */
export async function system(name: string): Promise<Record<string, unknown>> {
  const config = await readSystemConfig();
  const security = await readSecurityStack(config.securityStack);
  checkFits(config, security);
  const opts = { provider: accountProvider(name, config) };
  const azIds = Object.keys(config.zones);
  const tier = (which: Tier): Record<string, string> =>
    Object.fromEntries(Object.entries(config.zones).map(([azId, cidrs]) => [azId, cidrs[which]]));
  const tiers = { source: tier("source"), destination: tier("destination"), endpoint: tier("endpoint") };
  const vpc = parseCidr(config.vpcCidr);
  const outside = config.verification.destinations
    .map(({ address }) => address)
    .filter((address) => !contains(vpc, parseAddress(address)))
    .map((address) => `${address}/32`);

  const network = new Network(
    name,
    {
      cidrBlock: config.vpcCidr,
      region: config.region,
      tiers: { ...tiers, [internetTier]: internetSubnets(config) },
      internetGateway: config.internetInspection !== undefined,
      s3Tiers: ["source", "destination"],
      // What goes to its subnets is inspected by no route: they are the one tier that all others reach directly.
      ...wayIn(config, "endpoint"),
    },
    { providers: [opts.provider] },
  );
  const hosts = stackHosts(name, network, config, "endpoint", opts);
  const testHost = (which: "source" | "destination", azId: string): TestHost =>
    new TestHost(
      `${name}-${which}-${azId}`,
      {
        ...hosts.base,
        subnetId: subnetOf(network, which, azId).id,
        pingTo: which === "source" ? [...Object.values(tiers.destination), ...outside] : [],
        pingFrom: which === "source" ? [] : Object.values(tiers.source),
        ...hosts.access,
      },
      { providers: [opts.provider], dependsOn: [network] },
    );
  const sources = azIds.map((azId) => ({ azId, host: testHost("source", azId) }));
  const destinations = azIds.map((azId) => ({ azId, host: testHost("destination", azId) }));

  const routes = inspectionRoutes(network, azIds, tiers, outside);
  const consumer = new GwlbConsumer(
    name,
    {
      vpcId: network.vpcId,
      vpcCidrBlock: config.vpcCidr,
      subnetCidrBlocks: [
        ...Object.values(tiers).flatMap((each) => Object.values(each)),
        ...Object.values(internetSubnets(config)),
        ...(config.bastion === undefined ? [] : [config.bastion.cidr]),
      ],
      serviceName: security.serviceName,
      serviceAzIds: security.azIds,
      endpointSubnetIds: Object.fromEntries(azIds.map((azId) => [azId, subnetOf(network, "endpoint", azId).id])),
      acceptance: consumerAcceptance(name, config, security),
      routes,
    },
    { providers: [opts.provider] },
  );

  const internet = inspectInternet(name, config, {
    network,
    consumer,
    makeHost: (hostName, args) =>
      new TestHost(hostName, { ...hosts.base, ...args, ...hosts.access }, { providers: [opts.provider] }),
    reach: ({ instanceId, privateIp }) => remoteHostOf(hosts.access, { instanceId, address: privateIp }),
    opts: { providers: [opts.provider] },
  });

  const { count, interval, timeout, destinations: further, runId, reportFile } = config.verification;
  const request: pulumi.Output<VerificationRequest> = pulumi.secret({
    targets: security.targetAccess,
    gatewayAddresses: security.gatewayAddresses,
    pairs: [
      ...sources.flatMap(({ azId, host }) => {
        const source = {
          ...{ name: `${name}-source-${azId}`, azId, address: host.privateIp },
          host: remoteHostOf(hosts.access, { instanceId: host.instanceId, address: host.privateIp }),
        };
        const ours = destinations.map((to) => ({
          source,
          destination: { name: `${name}-destination-${to.azId}`, azId: to.azId, address: to.host.privateIp },
          expectReply: true,
        }));
        const others = further.map(({ address, expectReply }) => ({
          ...{ source, destination: { name: address, address }, expectReply },
        }));
        return [...ours, ...others];
      }),
      ...internet.pairs,
    ],
    ping: { count, interval, timeout },
    health: {
      threshold: security.healthCheck.healthyThreshold,
      // Checks of an instance that has just been registered begin after a while.
      deadline: 60 + 3 * security.healthCheck.interval * security.healthCheck.healthyThreshold,
    },
  });
  const verification = new PathVerification(
    `${name}-path`,
    {
      request,
      path: {
        security: { ...security, targetAccess: undefined },
        endpoints: consumer.endpointIds,
        routes: consumer.routeIds,
        steering: routes.map(({ name: route, destinationCidrBlock, azId }) => ({ route, destinationCidrBlock, azId })),
        hosts: [...sources, ...destinations].map(({ host }) => [host.instanceId, host.ruleIds]),
        internet: internet.path,
      },
      runId,
      reportFile: reportFile === "" ? `path-report-${name}.json` : reportFile,
    },
    { dependsOn: [consumer, ...[...sources, ...destinations].map(({ host }) => host), ...internet.hosts] },
  );

  return {
    accountId: config.accountId,
    region: config.region,
    endpointIds: consumer.endpointIds,
    report: verification.report,
    verification: request,
  };
}

function subnetOf(network: Network, tier: Tier, azId: string): Network["subnets"][string][string] {
  const subnet = network.subnets[tier]?.[azId];
  if (subnet === undefined) throw new pulumi.RunError(`There is no ${tier} subnet in AZ ${azId}`);
  return subnet;
}

/**
 * Both directions of a pair go through the endpoint in the source's AZ: flows stay on one target only if both come
 * from the same endpoint.
 */
function inspectionRoutes(
  network: Network,
  azIds: string[],
  tiers: Record<Tier, Record<string, string>>,
  outside: string[],
): InspectionRoute[] {
  return azIds.flatMap((source) => {
    const forward = subnetOf(network, "source", source).routeTableId;
    const pairs = azIds.flatMap((destination) => [
      {
        name: `source-${source}-to-${destination}`,
        routeTableId: forward,
        destinationCidrBlock: tiers.destination[destination] ?? "",
        azId: source,
      },
      {
        name: `destination-${destination}-to-${source}`,
        routeTableId: subnetOf(network, "destination", destination).routeTableId,
        destinationCidrBlock: tiers.source[source] ?? "",
        azId: source,
      },
    ]);
    const others = outside.map((cidr) => ({
      name: `source-${source}-to-${cidr.replace("/32", "")}`,
      routeTableId: forward,
      destinationCidrBlock: cidr,
      azId: source,
    }));
    return [...pairs, ...others];
  });
}

/** @throws ConfigError when the service cannot serve this consumer */
function checkFits(config: SystemConfig, security: ServiceContract): void {
  const problems = acceptanceProblems(config, security);
  if (config.region !== security.region) {
    problems.push(`region: "${config.region}": expected the service's Region ${security.region}`);
  }
  for (const azId of Object.keys(config.zones)) {
    if (!security.azIds.includes(azId)) {
      problems.push(`zones.${azId}: the service is not in this AZ, expected one of ${security.azIds.join(", ")}`);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
}
