import { ec2Error } from "../core/errors";
import type { Context } from "../core/model";
import type { NetworkAcl } from "../core/records";
import { find } from "../core/state";

/** The error for a network ACL that is none of the caller's. */
export function noAcl(operation: string, id: string): Error {
  // Source: EC2 API, Error codes: InvalidNetworkAclID.NotFound; wording UNVERIFIED.
  return ec2Error(operation, "InvalidNetworkAclID.NotFound", `The networkAcl ID '${id}' does not exist`);
}

export function findAcl(context: Context, operation: string, id: string): NetworkAcl {
  const acl = find(context.state.tables.networkAcls, id, context.caller);
  if (acl === undefined) throw noAcl(operation, id);
  return acl;
}
