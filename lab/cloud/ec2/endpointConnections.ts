import { becomeAvailable } from "./endpointLife";
import { ec2Error } from "../core/errors";
import { findService } from "./findService";
import type { Context } from "../core/model";
import type { EndpointService, VpcEndpoint } from "../core/records";
import { find } from "../core/state";

/** As DescribeVpcEndpointConnections has it. */
export interface EndpointConnection {
  serviceId: string;
  endpointId: string;
  /** Account of the endpoint. */
  ownerId: string;
  state: string;
}

/** EC2 DescribeVpcEndpointConnections with the filter `service-id`: nothing of services that are not the caller's. */
export function endpointConnections(context: Context, serviceIds: string[]): EndpointConnection[] {
  const { tables, lingeringConnections } = context.state;
  const services = serviceIds.flatMap((id) => find(tables.endpointServices, id, context.caller) ?? []);
  return services.flatMap(({ id: serviceId, serviceName }) => [
    ...Object.values(tables.vpcEndpoints)
      .filter((endpoint) => endpoint.serviceName === serviceName)
      .map(({ id: endpointId, accountId: ownerId, state }) => ({ serviceId, endpointId, ownerId, state })),
    // That a connection whose endpoint has just gone is shown so is UNVERIFIED.
    ...Object.entries(lingeringConnections)
      .filter(([, lingering]) => lingering.serviceId === serviceId)
      .map(([endpointId, { ownerId }]) => ({ serviceId, endpointId, ownerId, state: "deleting" })),
  ]);
}

/** A service's end of an endpoint, whichever account the endpoint is in. */
export function connectionOf(context: Context, service: EndpointService, endpointId: string): VpcEndpoint | undefined {
  const endpoint = context.state.tables.vpcEndpoints[endpointId];
  return endpoint?.serviceName === service.serviceName ? endpoint : undefined;
}

export function findConnection(
  context: Context,
  operation: string,
  serviceId: string,
  endpointId: string,
): VpcEndpoint {
  const endpoint = connectionOf(context, findService(context, operation, serviceId), endpointId);
  if (endpoint === undefined) {
    const message = `The Vpc Endpoint Id '${endpointId}' does not exist`;
    // Source: EC2 API, Error codes: InvalidVpcEndpointId.NotFound; wording UNVERIFIED.
    throw ec2Error(operation, "InvalidVpcEndpointId.NotFound", message);
  }
  return endpoint;
}

/**
 * EC2 AcceptVpcEndpointConnections, by the service's account; also of one that was rejected. Resolves when the endpoint is
 * available, or in a state from which it does not become so.
 */
export async function acceptConnection(context: Context, serviceId: string, endpointId: string): Promise<VpcEndpoint> {
  const endpoint = findConnection(context, "AcceptVpcEndpointConnections", serviceId, endpointId);
  if (endpoint.state === "pendingAcceptance" || endpoint.state === "rejected") {
    endpoint.state = "pending";
    context.changed();
    await becomeAvailable(context, endpoint);
  }
  return endpoint;
}

/** EC2 RejectVpcEndpointConnections, by the service's account; also of one that is available. */
export function rejectConnection(context: Context, serviceId: string, endpointId: string): void {
  findConnection(context, "RejectVpcEndpointConnections", serviceId, endpointId).state = "rejected";
  context.changed();
}
