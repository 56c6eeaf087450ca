import * as pulumi from "@pulumi/pulumi";
import { GwlbService } from "../components/gwlbService";
import { InspectionTarget } from "../components/inspectionTarget";
import { Network } from "../components/network";
import { remoteHostOf } from "../components/remoteAccess";
import { accountProvider } from "./accounts";
import { readSecurityConfig } from "./config";
import { stackHosts, wayIn } from "./hosts";

/** The hub: GWLB, endpoint service and one inspection target per AZ. */
export async function security(name: string): Promise<Record<string, unknown>> {
  const config = await readSecurityConfig();
  const opts = { provider: accountProvider(name, config) };
  const tier = (which: "gwlb" | "target"): Record<string, string> =>
    Object.fromEntries(Object.entries(config.zones).map(([azId, cidrs]) => [azId, cidrs[which]]));

  const network = new Network(
    name,
    {
      cidrBlock: config.vpcCidr,
      region: config.region,
      tiers: { gwlb: tier("gwlb"), target: tier("target") },
      s3Tiers: ["target"],
      ...wayIn(config, "target"),
    },
    { providers: [opts.provider] },
  );
  const hosts = stackHosts(name, network, config, "target", opts);
  const gwlbSubnets = network.subnets["gwlb"] ?? {};
  const service = new GwlbService(
    name,
    {
      vpcId: network.vpcId,
      subnetIds: Object.fromEntries(Object.entries(gwlbSubnets).map(([azId, subnet]) => [azId, subnet.id])),
      // The own account may connect, too: for a first test without another one.
      principalAccountIds: [...new Set([config.accountId, ...config.consumerAccountIds])],
      acceptanceRequired: config.acceptanceRequired,
      crossZone: config.crossZone,
      stickiness: config.stickiness,
      failover: config.failover,
      deregistrationDelay: config.deregistrationDelay,
      tcpIdleTimeout: config.tcpIdleTimeout,
      healthCheck: config.healthCheck,
    },
    { providers: [opts.provider] },
  );
  const targets = Object.entries(network.subnets["target"] ?? {}).map(([azId, subnet]) => {
    const targetName = `${name}-target-${azId}`;
    const target = new InspectionTarget(
      targetName,
      {
        ...hosts.base,
        subnetId: subnet.id,
        targetGroupArn: service.targetGroupArn,
        gatewayAddresses: service.gatewayAddresses,
        gatewayCidrBlocks: Object.values(gwlbSubnets).map(({ cidrBlock }) => cidrBlock),
        s3PrefixListId: network.s3PrefixListId,
        ...hosts.access,
      },
      // Packages come through the S3 endpoint, and the way in is the bastion or SSM's endpoints: the whole network comes first.
      { providers: [opts.provider], dependsOn: [network] },
    );
    return { name: targetName, azId, target };
  });

  return {
    accountId: config.accountId,
    region: config.region,
    serviceName: service.serviceName,
    serviceId: service.serviceId,
    acceptanceRequired: config.acceptanceRequired,
    azIds: service.azIds,
    gatewayAddresses: service.gatewayAddresses,
    healthCheck: config.healthCheck,
    targets: targets.map(({ name, azId, target }) => ({
      ...{ name, azId, address: target.privateIp, instanceId: target.instanceId },
    })),
    // A consumer measures its path again when any of this changes.
    path: {
      crossZone: config.crossZone,
      stickiness: config.stickiness,
      failover: config.failover,
      targets: targets.map(({ target: { hairpin, ruleIds, attachmentId } }) => ({ hairpin, ruleIds, attachmentId })),
    },
    targetAccess: pulumi.secret(
      targets.map(({ name, azId, target }) => ({
        ...{ name, azId, address: target.privateIp },
        host: remoteHostOf(hosts.access, { instanceId: target.instanceId, address: target.privateIp }),
      })),
    ),
  };
}
