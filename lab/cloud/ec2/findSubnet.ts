import { ec2Error } from "../core/errors";
import type { Context } from "../core/model";
import type { Subnet } from "../core/records";
import { find } from "../core/state";

/** The error for a subnet that is none of the caller's. */
export function noSubnet(operation: string, id: string): Error {
  // Source: EC2 API, Error codes: InvalidSubnetID.NotFound; wording UNVERIFIED.
  return ec2Error(operation, "InvalidSubnetID.NotFound", `The subnet ID '${id}' does not exist`);
}

export function findSubnet(context: Context, operation: string, id: string): Subnet {
  const subnet = find(context.state.tables.subnets, id, context.caller);
  if (subnet === undefined) throw noSubnet(operation, id);
  return subnet;
}
