import type * as aws from "../components/aws";
import * as pulumi from "@pulumi/pulumi";
import { GwlbConsumer } from "../components/gwlbConsumer";
import { Network } from "../components/network";
import { SpokeGuard } from "../components/spokeGuard";
import { TransitEgress } from "../components/transitEgress";
import { TransitInspection } from "../components/transitInspection";
import { acceptanceProblems, consumerAcceptance } from "./acceptance";
import { accountProvider, credentialsOf, tagsOfStack } from "./accounts";
import type { NewTransitContract } from "./centralisedContract";
import { changedAt, changedAtOutput, watchChanges } from "./changes";
import { ConfigError, readTransitConfig, type TransitConfig } from "./config/index";
import { readSecurityStack, type SecurityStack } from "./contract";
import { serviceProblems } from "./fits";
import { checkName } from "./renamed";
import { contractOutput } from "./stackContract";
import { expected, subnetOf } from "./testHosts";

interface Options {
  provider: aws.Provider;
}

/** The inspection VPC: a GWLB endpoint per AZ, and the transit gateway that spokes send through them. */
export async function transit(name: string): Promise<Record<string, unknown>> {
  const config = readTransitConfig();
  await checkName(name);
  const security = await readSecurityStack(config.securityStack);
  const problems = [...serviceProblems(config, security), ...acceptanceProblems(config, security)];
  if (problems.length > 0) throw new ConfigError(problems);
  const changes = watchChanges();
  const opts = { provider: accountProvider(name, config, tagsOfStack(name, config)) };

  const network = inspectionNetwork(name, config, opts);
  const consumer = makeEndpoints(name, config, security, network, opts);
  const egress = makeEgress(name, config, network, consumer, opts);
  const inspection = makeInspection(name, config, network, consumer, opts);

  guardSpokes(name, config, inspection, [network, consumer, inspection, ...(egress === undefined ? [] : [egress])]);
  const made = {
    endpoints: consumer.endpointIds,
    routes: inspection.routingIds,
    network: network.routingIds,
    ...(egress !== undefined && { egress: [egress.natGatewayIds, egress.routingIds] }),
  };
  const changed = changedAt(changes, made);
  return {
    accountId: config.accountId,
    region: config.region,
    transitGatewayId: inspection.transitGatewayId,
    endpointIds: consumer.endpointIds,
    ...(egress !== undefined && { egressAddresses: egress.publicAddresses }),
    [changedAtOutput]: changed,
    [contractOutput]: pulumi.secret({
      accountId: config.accountId,
      region: config.region,
      transitGatewayId: inspection.transitGatewayId,
      spokesRouteTableId: inspection.spokesRouteTableId,
      inspectionRouteTableId: inspection.inspectionRouteTableId,
      spokeCidrs: config.spokeCidrs,
      vpcCidr: config.vpcCidr,
      ...(egress !== undefined && { egress: true }),
      ...(config.transitGatewayId === "" && { sharedWith: config.spokeAccountIds }),
      ...(inspection.shareArn !== undefined && { shareArn: inspection.shareArn }),
      path: { ...made, attachmentId: inspection.attachmentId, applianceMode: config.applianceMode, changed },
    } satisfies Partial<NewTransitContract>),
  };
}

/** Refuses, first of all, to delete what spokes are attached to. */
function guardSpokes(
  name: string,
  config: TransitConfig,
  inspection: TransitInspection,
  dependsOn: pulumi.Resource[],
): void {
  const { transitGatewayId, attachmentId, spokesRouteTableId, inspectionRouteTableId } = inspection;
  new SpokeGuard(
    `${name}-spokes`,
    {
      transitGatewayId,
      ownAttachmentId: attachmentId,
      ...(config.transitGatewayId !== "" && { routeTableIds: [spokesRouteTableId, inspectionRouteTableId] }),
      ...credentialsOf(config),
    },
    { dependsOn },
  );
}

function inspectionNetwork(name: string, config: TransitConfig, opts: Options): Network {
  const { region, accountId, zones, natSubnets, vpcCidr } = config;
  const internetGateway = hasEgress(config);
  const tier = (which: "attachment" | "endpoint"): Record<string, string> =>
    Object.fromEntries(Object.entries(zones).map(([azId, cidrs]) => [azId, cidrs[which]]));
  const tiers = {
    attachment: tier("attachment"),
    endpoint: tier("endpoint"),
    ...(internetGateway && { nat: natSubnets }),
  };
  return new Network(
    name,
    { region, accountId, cidrBlock: vpcCidr, tiers, s3Tiers: [], ...(internetGateway && { internetGateway }) },
    { providers: [opts.provider] },
  );
}

function hasEgress({ natSubnets }: TransitConfig): boolean {
  return Object.keys(natSubnets).length > 0;
}

/** NAT gateways behind the endpoints, where there are subnets for them. */
function makeEgress(
  name: string,
  config: TransitConfig,
  network: Network,
  consumer: GwlbConsumer,
  opts: Options,
): TransitEgress | undefined {
  if (!hasEgress(config)) return undefined;
  const zones = Object.keys(config.zones).map((azId) => {
    const [nat, endpoint] = [subnetOf(network, "nat", azId), subnetOf(network, "endpoint", azId)];
    const zone = {
      natSubnetId: nat.id,
      natRouteTableId: nat.routeTableId,
      endpointId: expected(consumer.endpointIds[azId], `endpoint in AZ ${azId}`),
      endpointRouteTableId: endpoint.routeTableId,
    };
    return [azId, zone] as const;
  });
  return new TransitEgress(
    name,
    {
      zones: Object.fromEntries(zones),
      internetGatewayId: expected(network.internetGatewayId, "internet gateway"),
      spokeCidrBlocks: config.spokeCidrs,
    },
    { providers: [opts.provider] },
  );
}

/** One in each AZ. What leads into them is the transit gateway's. */
function makeEndpoints(
  name: string,
  config: TransitConfig,
  security: SecurityStack,
  network: Network,
  opts: Options,
): GwlbConsumer {
  const { natSubnets, vpcCidr, zones } = config;
  const acceptance = consumerAcceptance(name, config, security);
  return new GwlbConsumer(
    name,
    {
      vpcId: network.vpcId,
      vpcCidrBlock: vpcCidr,
      subnetCidrBlocks: [
        ...Object.values(zones).flatMap((cidrs) => Object.values(cidrs)),
        ...Object.values(natSubnets),
      ],
      serviceName: security.serviceName,
      serviceAzIds: security.azIds,
      endpointSubnetIds: Object.fromEntries(
        Object.keys(zones).map((azId) => [azId, subnetOf(network, "endpoint", azId).id]),
      ),
      ...(acceptance !== undefined && { acceptance }),
      routes: [],
    },
    { providers: [opts.provider] },
  );
}

function makeInspection(
  name: string,
  config: TransitConfig,
  network: Network,
  consumer: GwlbConsumer,
  opts: Options,
): TransitInspection {
  const { accountId, allowExternalPrincipals, applianceMode, spokeAccountIds, spokeCidrs, transitGatewayId } = config;
  const zones = Object.keys(config.zones).map((azId) => {
    const [attachment, endpoint] = [subnetOf(network, "attachment", azId), subnetOf(network, "endpoint", azId)];
    const zone = {
      attachmentSubnetId: attachment.id,
      attachmentRouteTableId: attachment.routeTableId,
      endpointId: expected(consumer.endpointIds[azId], `endpoint in AZ ${azId}`),
      endpointRouteTableId: endpoint.routeTableId,
    };
    return [azId, zone] as const;
  });
  return new TransitInspection(
    name,
    {
      vpcId: network.vpcId,
      vpcCidrBlock: config.vpcCidr,
      zones: Object.fromEntries(zones),
      spokeCidrBlocks: spokeCidrs,
      applianceMode,
      allowExternalPrincipals,
      shareWithAccountIds: spokeAccountIds.filter((each) => each !== accountId),
      ...(transitGatewayId !== "" && { transitGatewayId }),
    },
    { providers: [opts.provider] },
  );
}
