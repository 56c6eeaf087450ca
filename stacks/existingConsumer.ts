import {
  everyValue,
  lookUpEndpoint,
  lookUpInstance,
  type ExistingEndpoint,
  type ExistingInstance,
  type LookUpOptions,
} from "../components/existing";
import { lookUpInternetGateway, type ExistingNetwork } from "../components/existingNetwork";
import type { HostAccess } from "../components/remoteAccess";
import { existingAccess } from "./access";
import type { SystemConfig } from "./config/index";
import { lookUpStackNetwork, underExisting } from "./existingParts";

export type HostTier = "source" | "destination";

export interface ConsumerHost {
  instance: ExistingInstance;
  access: HostAccess;
}

/** What a system stack finds, before it makes anything: what is absent it makes. */
export interface ExistingConsumer {
  network?: ExistingNetwork;
  /** By AZ ID. */
  endpoints: Record<string, ExistingEndpoint>;
  /** By tier and AZ ID. */
  hosts: Record<HostTier, Record<string, ConsumerHost>>;
  /** Whether the routes into the endpoints are there, too. */
  routes: boolean;
}

/**
 * Looks up everything that the key `existing` of a system stack names. A host's and an endpoint's subnet need not be
 * given: they are in one.
 *
 * @throws ExistingError with everything that is wrong
 */
export async function lookUpConsumer(
  config: SystemConfig,
  serviceName: string,
  opts: LookUpOptions,
): Promise<ExistingConsumer> {
  const { existing, zones } = config;
  if (existing === undefined) return { endpoints: {}, hosts: { source: {}, destination: {} }, routes: false };
  const { vpcId } = existing;
  const endpoints = await everyValue(existing.endpointIds, (id, azId) =>
    lookUpEndpoint(`existing.endpointIds.${azId}`, id, { azId, vpcId, serviceName }, opts),
  );
  const hostsOf = (tier: HostTier): Promise<Record<string, ConsumerHost>> =>
    everyValue(present(mapValues(existing.hosts, (tiers) => tiers[tier])), async (host, azId) => {
      const expected = { azId, vpcId, cidrBlock: zones[azId]?.[tier] };
      const key = `existing.hosts.${azId}.${tier}.instanceId`;
      const instance = await lookUpInstance(key, host.instanceId, expected, opts);
      return { instance, access: existingAccess(config, host) };
    });
  const hosts = { source: await hostsOf("source"), destination: await hostsOf("destination") };
  const subnetIds = mapValues(zones, (_, azId) => ({
    source: hosts.source[azId]?.instance.subnetId,
    destination: hosts.destination[azId]?.instance.subnetId,
    endpoint: endpoints[azId]?.subnetId,
    ...present(existing.subnetIds[azId] ?? {}),
  }));
  const network = await lookUpStackNetwork(config, vpcId, subnetIds, opts);
  if (config.internetInspection !== undefined) {
    network.internetGatewayId = await underExisting(lookUpInternetGateway(vpcId, opts));
  }
  return { network, endpoints, hosts, routes: existing.routes === true };
}

function mapValues<V, T>(values: Record<string, V>, map: (value: V, key: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value, key)]));
}

/** Those of the values that are given. */
function present<T>(values: Record<string, T | undefined>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])),
  );
}
