import * as aws from "../components/aws";
import * as pulumi from "@pulumi/pulumi";
import { Bastion } from "../components/bastion";
import type { Network, NewNetworkArgs } from "../components/network";
import type { HostAccess, NewHostAccess, ReachableHostArgs } from "../components/remoteAccess";
import type { SshAccess } from "../components/sshAccess";
import { SsmInstanceProfile, type SsmAccess } from "../components/ssmAccess";
import { credentialsOf, tagsOfStack } from "./accounts";
import type { SecurityConfig, SpokeConfig, SystemConfig } from "./config/index";

/** Of a stack that has hosts. */
export type HostsConfig = SecurityConfig | SystemConfig | SpokeConfig;

/** What of a network the way to its hosts takes: a public subnet for the bastion, or SSM's interface endpoints. */
export function wayIn(
  { access, bastion, existing }: Pick<HostsConfig, "access" | "bastion" | "existing">,
  ssmTier: string,
): Pick<NewNetworkArgs, "publicSubnet" | "ssmTier"> {
  // A VPC that is already there has its way in.
  if (existing !== undefined) return {};
  if (access === "ssm") return { ssmTier };
  return bastion === undefined ? {} : { publicSubnet: { azId: bastion.azId, cidrBlock: bastion.cidr } };
}

/** What is there before a stack's hosts are. */
export interface HostParts extends Image {
  /** What the bastion is made from. */
  bastion: Image;
}

/** What an instance is made from. */
export interface Image {
  /** AMI id. */
  ami: string;
  instanceType: string;
}

/** What all hosts that a stack makes have in common, access to them included. */
export type StackHosts = Omit<ReachableHostArgs<NewHostAccess>, "subnetId">;

/**
 * The access that a stack makes to its hosts, and what it is made with: a key pair and a bastion, or a role for SSM's agent.
 *
 * @param ssmTier tier of the network's subnets that SSM's interface endpoints are in
 */
export function makeAccess(
  name: string,
  network: Network,
  config: HostsConfig,
  ssmTier: string,
  { ami, instanceType, bastion }: HostParts,
  opts: pulumi.ComponentResourceOptions & { provider: aws.Provider },
): StackHosts {
  const { kmsKeyId } = config;
  const base = {
    vpcId: network.vpcId,
    ami,
    instanceType,
    volumeTags: tagsOfStack(name, config),
    ...(kmsKeyId !== "" && { kmsKeyId }),
  };
  return config.access === "ssm"
    ? { ...base, access: { by: "ssm", ...ssmAccess(name, network, config, ssmTier, opts) } }
    : sshAccess(name, network, config, base, bastion, opts);
}

function ssmAccess(
  name: string,
  network: Network,
  config: HostsConfig,
  tier: string,
  opts: { provider: aws.Provider },
): SsmAccess {
  const { existing, vpcCidr } = config;
  return {
    ...credentialsOf(config),
    instanceProfileName: config.instanceProfileName || newInstanceProfile(name, config, opts),
    endpointCidrBlocks:
      // Where in a VPC that is already there SSM's endpoints are is not known.
      existing === undefined ? Object.values(network.subnets[tier] ?? {}).map(({ cidrBlock }) => cidrBlock) : [vpcCidr],
  };
}

function newInstanceProfile(
  name: string,
  { region, permissionsBoundary }: HostsConfig,
  { provider }: { provider: aws.Provider },
): pulumi.Output<string> {
  const args = { region, ...(permissionsBoundary !== "" && { permissionsBoundary }) };
  return new SsmInstanceProfile(name, args, { providers: [provider] }).instanceProfileName;
}

function newKeyPair(name: string, publicKey: string, opts: pulumi.CustomResourceOptions): pulumi.Output<string> {
  return new aws.ec2.KeyPair(name, { publicKey, tags: { Name: name } }, opts).keyName;
}

function sshAccess(
  name: string,
  network: Network,
  config: HostsConfig,
  base: Omit<StackHosts, "access">,
  image: Image,
  opts: pulumi.ComponentResourceOptions & { provider: aws.Provider },
): StackHosts {
  const { ssh, sshUser, bastion, existing, vpcCidr } = config;
  const subnet = network.publicSubnet;
  if (ssh === undefined) throw new pulumi.RunError(`${name}: access by ssh takes keys`);
  const { publicKey, ...keys } = ssh;
  const keyName = config.keyName || newKeyPair(name, publicKey, opts);
  const host = { ...base, keyName, hostKey: ssh.hostKey };
  if (existing?.bastion !== undefined) {
    return { ...host, access: { by: "ssh", ...throughBastion(config), sshFrom: existing.bastion.cidr } };
  }
  if (bastion === undefined || subnet === undefined)
    throw new pulumi.RunError(`${name}: access by ssh takes a public subnet for the bastion`);
  const { publicIp } = new Bastion(
    `${name}-bastion`,
    { ...host, ...image, subnetId: subnet.id, vpcCidrBlock: vpcCidr, adminCidrBlocks: bastion.adminCidrs },
    // Its way out is there first, and goes last: while its public address is in use, AWS does not detach the gateway.
    { ...opts, dependsOn: [network] },
  );
  return {
    ...host,
    access: { by: "ssh", ...keys, user: sshUser, bastionAddress: publicIp, sshFrom: bastion.cidr },
  };
}

/** How a host that exists is reached, with what it is recognised by with ssh. */
export function existingAccess(
  config: SecurityConfig | SystemConfig,
  { hostKey, user }: { hostKey?: string | undefined; user?: string | undefined },
): HostAccess {
  if (config.access === "ssm") return { by: "ssm", ...credentialsOf(config) };
  const knownHost = hostKey === undefined ? undefined : { hostKey, user: user ?? config.sshUser };
  return { by: "ssh", ...throughBastion(config), ...(knownHost && { knownHost }) };
}

/** By ssh through a bastion that is already there. */
export function throughBastion({
  existing,
  ssh,
  sshUser,
}: Pick<SecurityConfig | SystemConfig, "existing" | "ssh" | "sshUser">): SshAccess {
  const bastion = existing?.bastion;
  if (ssh === undefined || bastion === undefined) throw new Error("access by ssh takes keys and existing.bastion");
  const { hostKey, user } = bastion;
  const { privateKey, hostKey: own } = ssh;
  return {
    privateKey,
    hostKey: own,
    user: sshUser,
    bastionAddress: bastion.address,
    bastion: { hostKey, user: user ?? sshUser },
  };
}
