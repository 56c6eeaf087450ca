import * as aws from "./aws";
import { differs, ExistingError, found, type LookUpOptions } from "./existing";

/**
 * A KMS key by its ARN, as EBS takes one: enabled, symmetric, for encryption (EBS user guide, "How Amazon EBS encryption works"). EC2 takes
 * any, and ends the instance afterwards.
 *
 * @throws ExistingError when it is anything else
 */
export async function lookUpKmsKey(what: string, keyId: string, opts: LookUpOptions): Promise<void> {
  const key = `${what}: "${keyId}"`;
  const { keyState, keySpec, keyUsage } = await found(key, "a KMS key that its policy lets this account see", () =>
    aws.kms.getKey({ keyId }, opts),
  );
  const wrong = [
    ...differs(key, "has the state", keyState, "Enabled"),
    ...differs(key, "has the usage", keyUsage, "ENCRYPT_DECRYPT"),
    ...differs(key, "has the spec", keySpec, "SYMMETRIC_DEFAULT"),
  ];
  if (wrong.length > 0) throw new ExistingError(wrong);
}

/**
 * A key pair of EC2's by its name.
 *
 * @param publicKey - as `TYPE BASE64`, of the operator's private key: with another pair's nobody logs in
 * @throws ExistingError when it is anything else
 */
export async function lookUpKeyPair(
  what: string,
  keyName: string,
  publicKey: string,
  opts: LookUpOptions,
): Promise<void> {
  const key = `${what}: "${keyName}"`;
  const pair = await found(key, "a key pair of this account and Region", () =>
    aws.ec2.getKeyPair({ keyName, includePublicKey: true }, opts),
  );
  const own = pair.publicKey.trim().split(/\s+/).slice(0, 2).join(" ");
  if (own !== publicKey) throw new ExistingError([`${key}: is of another key: expected the pair of sshPrivateKey`]);
}

/**
 * An instance profile by its name. Whether its role lets SSM's agent do its work is not looked at: any policy may.
 *
 * @throws ExistingError when there is none, or none with a role, which EC2 takes for no profile
 */
export async function lookUpInstanceProfile(what: string, name: string, opts: LookUpOptions): Promise<void> {
  const key = `${what}: "${name}"`;
  const { roleArn } = await found(key, "an instance profile of this account", () =>
    aws.iam.getInstanceProfile({ name }, opts),
  );
  if (!roleArn) throw new ExistingError([`${key}: has no role, expected one with AmazonSSMManagedInstanceCore`]);
}

/**
 * An AMI by its id, a deprecated one, too.
 *
 * @param architecture - of the instance type that it is for
 * @throws ExistingError when it is anything else
 */
export async function lookUpImage(what: string, id: string, architecture: string, opts: LookUpOptions): Promise<void> {
  const key = `${what}: "${id}"`;
  const image = await found(key, "an AMI of this Region that this account may launch", () =>
    aws.ec2.getAmi({ filters: [{ name: "image-id", values: [id] }], includeDeprecated: true }, opts),
  );
  if (image.architecture !== architecture) {
    const seen = `${key}: has the architecture ${image.architecture}`;
    throw new ExistingError([`${seen}, expected the instance type's ${architecture}`]);
  }
}
