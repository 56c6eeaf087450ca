import type * as aws from "../components/aws";
import { GwlbConsumer } from "../components/gwlbConsumer";
import { Network } from "../components/network";
import { PathVerification } from "../components/pathVerification";
import * as pulumi from "@pulumi/pulumi";
import { acceptanceProblems, consumerAcceptance } from "./acceptance";
import { wayIn } from "./access";
import { accountProvider, tagsOfStack } from "./accounts";
import { watchChanges } from "./changes";
import { makesHosts } from "./config/existingSchema";
import { ConfigError, readSystemConfig, type SystemConfig } from "./config/index";
import { readSecurityStack, type SecurityStack } from "./contract";
import { lookUpConsumer, type ExistingConsumer } from "./existingConsumer";
import { credentialsProblems, serviceProblems } from "./fits";
import { lookUpHostParts, stackHosts } from "./hosts";
import { inspectInternet, internetSubnets, internetTier } from "./internetInspection";
import { consumerPairs, measuredPath, verificationRequest } from "./measurement";
import { checkName } from "./renamed";
import { reportFileOf } from "./reportFile";
import { checkRoutes, inspectionRoutes, inTable, type Steering } from "./steering";
import { consumerTiers, outsideOf, subnetOf, testHosts, type Tiers } from "./testHosts";

interface Options {
  provider: aws.Provider;
}

/** A consumer: endpoints, routes into them, a source and a destination per AZ, and the proof. */
export async function system(name: string): Promise<Record<string, unknown>> {
  const config = readSystemConfig();
  await checkName(name);
  const security = await readSecurityStack(config.securityStack);
  checkFits(config, security);
  const reportFile = reportFileOf(name, config);
  const changes = watchChanges();
  const opts = { provider: accountProvider(name, config, tagsOfStack(name, config)) };
  const existing = await lookUpConsumer(config, security.serviceName, opts);
  const azIds = Object.keys(config.zones);
  const makesAny = config.internetInspection !== undefined || makesHosts(config.existing, azIds);
  const parts = makesAny ? await lookUpHostParts(config, opts) : undefined;
  const tiers = consumerTiers(config);
  const steering = inspectionRoutes(azIds, tiers, outsideOf(config));
  checkRoutes(name, existing, steering);

  const network = consumerNetwork(name, config, tiers, existing, opts);
  const hosts = stackHosts(name, network, config, "endpoint", parts, opts);
  const place = { name, config, network, hosts, opts };
  const sources = testHosts(place, "source", existing.hosts.source);
  const destinations = testHosts(place, "destination", existing.hosts.destination);
  const consumer = makeConsumer(name, config, security, { network, tiers, existing, steering }, opts);
  const internet = inspectInternet(place, consumer);

  const pairs = [...consumerPairs(config, sources, destinations), ...internet.pairs];
  const request = verificationRequest(config.verification, security, pairs);
  const ends = [...sources, ...destinations];
  const path = measuredPath(security, consumer, steering, ends, internet.path);
  const verification = new PathVerification(
    `${name}-path`,
    {
      request,
      path,
      // Known when all of the path is made.
      changed: pulumi.all([path, network.routingIds]).apply(changes),
      runId: config.verification.runId,
      reportFile,
    },
    { dependsOn: [consumer, ...ends.map(({ host }) => host), ...internet.hosts] },
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

/** A VPC; or in one that exists, subnets for what is made there. */
function consumerNetwork(
  name: string,
  config: SystemConfig,
  tiers: Tiers,
  existing: ExistingConsumer,
  opts: Options,
): Network {
  const plan = {
    region: config.region,
    accountId: config.accountId,
    tiers: { ...tiers, [internetTier]: internetSubnets(config) },
    s3Tiers: ["source", "destination"],
  };
  return new Network(
    name,
    existing.network === undefined
      ? {
          ...plan,
          cidrBlock: config.vpcCidr,
          internetGateway: config.internetInspection !== undefined,
          // What goes to its subnets is inspected by no route: they are the one tier that all others reach directly.
          ...wayIn(config, "endpoint"),
        }
      : { ...plan, existing: existing.network },
    { providers: [opts.provider] },
  );
}

/** Endpoints in the AZs that have none, and the routes into all of them unless these exist. */
function makeConsumer(
  name: string,
  config: SystemConfig,
  security: SecurityStack,
  place: { network: Network; tiers: Tiers; existing: ExistingConsumer; steering: Steering[] },
  opts: Options,
): GwlbConsumer {
  const { network, tiers, existing, steering } = place;
  const azIds = missing(config, existing.endpoints);
  return new GwlbConsumer(
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
      endpointSubnetIds: Object.fromEntries(azIds.map((azId) => [azId, subnetOf(network, "endpoint", azId).id])),
      existingEndpoints: existing.endpoints,
      ...(azIds.length > 0 && { acceptance: consumerAcceptance(name, config, security) }),
      routes: existing.routes
        ? []
        : steering.map((route) => inTable(route, subnetOf(network, route.tier, route.subnetAzId))),
    },
    { providers: [opts.provider] },
  );
}

/** The AZ IDs in which there is no endpoint yet. */
function missing({ zones }: SystemConfig, endpoints: Record<string, unknown> = {}): string[] {
  return Object.keys(zones).filter((azId) => endpoints[azId] === undefined);
}

/** @throws ConfigError when the service cannot serve this consumer */
function checkFits(config: SystemConfig, security: SecurityStack): void {
  const makesEndpoints = missing(config, config.existing?.endpointIds).length > 0;
  const problems = [
    ...(makesEndpoints ? acceptanceProblems(config, security) : []),
    ...serviceProblems(config, security),
    ...credentialsProblems(config, security),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
}
