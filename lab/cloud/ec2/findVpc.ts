import { ec2Error } from "../core/errors";
import type { Context } from "../core/model";
import type { Vpc } from "../core/records";
import { find } from "../core/state";

/** The error for a VPC that is none of the caller's. */
export function noVpc(operation: string, id: string): Error {
  // Source: EC2 API, Error codes: InvalidVpcID.NotFound; wording UNVERIFIED.
  return ec2Error(operation, "InvalidVpcID.NotFound", `The vpc ID '${id}' does not exist`);
}

/** A VPC of the caller's. */
export function findVpc(context: Context, operation: string, id: string): Vpc {
  const vpc = find(context.state.tables.vpcs, id, context.caller);
  if (vpc === undefined) throw noVpc(operation, id);
  return vpc;
}
