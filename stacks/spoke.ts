import type * as aws from "../components/aws";
import * as pulumi from "@pulumi/pulumi";
import { Network } from "../components/network";
import { remoteHostOf } from "../components/remoteAccess";
import { TransitSpoke, type TransitRoute } from "../components/transitSpoke";
import { contains, everywhere, overlaps, parseAddress, parseCidr } from "../path/net/cidr";
import { accepterProblems, accepterProvider, type Accepter } from "./acceptance";
import { wayIn } from "./access";
import { accountProvider, tagsOfStack } from "./accounts";
import { readTransitStack, type NewSpokeContract, type TransitContract } from "./centralisedContract";
import { changedAt, changedAtOutput, watchChanges } from "./changes";
import { ConfigError, readSpokeConfig, type SpokeConfig } from "./config/index";
import { lookUpHostParts, stackHosts } from "./hosts";
import { checkName } from "./renamed";
import { contractOutput } from "./stackContract";
import { checkJoining } from "./joining";
import { makeHost, subnetOf, type ConsumerTestHost } from "./testHosts";

interface Options {
  provider: aws.Provider;
}

/** A spoke: a VPC attached to the transit gateway, with a host per AZ. */
export async function spoke(name: string): Promise<Record<string, unknown>> {
  const config = readSpokeConfig();
  await checkName(name);
  const transit = await readTransitStack(config.transitStack);
  const problems = spokeProblems(config, transit);
  if (problems.length > 0) throw new ConfigError(problems);
  const changes = watchChanges();
  const opts = { provider: accountProvider(name, config, tagsOfStack(name, config)) };
  const accepter = otherAccount(name, config, transit) ?? opts.provider;
  await checkJoining(name, config, transit, { own: opts.provider, accepter });
  const parts = await lookUpHostParts(config, opts);

  const network = spokeNetwork(name, config, opts);
  const attached = attach(name, config, transit, network, { ...opts, accepter });
  const place = { network, hosts: stackHosts(name, network, config, "host", parts, opts), opts };
  const hosts = Object.keys(config.zones).map((azId) =>
    makeHost(place, `${name}-host-${azId}`, azId, {
      subnetId: subnetOf(network, "host", azId).id,
      pingTo: [...transit.spokeCidrs, ...config.egressTo.map((address) => `${address}/32`)],
      pingFrom: transit.spokeCidrs,
    }),
  );

  const made = {
    attachmentId: attached.attachmentId,
    routes: attached.routingIds,
    network: network.routingIds,
    hosts: hosts.map(({ host }) => [host.instanceId, host.ruleIds]),
  };
  const changed = changedAt(changes, made);
  return {
    accountId: config.accountId,
    region: config.region,
    attachmentId: attached.attachmentId,
    [changedAtOutput]: changed,
    [contractOutput]: pulumi.secret({
      accountId: config.accountId,
      region: config.region,
      vpcCidr: config.vpcCidr,
      hosts: hosts.map(hostOf),
      ...(config.egressTo.length > 0 && { egressTo: config.egressTo }),
      path: { ...made, changed },
    } satisfies Partial<NewSpokeContract>),
  };
}

function hostOf({ name, azId, host, access }: ConsumerTestHost): Record<string, unknown> {
  return { name, azId, address: host.privateIp, host: remoteHostOf(access, host) };
}

function spokeNetwork(name: string, config: SpokeConfig, opts: Options): Network {
  const { region, accountId, vpcCidr, zones } = config;
  const tier = (which: "attachment" | "host"): Record<string, string> =>
    Object.fromEntries(Object.entries(zones).map(([azId, cidrs]) => [azId, cidrs[which]]));
  return new Network(
    name,
    {
      region,
      accountId,
      cidrBlock: vpcCidr,
      tiers: { attachment: tier("attachment"), host: tier("host") },
      s3Tiers: ["host"],
      ...wayIn(config, "host"),
    },
    { providers: [opts.provider] },
  );
}

/** A second provider, of the transit gateway's account, where that is another one. */
function otherAccount(name: string, config: SpokeConfig, transit: TransitContract): aws.Provider | undefined {
  if (config.accountId === transit.accountId) return undefined;
  return accepterProvider(name, accepterOf(config, transit), config.region, tagsOfStack(name, config));
}

/** The attachment, taken in by the transit gateway's account. */
function attach(
  name: string,
  config: SpokeConfig,
  transit: TransitContract,
  network: Network,
  { provider, accepter }: Options & { accepter: aws.Provider },
): TransitSpoke {
  const { accountId, vpcCidr, zones } = config;
  const azIds = Object.keys(zones);
  return new TransitSpoke(
    name,
    {
      vpcId: network.vpcId,
      vpcCidrBlock: vpcCidr,
      transitGatewayId: transit.transitGatewayId,
      attachmentSubnetIds: Object.fromEntries(azIds.map((azId) => [azId, subnetOf(network, "attachment", azId).id])),
      acceptance: {
        accept: accountId !== transit.accountId,
        associateWith: transit.spokesRouteTableId,
        propagateInto: transit.inspectionRouteTableId,
        provider: accepter,
      },
      routes: azIds.flatMap((azId) => routesFrom(azId, subnetOf(network, "host", azId).routeTableId, config, transit)),
    },
    { providers: [provider] },
  );
}

/** To all spokes but itself, and to the internet where the inspection VPC leads there. */
function routesFrom(
  azId: string,
  routeTableId: pulumi.Output<string>,
  { vpcCidr }: SpokeConfig,
  { spokeCidrs, egress }: TransitContract,
): TransitRoute[] {
  const own = parseCidr(vpcCidr);
  return [...spokeCidrs, ...(egress === true ? [everywhere] : [])]
    .filter((cidr) => !contains(own, parseCidr(cidr)))
    .map((destinationCidrBlock) => ({
      name: `host-${azId}-to-${destinationCidrBlock}`,
      routeTableId,
      destinationCidrBlock,
    }));
}

/** What keeps a spoke from this transit gateway. */
function spokeProblems(config: SpokeConfig, transit: TransitContract): string[] {
  const { accountId, region, transitStack, vpcCidr } = config;
  const own = parseCidr(vpcCidr);
  const isOther = accountId !== transit.accountId;
  return [
    ...(region === transit.region ? [] : [`region: "${region}": expected the transit gateway's ${transit.region}`]),
    ...(transit.spokeCidrs.some((cidr) => contains(parseCidr(cidr), own))
      ? []
      : [
          `vpcCidr: "${vpcCidr}": expected a part of the spokeCidrs of ${transitStack}, ${transit.spokeCidrs.join(", ")}`,
        ]),
    ...(overlaps(own, parseCidr(transit.vpcCidr))
      ? [`vpcCidr: "${vpcCidr}": overlaps with the inspection VPC's ${transit.vpcCidr}: expected a CIDR of its own`]
      : []),
    ...egressProblems(config, transit),
    ...(isOther && transit.sharedWith?.includes(accountId) === false
      ? [`accountId: "${accountId}": expected one of the spokeAccountIds of ${transitStack}, which it shares with`]
      : []),
    ...(isOther ? accepterProblems(accepterOf(config, transit), acceptanceWords) : []),
  ];
}

/** Addresses that hosts could not reach by NAT gateways. */
function egressProblems({ egressTo, transitStack, vpcCidr }: SpokeConfig, transit: TransitContract): string[] {
  return egressTo.flatMap((address, index) => {
    const key = `egressTo.${index}: "${address}"`;
    if (transit.egress !== true) return [`${key}: expected none: ${transitStack} has no natSubnets`];
    const inside = [vpcCidr, transit.vpcCidr, ...transit.spokeCidrs].some((cidr) =>
      contains(parseCidr(cidr), parseAddress(address)),
    );
    return inside ? [`${key}: expected an address outside of the spokes' CIDRs and the inspection VPC's`] : [];
  });
}

/** Of the transit gateway's account. */
function accepterOf({ attachmentAcceptance: credentials }: SpokeConfig, { accountId }: TransitContract): Accepter {
  return { key: "attachmentAcceptance", credentials, accountId };
}

const acceptanceWords = {
  because: "the transit gateway is of another account",
  own: "attachment",
  whose: "the transit gateway's",
};
