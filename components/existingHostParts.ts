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
