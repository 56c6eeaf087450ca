import * as aws from "../components/aws";
import * as pulumi from "@pulumi/pulumi";
import { checkCredentials } from "../components/credentialsError";
import { everything, reasonOf } from "../components/existing";
import { lookUpImage, lookUpInstanceProfile, lookUpKeyPair, lookUpKmsKey } from "../components/existingHostParts";
import type { Network } from "../components/network";
import { makeAccess, type HostParts, type HostsConfig, type Image, type StackHosts } from "./access";
import { ConfigError } from "./config/index";

/** Amazon's pointer to the newest image (docs.aws.amazon.com/linux/al2023, "Get the AMI ID with SSM"). */
const latestAmazonLinux = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-";

/** Graviton's instance families have a `g` behind their generation: t4g, c7gn, im4gn, x2gd; g4dn and p5 have none. */
export function architectureOf(instanceType: string): "arm64" | "x86_64" {
  return /^(a1|[a-z]+\d+[a-z]*g[a-z]*)\./.test(instanceType) ? "arm64" : "x86_64";
}

/**
 * @param ssmTier - tier of the network's subnets that SSM's interface endpoints are in when hosts are reached by SSM
 * @param parts - as `lookUpHostParts` has them
 * @returns made when the first host takes it: a stack on hosts that exist makes no access to any
 */
export function stackHosts(
  name: string,
  network: Network,
  config: HostsConfig,
  ssmTier: string,
  parts: HostParts | undefined,
  opts: pulumi.ComponentResourceOptions & { provider: aws.Provider },
): () => StackHosts {
  let hosts: StackHosts | undefined;
  return () => {
    if (parts === undefined) throw new pulumi.RunError(`${name}: no host is made where all exist`);
    return (hosts ??= makeAccess(name, network, config, ssmTier, parts, opts));
  };
}

/**
 * What a stack's hosts are made of, asked for before anything is registered.
 *
 * @throws ExistingError with everything that is not as it is given; ConfigError when no AMI is given and Amazon's newest cannot be read;
 * CredentialsError when it is for the credentials
 */
export async function lookUpHostParts(config: HostsConfig, opts: { provider: aws.Provider }): Promise<HostParts> {
  const { access, kmsKeyId, instanceProfileName: profile, keyName, ssh } = config;
  const bastion = bastionOf(config);
  await everything([
    ...imageLookUp("ami", config, opts),
    ...(bastion === undefined ? [] : imageLookUp("bastion.ami", bastion, opts)),
    ...(kmsKeyId === "" ? [] : [lookUpKmsKey("kmsKeyId", kmsKeyId, opts)]),
    ...(access === "ssm" && profile !== "" ? [lookUpInstanceProfile("instanceProfileName", profile, opts)] : []),
    ...(ssh !== undefined && keyName !== "" ? [lookUpKeyPair("keyName", keyName, ssh.publicKey, opts)] : []),
  ]);
  const image = await imageOf(config, opts);
  return { ...image, bastion: bastion === undefined ? image : await imageOf(bastion, opts) };
}

/** What the bastion is made from, where one is made, and not from what the other hosts are. */
function bastionOf({ access, existing, bastion, ami, instanceType }: HostsConfig): Image | undefined {
  if (access !== "ssh" || existing !== undefined || bastion === undefined) return undefined;
  if (bastion.ami === undefined && bastion.instanceType === undefined) return undefined;
  return { ami: bastion.ami ?? ami, instanceType: bastion.instanceType ?? instanceType };
}

function imageLookUp(key: string, { ami, instanceType }: Image, opts: { provider: aws.Provider }): Promise<void>[] {
  return ami === "" ? [] : [lookUpImage(key, ami, architectureOf(instanceType), opts)];
}

async function imageOf({ ami, instanceType }: Image, { provider }: { provider: aws.Provider }): Promise<Image> {
  if (ami !== "") return { ami, instanceType };
  const name = `${latestAmazonLinux}${architectureOf(instanceType)}`;
  try {
    return { ami: (await aws.ssm.getParameter({ name }, { provider })).insecureValue, instanceType };
  } catch (error) {
    checkCredentials(reasonOf(error));
    throw new ConfigError([
      `ami: "": ${reasonOf(error)}: expected an AMI id, or Amazon's SSM parameter ${name} in reach`,
    ]);
  }
}
