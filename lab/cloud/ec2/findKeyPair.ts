import { ec2Error } from "../core/errors";
import type { Context } from "../core/model";
import type { KeyPair } from "../core/state";

/** By account, Region and name. */
export function keyOf(context: Context, name: string): string {
  return `${context.caller.accountId}/${context.caller.region}/${name}`;
}

export function findKeyPair(context: Context, operation: string, name: string): KeyPair {
  const pair = context.state.keyPairs[keyOf(context, name)];
  if (pair === undefined) {
    // Source: EC2 API, Error codes: InvalidKeyPair.NotFound; wording UNVERIFIED.
    throw ec2Error(operation, "InvalidKeyPair.NotFound", `The key pair '${name}' does not exist`);
  }
  return pair;
}
