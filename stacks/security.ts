import type * as aws from "../components/aws";
import * as pulumi from "@pulumi/pulumi";
import { ConsumerGuard } from "../components/consumerGuard";
import { GwlbService } from "../components/gwlbService";
import { InspectionTarget } from "../components/inspectionTarget";
import { Network } from "../components/network";
import { remoteHostOf, type HostAccess } from "../components/remoteAccess";
import { TargetMirror } from "../components/targetMirror";
import type { HealthCheckSettings } from "../path/net/healthCheck";
import { accountProvider, credentialsOf, tagsOfStack } from "./accounts";
import { contractOutput, type Contract } from "./contract";
import { readSecurityConfig, type SecurityConfig } from "./config/index";
import { checkDeployedGateway } from "./deployedGateway";
import { lookUpHub, type HubTarget } from "./existingHub";
import { imageOf, stackHosts, wayIn, type StackHosts } from "./hosts";
import { checkName } from "./renamed";
import { refuseReplacements } from "./replacements";

/** The hub: GWLB, endpoint service and one inspection target per AZ. */
export async function security(name: string): Promise<Record<string, unknown>> {
  const config = readSecurityConfig();
  await checkName(name);
  const opts = { provider: accountProvider(name, config, tagsOfStack(name, config)) };
  const there = await lookUpHub(config, opts);
  if (there?.gateway === undefined) await checkDeployedGateway(config);
  refuseReplacements(credentialsOf(config), there?.gateway?.service?.id);
  const mirrors = there?.targets !== undefined && Object.values(there.targets).some(({ interfaces }) => interfaces);
  // Of targets that are made, and of collectors.
  const ami = there?.targets === undefined || mirrors ? await imageOf(config, opts) : undefined;
  const tier = (which: "gwlb" | "target"): Record<string, string> =>
    Object.fromEntries(Object.entries(config.zones).map(([azId, cidrs]) => [azId, cidrs[which]]));

  const plan = {
    region: config.region,
    accountId: config.accountId,
    tiers: {
      ...(there?.gateway === undefined && { gwlb: tier("gwlb") }),
      ...(there?.targets === undefined && { target: tier("target") }),
    },
    s3Tiers: ["target"],
  };
  const network = new Network(
    name,
    there === undefined
      ? { ...plan, cidrBlock: config.vpcCidr, ...wayIn(config, "target") }
      : { ...plan, existing: there.network },
    { providers: [opts.provider] },
  );
  const healthCheck = there?.gateway?.targetGroup?.healthCheck ?? config.healthCheck;
  let offer: (targets: InspectionTarget[]) => void = () => undefined;
  const served = new Promise<InspectionTarget[]>((resolve) => (offer = resolve));
  const service = new GwlbService(
    name,
    {
      ...(there?.gateway === undefined
        ? {
            vpcId: network.vpcId,
            subnetIds: Object.fromEntries(
              Object.entries(network.subnets["gwlb"] ?? {}).map(([azId, subnet]) => [azId, subnet.id]),
            ),
            crossZone: config.crossZone,
          }
        : { gateway: there.gateway }),
      // The own account may connect, too: for a first test without another one.
      principalAccountIds: [...new Set([config.accountId, ...config.consumerAccountIds])],
      acceptanceRequired: config.acceptanceRequired,
      stickiness: config.stickiness,
      failover: config.failover,
      deregistrationDelay: config.deregistrationDelay,
      tcpIdleTimeout: config.tcpIdleTimeout,
      healthCheck,
      targets: served,
    },
    { providers: [opts.provider] },
  );
  const hosts = ami === undefined ? undefined : stackHosts(name, network, config, "target", ami, opts);
  const targets =
    there?.targets === undefined
      ? newTargets(name, config, madeHosts(hosts), network, service, healthCheck, opts)
      : knownTargets(name, config, there.targets, hosts, network, service, healthCheck, opts);
  offer(targets.map(({ target }) => target));
  if (there?.gateway?.service === undefined) {
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

  const contract: Contract = {
    accountId: config.accountId,
    region: config.region,
    serviceName: service.serviceName,
    serviceId: service.serviceId,
    acceptanceRequired: there?.gateway?.service?.acceptanceRequired ?? config.acceptanceRequired,
    azIds: service.azIds,
    gatewayAddresses: service.gatewayAddresses,
    targetGroup: {
      arn: service.targetGroupArn,
      ours: there?.gateway?.targetGroup === undefined,
      ...credentialsOf(config),
    },
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
      crossZone: there?.gateway?.crossZone ?? config.crossZone,
      stickiness: there?.gateway?.targetGroup?.stickiness ?? config.stickiness,
      failover: config.failover,
      targets: targets.map(({ target: { hairpin, repairedAt, ruleIds, attachmentId }, mirror }) => ({
        hairpin,
        repairedAt,
        ruleIds,
        attachmentId,
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
  return {
    accountId: config.accountId,
    region: config.region,
    serviceName: service.serviceName,
    serviceId: service.serviceId,
    azIds: service.azIds,
    [contractOutput]: pulumi.secret(contract),
  };
}

interface Target {
  name: string;
  azId: string;
  target: InspectionTarget;
  access: HostAccess;
  /** Where nobody logs in on the target itself: `access` is its collector's then. */
  mirror?: TargetMirror;
}

function madeHosts(hosts: StackHosts | undefined): StackHosts {
  if (hosts === undefined) throw new pulumi.RunError("no hosts are made where all are given");
  return hosts;
}

/** One instance per AZ, set up and registered. */
function newTargets(
  name: string,
  config: SecurityConfig,
  hosts: StackHosts,
  network: Network,
  service: GwlbService,
  healthCheck: HealthCheckSettings,
  opts: { provider: aws.Provider },
): Target[] {
  return Object.entries(network.subnets["target"] ?? {}).map(([azId, subnet]) => {
    const targetName = `${name}-target-${azId}`;
    const target = new InspectionTarget(
      targetName,
      {
        ...hosts,
        subnetId: subnet.id,
        targetGroupArn: service.targetGroupArn,
        gatewayAddresses: service.gatewayAddresses,
        gatewayCidrBlocks: Object.values(config.zones).map(({ gwlb }) => gwlb),
        healthCheck,
        s3PrefixListId: network.s3PrefixListId,
      },
      // Packages come through the S3 endpoint, and the way in is the bastion or SSM's endpoints: the whole network comes first.
      { providers: [opts.provider], dependsOn: [network] },
    );
    return { name: targetName, azId, target, access: hosts.access };
  });
}

/** Instances that are already there, set up and registered where that is asked for, and mirrored to a collector each. */
function knownTargets(
  name: string,
  config: SecurityConfig,
  targets: Record<string, HubTarget>,
  hosts: StackHosts | undefined,
  network: Network,
  service: GwlbService,
  healthCheck: HealthCheckSettings,
  opts: { provider: aws.Provider },
): Target[] {
  return Object.entries(targets).map(([azId, { instance, access, register, setUp, interfaces }]) => {
    const targetName = `${name}-target-${azId}`;
    const target = new InspectionTarget(
      targetName,
      {
        instance,
        ...(register && { targetGroupArn: service.targetGroupArn }),
        ...(setUp && { setUp: { access, gatewayAddresses: service.gatewayAddresses, healthCheck } }),
      },
      { providers: [opts.provider] },
    );
    if (interfaces === undefined) return { name: targetName, azId, target, access };
    const collector = madeHosts(hosts);
    const mirror = new TargetMirror(
      `${name}-mirror-${azId}`,
      {
        ...collector,
        subnetId: instance.subnetId,
        interfaces,
        gatewayCidrBlock: config.vpcCidr,
        healthCheck,
      },
      { providers: [opts.provider], dependsOn: [network] },
    );
    return { name: targetName, azId, target, access: collector.access, mirror };
  });
}
