import { createHash } from "node:crypto";
import type { Failure, Inputs } from "../core/inputs";
import { block, flag, optionalNumber, optionalText, type Properties } from "../core/properties";
import { between, boolean, numeric, object, oneOf, region, string, stringSet, tags } from "../core/specs";

export const instanceInputs: Inputs = {
  ami: string({ required: true, replace: true }),
  instanceType: string({ required: true }),
  subnetId: string({ computed: true, replace: true }),
  vpcSecurityGroupIds: stringSet({ computed: true }),
  keyName: string({ computed: true, replace: true }),
  privateIp: string({ computed: true, replace: true }),
  associatePublicIpAddress: boolean({ computed: true, replace: true }),
  sourceDestCheck: boolean({ default: true }),
  userData: string(),
  userDataBase64: string({ computed: true }),
  userDataReplaceOnChange: boolean({ default: false }),
  iamInstanceProfile: string({ computed: true }),
  monitoring: boolean({ computed: true }),
  metadataOptions: object(
    {
      httpEndpoint: string({ computed: true, reject: oneOf("enabled", "disabled") }),
      httpTokens: string({ computed: true, reject: oneOf("optional", "required") }),
      httpPutResponseHopLimit: numeric({ computed: true, reject: between(1, 64) }),
      httpProtocolIpv6: string({ computed: true, reject: oneOf("enabled", "disabled") }),
      instanceMetadataTags: string({ computed: true, reject: oneOf("enabled", "disabled") }),
    },
    { computed: true },
  ),
  rootBlockDevice: object(
    {
      deleteOnTermination: boolean({ default: true }),
      encrypted: boolean({ computed: true, replace: true }),
      iops: numeric({ computed: true }),
      kmsKeyId: string({ computed: true, replace: true }),
      tags,
      throughput: numeric({ computed: true }),
      volumeSize: numeric({ computed: true }),
      volumeType: string({ computed: true, reject: oneOf("gp2", "gp3", "io1", "io2", "sc1", "st1", "standard") }),
    },
    { computed: true },
  ),
  volumeTags: { ...tags, computed: true },
  region,
  tags,
};

/** The provider's schema: user data is given in one form. */
export function validateInstance(inputs: Properties): Failure[] {
  return inputs["userData"] !== undefined && inputs["userDataBase64"] !== undefined
    ? [{ property: "userData", reason: `"userData": conflicts with userDataBase64` }]
    : [];
}

/** What the instance has, AWS's choices filled in (Amazon Linux 2023's AMI asks for IMDSv2 with two hops). */
export function metadataOptions(given: Properties): Properties {
  const options = block(given, "metadataOptions");
  return {
    httpEndpoint: optionalText(options, "httpEndpoint") ?? "enabled",
    httpProtocolIpv6: optionalText(options, "httpProtocolIpv6") ?? "disabled",
    httpPutResponseHopLimit: optionalNumber(options, "httpPutResponseHopLimit") ?? 2,
    httpTokens: optionalText(options, "httpTokens") ?? "required",
    instanceMetadataTags: optionalText(options, "instanceMetadataTags") ?? "disabled",
  };
}

export function rootBlockDevice(given: Properties, instanceId: string): Properties {
  const device = block(given, "rootBlockDevice");
  const volume = createHash("sha256").update(instanceId).digest("hex").slice(0, 16);
  return {
    deleteOnTermination: device["deleteOnTermination"] ?? true,
    deviceName: "/dev/xvda",
    encrypted: flag(device, "encrypted"),
    iops: optionalNumber(device, "iops") ?? 3000,
    kmsKeyId: optionalText(device, "kmsKeyId") ?? "",
    tags: block(device, "tags"),
    tagsAll: block(device, "tags"),
    throughput: optionalNumber(device, "throughput") ?? 125,
    volumeId: `vol-0${volume}`,
    volumeSize: optionalNumber(device, "volumeSize") ?? 8,
    volumeType: optionalText(device, "volumeType") ?? "gp3",
  };
}
