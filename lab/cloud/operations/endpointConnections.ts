import type {
  AcceptVpcEndpointConnectionsRequest,
  AcceptVpcEndpointConnectionsResult,
  DescribeVpcEndpointConnectionsRequest,
  DescribeVpcEndpointConnectionsResult,
  RejectVpcEndpointConnectionsRequest,
  RejectVpcEndpointConnectionsResult,
  State,
  UnsuccessfulItem,
} from "@aws-sdk/client-ec2";
import {
  acceptConnection,
  endpointConnections,
  findConnection,
  rejectConnection,
  type EndpointConnection,
} from "../ec2/endpointConnections";
import { AwsError } from "../core/errors";
import { findService } from "../ec2/findService";
import { matching, type Filterable } from "../core/filters";
import type { Context } from "../core/model";
import { ownedBy } from "../core/state";
import { begin } from "../core/transition";
import { filtersOf } from "./filtering";
import { operation } from "./operation";

type Connection = EndpointConnection & { tags: Record<string, string> };

const filters: Filterable<Connection> = {
  "service-id": ({ serviceId }) => serviceId,
  "vpc-endpoint-owner": ({ ownerId }) => ownerId,
  "vpc-endpoint-id": ({ endpointId }) => endpointId,
  "vpc-endpoint-state": ({ state }) => state,
};

/** Of the caller's services, whichever accounts the endpoints are in. */
export const DescribeVpcEndpointConnections = operation(
  ["Filters"],
  (context: Context, { Filters }: DescribeVpcEndpointConnectionsRequest): DescribeVpcEndpointConnectionsResult => {
    const services = ownedBy(context.state.tables.endpointServices, context.caller).map(({ id }) => id);
    const all = endpointConnections(context, services).map((connection) => ({ ...connection, tags: {} }));
    const found = matching("DescribeVpcEndpointConnections", all, filtersOf(Filters), filters);
    return {
      VpcEndpointConnections: found.map(({ serviceId, endpointId, ownerId, state }) => ({
        ServiceId: serviceId,
        VpcEndpointId: endpointId,
        VpcEndpointOwner: ownerId,
        VpcEndpointState: state as State,
      })),
    };
  },
);

/** What of several cannot be done is told of, and the others are done. */
function each(ids: readonly string[] = [], act: (id: string) => void): { Unsuccessful: UnsuccessfulItem[] } {
  const Unsuccessful = ids.flatMap((id) => {
    try {
      act(id);
      return [];
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return [{ ResourceId: id, Error: { Code: error.code, Message: error.answer } }];
    }
  });
  return { Unsuccessful };
}

/** Also of those that were rejected. They are available later. */
export const AcceptVpcEndpointConnections = operation(
  ["ServiceId", "VpcEndpointIds"],
  (context: Context, input: AcceptVpcEndpointConnectionsRequest): AcceptVpcEndpointConnectionsResult => {
    const { id: serviceId } = findService(context, "AcceptVpcEndpointConnections", input.ServiceId ?? "");
    return each(input.VpcEndpointIds, (id) => {
      findConnection(context, "AcceptVpcEndpointConnections", serviceId, id);
      begin(context, id, async (unattended) => void (await acceptConnection(unattended, serviceId, id)));
    });
  },
);

/** Also of those that are available. */
export const RejectVpcEndpointConnections = operation(
  ["ServiceId", "VpcEndpointIds"],
  (context: Context, input: RejectVpcEndpointConnectionsRequest): RejectVpcEndpointConnectionsResult => {
    const { id: serviceId } = findService(context, "RejectVpcEndpointConnections", input.ServiceId ?? "");
    return each(input.VpcEndpointIds, (id) => rejectConnection(context, serviceId, id));
  },
);
