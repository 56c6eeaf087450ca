import { ec2Error } from "../core/errors";
import type { Context } from "../core/model";
import type { InternetGateway } from "../core/records";
import { find } from "../core/state";

/** The error for an internet gateway that is none of the caller's. */
export function noGateway(operation: string, id: string): Error {
  // Source: EC2 API, Error codes: InvalidInternetGatewayID.NotFound; wording UNVERIFIED.
  return ec2Error(operation, "InvalidInternetGatewayID.NotFound", `The internetGateway ID '${id}' does not exist`);
}

/** An internet gateway of the caller's. */
export function findGateway(context: Context, operation: string, id: string): InternetGateway {
  const gateway = find(context.state.tables.internetGateways, id, context.caller);
  if (gateway === undefined) throw noGateway(operation, id);
  return gateway;
}
