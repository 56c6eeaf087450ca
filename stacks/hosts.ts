import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Bastion } from "../components/bastion";
import type { HostArgs } from "../components/host";
import type { Network, NetworkArgs } from "../components/network";
import type { RemoteAccessArgs } from "../components/remoteAccess";
import { publicKeyOf } from "../components/sshAccess";
import { SsmInstanceProfile, type SsmAccess } from "../components/ssmAccess";
import type { SecurityConfig, SystemConfig } from "./config";

/** Amazon's pointer to the newest image (docs.aws.amazon.com/linux/al2023, "Get the AMI ID with SSM"). */
const latestAmazonLinux = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-";

/** Graviton's instance families have a `g` behind their generation: t4g, c7gn, im4gn, x2gd; g4dn and p5 have none. */
export function architectureOf(instanceType: string): "arm64" | "x86_64" {
  return /^(a1|[a-z]+\d+[a-z]*g[a-z]*)\./.test(instanceType) ? "arm64" : "x86_64";
}

/** What of a network the way to its hosts takes: a public subnet for the bastion, or SSM's interface endpoints. */
export function wayIn(
  { access, bastion }: Pick<SecurityConfig | SystemConfig, "access" | "bastion">,
  ssmTier: string,
): Pick<NetworkArgs, "publicSubnet" | "ssmTier"> {
  if (access === "ssm") return { ssmTier };
  return bastion === undefined ? {} : { publicSubnet: { azId: bastion.azId, cidrBlock: bastion.cidr } };
}

/** What all hosts of a stack have in common, and the way to them. */
export interface StackHosts {
  base: Pick<HostArgs, "vpcId" | "ami" | "instanceType" | "keyName" | "hostKey">;
  access: RemoteAccessArgs;
}

/**
 * @param ssmTier - tier of the network's subnets that SSM's interface endpoints are in when hosts are reached by SSM
 */
export function stackHosts(
  name: string,
  network: Network,
  config: SecurityConfig | SystemConfig,
  ssmTier: string,
  opts: pulumi.ComponentResourceOptions & { provider: aws.Provider },
): StackHosts {
  const base = { vpcId: network.vpcId, ami: imageOf(config, opts), instanceType: config.instanceType };
  return config.access === "ssm"
    ? { base, access: { ssm: ssmAccess(name, network, config, ssmTier, opts) } }
    : sshAccess(name, network, config, base, opts);
}

function imageOf(
  { ami, instanceType }: SecurityConfig | SystemConfig,
  opts: { provider: aws.Provider },
): pulumi.Output<string> {
  if (ami !== "") return pulumi.output(ami);
  const name = `${latestAmazonLinux}${architectureOf(instanceType)}`;
  // A parameter's `value` is a secret and makes one of the whole answer; this one is public.
  return pulumi.unsecret(aws.ssm.getParameterOutput({ name }, { provider: opts.provider })).insecureValue;
}

function ssmAccess(
  name: string,
  network: Network,
  { region, profile, assumeRole }: SecurityConfig | SystemConfig,
  tier: string,
  opts: { provider: aws.Provider },
): SsmAccess {
  const { instanceProfileName } = new SsmInstanceProfile(name, { region }, { providers: [opts.provider] });
  return {
    region,
    ...(profile !== "" && { profile }),
    ...(assumeRole !== undefined && { assumeRole }),
    instanceProfileName,
    endpointCidrBlocks: Object.values(network.subnets[tier] ?? {}).map(({ cidrBlock }) => cidrBlock),
  };
}

function sshAccess(
  name: string,
  network: Network,
  { ssh, sshUser, bastion, vpcCidr }: SecurityConfig | SystemConfig,
  base: Pick<HostArgs, "vpcId" | "ami" | "instanceType">,
  opts: pulumi.ComponentResourceOptions & { provider: aws.Provider },
): StackHosts {
  const subnet = network.publicSubnet;
  if (ssh === undefined || bastion === undefined || subnet === undefined)
    throw new pulumi.RunError(`${name}: access by ssh takes keys, and a public subnet for the bastion`);
  const keyPair = new aws.ec2.KeyPair(
    name,
    {
      publicKey: pulumi.unsecret(ssh.privateKey.apply((key) => publicKeyOf(key, "sshPrivateKey"))),
      tags: { Name: name },
    },
    opts,
  );
  const host = { ...base, keyName: keyPair.keyName, hostKey: ssh.hostKey };
  const { publicIp } = new Bastion(
    `${name}-bastion`,
    { ...host, subnetId: subnet.id, vpcCidrBlock: vpcCidr, adminCidrBlocks: bastion.adminCidrs },
    opts,
  );
  return {
    base: host,
    access: { access: { ...ssh, user: sshUser, bastionAddress: publicIp }, sshFrom: bastion.cidr },
  };
}
