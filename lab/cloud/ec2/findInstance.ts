import { ec2Error } from "../core/errors";
import type { Context } from "../core/model";
import type { Instance } from "../core/records";
import { find } from "../core/state";

/** The error for an instance that is none of the caller's. */
export function noInstance(operation: string, id: string): Error {
  // Source: EC2 API, Error codes: InvalidInstanceID.NotFound; wording UNVERIFIED.
  return ec2Error(operation, "InvalidInstanceID.NotFound", `The instance ID '${id}' does not exist`);
}

/** An instance of the caller's, in whatever state. */
export function findInstance(context: Context, operation: string, id: string): Instance {
  const instance = find(context.state.tables.instances, id, context.caller);
  if (instance === undefined) throw noInstance(operation, id);
  return instance;
}
