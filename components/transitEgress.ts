import * as aws from "./aws";
import * as pulumi from "@pulumi/pulumi";
import { everywhere } from "../path/net/cidr";
import { Refusal } from "./refusal";

/** What egress needs of the inspection VPC in one AZ. */
export interface EgressZone {
  /** Subnet of the NAT gateway. */
  natSubnetId: pulumi.Input<string>;
  /** Route table of that subnet, which no other subnet has. */
  natRouteTableId: pulumi.Input<string>;
  /** `vpce-…` of the AZ's GWLB endpoint, known when it is available. */
  endpointId: pulumi.Input<string>;
  /** Route table of the endpoint's subnet: what was inspected goes on to the NAT gateway. */
  endpointRouteTableId: pulumi.Input<string>;
}

/** A way out to the internet behind the endpoints of an inspection VPC. */
export interface TransitEgressArgs {
  /** By AZ ID. */
  zones: Record<string, EgressZone>;
  /** `igw-…` of the inspection VPC. */
  internetGatewayId: pulumi.Input<string>;
  /** IPv4 CIDRs that hold the spokes' VPCs: answers for them go back through the endpoint. */
  spokeCidrBlocks: string[];
}

/**
 * Lets spokes open connections to the internet through the GWLB endpoints of an inspection VPC: a NAT gateway behind each endpoint. The
 * endpoint's subnet sends to the NAT gateway of its AZ, that one's subnet to the internet gateway, and what is for spokes back to the
 * endpoint (AWS Networking & Content Delivery blog, "Centralized inspection architecture with AWS Gateway Load Balancer and AWS Transit
 * Gateway"). So targets see the spokes' own addresses in both directions.
 *
 * **Cost**: each NAT gateway by the hour and by the gigabyte, and its public address by the hour.
 */
export class TransitEgress extends pulumi.ComponentResource {
  /** By AZ ID: `nat-…`. */
  readonly natGatewayIds: pulumi.Output<Record<string, string>>;
  /** By AZ ID: the public address that the internet sees. */
  readonly publicAddresses: pulumi.Output<Record<string, string>>;
  /** Ids of all routes: known when what spokes send to the internet is inspected both ways. */
  readonly routingIds: pulumi.Output<string[]>;

  constructor(name: string, args: TransitEgressArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gwlb-inspection:index:TransitEgress", name, {}, opts);
    if (Object.keys(args.zones).length === 0) {
      throw new Refusal(`TransitEgress ${name}: zones is empty, expected at least one AZ ID`, this);
    }
    if (args.spokeCidrBlocks.length === 0) {
      throw new Refusal(`TransitEgress ${name}: spokeCidrBlocks is empty, expected at least one CIDR`, this);
    }
    const made = Object.entries(args.zones).map(([azId, zone]) => ({ azId, ...this.makeZone(name, azId, zone, args) }));
    this.natGatewayIds = pulumi.output(Object.fromEntries(made.map(({ azId, nat }) => [azId, nat.id])));
    this.publicAddresses = pulumi.output(Object.fromEntries(made.map(({ azId, nat }) => [azId, nat.publicIp])));
    this.routingIds = pulumi.all(made.flatMap(({ routes }) => routes.map(({ id }) => id)));
    this.registerOutputs({ natGatewayIds: this.natGatewayIds, publicAddresses: this.publicAddresses });
  }

  /** From the far end on: what comes to the NAT gateway must get on, in both directions. */
  private makeZone(
    name: string,
    azId: string,
    zone: EgressZone,
    { internetGatewayId, spokeCidrBlocks }: TransitEgressArgs,
  ): { nat: aws.ec2.NatGateway; routes: aws.ec2.Route[] } {
    const own = `${name}-nat-${azId}`;
    const parent = { parent: this, ...aws.oneAtATime };
    const out = new aws.ec2.Route(
      `${own}-to-internet`,
      { routeTableId: zone.natRouteTableId, destinationCidrBlock: everywhere, gatewayId: internetGatewayId },
      parent,
    );
    const back = spokeCidrBlocks.map(
      (destinationCidrBlock) =>
        new aws.ec2.Route(
          `${own}-to-${destinationCidrBlock}`,
          { routeTableId: zone.natRouteTableId, destinationCidrBlock, vpcEndpointId: zone.endpointId },
          parent,
        ),
    );
    const address = new aws.ec2.Eip(own, { domain: "vpc", tags: { Name: own } }, { parent: this });
    const nat = new aws.ec2.NatGateway(
      own,
      { subnetId: zone.natSubnetId, allocationId: address.id, tags: { Name: own } },
      // Its VPC has to have an internet gateway (EC2 API, NatGateway: Gateway.NotAttached). An address is one gateway's.
      { ...parent, dependsOn: [out, ...back] },
    );
    const into = new aws.ec2.Route(
      `${name}-endpoint-${azId}-to-internet`,
      { routeTableId: zone.endpointRouteTableId, destinationCidrBlock: everywhere, natGatewayId: nat.id },
      parent,
    );
    return { nat, routes: [out, ...back, into] };
  }
}
