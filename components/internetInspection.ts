import * as aws from "./aws";
import { oneAtATimeBy } from "./oneAtATime";
import { Refusal } from "./refusal";
import * as pulumi from "@pulumi/pulumi";
import { checkInside, everywhere, overlaps, parseCidr } from "../path/net/cidr";

/** A subnet whose hosts have public addresses. */
export interface InternetFacingSubnet {
  /** Name of its routes' resources, unique in the component. */
  name: string;
  /** AZ ID of the subnet, whose endpoint takes its packets. */
  azId: string;
  /** The subnet's whole IPv4 CIDR. */
  cidrBlock: string;
  /** Its route table. A route for 0.0.0.0/0 that it has already is in the way: delete it, or import it into the stack. */
  routeTableId: pulumi.Input<string>;
}

/** A GWLB endpoint that is there already, with its subnet. */
export interface InspectionEndpoint {
  /** `vpce-…`, known when it is available. */
  id: pulumi.Input<string>;
  /** IPv4 CIDR of its subnet; no server may be in it. */
  cidrBlock: string;
  /** Route table of its subnet, without a route for 0.0.0.0/0. */
  routeTableId: pulumi.Input<string>;
}

/** Internet-facing subnets of a consumer, and the endpoints between them and the internet. */
export interface InternetInspectionArgs {
  /** `vpc-…`. */
  vpcId: pulumi.Input<string>;
  /** IPv4 CIDR of the VPC. */
  vpcCidrBlock: string;
  /** The internet gateway that is attached to the VPC. */
  internetGatewayId: pulumi.Input<string>;
  /**
   * Route table that is associated with the internet gateway already; AWS takes one only.
   * @default makes one and associates it
   */
  edgeRouteTableId?: pulumi.Input<string>;
  /** By AZ ID. */
  endpoints: Record<string, InspectionEndpoint>;
  /** Rejected are those in AZs without endpoint, outside of the VPC, and with an endpoint in them. */
  subnets: InternetFacingSubnet[];
}

/**
 * Sends what a VPC's subnets exchange with the internet through GWLB endpoints, in both directions: from the internet gateway
 * by a route table of its own (edge association) into the endpoint, from the subnet into the same endpoint, and from
 * the endpoint's subnet to the internet gateway (GWLB user guide, "Getting started: configure routing").
 *
 * **Cost**: none by itself; the endpoints charge by the gigabyte.
 */
export class InternetInspection extends pulumi.ComponentResource {
  /** Ids of the routes and of the gateway's association: known when packets are steered. */
  readonly routeIds: pulumi.Output<string[]>;

  constructor(name: string, args: InternetInspectionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gwlb-inspection:index:InternetInspection", name, {}, opts);
    this.check(name, args);
    const route = (
      routeName: string,
      routeTableId: pulumi.Input<string>,
      destinationCidrBlock: string,
      target: Pick<aws.ec2.RouteArgs, "gatewayId" | "vpcEndpointId">,
      dependsOn: pulumi.Resource[],
    ): aws.ec2.Route =>
      new aws.ec2.Route(
        `${name}-${routeName}`,
        { routeTableId, destinationCidrBlock, ...target },
        { parent: this, dependsOn, ...oneAtATimeBy("routeTableId", "destinationCidrBlock") },
      );
    // From the far end on: a subnet whose packets come through an endpoint may not send past it (Reachability Analyzer's
    // INGRESS_RTB_TRAFFIC_REDIRECTION), and what enters an endpoint must get on.
    const served = Object.entries(args.endpoints).filter(([azId]) => args.subnets.some((each) => each.azId === azId));
    const onwards = served.map(([azId, { routeTableId }]) =>
      route(`endpoint-${azId}-to-internet`, routeTableId, everywhere, { gatewayId: args.internetGatewayId }, []),
    );
    const outwards = args.subnets.map((subnet) =>
      route(
        `${subnet.name}-to-internet`,
        subnet.routeTableId,
        everywhere,
        { vpcEndpointId: args.endpoints[subnet.azId]?.id },
        onwards,
      ),
    );
    const edgeTable = args.edgeRouteTableId ?? this.makeEdgeTable(name, args.vpcId);
    const inwards = args.subnets.map((subnet) =>
      route(
        `internet-to-${subnet.name}`,
        edgeTable,
        subnet.cidrBlock,
        { vpcEndpointId: args.endpoints[subnet.azId]?.id },
        outwards,
      ),
    );
    const associations =
      args.edgeRouteTableId === undefined
        ? [
            new aws.ec2.RouteTableAssociation(
              `${name}-edge`,
              { gatewayId: args.internetGatewayId, routeTableId: edgeTable },
              { parent: this, dependsOn: inwards, ...aws.oneAtATime },
            ),
          ]
        : [];
    this.routeIds = pulumi.all([...onwards, ...outwards, ...inwards, ...associations].map(({ id }) => id));
    this.registerOutputs({ routeIds: this.routeIds });
  }

  private makeEdgeTable(name: string, vpcId: pulumi.Input<string>): pulumi.Output<string> {
    return new aws.ec2.RouteTable(`${name}-edge`, { vpcId, tags: { Name: `${name}-edge` } }, { parent: this }).id;
  }

  /** Everything that can be known before something is created. */
  private check(name: string, { endpoints, subnets, vpcCidrBlock }: InternetInspectionArgs): void {
    const fail = (message: string): never => {
      throw new Refusal(`InternetInspection ${name}: ${message}`, this);
    };
    const azIds = Object.keys(endpoints);
    if (subnets.length === 0) fail("subnets is empty, expected at least one internet-facing subnet");
    try {
      const vpc = parseCidr(vpcCidrBlock, "vpcCidrBlock");
      const inside = (cidrBlock: string, what: string): ReturnType<typeof parseCidr> => {
        const cidr = parseCidr(cidrBlock, what);
        checkInside(cidr, vpc, what, "vpcCidrBlock");
        return cidr;
      };
      const taken = Object.entries(endpoints).map(([azId, { cidrBlock }]) => ({
        what: `the subnet of the endpoint in ${azId}`,
        cidr: inside(cidrBlock, `endpoint ${azId}`),
      }));
      const tables = new Set<string>();
      for (const subnet of subnets) {
        const what = `subnet ${subnet.name}`;
        const cidr = inside(subnet.cidrBlock, what);
        const other = taken.find((each) => overlaps(each.cidr, cidr));
        if (other !== undefined) fail(`${what}: ${cidr.text} overlaps with ${other.what}, ${other.cidr.text}`);
        taken.push({ what, cidr });
        if (!azIds.includes(subnet.azId)) {
          fail(`${what}: there is no endpoint in AZ ${subnet.azId}, only in ${azIds.join(", ") || "none"}`);
        }
        if (typeof subnet.routeTableId !== "string") continue;
        if (tables.has(subnet.routeTableId)) {
          fail(`${what}: another subnet has route table ${subnet.routeTableId}, too, expected one of its own`);
        }
        tables.add(subnet.routeTableId);
      }
    } catch (error) {
      if (error instanceof Refusal) throw error;
      fail(error instanceof Error ? error.message : String(error));
    }
  }
}
