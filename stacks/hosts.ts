import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Bastion } from "../components/bastion";
import type { HostArgs } from "../components/host";
import type { Network } from "../components/network";
import { publicKeyOf, SshAccess } from "../components/sshAccess";
import type { SecurityConfig, SystemConfig } from "./config";

/** Amazon's pointer to the newest image (docs.aws.amazon.com/linux/al2023, "Get the AMI ID with SSM"). */
const latestAmazonLinux = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";

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
      : // `value` of a parameter is a secret; this one is public.
        aws.ssm.getParameterOutput({ name: latestAmazonLinux }, { provider: opts.provider }).insecureValue;
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
  return { base, access: new SshAccess({ ...ssh, user: config.sshUser }, host.publicIp) };
}
