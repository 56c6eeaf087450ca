import * as aws from "./aws";
import { ec2transitgateway } from "./awsTransit";
import * as pulumi from "@pulumi/pulumi";
import { contains, parseCidr } from "../path/net/cidr";
import { Refusal } from "./refusal";
import { TransitAcceptance, type TransitAcceptanceArgs } from "./transitAcceptance";

/** Sends what a route table's subnets send to `destinationCidrBlock` to the transit gateway. */
export interface TransitRoute {
  /** Name of the route's resource, unique in the spoke. */
  name: string;
  /** `rtb-…`. */
  routeTableId: pulumi.Input<string>;
  /** IPv4 CIDR outside of the VPC, or one that the VPC's is a part of: to its own addresses a VPC goes by itself. */
  destinationCidrBlock: string;
}

/** How the transit gateway's account takes the attachment in. */
export interface TransitSpokeAcceptance extends Omit<TransitAcceptanceArgs, "attachmentId"> {
  /** An aws provider of the transit gateway's account. */
  provider: pulumi.ProviderResource;
}

/** A spoke's VPC, its attachment, and what it sends there. */
export interface TransitSpokeArgs {
  /** The spoke's VPC. */
  vpcId: pulumi.Input<string>;
  /** IPv4 CIDR of the VPC. */
  vpcCidrBlock: string;
  /** `tgw-…`, shared with the spoke's account by RAM where it is another account's. */
  transitGatewayId: pulumi.Input<string>;
  /** Subnets of the attachment by AZ ID: one in each AZ that the VPC has hosts in, with no hosts in it. */
  attachmentSubnetIds: Record<string, pulumi.Input<string>>;
  /** Who accepts the attachment, and how. */
  acceptance: TransitSpokeAcceptance;
  /** What the VPC sends to the transit gateway. */
  routes: TransitRoute[];
}

/**
 * A VPC that is attached to a transit gateway, and the routes there. Of the transit gateway's account nothing is changed but what belongs
 * to this attachment.
 *
 * **Cost**: the attachment by the hour, and by the gigabyte that it sends.
 */
export class TransitSpoke extends pulumi.ComponentResource {
  /** Known when the attachment is in its route tables. */
  readonly attachmentId: pulumi.Output<string>;
  /** Ids of routes, association and propagation: known when packets pass. */
  readonly routingIds: pulumi.Output<string[]>;

  constructor(name: string, args: TransitSpokeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gwlb-inspection:index:TransitSpoke", name, {}, opts);
    this.check(name, args);
    const parent = { parent: this };
    const { provider, ...acceptance } = args.acceptance;
    const attachment = new ec2transitgateway.VpcAttachment(
      name,
      {
        vpcId: args.vpcId,
        transitGatewayId: args.transitGatewayId,
        subnetIds: Object.values(args.attachmentSubnetIds),
        // Of a transit gateway that is shared they cannot be set (the provider's documentation): the accepter sets them.
        ...(!acceptance.accept && {
          transitGatewayDefaultRouteTableAssociation: false,
          transitGatewayDefaultRouteTablePropagation: false,
        }),
        tags: { Name: name },
      },
      parent,
    );
    const accepted = new TransitAcceptance(
      name,
      { ...acceptance, attachmentId: attachment.id },
      { parent: this, providers: [provider] },
    );
    this.attachmentId = accepted.attachmentId;
    const routes = args.routes.map(
      (route) =>
        new aws.ec2.Route(
          `${name}-${route.name}`,
          {
            routeTableId: route.routeTableId,
            destinationCidrBlock: route.destinationCidrBlock,
            transitGatewayId: args.transitGatewayId,
          },
          // AWS takes none before the VPC is attached.
          { ...parent, dependsOn: [accepted], ...aws.oneAtATime },
        ),
    );
    this.routingIds = pulumi
      .all([accepted.routingIds, pulumi.all(routes.map(({ id }) => id))])
      .apply((ids) => ids.flat());
    this.registerOutputs({ attachmentId: this.attachmentId });
  }

  /** Everything that can be known before something is created. */
  private check(name: string, args: TransitSpokeArgs): void {
    const fail = (message: string): never => {
      throw new Refusal(`TransitSpoke ${name}: ${message}`, this);
    };
    if (Object.keys(args.attachmentSubnetIds).length === 0) {
      fail("attachmentSubnetIds is empty, expected a subnet for at least one AZ ID");
    }
    try {
      const vpc = parseCidr(args.vpcCidrBlock, "vpcCidrBlock");
      for (const route of args.routes) {
        const destination = parseCidr(route.destinationCidrBlock, `route ${route.name}`);
        if (contains(vpc, destination)) {
          fail(`route ${route.name}: ${destination.text} is in the VPC's own ${vpc.text}, expected one outside of it`);
        }
      }
    } catch (error) {
      if (error instanceof Refusal) throw error;
      fail(error instanceof Error ? error.message : String(error));
    }
  }
}
