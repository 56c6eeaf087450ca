import { ec2Error } from "../core/errors";
import type { Context } from "../core/model";
import type { NatGateway } from "../core/records";
import { find } from "../core/state";

/** The error for a NAT gateway that is none of the caller's. */
export function noNatGateway(operation: string, id: string): Error {
  // Source: EC2 API, Error codes: NatGatewayNotFound; wording UNVERIFIED.
  return ec2Error(operation, "NatGatewayNotFound", `The Nat Gateway ${id} was not found`);
}

/** A NAT gateway of the caller's. */
export function findNatGateway(context: Context, operation: string, id: string): NatGateway {
  const gateway = find(context.state.tables.natGateways, id, context.caller);
  if (gateway === undefined) throw noNatGateway(operation, id);
  return gateway;
}
