import * as aws from "./aws";
import * as pulumi from "@pulumi/pulumi";
import { checkRouteDestination, parseCidr } from "../path/net/cidr";
import { availableId, EndpointAcceptance } from "./endpointAcceptance";
import type { ExistingEndpoint } from "./existing";
import { oneAtATimeBy } from "./oneAtATime";
import { Refusal } from "./refusal";

/** Steers what a route table's subnets send to `destinationCidrBlock` into the GWLB endpoint of one AZ. */
export interface InspectionRoute {
  /** Name of the route's resource, unique in the consumer. */
  name: string;
  /** `rtb-…`. */
  routeTableId: pulumi.Input<string>;
  /** IPv4 CIDR; inside the VPC it must be exactly one subnet's. */
  destinationCidrBlock: string;
  /** AZ ID whose endpoint takes the packets. */
  azId: string;
}

/** Who accepts the endpoints where their service requires it. */
export interface ConsumerAcceptance {
  /** `vpce-svc-…` of the endpoint service. */
  serviceId: pulumi.Input<string>;
  /** An aws provider of the service's account. See `EndpointAcceptance` for what it has to be allowed. */
  provider: pulumi.ProviderResource;
}

/** A consumer's VPC, its endpoints, and what is steered into them. */
export interface GwlbConsumerArgs {
  /** The consumer's VPC. */
  vpcId: pulumi.Input<string>;
  /** IPv4 CIDR of the VPC. */
  vpcCidrBlock: string;
  /** IPv4 CIDRs of all subnets of the VPC. */
  subnetCidrBlocks: string[];
  /** `com.amazonaws.vpce.REGION.vpce-svc-…` */
  serviceName: pulumi.Input<string>;
  /** AZ IDs that the service has. */
  serviceAzIds: string[];
  /** Subnets for the endpoints by AZ ID; servers must not be in them. */
  endpointSubnetIds: Record<string, pulumi.Input<string>>;
  /**
   * Endpoints that are already there, by AZ ID, as `lookUpEndpoint` finds them. They stay when the component is removed.
   * @default none
   */
  existingEndpoints?: Record<string, ExistingEndpoint>;
  /**
   * For a service that requires acceptance. Without it such a service's owner has to accept each endpoint: until then
   * the deployment ends at the routes.
   * @default nobody accepts
   */
  acceptance?: ConsumerAcceptance;
  /**
   * What is steered into the endpoints: none where all of it already is. Rejected are AZs without endpoint and parts of
   * subnets.
   */
  routes: InspectionRoute[];
}

/**
 * One GWLB endpoint per AZ in a consumer's VPC, and the routes that lead into them.
 *
 * **Cost**: each endpoint that is made by the hour, and each by the gigabyte.
 */
export class GwlbConsumer extends pulumi.ComponentResource {
  /** Endpoint id by AZ ID; known when the endpoint, if it is made here, is available. */
  readonly endpointIds: Record<string, pulumi.Output<string>>;
  /** Ids of the routes: known when packets are steered. */
  readonly routeIds: pulumi.Output<string[]>;

  constructor(name: string, args: GwlbConsumerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gwlb-inspection:index:GwlbConsumer", name, {}, opts);
    this.check(name, args);
    const parent = { parent: this };
    const serviceName = pulumi.output(args.serviceName).apply((service) => this.visible(service));
    const endpoints = Object.fromEntries(
      Object.entries(args.endpointSubnetIds).map(([azId, subnetId]) => [
        azId,
        new aws.ec2.VpcEndpoint(
          `${name}-${azId}`,
          {
            vpcId: args.vpcId,
            serviceName,
            vpcEndpointType: "GatewayLoadBalancer",
            // One subnet, for ever: AWS takes no second one.
            subnetIds: [subnetId],
            tags: { Name: `${name}-${azId}` },
          },
          // The provider would ask AWS to exchange it. A new endpoint is there, and routes lead to it, before the old one goes.
          { ...parent, replaceOnChanges: ["subnetIds"] },
        ),
      ]),
    );
    this.endpointIds = {
      ...Object.fromEntries(
        Object.entries(args.existingEndpoints ?? {}).map(([azId, { id }]) => [azId, pulumi.output(id)]),
      ),
      ...this.available(name, endpoints, args.acceptance),
    };
    const routes = args.routes.map(
      (route) =>
        new aws.ec2.Route(
          `${name}-${route.name}`,
          {
            routeTableId: route.routeTableId,
            destinationCidrBlock: route.destinationCidrBlock,
            vpcEndpointId: this.endpointIds[route.azId],
          },
          { ...parent, ...oneAtATimeBy("routeTableId", "destinationCidrBlock") },
        ),
    );
    this.routeIds = pulumi.all(routes.map((route) => route.id));
    this.registerOutputs({ endpointIds: this.endpointIds });
  }

  /** The provider waits for an endpoint that is available, but also returns with one that waits for acceptance. */
  private available(
    name: string,
    endpoints: Record<string, aws.ec2.VpcEndpoint>,
    acceptance?: ConsumerAcceptance,
  ): Record<string, pulumi.Output<string>> {
    const each = Object.entries(endpoints);
    if (acceptance === undefined || each.length === 0) {
      return Object.fromEntries(each.map(([azId, { id, state }]) => [azId, availableId(this, azId, id, state)]));
    }
    const endpointIds = Object.fromEntries(each.map(([azId, { id }]) => [azId, id]));
    return new EndpointAcceptance(
      name,
      { serviceId: acceptance.serviceId, endpointIds },
      { parent: this, providers: [acceptance.provider] },
    ).acceptedIds;
  }

  /**
   * The console's "verify service", before there is an endpoint. A function is called once: a service whose principal
   * was added a moment ago may not be visible yet, which is why the service's name is known only after its principals.
   */
  private async visible(serviceName: string): Promise<string> {
    try {
      return (await aws.ec2.getVpcEndpointService({ serviceName }, { parent: this })).serviceName ?? serviceName;
    } catch (error) {
      throw new Refusal(
        `Endpoint service ${serviceName} is not visible from this account, expected it to be one of the service's ` +
          `allowed principals: ${error instanceof Error ? error.message : String(error)}`,
        this,
      );
    }
  }

  /** Everything that can be known before something is created. */
  private check(name: string, args: GwlbConsumerArgs): void {
    const fail = (message: string): never => {
      throw new Refusal(`GwlbConsumer ${name}: ${message}`, this);
    };
    const existing = Object.keys(args.existingEndpoints ?? {});
    const azIds = [...existing, ...Object.keys(args.endpointSubnetIds)];
    if (azIds.length === 0) fail("endpointSubnetIds is empty, expected a subnet for at least one AZ ID");
    const twice = existing.find((azId) => args.endpointSubnetIds[azId] !== undefined);
    if (twice !== undefined) fail(`AZ ${twice} has an existing endpoint and a subnet for one, expected one of the two`);
    for (const azId of azIds) {
      if (!args.serviceAzIds.includes(azId)) {
        fail(`no endpoint is possible in AZ ${azId}: the service has ${args.serviceAzIds.join(", ")}`);
      }
    }
    const vpc = parseCidr(args.vpcCidrBlock, "vpcCidrBlock");
    const subnets = args.subnetCidrBlocks.map((cidr) => parseCidr(cidr, "subnet"));
    for (const route of args.routes) {
      if (!azIds.includes(route.azId))
        fail(`route ${route.name}: there is no endpoint in AZ ${route.azId}, only in ${azIds.join(", ")}`);
      try {
        checkRouteDestination(parseCidr(route.destinationCidrBlock, "destination"), [vpc], subnets);
      } catch (error) {
        fail(`route ${route.name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
}
