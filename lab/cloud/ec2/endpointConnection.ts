import { acceptConnection, connectionOf, findConnection, rejectConnection } from "./endpointConnections";
import { AwsError } from "../core/errors";
import { findService } from "./findService";
import type { Context, ResourceType } from "../core/model";
import { text, type Properties } from "../core/properties";
import { region, string } from "../core/specs";
import { find } from "../core/state";
import { transition } from "../core/transition";

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
  await transition(context, async (unattended) => void (await acceptConnection(unattended, serviceId, endpointId)));
  const { state } = findConnection(context, "AcceptVpcEndpointConnections", serviceId, endpointId);
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
