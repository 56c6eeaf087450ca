import type { Properties } from "../../../../lab/cloud/core/properties";
import { publicKey, security, system, tokens, type Made, type Path } from "../topology";
import { asking, changingNothing, creating, type Refusal } from "./refusal";

/** An instance in the security account's subnet, but for what is changed. */
const instance = (changes: (path: Path, given: Made) => Properties) =>
  creating(security, tokens.instance, (path, given) => ({
    ami: path.ami,
    instanceType: "t3.micro",
    subnetId: path.hubSubnet.id,
    ...changes(path, given),
  }));

export const instances: Refusal[] = [
  {
    rule: "an image that there is not",
    code: "InvalidAMIID.NotFound",
    text: "'[ami-1]'",
    attempt: instance(() => ({ ami: "ami-1" })),
  },
  {
    rule: "an instance in no subnet, where there is no default VPC",
    code: "VPCIdNotSpecified",
    text: "No default VPC for this user",
    attempt: instance(() => ({ subnetId: undefined })),
  },
  {
    rule: "a disk that a KMS key is to encrypt that is not enabled",
    code: "KMSInvalidStateException",
    text: "is not enabled",
    given: ({ builder }) => builder.create(security, tokens.kmsKey, { isEnabled: false }),
    attempt: instance((_, { outputs }) => ({ rootBlockDevice: { encrypted: true, kmsKeyId: outputs["arn"] } })),
  },
  {
    rule: "a KMS key that there is not",
    code: "NotFoundException",
    text: "key/none' does not exist",
    attempt: asking(security, "aws:kms/getKey:getKey", () => ({ keyId: "none" })),
  },
  {
    rule: "a KMS key of another account",
    code: "AccessDeniedException",
    text: "not authorized to perform: kms:DescribeKey",
    given: ({ builder }) => builder.create(system, tokens.kmsKey, {}),
    attempt: asking(security, "aws:kms/getKey:getKey", (_, { outputs }) => ({ keyId: outputs["arn"] })),
  },
  {
    rule: "a key pair of another account",
    code: "InvalidKeyPair.NotFound",
    text: "does not exist",
    attempt: creating(system, tokens.instance, ({ ami, sourceSubnet, key }) => ({
      ami,
      instanceType: "t3.micro",
      subnetId: sourceSubnet.id,
      keyName: key.id,
    })),
  },
  {
    rule: "a security group of another account",
    code: "InvalidGroup.NotFound",
    text: "does not exist",
    attempt: instance(({ systemGroup }) => ({ vpcSecurityGroupIds: [systemGroup.id] })),
  },
  {
    rule: "a security group of another VPC",
    code: "InvalidParameter",
    text: "belong to different networks",
    given: async ({ builder }) => {
      const vpc = await builder.create(security, tokens.vpc, { cidrBlock: "10.7.0.0/16" });
      return builder.create(security, tokens.securityGroup, { vpcId: vpc.id });
    },
    attempt: instance((_, { id }) => ({ vpcSecurityGroupIds: [id] })),
  },
  {
    rule: "an address that somebody has",
    code: "InvalidIPAddress.InUse",
    text: "is in use",
    attempt: instance(({ target }) => ({ privateIp: target.outputs["privateIp"] })),
  },
  {
    rule: "an address that AWS keeps",
    code: "InvalidParameterValue",
    text: "reserved address range",
    attempt: instance(() => ({ privateIp: "10.1.1.3" })),
  },
  {
    rule: "an address outside of the subnet",
    code: "InvalidParameterValue",
    text: "does not fall within the subnet's address range",
    attempt: instance(() => ({ privateIp: "10.1.2.16" })),
  },
  {
    rule: "a public address when none is left",
    code: "InsufficientAddressCapacity",
    text: "Not enough public addresses",
    given: async ({ builder, hubVpc, ami }) => {
      const subnet = await builder.create(security, tokens.subnet, { vpcId: hubVpc.id, cidrBlock: "10.1.8.0/23" });
      const inputs = { ami, instanceType: "t3.micro", subnetId: subnet.id, associatePublicIpAddress: true };
      // 198.51.100.0/24 without its first and last address.
      for (let count = 0; count < 254; count++) await builder.create(security, tokens.instance, inputs);
      return subnet;
    },
    attempt: instance(() => ({ associatePublicIpAddress: true })),
  },
  {
    rule: "an instance profile that there is not",
    code: "InvalidParameterValue",
    text: "Invalid IAM Instance Profile name",
    attempt: instance(() => ({ iamInstanceProfile: "nobody" })),
  },
  {
    rule: "user data over 16 KB",
    code: "InvalidParameterValue",
    text: "User data is limited to 16384 bytes",
    attempt: instance(() => ({ userData: "x".repeat(16385) })),
  },
  {
    rule: "a change of an instance that is gone",
    code: "InvalidInstanceID.NotFound",
    text: "The instance ID 'i-0' does not exist",
    attempt: changingNothing(({ target }) => target, "i-0"),
  },
];

export const keyPairs: Refusal[] = [
  {
    rule: "a second key pair of the same name",
    code: "InvalidKeyPair.Duplicate",
    text: "already exists",
    attempt: creating(security, tokens.keyPair, ({ key }) => ({ keyName: key.id, publicKey })),
  },
  {
    rule: "a key that is no public key",
    code: "InvalidKey.Format",
    text: "OpenSSH",
    attempt: creating(security, tokens.keyPair, () => ({ keyName: "bad", publicKey: "secret" })),
  },
];
