import { ec2Error } from "../core/errors";
import type { Context } from "../core/model";
import type { NetworkInterface } from "../core/records";
import { find } from "../core/state";

/** The error for a network interface that is none of the caller's. */
export function noInterface(operation: string, id: string): Error {
  // Source: EC2 API, Error codes: InvalidNetworkInterfaceID.NotFound; wording UNVERIFIED.
  return ec2Error(operation, "InvalidNetworkInterfaceID.NotFound", `The networkInterface ID '${id}' does not exist`);
}

export function findInterface(context: Context, operation: string, id: string): NetworkInterface {
  const eni = find(context.state.tables.networkInterfaces, id, context.caller);
  if (eni === undefined) throw noInterface(operation, id);
  return eni;
}
