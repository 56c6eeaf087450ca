import { findService } from "./endpointService";
import { AwsError, ec2Error } from "./errors";
import type { Context, ResourceType } from "./model";
import { text, type Properties } from "./properties";
import type { EndpointService, VpcEndpoint } from "./records";
import { region, string } from "./specs";
import { find } from "./state";
import { transition } from "./transition";
import { becomeAvailable } from "./vpcEndpoint";

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
function connectionOf(context: Context, service: EndpointService, endpointId: string): VpcEndpoint | undefined {
  const endpoint = context.state.tables.vpcEndpoints[endpointId];
  return endpoint?.serviceName === service.serviceName ? endpoint : undefined;
}

function findConnection(context: Context, operation: string, serviceId: string, endpointId: string): VpcEndpoint {
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

async function create(context: Context, inputs: Properties): Promise<string> {
  const serviceId = text(inputs, "vpcEndpointServiceId");
  const endpointId = text(inputs, "vpcEndpointId");
  const id = `${serviceId}_${endpointId}`;
  const service = findService(context, "AcceptVpcEndpointConnections", serviceId);
  const waiting = `waiting for VPC Endpoint Connection (${id}) accept`;
  if (connectionOf(context, service, endpointId) === undefined) {
    // Source: terraform-provider-aws, internal/service/ec2/vpc_endpoint_connection_accepter.go: what the call lists as
    // unsuccessful is not looked at, the connection is looked for until the provider gives up. Code UNVERIFIED.
    throw new AwsError("NotFound", `${waiting}: couldn't find resource (21 retries)`);
  }
  context.created(id);
  const { state } = await transition(context, (unattended) => acceptConnection(unattended, serviceId, endpointId));
  if (state !== "available") {
    // Source: terraform-provider-aws, internal/service/ec2/wait.go, waitVPCEndpointConnectionAccepted: pendingAcceptance
    // and pending are waited for, any other state but available is an error. Code UNVERIFIED.
    throw new AwsError("UnexpectedState", `${waiting}: unexpected state '${state}', wanted target 'available'`);
  }
  return id;
}

/** The provider knows no more than its id: whatever connection there is, accepted or not. */
function read(context: Context, id: string): Properties | undefined {
  const [serviceId = "", endpointId = ""] = id.split("_");
  const service = find(context.state.tables.endpointServices, serviceId, context.caller);
  const endpoint = service && connectionOf(context, service, endpointId);
  return endpoint && { vpcEndpointServiceId: serviceId, vpcEndpointId: endpointId, vpcEndpointState: endpoint.state };
}

export const vpcEndpointConnectionAccepter: ResourceType = {
  token: "aws:ec2/vpcEndpointConnectionAccepter:VpcEndpointConnectionAccepter",
  label: "EC2 VPC Endpoint Connection Accepter",
  inputs: {
    vpcEndpointId: string({ required: true, replace: true }),
    vpcEndpointServiceId: string({ required: true, replace: true }),
    region,
  },
  create,
  read,
  // What was accepted is rejected.
  delete: (context, id) => {
    const [serviceId = "", endpointId = ""] = id.split("_");
    rejectConnection(context, serviceId, endpointId);
  },
};
