import * as aws from "./aws";
import { genevePort } from "../path/net/geneve";
import { healthCheckPort, HealthCheckProtocol, type HealthCheck } from "../path/net/healthCheck";
import { differs, everything, ExistingError, found, type LookUpOptions } from "./existing";

/** The subnet of one of a GWLB's network interfaces. */
export interface ExistingGatewaySubnet {
  /** `subnet-…`. */
  id: string;
  /** IPv4 CIDR. */
  cidrBlock: string;
}

/** A GENEVE target group that is already there. */
export interface ExistingTargetGroup {
  /** ARN of the target group. */
  arn: string;
  /** One of `Stickiness`. */
  stickiness: string;
  /** As AWS tells it. */
  healthCheck: HealthCheck;
}

/** An endpoint service that is already there. */
export interface ExistingEndpointService {
  /** `vpce-svc-…`. */
  id: string;
  /** `com.amazonaws.vpce.REGION.vpce-svc-…`. */
  name: string;
  /** Whether a connection waits until somebody accepts it. */
  acceptanceRequired: boolean;
}

/** A GWLB that is already there, with its target group and endpoint service where they are, too. */
export interface ExistingGateway {
  /** ARN of the GWLB. */
  loadBalancerArn: string;
  /** The last three parts of the ARN, as `gwy/NAME/ID`. */
  arnSuffix: string;
  /** `vpc-…`. */
  vpcId: string;
  /** Whether an AZ's packets may go to targets in other AZs. */
  crossZone: boolean;
  /** Subnet of the GWLB's network interface by AZ ID. */
  subnets: Record<string, ExistingGatewaySubnet>;
  /** Absent where the GWLB has none. */
  targetGroup?: ExistingTargetGroup;
  /** Absent where the GWLB is offered by none. */
  service?: ExistingEndpointService;
}

/** What of a gateway is there, by ARN and name, and what it has to be like. */
export interface ExistingGatewayArgs {
  /** Either of the two, or both: the target group leads to its load balancer. */
  loadBalancerArn?: string;
  /** ARN of its target group. */
  targetGroupArn?: string;
  /** Endpoint service of the load balancer, `com.amazonaws.vpce.REGION.vpce-svc-…`. */
  serviceName?: string;
  /** What it has to be in. @default not checked */
  vpcId?: string;
  /** 12-digit id of the account that has to own the service. @default not checked */
  accountId?: string;
  /** Every AZ ID that it has to have, and no other, with the subnet's CIDR. @default not checked */
  zones?: Record<string, string>;
}

/**
 * A GWLB by its ARN or by that of its target group, read and checked before anything is created: that it is one, where it
 * is, that its target group speaks GENEVE on port 6081 and that a listener leads there, that the service is in its AZs.
 *
 * No function of AWS's provider tells which GWLB is behind an endpoint service: the verification does.
 *
 * @throws ExistingError with everything that is wrong
 */
export async function lookUpGateway(args: ExistingGatewayArgs, opts: LookUpOptions): Promise<ExistingGateway> {
  const group =
    args.targetGroupArn === undefined ? undefined : await lookUpTargetGroup(args.targetGroupArn, args, opts);
  const arn = args.loadBalancerArn ?? group?.loadBalancerArn;
  if (arn === undefined) {
    throw new ExistingError(["loadBalancerArn, targetGroupArn: neither is given, expected one of them"]);
  }
  const key = `loadBalancerArn: "${arn}"`;
  const balancer = await found(key, "a GWLB of this account and Region", () => aws.lb.getLoadBalancer({ arn }, opts));
  const problems = [
    ...differs(key, "is of type", balancer.loadBalancerType, "gateway"),
    ...differs(key, "is in VPC", balancer.vpcId, args.vpcId),
    ...(group === undefined ? [] : differs(`targetGroupArn: "${group.arn}"`, "belongs to", group.loadBalancerArn, arn)),
  ];
  if (problems.length > 0) throw new ExistingError(problems);
  const subnets = await everything(
    balancer.subnets.map((id) => found(key, "its subnets in this account", () => aws.ec2.getSubnet({ id }, opts))),
  );
  const byAzId = Object.fromEntries(
    subnets.map(({ id, availabilityZoneId, cidrBlock }) => [availabilityZoneId, { id, cidrBlock }]),
  );
  const wrong = args.zones === undefined ? [] : zoneProblems(key, byAzId, args.zones);
  if (wrong.length > 0) throw new ExistingError(wrong);
  const zoneNames = subnets.map(({ availabilityZone }) => availabilityZone);
  const service =
    args.serviceName === undefined ? undefined : await lookUpService(args.serviceName, args.accountId, zoneNames, opts);
  return {
    loadBalancerArn: arn,
    arnSuffix: balancer.arnSuffix,
    vpcId: balancer.vpcId,
    crossZone: balancer.enableCrossZoneLoadBalancing,
    subnets: byAzId,
    ...(group && { targetGroup: { arn: group.arn, stickiness: group.stickiness, healthCheck: group.healthCheck } }),
    ...(service && { service }),
  };
}

/** Every AZ of a GWLB may send to every target: none may be left out, or its address would be unknown. */
function zoneProblems(
  key: string,
  seen: Record<string, { id: string; cidrBlock: string }>,
  expected: Record<string, string>,
): string[] {
  const azIds = [...new Set([...Object.keys(seen), ...Object.keys(expected)])];
  return azIds.flatMap((azId) => {
    const subnet = seen[azId];
    const cidr = expected[azId];
    if (subnet === undefined) return [`${key}: is not in AZ ${azId}, but in ${Object.keys(seen).sort().join(", ")}`];
    if (cidr === undefined) {
      return [`${key}: is in AZ ${azId}, too, expected ${Object.keys(expected).join(", ")}: name all of its AZs`];
    }
    return differs(key, `has in AZ ${azId} subnet ${subnet.id} with CIDR`, subnet.cidrBlock, cidr);
  });
}

interface LookedUpGroup {
  arn: string;
  loadBalancerArn: string;
  stickiness: string;
  healthCheck: HealthCheck;
}

async function lookUpTargetGroup(
  arn: string,
  { vpcId }: ExistingGatewayArgs,
  opts: LookUpOptions,
): Promise<LookedUpGroup> {
  const key = `targetGroupArn: "${arn}"`;
  const group = await found(key, "a target group of this account and Region", () =>
    aws.lb.getTargetGroup({ arn }, opts),
  );
  const [loadBalancerArn] = group.loadBalancerArns;
  const problems = [
    ...differs(key, "has protocol", group.protocol, "GENEVE"),
    ...differs(key, "has port", String(group.port), String(genevePort)),
    ...differs(key, "is in VPC", group.vpcId, vpcId),
  ];
  if (problems.length > 0) throw new ExistingError(problems);
  if (loadBalancerArn === undefined) {
    throw new ExistingError([`${key}: no load balancer has a listener that forwards to it, expected a GWLB`]);
  }
  const { protocol, port, path, matcher, interval, timeout, healthyThreshold, unhealthyThreshold } = group.healthCheck;
  const checkProtocol = Object.values(HealthCheckProtocol).find((each) => each === protocol);
  if (checkProtocol === undefined) {
    throw new ExistingError([
      `${key}: has a health check by ${protocol}, expected ${Object.values(HealthCheckProtocol).join(", ")}`,
    ]);
  }
  return {
    arn,
    loadBalancerArn,
    stickiness: group.stickiness.enabled ? group.stickiness.type : "none",
    healthCheck: {
      protocol: checkProtocol,
      port: healthCheckPort(port),
      // Empty with TCP.
      ...(path !== "" && { path }),
      ...(matcher !== "" && { matcher }),
      interval,
      timeout,
      healthyThreshold,
      unhealthyThreshold,
    },
  };
}

async function lookUpService(
  serviceName: string,
  accountId: string | undefined,
  zoneNames: string[],
  opts: LookUpOptions,
): Promise<ExistingGateway["service"]> {
  const key = `serviceName: "${serviceName}"`;
  const service = await found(key, "an endpoint service that this account may connect to", () =>
    aws.ec2.getVpcEndpointService({ serviceName }, opts),
  );
  const missing = zoneNames.filter((zone) => !service.availabilityZones.includes(zone));
  const problems = [
    ...differs(key, "is of type", service.serviceType, "GatewayLoadBalancer"),
    ...differs(key, "belongs to account", service.owner, accountId),
    ...(missing.length > 0
      ? [
          `${key}: is in ${service.availabilityZones.join(", ")}, expected the GWLB's ${zoneNames.join(", ")}: is it ` +
            "the service of another one?",
        ]
      : []),
  ];
  if (problems.length > 0) throw new ExistingError(problems);
  return { id: service.serviceId, name: serviceName, acceptanceRequired: service.acceptanceRequired };
}
