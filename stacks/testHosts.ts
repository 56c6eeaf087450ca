import type * as aws from "../components/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Network, NetworkSubnet } from "../components/network";
import type { HostAccess } from "../components/remoteAccess";
import { TestHost, type NewTestHostArgs } from "../components/testHost";
import { contains, parseAddress, parseCidr } from "../path/net/cidr";
import type { StackHosts } from "./access";
import type { SystemConfig } from "./config/index";
import type { ConsumerHost, HostTier } from "./existingConsumer";

import { probesFromSources, probesInto } from "./probes";

/** CIDRs of a consumer's subnets, by AZ ID. */
export type Tiers = Record<HostTier | "endpoint", Record<string, string>>;

/** A host of a consumer, whoever made its instance. */
export interface ConsumerTestHost {
  name: string;
  azId: string;
  host: TestHost;
  access: HostAccess;
}

/** What all hosts of a consumer have in common. */
export interface ConsumerPlace {
  name: string;
  config: SystemConfig;
  network: Network;
  hosts: () => StackHosts;
  opts: { provider: aws.Provider };
}

export function consumerTiers({ zones }: SystemConfig): Tiers {
  const tier = (which: keyof Tiers): Record<string, string> =>
    Object.fromEntries(Object.entries(zones).map(([azId, cidrs]) => [azId, cidrs[which]]));
  return { source: tier("source"), destination: tier("destination"), endpoint: tier("endpoint") };
}

/** Destinations that are not in the VPC, as CIDRs. */
export function outsideOf({ vpcCidr, verification }: SystemConfig): string[] {
  const vpc = parseCidr(vpcCidr);
  return verification.destinations
    .map(({ address }) => address)
    .filter((address) => !contains(vpc, parseAddress(address)))
    .map((address) => `${address}/32`);
}

/** One host per AZ: those that exist, and made ones in the other AZs. */
export function testHosts(
  place: ConsumerPlace,
  tier: HostTier,
  existing: Record<string, ConsumerHost>,
): ConsumerTestHost[] {
  const { name, config, network, opts } = place;
  const tiers = consumerTiers(config);
  const sources = Object.values(tiers.source);
  const rules = (azId: string): Pick<NewTestHostArgs, "pingTo" | "pingFrom" | "probeTo" | "probeFrom"> =>
    tier === "source"
      ? {
          pingTo: [...Object.values(tiers.destination), ...outsideOf(config)],
          pingFrom: [],
          probeTo: probesFromSources(config.verification),
        }
      : {
          pingTo: [],
          pingFrom: sources,
          probeFrom: probesInto(expected(tiers.destination[azId], `CIDR in ${azId}`), sources, config.verification),
        };
  return Object.keys(config.zones).map((azId) => {
    const hostName = `${name}-${tier}-${azId}`;
    const found = existing[azId];
    if (found === undefined) {
      return makeHost(place, hostName, azId, { subnetId: subnetOf(network, tier, azId).id, ...rules(azId) });
    }
    const host = new TestHost(hostName, { instance: found.instance }, { providers: [opts.provider] });
    return { name: hostName, azId, host, access: found.access };
  });
}

/** @param args - the rest is that of all hosts of the stack */
export function makeHost(
  { network, hosts, opts }: Pick<ConsumerPlace, "network" | "hosts" | "opts">,
  name: string,
  azId: string,
  args: Omit<NewTestHostArgs, keyof StackHosts>,
): ConsumerTestHost {
  const host = new TestHost(
    name,
    { ...hosts(), ...args },
    // The whole network comes first, and goes last: while public addresses are in use, AWS does not detach its gateway.
    { providers: [opts.provider], dependsOn: [network] },
  );
  return { name, azId, host, access: hosts().access };
}

/** @throws RunError when the network has none there */
export function subnetOf(network: Network, tier: string, azId: string): NetworkSubnet {
  return expected(network.subnets[tier]?.[azId], `${tier} subnet in AZ ${azId}`);
}

/** @throws RunError when there is none */
export function expected<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new pulumi.RunError(`There is no ${what}`);
  return value;
}
