import { ec2Error } from "./errors";
import type { Context } from "./model";
import type { Vpc } from "./records";
import { find } from "./state";

/** A VPC of the caller's. */
export function findVpc(context: Context, operation: string, id: string): Vpc {
  const vpc = find(context.state.tables.vpcs, id, context.caller);
  // Source: EC2 API, Error codes: InvalidVpcID.NotFound; wording UNVERIFIED.
  if (vpc === undefined) throw ec2Error(operation, "InvalidVpcID.NotFound", `The vpc ID '${id}' does not exist`);
  return vpc;
}
