import * as aws from "./aws";
import * as pulumi from "@pulumi/pulumi";
import { checkAccountId } from "../path/net/azId";
import { genevePort } from "../path/net/geneve";
import { asksForPath, HealthCheckProtocol, wholeHealthCheck, type HealthCheckSettings } from "../path/net/healthCheck";
import { accountPrincipal, parseArn } from "../path/net/partition";
import type { ExistingEndpointService, ExistingGateway, ExistingTargetGroup } from "./existingGateway";
import { Refusal } from "./refusal";

/** Flow stickiness of the target group: `none` is AWS's 5-tuple for TCP and UDP; other protocols always use 3. */
export const Stickiness = {
  /** By addresses, ports and protocol: the connections between two hosts may reach different targets. AWS's default. */
  FiveTuple: "none",
  /** By addresses and protocol: all connections of one protocol between two hosts reach one target. */
  SourceIpDestIpProto: "source_ip_dest_ip_proto",
  /** By addresses: all TCP and UDP between two hosts reaches one target. */
  SourceIpDestIp: "source_ip_dest_ip",
} as const;
export type Stickiness = (typeof Stickiness)[keyof typeof Stickiness];

/**
 * What becomes of existing flows when their target is deregistered or unhealthy; new ones go to healthy targets either way,
 * while there are any (Gateway Load Balancer guide, "Target failover").
 */
export const TargetFailover = {
  /** They stay with the target, and are lost when it is out of reach. AWS's default. */
  NoRebalance: "no_rebalance",
  /** They move to healthy targets: at the earliest after the deregistration delay, or once health checks have failed. */
  Rebalance: "rebalance",
} as const;
export type TargetFailover = (typeof TargetFailover)[keyof typeof TargetFailover];

/** What the target group, the listener and the endpoint service are like: of those of them that are made. */
export interface ServiceSettings {
  /** 12-digit ids of the accounts that may connect: the root principal of each is allowed. */
  principalAccountIds: string[];
  /** Whether a connection waits until somebody accepts it. @default false */
  acceptanceRequired?: boolean;
  /** Which packets make one flow, and go to one target. @default "none" */
  stickiness?: Stickiness;
  /** For flows whose target is deregistered or becomes unhealthy. @default "no_rebalance" */
  failover?: TargetFailover;
  /** Seconds that a deregistered target keeps its flows, 0 to 3600. @default 300 */
  deregistrationDelay?: number;
  /** Seconds until an idle TCP flow is forgotten, 60 to 6000. @default 350 */
  tcpIdleTimeout?: number;
  /** How the targets' health is checked. @default that of `HealthCheckSettings` */
  healthCheck?: HealthCheckSettings;
  /**
   * The targets, as soon as they are registered with the engine: the service is offered after them, and so it is deleted before
   * them. AWS refuses to delete a service that consumers are connected to, and by then nothing of their path is gone. A promise,
   * since targets are told the target group. @default none: then their deletion may cut the path before AWS refuses
   */
  targets?: Promise<pulumi.Resource[]>;
}

/** A GWLB is made, and all that belongs to it. */
export interface NewGwlbServiceArgs extends ServiceSettings {
  /** The VPC of the subnets and targets. */
  vpcId: pulumi.Input<string>;
  /** Subnets of the GWLB's network interfaces by AZ ID. */
  subnetIds: Record<string, pulumi.Input<string>>;
  /** Whether an AZ's packets may go to targets in other AZs. @default false */
  crossZone?: boolean;
  /** Not beside a GWLB that is made. */
  gateway?: undefined;
}

/** A GWLB is there already. What it lacks is made: target group and listener, endpoint service and principals. */
export interface ExistingGwlbServiceArgs extends ServiceSettings {
  /** As `lookUpGateway` finds it. */
  gateway: ExistingGateway;
  /** Not beside a GWLB that is there: it has a value. */
  crossZone?: undefined;
}

/** A gateway that is made, or one that is there. */
export type GwlbServiceArgs = NewGwlbServiceArgs | ExistingGwlbServiceArgs;

/** How a GWLB, its target group and its endpoint service are. */
export interface GatewaySettings {
  /** Whether an AZ's packets may go to targets in other AZs. */
  crossZone: boolean;
  /** One of `Stickiness`. */
  stickiness: string;
  /** Whether a connection waits until somebody accepts it. */
  acceptanceRequired: boolean;
  /** How the targets' health is checked; what is absent has its default. */
  healthCheck: HealthCheckSettings;
}

/** Values that are known, or that AWS has yet to choose. */
type Inputs<T> = { [Key in keyof T]: pulumi.Input<T[Key]> };

/** The load balancer, whoever made it: as `lookUpGateway` gives it, too. */
interface Balancer extends Inputs<Pick<ExistingGateway, "loadBalancerArn" | "arnSuffix" | "vpcId">> {
  crossZone: boolean;
  subnets: Record<string, { id: pulumi.Input<string> }>;
}

/** Its target group, whoever made it. */
interface TargetGroup
  extends Inputs<Pick<ExistingTargetGroup, "arn">>, Pick<GatewaySettings, "stickiness" | "healthCheck"> {
  /** If it is made. */
  listener?: aws.lb.Listener;
}

/** Its endpoint service, whoever made it. */
interface EndpointService
  extends Inputs<Pick<ExistingEndpointService, "id" | "name">>, Pick<GatewaySettings, "acceptanceRequired"> {
  /** If it is made. */
  resource?: aws.ec2.VpcEndpointService;
}

/**
 * A Gateway Load Balancer with its GENEVE target group and listener, offered as an endpoint service.
 *
 * **Cost**: the GWLB by the hour and by capacity units, if it is made.
 */
export class GwlbService extends pulumi.ComponentResource {
  /** ARN of the GWLB. */
  readonly loadBalancerArn: pulumi.Output<string>;
  /** ARN of the target group. */
  readonly targetGroupArn: pulumi.Output<string>;
  /** If it is made, and with it the target group. */
  readonly listener: aws.lb.Listener | undefined;
  /** If it is made. */
  readonly endpointService: aws.ec2.VpcEndpointService | undefined;
  /** `vpce-svc-…`. */
  readonly serviceId: pulumi.Output<string>;
  /** `com.amazonaws.vpce.REGION.vpce-svc-…`; known when all principals are allowed. */
  readonly serviceName: pulumi.Output<string>;
  /** AZ IDs in which the GWLB has a network interface. */
  readonly azIds: string[];
  /** As the load balancer, its target group and the service are, whoever made them. */
  readonly settings: GatewaySettings;
  /** Private IPv4 address of the GWLB by AZ ID: GENEVE and health checks come from these. */
  readonly gatewayAddresses: Record<string, pulumi.Output<string>>;

  constructor(name: string, args: GwlbServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gwlb-inspection:index:GwlbService", name, {}, opts);
    this.azIds = Object.keys(args.gateway === undefined ? args.subnetIds : args.gateway.subnets);
    this.check(name, args);
    const balancer: Balancer = args.gateway ?? this.makeBalancer(name, args);
    const group: TargetGroup = args.gateway?.targetGroup ?? this.makeTargetGroup(name, balancer, args);
    const service: EndpointService = args.gateway?.service ?? this.makeService(name, balancer, group, args);
    this.loadBalancerArn = pulumi.output(balancer.loadBalancerArn);
    this.targetGroupArn = pulumi.output(group.arn);
    this.listener = group.listener;
    this.endpointService = service.resource;
    this.serviceId = pulumi.output(service.id);
    this.serviceName = pulumi.output(service.name);
    this.settings = {
      crossZone: balancer.crossZone,
      stickiness: group.stickiness,
      acceptanceRequired: service.acceptanceRequired,
      healthCheck: group.healthCheck,
    };
    this.gatewayAddresses = Object.fromEntries(
      Object.entries(balancer.subnets).map(([azId, { id }]) => [azId, this.gatewayAddress(azId, id, balancer)]),
    );
    this.registerOutputs({
      loadBalancerArn: this.loadBalancerArn,
      targetGroupArn: this.targetGroupArn,
      serviceId: this.serviceId,
      serviceName: this.serviceName,
      azIds: this.azIds,
      gatewayAddresses: this.gatewayAddresses,
    });
  }

  private makeBalancer(name: string, args: NewGwlbServiceArgs): Balancer {
    const crossZone = args.crossZone ?? false;
    const { arn, arnSuffix } = new aws.lb.LoadBalancer(
      name,
      {
        loadBalancerType: "gateway",
        subnets: Object.values(args.subnetIds),
        enableCrossZoneLoadBalancing: crossZone,
        tags: { Name: name },
      },
      { parent: this },
    );
    const subnets = Object.fromEntries(Object.entries(args.subnetIds).map(([azId, id]) => [azId, { id }]));
    return { loadBalancerArn: arn, arnSuffix, vpcId: args.vpcId, crossZone, subnets };
  }

  /** Target group, and the listener that leads to it. */
  private makeTargetGroup(name: string, balancer: Balancer, args: ServiceSettings): TargetGroup {
    const parent = { parent: this };
    const stickiness = args.stickiness ?? Stickiness.FiveTuple;
    const failover = args.failover ?? TargetFailover.NoRebalance;
    const check = wholeHealthCheck(args.healthCheck);
    const targetGroup = new aws.lb.TargetGroup(
      name,
      {
        protocol: "GENEVE",
        port: genevePort,
        targetType: "instance",
        vpcId: balancer.vpcId,
        deregistrationDelay: args.deregistrationDelay ?? 300,
        // Always given: for the provider a block that is left out means "as it is", so stickiness could not be turned off.
        stickiness: {
          enabled: stickiness !== Stickiness.FiveTuple,
          // The provider wants a type in any case; while it is off AWS makes nothing of it.
          type: stickiness === Stickiness.FiveTuple ? Stickiness.SourceIpDestIpProto : stickiness,
        },
        // AWS demands both to be equal.
        targetFailovers: [{ onDeregistration: failover, onUnhealthy: failover }],
        healthCheck: { enabled: true, ...check, port: String(check.port) },
        tags: { Name: name },
      },
      parent,
    );
    const listener = new aws.lb.Listener(
      name,
      {
        loadBalancerArn: balancer.loadBalancerArn,
        // Gateway listeners take neither port nor protocol.
        defaultActions: [{ type: "forward", targetGroupArn: targetGroup.arn }],
        tcpIdleTimeoutSeconds: args.tcpIdleTimeout ?? 350,
      },
      { ...parent, ...aws.oneAtATime },
    );
    return { arn: targetGroup.arn, stickiness, healthCheck: args.healthCheck ?? {}, listener };
  }

  /**
   * Endpoint service and its principals, when all that serves them is there; the name is known when all of them are
   * allowed.
   */
  private makeService(
    name: string,
    balancer: Balancer,
    { listener }: TargetGroup,
    args: ServiceSettings,
  ): EndpointService {
    const parent = { parent: this };
    const acceptanceRequired = args.acceptanceRequired ?? false;
    const service = new aws.ec2.VpcEndpointService(
      name,
      {
        acceptanceRequired,
        gatewayLoadBalancerArns: [balancer.loadBalancerArn],
        tags: { Name: name },
      },
      { ...parent, dependsOn: servedBy(listener, args.targets) },
    );
    const principals = args.principalAccountIds.map(
      (accountId) =>
        new aws.ec2.VpcEndpointServiceAllowedPrinciple(
          `${name}-${accountId}`,
          {
            vpcEndpointServiceId: service.id,
            principalArn: service.arn.apply((arn) => accountPrincipal(parseArn(arn)?.partition ?? "aws", accountId)),
          },
          { ...parent, ...aws.oneAtATime },
        ),
    );
    const serviceName = pulumi
      // By their URNs, which a preview knows: a further consumer makes nobody's service unknown.
      .all([service.serviceName, pulumi.all(principals.map(({ urn }) => urn))])
      .apply(([known]) => known);
    return { id: service.id, name: serviceName, acceptanceRequired, resource: service };
  }

  /** Everything that can be known before something is created. */
  private check(name: string, { principalAccountIds, gateway, healthCheck }: GwlbServiceArgs): void {
    const fail = (message: string): never => {
      throw new Refusal(`GwlbService ${name}: ${message}`, this);
    };
    if (name.length > 24)
      fail(`the name has ${name.length} characters, expected at most 24: AWS takes 32, Pulumi adds 8`);
    const protocols: string[] = Object.values(HealthCheckProtocol);
    const { protocol, path } = wholeHealthCheck(healthCheck);
    if (!protocols.includes(protocol))
      fail(`healthCheck.protocol: "${protocol}": expected one of ${protocols.join(", ")}`);
    if (!asksForPath({ protocol }) && path !== undefined)
      fail(`healthCheck.path: "${path}": expected none with protocol TCP, which asks for nothing`);
    if (this.azIds.length === 0) fail("subnetIds is empty, expected a subnet for at least one AZ ID");
    if (principalAccountIds.length === 0 && gateway?.service === undefined)
      fail("principalAccountIds is empty, expected at least one account");
    for (const accountId of principalAccountIds) {
      try {
        checkAccountId(accountId, "principalAccountIds");
      } catch (error) {
        fail(error instanceof Error ? error.message : String(error));
      }
    }
  }

  /** Address of the GWLB's interface in a subnet; none or several of them are an error. */
  private gatewayAddress(azId: string, subnetId: pulumi.Input<string>, loadBalancer: Balancer): pulumi.Output<string> {
    // Of the load balancer's outputs, so that its interfaces exist. UNVERIFIED on AWS: the description's form.
    return pulumi.all([loadBalancer.arnSuffix, subnetId]).apply(async ([arnSuffix, subnet]) => {
      const description = `ELB ${arnSuffix}`;
      const filters = [
        { name: "description", values: [description] },
        { name: "subnet-id", values: [subnet] },
      ];
      try {
        // Of several it would choose none either.
        return (await aws.ec2.getNetworkInterface({ filters }, { parent: this })).privateIp;
      } catch (error) {
        throw new Refusal(
          `The GWLB's address in AZ ${azId} is not known: expected exactly one network interface with description ` +
            `"${description}" in subnet ${subnet}: ${error instanceof Error ? error.message : String(error)}`,
          this,
        );
      }
    });
  }
}

async function servedBy(
  listener: aws.lb.Listener | undefined,
  targets: ServiceSettings["targets"],
): Promise<pulumi.Resource[]> {
  return [...(listener === undefined ? [] : [listener]), ...((await targets) ?? [])];
}
