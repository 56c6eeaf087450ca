import {
  everyValue,
  lookUpEndpoint,
  lookUpInstance,
  type ExistingEndpoint,
  type ExistingInstance,
  type LookUpOptions,
} from "../components/existing";
import { lookUpInternetGateway, lookUpNetwork, type ExistingNetwork } from "../components/existingNetwork";
import type { HostAccess } from "../components/remoteAccess";
import type { SystemConfig } from "./config/index";
import { existingAccess, subnetsGiven, underExisting } from "./existingParts";

export type HostTier = "source" | "destination";

export interface ConsumerHost {
  instance: ExistingInstance;
  access: HostAccess;
}

/** What a system stack finds, before it makes anything. */
export interface ExistingConsumer {
  network: ExistingNetwork;
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
): Promise<ExistingConsumer | undefined> {
  const { existing, zones, vpcCidr, accountId } = config;
  if (existing === undefined) return undefined;
  const { vpcId } = existing;
  const endpoints = await everyValue(
    Object.fromEntries(
      Object.entries(existing.endpointIds).map(([azId, id]) => [
        azId,
        lookUpEndpoint(`existing.endpointIds.${azId}`, id, { azId, vpcId, serviceName }, opts),
      ]),
    ),
  );
  const hostsOf = (tier: HostTier): Promise<Record<string, ConsumerHost>> =>
    everyValue(
      Object.fromEntries(
        Object.entries(existing.hosts).flatMap(([azId, tiers]) => {
          const host = tiers[tier];
          if (host === undefined) return [];
          const cidrBlock = zones[azId]?.[tier];
          const expected = { azId, vpcId, ...(cidrBlock !== undefined && { cidrBlock }) };
          const what = `existing.hosts.${azId}.${tier}.instanceId`;
          const lookUp = lookUpInstance(what, host.instanceId, expected, opts);
          return [[azId, lookUp.then((instance) => ({ instance, access: existingAccess(config, host) }))] as const];
        }),
      ),
    );
  const hosts = { source: await hostsOf("source"), destination: await hostsOf("destination") };
  const implied = Object.keys(zones).map((azId) => {
    const ids = {
      source: hosts.source[azId]?.instance.subnetId,
      destination: hosts.destination[azId]?.instance.subnetId,
      endpoint: endpoints[azId]?.subnetId,
    };
    return [azId, { ...ids, ...given(existing.subnetIds[azId] ?? {}) }] as const;
  });
  const subnets = subnetsGiven(Object.fromEntries(implied), zones);
  const network = await underExisting(lookUpNetwork({ vpcId, accountId, cidrBlock: vpcCidr, subnets }, opts));
  const gateway = config.internetInspection && {
    internetGatewayId: await underExisting(lookUpInternetGateway(vpcId, opts)),
  };
  return { network: { ...network, ...gateway }, endpoints, hosts, routes: existing.routes === true };
}

function given(ids: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(ids).flatMap(([tier, id]) => (id === undefined ? [] : [[tier, id] as const])),
  );
}

/** A route that the path needs. */
export interface NeededRoute {
  tier: string;
  /** AZ ID of the subnet whose table has it. */
  subnetAzId: string;
  destinationCidrBlock: string;
  /** AZ ID of the endpoint that it leads to. */
  azId: string;
}

/**
 * Routes that the path needs and that tables which are already there have otherwise, one line each. A route to another
 * GWLB endpoint is no conflict where the endpoint is made here: after the first deployment it is this very route.
 */
export function routeProblems(existing: ExistingConsumer, needed: NeededRoute[]): string[] {
  return needed.flatMap(({ tier, subnetAzId, destinationCidrBlock, azId }) => {
    const subnet = existing.network.subnets[tier]?.[subnetAzId];
    const route = subnet?.routes.find((each) => each.destinationCidrBlock === destinationCidrBlock);
    const wanted = existing.endpoints[azId]?.id;
    if (subnet === undefined) return [];
    const what = `route table ${subnet.routeTableId} of ${tier} subnet ${subnet.id} in AZ ${subnetAzId}`;
    const expected = `expected ${wanted ?? `the endpoint of AZ ${azId}`}`;
    if (route === undefined) {
      return existing.routes ? [`${what}: has no route ${destinationCidrBlock}, ${expected}`] : [];
    }
    const fits = wanted === undefined ? route.target.startsWith("vpce-") : route.target === wanted;
    return fits ? [] : [`${what}: has route ${destinationCidrBlock} to ${route.target}, ${expected}`];
  });
}
