import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Bastion } from "../components/bastion";
import type { HostArgs } from "../components/host";
import type { Network } from "../components/network";
import { publicKeyOf, type SshAccess } from "../components/sshAccess";
import type { SecurityConfig, SystemConfig } from "./config";

/** Amazon's pointer to the newest image (docs.aws.amazon.com/linux/al2023, "Get the AMI ID with SSM"). */
const latestAmazonLinux = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-";

/** Graviton's instance families have a `g` behind their generation: t4g, c7gn, im4gn, x2gd; g4dn and p5 have none. */
export function architectureOf(instanceType: string): "arm64" | "x86_64" {
  return /^(a1|[a-z]+\d+[a-z]*g[a-z]*)\./.test(instanceType) ? "arm64" : "x86_64";
}

/** What all hosts of a stack have in common, and the way to them. */
export interface StackHosts {
  base: Pick<HostArgs, "vpcId" | "ami" | "instanceType" | "keyName" | "hostKey">;
  access: SshAccess;
}

export function stackHosts(
  name: string,
  network: Network,
  config: SecurityConfig | SystemConfig,
  opts: pulumi.ComponentResourceOptions & { provider: aws.Provider },
): StackHosts {
  const { ssh, bastion } = config;
  const ami =
    config.ami !== ""
      ? pulumi.output(config.ami)
      : // A parameter's `value` is a secret and makes one of the whole answer; this one is public.
        pulumi.unsecret(
          aws.ssm.getParameterOutput(
            { name: `${latestAmazonLinux}${architectureOf(config.instanceType)}` },
            { provider: opts.provider },
          ),
        ).insecureValue;
  const keyPair = new aws.ec2.KeyPair(
    name,
    {
      publicKey: pulumi.unsecret(ssh.privateKey.apply((key) => publicKeyOf(key, "sshPrivateKey"))),
      tags: { Name: name },
    },
    opts,
  );
  const base = {
    vpcId: network.vpcId,
    ami,
    instanceType: config.instanceType,
    keyName: keyPair.keyName,
    hostKey: ssh.hostKey,
  };
  const subnet = network.publicSubnet;
  if (subnet === undefined) throw new pulumi.RunError(`network ${name} has no public subnet for the bastion`);
  const host = new Bastion(
    `${name}-bastion`,
    { ...base, subnetId: subnet.id, vpcCidrBlock: config.vpcCidr, adminCidrBlocks: bastion.adminCidrs },
    opts,
  );
  return { base, access: { ...ssh, user: config.sshUser, bastionAddress: host.publicIp } };
}
