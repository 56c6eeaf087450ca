import * as aws from "./aws";
import * as pulumi from "@pulumi/pulumi";
import { Refusal } from "./refusal";

/** Whose endpoints are accepted, and at which service. */
export interface EndpointAcceptanceArgs {
  /** `vpce-svc-…` of a service that requires acceptance. */
  serviceId: pulumi.Input<string>;
  /** The endpoints whose connections are accepted, by AZ ID. */
  endpointIds: Record<string, pulumi.Input<string>>;
}

/**
 * Accepts a consumer's endpoints in the account of the service. Its provider is that account's and needs no more than
 * `ec2:AcceptVpcEndpointConnections` and `ec2:DescribeVpcEndpointConnections`.
 *
 * What is accepted stays accepted when this is taken away: a connection ends with its endpoint, and a service that no
 * longer requires acceptance must not lose the consumers that it has.
 */
export class EndpointAcceptance extends pulumi.ComponentResource {
  /** Endpoint id by AZ ID; known when the connection is `available`, an error when it has become anything else. */
  readonly acceptedIds: Record<string, pulumi.Output<string>>;

  constructor(name: string, args: EndpointAcceptanceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gwlb-inspection:index:EndpointAcceptance", name, {}, opts);
    this.acceptedIds = Object.fromEntries(
      Object.entries(args.endpointIds).map(([azId, endpointId]) => {
        // Returns when the connection is available. Deleting it would reject the connection.
        const accepter = new aws.ec2.VpcEndpointConnectionAccepter(
          `${name}-${azId}`,
          { vpcEndpointServiceId: args.serviceId, vpcEndpointId: endpointId },
          { parent: this, retainOnDelete: true },
        );
        return [azId, availableId(this, azId, accepter.vpcEndpointId, accepter.vpcEndpointState)];
      }),
    );
    this.registerOutputs({ acceptedIds: this.acceptedIds });
  }
}

/**
 * The endpoint's id, once it can take packets: AWS refuses routes into one that is not `available`.
 *
 * @param state - as EC2 DescribeVpcEndpoints or DescribeVpcEndpointConnections has it
 */
export function availableId(
  owner: pulumi.Resource,
  azId: string,
  id: pulumi.Input<string>,
  state: pulumi.Input<string>,
): pulumi.Output<string> {
  return pulumi.all([id, state]).apply(([endpointId, current]) => {
    // AWS's documents write the states with capitals, its answers are in camel case.
    switch (current.toLowerCase()) {
      case "available":
        return endpointId;
      case "pendingacceptance":
        throw new Refusal(
          `Endpoint ${endpointId} in AZ ${azId} is ${current}: its service requires acceptance. Have the service's owner ` +
            "accept the connection, then deploy again with --refresh",
          owner,
        );
      case "rejected":
        throw new Refusal(
          `Endpoint ${endpointId} in AZ ${azId} is ${current}, expected available. Have the service's owner accept the ` +
            "connection, then deploy again with --refresh",
          owner,
        );
      default:
        throw new Refusal(`Endpoint ${endpointId} in AZ ${azId} is ${current}, expected available`, owner);
    }
  });
}
