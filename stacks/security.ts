import type * as aws from "../components/aws";
import * as pulumi from "@pulumi/pulumi";
import { ConsumerGuard } from "../components/consumerGuard";
import { GwlbService } from "../components/gwlbService";
import { Network } from "../components/network";
import { remoteHostOf } from "../components/remoteAccess";
import { wayIn } from "./access";
import { accountProvider, credentialsOf, tagsOfStack } from "./accounts";
import type { Contract } from "./contract";
import { makesHosts } from "./config/existingSchema";
import { readSecurityConfig, type SecurityConfig } from "./config/index";
import { checkDeployedGateway } from "./deployedGateway";
import { lookUpHub, type ExistingHub } from "./existingHub";
import { lookUpHostParts, stackHosts } from "./hosts";
import { makeTargets, useTargets, type Target } from "./hubTargets";
import { checkName } from "./renamed";
import { refuseReplacements } from "./replacements";
import { contractOutput } from "./stackContract";
import { inService } from "./successors";

interface Options {
  provider: aws.Provider;
}

/** The hub: GWLB, endpoint service and inspection targets in each AZ. */
export async function security(name: string): Promise<Record<string, unknown>> {
  const config = readSecurityConfig();
  await checkName(name);
  const opts = { provider: accountProvider(name, config, tagsOfStack(name, config)) };
  const existing = await lookUpHub(config, opts);
  if (existing.gateway === undefined) await checkDeployedGateway(config);
  refuseReplacements(credentialsOf(config), existing.gateway?.service?.id);
  const makesAny = makesHosts(config.existing, Object.keys(config.zones));
  const parts = makesAny ? await lookUpHostParts(config, opts) : undefined;

  const network = hubNetwork(name, config, existing, opts);
  let offer: (targets: pulumi.Resource[]) => void = () => undefined;
  const served = new Promise<pulumi.Resource[]>((resolve) => (offer = resolve));
  const service = hubService(name, config, existing, network, served, opts);
  const hosts = stackHosts(name, network, config, "target", parts, opts);
  const place = { name, config, network, service, hosts, opts };
  const targets = existing.targets === undefined ? makeTargets(place) : useTargets(place, existing.targets);
  offer(targets.map(({ target }) => target));
  if (service.endpointService !== undefined) guardConsumers(name, config, network, service, targets);

  return {
    accountId: config.accountId,
    region: config.region,
    serviceName: service.serviceName,
    serviceId: service.serviceId,
    azIds: service.azIds,
    [contractOutput]: pulumi.secret(contractOf(config, service, targets)),
  };
}

/** A VPC; or in one that exists, subnets for what is made there. */
function hubNetwork(name: string, config: SecurityConfig, existing: ExistingHub, opts: Options): Network {
  const tier = (which: "gwlb" | "target"): Record<string, string> =>
    Object.fromEntries(Object.entries(config.zones).map(([azId, cidrs]) => [azId, cidrs[which]]));
  const plan = {
    region: config.region,
    accountId: config.accountId,
    tiers: {
      ...(existing.gateway === undefined && { gwlb: tier("gwlb") }),
      ...(existing.targets === undefined && { target: tier("target") }),
    },
    s3Tiers: ["target"],
  };
  return new Network(
    name,
    existing.network === undefined
      ? { ...plan, cidrBlock: config.vpcCidr, ...wayIn(config, "target") }
      : { ...plan, existing: existing.network },
    { providers: [opts.provider] },
  );
}

/** @param targets - which the service is offered after */
function hubService(
  name: string,
  config: SecurityConfig,
  { gateway }: ExistingHub,
  network: Network,
  targets: Promise<pulumi.Resource[]>,
  opts: Options,
): GwlbService {
  const subnets = Object.entries(network.subnets["gwlb"] ?? {});
  return new GwlbService(
    name,
    {
      ...(gateway === undefined
        ? {
            vpcId: network.vpcId,
            subnetIds: Object.fromEntries(subnets.map(([azId, subnet]) => [azId, subnet.id])),
            crossZone: config.crossZone,
          }
        : { gateway }),
      // The own account may connect, too: for a first test without another one.
      principalAccountIds: [...new Set([config.accountId, ...config.consumerAccountIds])],
      acceptanceRequired: config.acceptanceRequired,
      stickiness: config.stickiness,
      failover: config.failover,
      deregistrationDelay: config.deregistrationDelay,
      tcpIdleTimeout: config.tcpIdleTimeout,
      healthCheck: config.healthCheck,
      targets,
    },
    { providers: [opts.provider] },
  );
}

/** Refuses, first of all, to delete what consumers are connected to. */
function guardConsumers(
  name: string,
  config: SecurityConfig,
  network: Network,
  service: GwlbService,
  targets: Target[],
): void {
  new ConsumerGuard(
    `${name}-consumers`,
    {
      serviceId: service.serviceId,
      ...(service.listener !== undefined && { before: [service.listener] }),
      ...credentialsOf(config),
    },
    { dependsOn: [network, service, ...targets.map(({ target }) => target)] },
  );
}

/** What a consumer is told of the hub. */
function contractOf(config: SecurityConfig, service: GwlbService, targets: Target[]): Contract {
  const { crossZone, stickiness, acceptanceRequired, healthCheck } = service.settings;
  const targetGroup = {
    arn: service.targetGroupArn,
    ours: service.listener !== undefined,
    ...credentialsOf(config),
  };
  return {
    accountId: config.accountId,
    region: config.region,
    serviceName: service.serviceName,
    serviceId: service.serviceId,
    acceptanceRequired,
    azIds: service.azIds,
    gatewayAddresses: service.gatewayAddresses,
    targetGroup,
    healthCheck,
    targets: targets.map(({ name, azId, target }) => ({
      name,
      azId,
      address: target.privateIp,
      instanceId: target.instanceId,
    })),
    // A consumer measures its path again when any of this changes.
    path: {
      gateway: [service.loadBalancerArn, service.listener?.arn],
      crossZone,
      stickiness,
      failover: config.failover,
      targets: targets.map(({ name, target, mirror }) => ({
        hairpin: target.hairpin,
        repairedAt: target.repairedAt,
        ruleIds: target.ruleIds,
        attachmentId: inService(name, target, pulumi.output(targetGroup), healthCheck),
        ...(mirror && { mirror: mirror.ruleIds }),
      })),
    },
    targetAccess: targets.map(({ name, azId, target, access, mirror }) => ({
      name,
      azId,
      address: target.privateIp,
      instanceId: target.instanceId,
      hairpin: target.hairpin.apply((result) => result !== ""),
      ...(mirror && { mirrored: mirror.mirrored }),
      // Of a mirrored target it is its collector that can be reached.
      host: remoteHostOf(access, mirror ?? target),
    })),
  };
}
