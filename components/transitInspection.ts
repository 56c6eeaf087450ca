import * as aws from "./aws";
import { ec2transitgateway } from "./awsTransit";
import * as pulumi from "@pulumi/pulumi";
import { contains, everywhere, overlaps, parseCidr, type Cidr } from "../path/net/cidr";
import { Refusal } from "./refusal";
import { TransitShare } from "./transitShare";

/** What the transit gateway and a GWLB endpoint need of the inspection VPC in one AZ. */
export interface TransitZone {
  /** Subnet of the transit gateway's network interface; no host may be in it. */
  attachmentSubnetId: pulumi.Input<string>;
  /** Route table of that subnet, which no other subnet has: all that comes from the transit gateway goes to the endpoint. */
  attachmentRouteTableId: pulumi.Input<string>;
  /** `vpce-…` of the AZ's GWLB endpoint, known when it is available. */
  endpointId: pulumi.Input<string>;
  /** Route table of the endpoint's subnet: what was inspected goes back to the transit gateway. */
  endpointRouteTableId: pulumi.Input<string>;
}

/** An inspection VPC with GWLB endpoints, and the transit gateway before it. */
export interface TransitInspectionArgs {
  /** The inspection VPC, in the transit gateway's account. */
  vpcId: pulumi.Input<string>;
  /** IPv4 CIDR of the inspection VPC. */
  vpcCidrBlock: string;
  /** By AZ ID. */
  zones: Record<string, TransitZone>;
  /**
   * IPv4 CIDRs that hold the spokes' VPCs: one for all of them, as 10.0.0.0/8, needs no change when a spoke is added. Rejected are
   * those that overlap with each other, and those in the inspection VPC, which reaches its own addresses by itself.
   */
  spokeCidrBlocks: string[];
  /**
   * `tgw-…` of a transit gateway of this account that is there already. It stays as it is: whoever made it shares it.
   * @default one is made
   */
  transitGatewayId?: pulumi.Input<string>;
  /**
   * 12-digit ids of the accounts that the transit gateway, if it is made, is shared with by RAM: the spokes' that are others.
   * @default none
   */
  shareWithAccountIds?: string[];
  /**
   * Whether accounts outside of the AWS organization may be among these. Such an account has to accept the share first, also in an
   * organization that shares nothing by RAM. @default false
   */
  allowExternalPrincipals?: boolean;
  /**
   * Whether both directions of a flow come out of the transit gateway in one AZ. Off, those of a flow between AZs cross different
   * endpoints, and a firewall that keeps state drops them. @default true
   */
  applianceMode?: boolean;
}

/**
 * Sends what spokes exchange with each other through GWLB endpoints in an inspection VPC: a transit gateway with appliance mode on that
 * VPC's attachment, and two route tables. The spokes' has a default route to the inspection VPC; that VPC's own has the routes to the
 * spokes (Transit Gateway guide, "Appliance in a shared services VPC").
 *
 * **Cost**: each attachment by the hour, and by the gigabyte that it sends.
 */
export class TransitInspection extends pulumi.ComponentResource {
  /** Known when it is shared. */
  readonly transitGatewayId: pulumi.Output<string>;
  /** Of the RAM share that names other accounts; absent where there are none, or somebody else shares the transit gateway. */
  readonly shareArn?: pulumi.Output<string>;
  /** Of the inspection VPC. */
  readonly attachmentId: pulumi.Output<string>;
  /** Transit gateway's route table that spokes are associated with. */
  readonly spokesRouteTableId: pulumi.Output<string>;
  /** Transit gateway's route table that spokes propagate into. */
  readonly inspectionRouteTableId: pulumi.Output<string>;
  /** Ids of all routes and of the association: known when what spokes send is inspected. */
  readonly routingIds: pulumi.Output<string[]>;

  constructor(name: string, args: TransitInspectionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gwlb-inspection:index:TransitInspection", name, {}, opts);
    this.check(name, args);
    const made = args.transitGatewayId === undefined ? this.makeTransitGateway(name) : undefined;
    const transitGatewayId = args.transitGatewayId ?? made?.id ?? "";
    const attachment = this.attach(name, args, transitGatewayId);
    this.attachmentId = attachment.id;
    const table = (which: string): ec2transitgateway.RouteTable =>
      new ec2transitgateway.RouteTable(
        `${name}-${which}`,
        { transitGatewayId, tags: { Name: `${name}-${which}` } },
        { parent: this },
      );
    const [spokes, inspection] = [table("spokes"), table("inspection")];
    const inside = this.makeRoutes(name, args, transitGatewayId, attachment);
    const association = new ec2transitgateway.RouteTableAssociation(
      name,
      { transitGatewayAttachmentId: attachment.id, transitGatewayRouteTableId: inspection.id },
      { parent: this, ...aws.oneAtATime },
    );
    const toInspection = new ec2transitgateway.Route(
      `${name}-spokes-to-inspection`,
      {
        destinationCidrBlock: everywhere,
        transitGatewayAttachmentId: attachment.id,
        transitGatewayRouteTableId: spokes.id,
      },
      // From the far end on: what spokes send there must get on.
      { parent: this, dependsOn: [...inside, association], ...aws.oneAtATime },
    );
    this.routingIds = pulumi.all([...inside, association, toInspection].map(({ id }) => id));
    const share = made && this.share(name, args, made);
    if (share !== undefined) this.shareArn = share.shareArn;
    this.transitGatewayId = pulumi.all([transitGatewayId, share?.associationIds]).apply(([id]) => id);
    this.spokesRouteTableId = spokes.id;
    this.inspectionRouteTableId = inspection.id;
    this.registerOutputs({
      transitGatewayId: this.transitGatewayId,
      attachmentId: this.attachmentId,
      spokesRouteTableId: this.spokesRouteTableId,
      inspectionRouteTableId: this.inspectionRouteTableId,
    });
  }

  /** Nothing is accepted, associated or propagated by itself: a VPC that is attached reaches nobody past the inspection. */
  private makeTransitGateway(name: string): ec2transitgateway.TransitGateway {
    return new ec2transitgateway.TransitGateway(
      name,
      {
        description: "Spokes to the inspection VPC",
        autoAcceptSharedAttachments: "disable",
        defaultRouteTableAssociation: "disable",
        defaultRouteTablePropagation: "disable",
        tags: { Name: name },
      },
      { parent: this },
    );
  }

  /** With nobody where all spokes are of the transit gateway's own account. */
  private share(
    name: string,
    { shareWithAccountIds = [], allowExternalPrincipals }: TransitInspectionArgs,
    { arn }: ec2transitgateway.TransitGateway,
  ): TransitShare | undefined {
    if (shareWithAccountIds.length === 0) return undefined;
    return new TransitShare(
      name,
      {
        transitGatewayArn: arn,
        accountIds: shareWithAccountIds,
        ...(allowExternalPrincipals !== undefined && { allowExternalPrincipals }),
      },
      { parent: this },
    );
  }

  private attach(
    name: string,
    { vpcId, zones, applianceMode }: TransitInspectionArgs,
    transitGatewayId: pulumi.Input<string>,
  ): ec2transitgateway.VpcAttachment {
    return new ec2transitgateway.VpcAttachment(
      name,
      {
        vpcId,
        transitGatewayId,
        subnetIds: Object.values(zones).map(({ attachmentSubnetId }) => attachmentSubnetId),
        applianceModeSupport: (applianceMode ?? true) ? "enable" : "disable",
        transitGatewayDefaultRouteTableAssociation: false,
        transitGatewayDefaultRouteTablePropagation: false,
        tags: { Name: name },
      },
      { parent: this },
    );
  }

  /** In the inspection VPC, in each AZ: from the transit gateway into the endpoint, and from there back to the spokes. */
  private makeRoutes(
    name: string,
    { zones, spokeCidrBlocks }: TransitInspectionArgs,
    transitGatewayId: pulumi.Input<string>,
    attachment: pulumi.Resource,
  ): aws.ec2.Route[] {
    return Object.entries(zones).flatMap(([azId, zone]) => {
      const back = spokeCidrBlocks.map(
        (destinationCidrBlock) =>
          new aws.ec2.Route(
            `${name}-endpoint-${azId}-to-${destinationCidrBlock}`,
            { routeTableId: zone.endpointRouteTableId, destinationCidrBlock, transitGatewayId },
            // AWS takes none before the VPC is attached.
            { parent: this, dependsOn: [attachment], ...aws.oneAtATime },
          ),
      );
      const into = new aws.ec2.Route(
        `${name}-attachment-${azId}-to-endpoint`,
        {
          routeTableId: zone.attachmentRouteTableId,
          destinationCidrBlock: everywhere,
          vpcEndpointId: zone.endpointId,
        },
        { parent: this, dependsOn: back, ...aws.oneAtATime },
      );
      return [...back, into];
    });
  }

  /** Everything that can be known before something is created. */
  private check(name: string, args: TransitInspectionArgs): void {
    const fail = (message: string): never => {
      throw new Refusal(`TransitInspection ${name}: ${message}`, this);
    };
    const { zones, spokeCidrBlocks, vpcCidrBlock, shareWithAccountIds = [], transitGatewayId } = args;
    if (Object.keys(zones).length === 0) fail("zones is empty, expected at least one AZ ID");
    if (spokeCidrBlocks.length === 0) fail("spokeCidrBlocks is empty, expected at least one CIDR");
    if (transitGatewayId !== undefined && shareWithAccountIds.length > 0) {
      fail("shareWithAccountIds: expected none with a transit gateway that is there already");
    }
    try {
      const vpc = parseCidr(vpcCidrBlock, "vpcCidrBlock");
      const taken: Cidr[] = [];
      for (const text of spokeCidrBlocks) {
        const cidr = parseCidr(text, "spokeCidrBlocks");
        if (contains(vpc, cidr)) fail(`spokeCidrBlocks: ${cidr.text} is in the inspection VPC's own ${vpc.text}`);
        const other = taken.find((each) => overlaps(each, cidr));
        if (other !== undefined) fail(`spokeCidrBlocks: ${cidr.text} overlaps with ${other.text}`);
        taken.push(cidr);
      }
    } catch (error) {
      if (error instanceof Refusal) throw error;
      fail(error instanceof Error ? error.message : String(error));
    }
  }
}
