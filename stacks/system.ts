import * as pulumi from "@pulumi/pulumi";
import { GwlbConsumer } from "../components/gwlbConsumer";
import { Network } from "../components/network";
import { PathVerification } from "../components/pathVerification";
import { TestHost, type NewTestHostArgs } from "../components/testHost";
import { contains, parseAddress, parseCidr } from "../path/net/cidr";
import { reportFileProblem } from "../verification/reportFile";
import type { VerificationRequest } from "../path/proof/request";
import { remoteHostOf, type HostAccess } from "../components/remoteAccess";
import { acceptanceProblems, consumerAcceptance } from "./acceptance";
import { accountProvider, tagsOfStack } from "./accounts";
import { watchChanges } from "./changes";
import { ConfigError, readSystemConfig, type SystemConfig } from "./config/index";
import { readSecurityStack, type SecurityStack } from "./contract";
import { lookUpConsumer, type HostTier } from "./existingConsumer";
import { makesHosts } from "./config/existingSchema";
import { imageOf, stackHosts, wayIn } from "./hosts";
import { inspectInternet, internetSubnets, internetTier } from "./internetInspection";
import { checkName } from "./renamed";
import { checkRoutes, inspectionRoutes, inTable } from "./steering";

type Tier = "source" | "destination" | "endpoint";

/** A consumer: endpoints, routes into them, a source and a destination per AZ, and the proof. */
export async function system(name: string): Promise<Record<string, unknown>> {
  const config = readSystemConfig();
  await checkName(name);
  const security = await readSecurityStack(config.securityStack);
  checkFits(config, security);
  const reportFile = config.verification.reportFile || `path-report-${name}.json`;
  const noPlace = reportFileProblem(reportFile);
  if (noPlace !== undefined) throw new ConfigError([`verification.reportFile: "${reportFile}": ${noPlace}`]);
  const changes = watchChanges();
  const opts = { provider: accountProvider(name, config, tagsOfStack(name, config)) };
  const there = await lookUpConsumer(config, security.serviceName, opts);
  const azIds = Object.keys(config.zones);
  const makesAny = config.internetInspection !== undefined || makesHosts(config.existing, azIds);
  const ami = makesAny ? await imageOf(config, opts) : undefined;
  const tier = (which: Tier): Record<string, string> =>
    Object.fromEntries(Object.entries(config.zones).map(([azId, cidrs]) => [azId, cidrs[which]]));
  const tiers = { source: tier("source"), destination: tier("destination"), endpoint: tier("endpoint") };
  const vpc = parseCidr(config.vpcCidr);
  const outside = config.verification.destinations
    .map(({ address }) => address)
    .filter((address) => !contains(vpc, parseAddress(address)))
    .map((address) => `${address}/32`);

  const steering = inspectionRoutes(azIds, tiers, outside);
  if (there !== undefined) checkRoutes(name, there, steering);

  const plan = {
    region: config.region,
    accountId: config.accountId,
    tiers: { ...tiers, [internetTier]: internetSubnets(config) },
    s3Tiers: ["source", "destination"],
  };
  const network = new Network(
    name,
    there === undefined
      ? {
          ...plan,
          cidrBlock: config.vpcCidr,
          internetGateway: config.internetInspection !== undefined,
          // What goes to its subnets is inspected by no route: they are the one tier that all others reach directly.
          ...wayIn(config, "endpoint"),
        }
      : { ...plan, existing: there.network },
    { providers: [opts.provider] },
  );
  const hosts = ami === undefined ? undefined : stackHosts(name, network, config, "endpoint", ami, opts);
  const madeHost = (hostName: string, args: HostPlace): { host: TestHost; access: HostAccess } => {
    if (hosts === undefined) throw new pulumi.RunError(`${hostName}: no hosts are made where all are given`);
    const host = new TestHost(
      hostName,
      { ...hosts, ...args },
      // The whole network comes first, and goes last: while public addresses are in use, AWS does not detach its gateway.
      { providers: [opts.provider], dependsOn: [network] },
    );
    return { host, access: hosts.access };
  };
  const testHost = (which: HostTier, azId: string): Host => {
    const known = there?.hosts[which][azId];
    const hostName = `${name}-${which}-${azId}`;
    if (known !== undefined) {
      const host = new TestHost(hostName, { instance: known.instance }, { providers: [opts.provider] });
      return { azId, host, access: known.access };
    }
    const made = madeHost(hostName, {
      subnetId: subnetOf(network, which, azId).id,
      pingTo: which === "source" ? [...Object.values(tiers.destination), ...outside] : [],
      pingFrom: which === "source" ? [] : Object.values(tiers.source),
    });
    return { azId, ...made };
  };
  const sources = azIds.map((azId) => testHost("source", azId));
  const destinations = azIds.map((azId) => testHost("destination", azId));

  const routes =
    there?.routes === true
      ? []
      : steering.map((route) => inTable(route, subnetOf(network, route.tier, route.subnetAzId)));
  const consumer = new GwlbConsumer(
    name,
    {
      vpcId: network.vpcId,
      vpcCidrBlock: config.vpcCidr,
      subnetCidrBlocks: [
        ...Object.values(tiers).flatMap((each) => Object.values(each)),
        ...Object.values(internetSubnets(config)),
        ...[config.bastion?.cidr, config.existing?.bastion?.cidr].filter((cidr) => cidr !== undefined),
      ],
      serviceName: security.serviceName,
      serviceAzIds: security.azIds,
      endpointSubnetIds: Object.fromEntries(
        missing(azIds, there?.endpoints).map((azId) => [azId, subnetOf(network, "endpoint", azId).id]),
      ),
      ...(there && { existingEndpoints: there.endpoints }),
      ...(missing(azIds, there?.endpoints).length > 0 && { acceptance: consumerAcceptance(name, config, security) }),
      routes,
    },
    { providers: [opts.provider] },
  );

  const internet = inspectInternet(name, config, {
    network,
    consumer,
    makeHost: madeHost,
    opts: { providers: [opts.provider] },
  });

  const { count, interval, timeout, destinations: further, statelessAppliances, runId } = config.verification;
  const request: pulumi.Output<VerificationRequest> = pulumi.secret({
    targets: security.targetAccess,
    targetGroup: security.targetGroup,
    gatewayAddresses: security.gatewayAddresses,
    ...(security.path.crossZone !== undefined && { crossZone: security.path.crossZone }),
    pairs: [
      ...sources.flatMap(({ azId, host, access }) => {
        const source = {
          name: `${name}-source-${azId}`,
          azId,
          address: host.privateIp,
          host: remoteHostOf(access, host),
        };
        const ours = destinations.map((to) => ({
          source,
          destination: { name: `${name}-destination-${to.azId}`, azId: to.azId, address: to.host.privateIp },
          expectReply: true,
        }));
        const others = further.map(({ address, expectReply }) => ({
          source,
          destination: { name: address, address },
          expectReply,
        }));
        return [...ours, ...others];
      }),
      ...internet.pairs,
    ],
    ping: { count, interval, timeout },
    ...(statelessAppliances && { statelessAppliances }),
    health: {
      ...(security.healthCheck.port !== undefined && { port: security.healthCheck.port }),
      interval: security.healthCheck.interval,
      threshold: security.healthCheck.healthyThreshold,
      // Checks of an instance that has just been registered begin after a while.
      deadline: 60 + 3 * security.healthCheck.interval * security.healthCheck.healthyThreshold,
    },
  });
  const path = {
    security: { ...security, targetAccess: undefined, environmentCredentials: undefined },
    endpoints: consumer.endpointIds,
    routes: consumer.routeIds,
    steering: steering.map(({ name: route, destinationCidrBlock, azId }) => ({
      route,
      destinationCidrBlock,
      azId,
    })),
    hosts: [...sources, ...destinations].map(({ host }) => [host.instanceId, host.ruleIds]),
    internet: internet.path,
  };
  const verification = new PathVerification(
    `${name}-path`,
    {
      request,
      path,
      // Known when all of the path is made.
      changed: pulumi.all([path, network.routingIds]).apply(changes),
      runId,
      reportFile,
    },
    { dependsOn: [consumer, ...[...sources, ...destinations].map(({ host }) => host), ...internet.hosts] },
  );

  return {
    accountId: config.accountId,
    region: config.region,
    endpointIds: consumer.endpointIds,
    verdict: verification.verdict,
    measuredAt: verification.measuredAt,
    reportFile,
    verification: request,
  };
}

function subnetOf(network: Network, tier: Tier, azId: string): Network["subnets"][string][string] {
  const subnet = network.subnets[tier]?.[azId];
  if (subnet === undefined) throw new pulumi.RunError(`There is no ${tier} subnet in AZ ${azId}`);
  return subnet;
}

/** The AZ IDs in which there is none yet. */
function missing(azIds: string[], there: Record<string, unknown> | undefined): string[] {
  return azIds.filter((azId) => there?.[azId] === undefined);
}

type HostPlace = Pick<NewTestHostArgs, "subnetId" | "pingTo" | "pingFrom" | "publicAddress">;

interface Host {
  azId: string;
  host: TestHost;
  access: HostAccess;
}

/** @throws ConfigError when the service cannot serve this consumer */
function checkFits(config: SystemConfig, security: SecurityStack): void {
  const makesEndpoints = missing(Object.keys(config.zones), config.existing?.endpointIds).length > 0;
  const problems = makesEndpoints ? acceptanceProblems(config, security) : [];
  if (config.region !== security.region) {
    problems.push(`region: "${config.region}": expected the service's Region ${security.region}`);
  }
  // What measures runs with these credentials, too.
  const ownFromEnvironment = config.profile === "" && config.assumeRole === undefined;
  if (security.environmentCredentials && ownFromEnvironment && config.accountId !== security.accountId) {
    problems.push(
      `profile: "": the environment's credentials, which the targets of ${config.securityStack} are reached with by SSM: ` +
        `expected credentials of ${security.accountId} for them, by profile or assumeRole in that stack's settings`,
    );
  }
  for (const azId of Object.keys(config.zones)) {
    if (!security.azIds.includes(azId)) {
      problems.push(`zones.${azId}: the service is not in this AZ, expected one of ${security.azIds.join(", ")}`);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
}
