import * as pulumi from "@pulumi/pulumi";
import type { GwlbConsumer } from "../components/gwlbConsumer";
import { remoteHostOf } from "../components/remoteAccess";
import { healthDeadline } from "../path/net/healthCheck";
import type { PortProbe } from "../path/proof/index";
import type { VerificationPair, VerificationRequest } from "../path/proof/request";
import type { SystemConfig } from "./config/index";
import type { SecurityStack } from "./contract";
import type { Steering } from "./steering";
import type { ConsumerTestHost } from "./testHosts";

type PairHost = VerificationPair["source"]["host"];

/** A pair of which AWS chooses the addresses. */
export interface PairInput {
  source: { name: string; azId: string; address: pulumi.Input<string>; host: pulumi.Input<PairHost> };
  destination: {
    name: string;
    azId?: string;
    address: pulumi.Input<string>;
    publicAddress?: pulumi.Input<string>;
  };
  expectReply: boolean;
  probe?: PortProbe;
}

/** Every source with every destination, and what else each source is to reach. */
export function consumerPairs(
  config: SystemConfig,
  sources: ConsumerTestHost[],
  destinations: ConsumerTestHost[],
): PairInput[] {
  return sources.flatMap((source) => pairsFrom(source, destinations, config));
}

/** All that a measurement is told. */
export function verificationRequest(
  { count, interval, timeout, statelessAppliances }: SystemConfig["verification"],
  security: SecurityStack,
  pairs: pulumi.Input<PairInput>[],
): pulumi.Output<VerificationRequest> {
  const { healthCheck } = security;
  return pulumi.secret({
    targets: security.targetAccess,
    targetGroup: security.targetGroup,
    gatewayAddresses: security.gatewayAddresses,
    ...(security.path.crossZone !== undefined && { crossZone: security.path.crossZone }),
    pairs,
    ping: { count, interval, timeout },
    ...(statelessAppliances && { statelessAppliances }),
    health: {
      ...(healthCheck.port !== undefined && { port: healthCheck.port }),
      ...(healthCheck.protocol !== undefined && { protocol: healthCheck.protocol }),
      ...(healthCheck.path !== undefined && { path: healthCheck.path }),
      interval: healthCheck.interval,
      threshold: healthCheck.healthyThreshold,
      deadline: healthDeadline(healthCheck),
    },
  });
}

function pairsFrom(
  { name, azId, host, access }: ConsumerTestHost,
  destinations: ConsumerTestHost[],
  { verification }: SystemConfig,
): PairInput[] {
  const source = { name, azId, address: host.privateIp, host: remoteHostOf(access, host) };
  const ours = destinations.map((to) => ({
    source,
    destination: { name: to.name, azId: to.azId, address: to.host.privateIp },
    expectReply: true,
  }));
  const others = verification.destinations.map(({ address, expectReply, probe }) => ({
    source,
    // A name of its own for each probe, which tables have one row for.
    destination: { name: probe === undefined ? address : `${address} ${probe.protocol}/${probe.port}`, address },
    expectReply,
    ...(probe !== undefined && { probe }),
  }));
  return [...ours, ...others];
}

/** All that the path is made of: it is measured again when any of this changes. */
export function measuredPath(
  security: SecurityStack,
  consumer: GwlbConsumer,
  steering: Steering[],
  hosts: ConsumerTestHost[],
  internet: unknown,
): Record<string, unknown> {
  return {
    security: measuredService(security),
    endpoints: consumer.endpointIds,
    routes: consumer.routeIds,
    steering: steering.map(({ name: route, destinationCidrBlock, azId }) => ({ route, destinationCidrBlock, azId })),
    hosts: hosts.map(({ host }) => [host.instanceId, host.ruleIds]),
    internet,
  };
}

/** What of the hub a path is made of, less the access to it. */
export function measuredService(security: SecurityStack): Record<string, unknown> {
  return { ...security, targetAccess: undefined, environmentCredentials: undefined };
}
