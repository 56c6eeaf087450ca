import { ec2Error } from "../core/errors";
import type { Context } from "../core/model";
import type { EndpointService } from "../core/records";
import { find } from "../core/state";

/** The error for an endpoint service that is none of the caller's. */
export function noService(operation: string, id: string): Error {
  const message = `The VpcEndpointService Id '${id}' does not exist`;
  // Source: EC2 API, Error codes: InvalidVpcEndpointServiceId.NotFound; wording UNVERIFIED.
  return ec2Error(operation, "InvalidVpcEndpointServiceId.NotFound", message);
}

/** An endpoint service of the caller's. */
export function findService(context: Context, operation: string, id: string): EndpointService {
  const service = find(context.state.tables.endpointServices, id, context.caller);
  if (service === undefined) throw noService(operation, id);
  return service;
}
