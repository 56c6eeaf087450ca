import type * as pulumi from "@pulumi/pulumi";
import type { HealthCheckSettings } from "../path/net/healthCheck";
import type { ExistingGateway } from "../components/existingGateway";
import * as made from "../components/gwlbService";
import { allGiven, noneGiven, oneOf } from "./arguments";
import { component } from "./component";

export interface GwlbServiceArgs {
  /** The VPC of the subnets and targets. */
  vpcId?: pulumi.Input<string>;
  /** Subnets of the GWLB's network interfaces by AZ ID. */
  subnetIds?: Record<string, pulumi.Input<string>>;
  /** Whether an AZ's packets may go to targets in other AZs. @default false */
  crossZone?: boolean;
  /** A GWLB that is already there: in place of vpcId, subnetIds and crossZone. */
  gateway?: ExistingGateway;
  /** 12-digit ids of the accounts that may connect: the root principal of each is allowed. */
  principalAccountIds: string[];
  /** Whether a connection waits until somebody accepts it. @default false */
  acceptanceRequired?: boolean;
  /** `none`, `source_ip_dest_ip_proto` or `source_ip_dest_ip`. @default "none" */
  stickiness?: string;
  /** `no_rebalance` or `rebalance`. @default "no_rebalance" */
  failover?: string;
  /** Seconds that a deregistered target keeps its flows, 0 to 3600. @default 300 */
  deregistrationDelay?: number;
  /** Seconds until an idle TCP flow is forgotten, 60 to 6000. @default 350 */
  tcpIdleTimeout?: number;
  /** How the targets' health is checked. @default that of `HealthCheckSettings` */
  healthCheck?: HealthCheckSettings;
}

/** A Gateway Load Balancer with its GENEVE target group and listener, offered as an endpoint service. */
export class GwlbService extends component(made.GwlbService) {
  declare readonly loadBalancerArn: pulumi.Output<string>;
  declare readonly targetGroupArn: pulumi.Output<string>;
  declare readonly serviceId: pulumi.Output<string>;
  /** `com.amazonaws.vpce.REGION.vpce-svc-…`; known when all principals are allowed. */
  declare readonly serviceName: pulumi.Output<string>;
  declare readonly azIds: string[];
  /** Private IPv4 address of the GWLB by AZ ID: GENEVE and health checks come from these. */
  declare readonly gatewayAddresses: Record<string, pulumi.Output<string>>;

  constructor(name: string, args: GwlbServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super(name, argsOf(args), opts);
  }
}

function argsOf({
  stickiness,
  failover,
  gateway,
  vpcId,
  subnetIds,
  crossZone,
  ...rest
}: GwlbServiceArgs): made.GwlbServiceArgs {
  const flows = oneOf("stickiness", stickiness, made.Stickiness);
  const rebalancing = oneOf("failover", failover, made.TargetFailover);
  const settings = {
    ...rest,
    ...(flows !== undefined && { stickiness: flows }),
    ...(rebalancing !== undefined && { failover: rebalancing }),
  };
  if (gateway !== undefined) {
    noneGiven({ vpcId, subnetIds, crossZone }, ["vpcId", "subnetIds", "crossZone"], "gateway");
    return { ...settings, gateway };
  }
  const places = allGiven({ vpcId, subnetIds }, ["vpcId", "subnetIds"], "gateway");
  return { ...settings, ...places, ...(crossZone !== undefined && { crossZone }) };
}
