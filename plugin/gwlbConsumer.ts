import type * as pulumi from "@pulumi/pulumi";
import type { ExistingEndpoint } from "../components/existing";
import * as made from "../components/gwlbConsumer";
import { component } from "./component";

/** Without `acceptance`: a provider is no argument in a schema. The service's owner accepts, or no acceptance is required. */
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
  /** Endpoints that are already there, by AZ ID. They stay when the component is removed. @default none */
  existingEndpoints?: Record<string, ExistingEndpoint>;
  /** What is steered into the endpoints. Rejected are AZs without endpoint and parts of subnets. */
  routes: made.InspectionRoute[];
}

/** One GWLB endpoint per AZ in a consumer's VPC, and the routes that lead into them. */
export class GwlbConsumer extends component(made.GwlbConsumer) {
  /** Endpoint id by AZ ID; known when the endpoint, if it is made here, is available. */
  declare readonly endpointIds: Record<string, pulumi.Output<string>>;
  /** Ids of the routes: known when packets are steered. */
  declare readonly routeIds: pulumi.Output<string[]>;

  constructor(name: string, args: GwlbConsumerArgs, opts?: pulumi.ComponentResourceOptions) {
    super(name, args, opts);
  }
}
