import * as pulumi from "@pulumi/pulumi";
import type { GwlbConsumer } from "../components/gwlbConsumer";
import { InternetInspection } from "../components/internetInspection";
import type { Network, NetworkSubnet } from "../components/network";
import { remoteHostOf, type HostAccess } from "../components/remoteAccess";
import type { NewTestHostArgs, TestHost } from "../components/testHost";
import type { VerificationPair } from "../path/proof/request";
import type { SystemConfig } from "./config/index";

/** Tier of the network's subnets with internet-facing hosts. */
export const internetTier = "internet";

type Settings = Pick<SystemConfig, "internetInspection" | "vpcCidr" | "zones">;

/** Subnets of that tier by AZ ID, none without internet inspection. */
export function internetSubnets({ internetInspection }: Settings): Record<string, string> {
  return internetInspection?.subnets ?? {};
}

interface Place {
  network: Network;
  consumer: GwlbConsumer;
  /** Makes a host; the rest of its arguments is that of all hosts of the stack. */
  makeHost: (
    name: string,
    args: Pick<NewTestHostArgs, "subnetId" | "pingTo" | "pingFrom" | "publicAddress">,
  ) => { host: TestHost; access: HostAccess };
  opts: pulumi.ComponentResourceOptions;
}

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
}

type PairHost = VerificationPair["source"]["host"];

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
export function inspectInternet(name: string, settings: Settings, place: Place): InspectedInternet {
  const { internetInspection, vpcCidr, zones } = settings;
  const { network, consumer } = place;
  if (internetInspection === undefined) return { pairs: [], path: undefined, hosts: [] };
  const { egressTo, ingressFrom, subnets } = internetInspection;
  const internetGatewayId = present(network.internetGatewayId, "internet gateway");
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
            id: present(consumer.endpointIds[azId], `endpoint in AZ ${azId}`),
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
    place.opts,
  );
  const made = Object.keys(subnets).map((azId) => {
    const hostName = `${name}-${internetTier}-${azId}`;
    const made = place.makeHost(hostName, {
      subnetId: subnetOf(network, internetTier, azId).id,
      publicAddress: true,
      pingTo: egressTo.map((address) => `${address}/32`),
      pingFrom: ingressFrom === "" ? [] : [`${ingressFrom}/32`],
    });
    return { azId, hostName, ...made };
  });
  const pairs = made.flatMap(({ azId, hostName, host, access }): PairInput[] => {
    const own = { name: hostName, azId, address: host.privateIp };
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
  });
  return {
    pairs,
    path: { routes: inspection.routeIds, hosts: made.map(({ host }) => [host.instanceId, host.ruleIds]) },
    hosts: made.map(({ host }) => host),
  };
}

function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new pulumi.RunError(`There is no ${what}`);
  return value;
}

function subnetOf(network: Network, tier: string, azId: string): NetworkSubnet {
  return present(network.subnets[tier]?.[azId], `${tier} subnet in AZ ${azId}`);
}
