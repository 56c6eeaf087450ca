import * as aws from "./aws";
import { ec2transitgateway } from "./awsTransit";
import * as pulumi from "@pulumi/pulumi";

/** An attachment, and what of the transit gateway it belongs to. */
export interface TransitAcceptanceArgs {
  /** `tgw-attach-…` */
  attachmentId: pulumi.Input<string>;
  /**
   * Whether the attachment waits for it: one of another account does, unless its transit gateway accepts by itself. One of the transit
   * gateway's own account does not, and AWS refuses to accept it.
   */
  accept: boolean;
  /** `tgw-rtb-…`, which decides where what comes in by the attachment goes. */
  associateWith: pulumi.Input<string>;
  /** `tgw-rtb-…`, in which the CIDRs of the attachment's VPC become routes. */
  propagateInto: pulumi.Input<string>;
}

/**
 * Accepts a VPC's attachment in the account of the transit gateway, and puts it into its route tables, which only that account may. Its
 * provider is that account's.
 *
 * An attachment that is accepted stays so when this is taken away: it ends with the VPC's side of it.
 *
 * **Cost**: none by itself.
 */
export class TransitAcceptance extends pulumi.ComponentResource {
  /** The attachment's id; known when it is in its route tables, and packets pass. */
  readonly attachmentId: pulumi.Output<string>;
  /** Ids of the association and the propagation. */
  readonly routingIds: pulumi.Output<string[]>;

  constructor(name: string, args: TransitAcceptanceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gwlb-inspection:index:TransitAcceptance", name, {}, opts);
    const parent = { parent: this };
    const transitGatewayAttachmentId = args.accept
      ? new ec2transitgateway.VpcAttachmentAccepter(
          name,
          {
            transitGatewayAttachmentId: args.attachmentId,
            transitGatewayDefaultRouteTableAssociation: false,
            transitGatewayDefaultRouteTablePropagation: false,
            tags: { Name: name },
          },
          // To delete it deletes the attachment (terraform-provider-aws, ec2/transitgateway_vpc_attachment_accepter.go).
          { ...parent, retainOnDelete: true },
        ).id
      : args.attachmentId;
    const association = new ec2transitgateway.RouteTableAssociation(
      name,
      { transitGatewayAttachmentId, transitGatewayRouteTableId: args.associateWith },
      { ...parent, ...aws.oneAtATime },
    );
    const propagation = new ec2transitgateway.RouteTablePropagation(
      name,
      { transitGatewayAttachmentId, transitGatewayRouteTableId: args.propagateInto },
      { ...parent, ...aws.oneAtATime },
    );
    this.routingIds = pulumi.all([association.id, propagation.id]);
    this.attachmentId = pulumi.all([transitGatewayAttachmentId, this.routingIds]).apply(([id]) => id);
    this.registerOutputs({ attachmentId: this.attachmentId });
  }
}
