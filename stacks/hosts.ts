import * as aws from "../components/aws";
import * as pulumi from "@pulumi/pulumi";
import { Bastion } from "../components/bastion";
import { checkCredentials } from "../components/credentialsError";
import { reasonOf } from "../components/existing";
import type { Network, NewNetworkArgs } from "../components/network";
import type { NewHostAccess, ReachableHostArgs } from "../components/remoteAccess";
import { publicKeyOf } from "../components/sshAccess";
import { SsmInstanceProfile, type SsmAccess } from "../components/ssmAccess";
import { credentialsOf, tagsOfStack } from "./accounts";
import { ConfigError, type SecurityConfig, type SpokeConfig, type SystemConfig } from "./config/index";
import { throughBastion } from "./existingParts";

/** Of a stack that has hosts. */
type HostsConfig = SecurityConfig | SystemConfig | SpokeConfig;

/** Amazon's pointer to the newest image (docs.aws.amazon.com/linux/al2023, "Get the AMI ID with SSM"). */
const latestAmazonLinux = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-";

/** Graviton's instance families have a `g` behind their generation: t4g, c7gn, im4gn, x2gd; g4dn and p5 have none. */
export function architectureOf(instanceType: string): "arm64" | "x86_64" {
  return /^(a1|[a-z]+\d+[a-z]*g[a-z]*)\./.test(instanceType) ? "arm64" : "x86_64";
}

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

/** What all hosts that a stack makes have in common, access to them included. */
export type StackHosts = Omit<ReachableHostArgs<NewHostAccess>, "subnetId">;

/**
 * @param ssmTier - tier of the network's subnets that SSM's interface endpoints are in when hosts are reached by SSM
 * @param ami - as `imageOf` has it
 * @returns made when the first host takes it: a stack on hosts that exist makes no access to any
 */
export function stackHosts(
  name: string,
  network: Network,
  config: HostsConfig,
  ssmTier: string,
  ami: string | undefined,
  opts: pulumi.ComponentResourceOptions & { provider: aws.Provider },
): () => StackHosts {
  let hosts: StackHosts | undefined;
  return () => {
    if (ami === undefined) throw new pulumi.RunError(`${name}: no host is made where all exist`);
    return (hosts ??= makeAccess(name, network, config, ssmTier, ami, opts));
  };
}

function makeAccess(
  name: string,
  network: Network,
  config: HostsConfig,
  ssmTier: string,
  ami: string,
  opts: pulumi.ComponentResourceOptions & { provider: aws.Provider },
): StackHosts {
  const { instanceType } = config;
  const base = { vpcId: network.vpcId, ami, instanceType, volumeTags: tagsOfStack(name, config) };
  return config.access === "ssm"
    ? { ...base, access: { by: "ssm", ...ssmAccess(name, network, config, ssmTier, opts) } }
    : sshAccess(name, network, config, base, opts);
}

/**
 * The AMI of a stack's hosts, asked for before anything is registered.
 *
 * @throws ConfigError when none is given and Amazon's newest cannot be read, CredentialsError when it is for the credentials
 */
export async function imageOf(
  { ami, instanceType }: Pick<HostsConfig, "ami" | "instanceType">,
  { provider }: { provider: aws.Provider },
): Promise<string> {
  if (ami !== "") return ami;
  const name = `${latestAmazonLinux}${architectureOf(instanceType)}`;
  try {
    return (await aws.ssm.getParameter({ name }, { provider })).insecureValue;
  } catch (error) {
    checkCredentials(reasonOf(error));
    throw new ConfigError([
      `ami: "": ${reasonOf(error)}: expected an AMI id, or Amazon's SSM parameter ${name} in reach`,
    ]);
  }
}

function ssmAccess(
  name: string,
  network: Network,
  config: HostsConfig,
  tier: string,
  opts: { provider: aws.Provider },
): SsmAccess {
  const { region, existing, vpcCidr, permissionsBoundary } = config;
  const { instanceProfileName } = new SsmInstanceProfile(
    name,
    { region, ...(permissionsBoundary !== "" && { permissionsBoundary }) },
    { providers: [opts.provider] },
  );
  return {
    ...credentialsOf(config),
    instanceProfileName,
    endpointCidrBlocks:
      // Where in a VPC that is already there SSM's endpoints are is not known.
      existing === undefined ? Object.values(network.subnets[tier] ?? {}).map(({ cidrBlock }) => cidrBlock) : [vpcCidr],
  };
}

function sshAccess(
  name: string,
  network: Network,
  config: HostsConfig,
  base: Omit<StackHosts, "access">,
  opts: pulumi.ComponentResourceOptions & { provider: aws.Provider },
): StackHosts {
  const { ssh, sshUser, bastion, existing, vpcCidr } = config;
  const subnet = network.publicSubnet;
  if (ssh === undefined) throw new pulumi.RunError(`${name}: access by ssh takes keys`);
  const keyPair = new aws.ec2.KeyPair(
    name,
    {
      publicKey: pulumi.unsecret(ssh.privateKey.apply((key) => publicKeyOf(key, "sshPrivateKey"))),
      tags: { Name: name },
    },
    opts,
  );
  const host = { ...base, keyName: keyPair.keyName, hostKey: ssh.hostKey };
  if (existing?.bastion !== undefined) {
    return { ...host, access: { by: "ssh", ...throughBastion(config), sshFrom: existing.bastion.cidr } };
  }
  if (bastion === undefined || subnet === undefined)
    throw new pulumi.RunError(`${name}: access by ssh takes a public subnet for the bastion`);
  const { publicIp } = new Bastion(
    `${name}-bastion`,
    { ...host, subnetId: subnet.id, vpcCidrBlock: vpcCidr, adminCidrBlocks: bastion.adminCidrs },
    // Its way out is there first, and goes last: while its public address is in use, AWS does not detach the gateway.
    { ...opts, dependsOn: [network] },
  );
  return {
    ...host,
    access: { by: "ssh", ...ssh, user: sshUser, bastionAddress: publicIp, sshFrom: bastion.cidr },
  };
}
