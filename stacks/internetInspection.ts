import type { GwlbConsumer } from "../components/gwlbConsumer";
import { InternetInspection } from "../components/internetInspection";
import { remoteHostOf } from "../components/remoteAccess";
import type { TestHost } from "../components/testHost";
import type { SystemConfig } from "./config/index";
import type { PairInput } from "./measurement";
import { expected, makeHost, subnetOf, type ConsumerPlace, type ConsumerTestHost } from "./testHosts";

/** Tier of the network's subnets with internet-facing hosts. */
export const internetTier = "internet";

/** Subnets of that tier by AZ ID, none without internet inspection. */
export function internetSubnets({ internetInspection }: SystemConfig): Record<string, string> {
  return internetInspection?.subnets ?? {};
}

/** Pairs to measure, all that their path is made of, and what has to be in place before. */
export interface InspectedInternet {
  pairs: PairInput[];
  path: unknown;
  hosts: TestHost[];
}

/**
 * Internet-facing hosts, one per subnet, and the routes that lead what they exchange with the internet through the
 * endpoints; nothing without settings for it.
 */
export function inspectInternet(place: ConsumerPlace, consumer: GwlbConsumer): InspectedInternet {
  const { name, config, network, opts } = place;
  const { internetInspection, vpcCidr, zones } = config;
  if (internetInspection === undefined) return { pairs: [], path: undefined, hosts: [] };
  const { egressTo, ingressFrom, subnets } = internetInspection;
  const internetGatewayId = expected(network.internetGatewayId, "internet gateway");
  const inspection = new InternetInspection(
    name,
    {
      vpcId: network.vpcId,
      vpcCidrBlock: vpcCidr,
      internetGatewayId,
      endpoints: Object.fromEntries(
        Object.keys(subnets).map((azId) => [
          azId,
          {
            id: expected(consumer.endpointIds[azId], `endpoint in AZ ${azId}`),
            cidrBlock: zones[azId]?.endpoint ?? "",
            routeTableId: subnetOf(network, "endpoint", azId).routeTableId,
          },
        ]),
      ),
      subnets: Object.entries(subnets).map(([azId, cidrBlock]) => ({
        name: `${internetTier}-${azId}`,
        azId,
        cidrBlock,
        routeTableId: subnetOf(network, internetTier, azId).routeTableId,
      })),
    },
    { providers: [opts.provider] },
  );
  const hosts = Object.keys(subnets).map((azId) =>
    makeHost(place, `${name}-${internetTier}-${azId}`, azId, {
      subnetId: subnetOf(network, internetTier, azId).id,
      publicAddress: true,
      pingTo: egressTo.map((address) => `${address}/32`),
      pingFrom: ingressFrom === "" ? [] : [`${ingressFrom}/32`],
    }),
  );
  return {
    pairs: hosts.flatMap((host) => pairsOf(host, egressTo, ingressFrom)),
    path: { routes: inspection.routeIds, hosts: hosts.map(({ host }) => [host.instanceId, host.ruleIds]) },
    hosts: hosts.map(({ host }) => host),
  };
}

/** From a host to the internet, and from there to it where that is asked for. */
function pairsOf({ name, azId, host, access }: ConsumerTestHost, egressTo: string[], ingressFrom: string): PairInput[] {
  const own = { name, azId, address: host.privateIp };
  const outwards = egressTo.map((address) => ({
    source: { ...own, host: remoteHostOf(access, host) },
    destination: { name: address, address },
    expectReply: true,
  }));
  if (ingressFrom === "") return outwards;
  const inwards = {
    source: { name: ingressFrom, azId, address: ingressFrom, host: "this machine" as const },
    destination: { ...own, publicAddress: host.publicIp },
    expectReply: true,
  };
  return [...outwards, inwards];
}
