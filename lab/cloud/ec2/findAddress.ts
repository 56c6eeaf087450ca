import { ec2Error } from "../core/errors";
import type { Context } from "../core/model";
import type { Address } from "../core/records";
import { find } from "../core/state";

/** The error for an Elastic IP address that is none of the caller's. */
export function noAddress(operation: string, id: string): Error {
  // Source: EC2 API, Error codes: InvalidAllocationID.NotFound; wording as users report it.
  return ec2Error(operation, "InvalidAllocationID.NotFound", `The allocation ID '${id}' does not exist`);
}

/** An Elastic IP address of the caller's. */
export function findAddress(context: Context, operation: string, id: string): Address {
  const address = find(context.state.tables.addresses, id, context.caller);
  if (address === undefined) throw noAddress(operation, id);
  return address;
}
