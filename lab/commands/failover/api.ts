import type * as Compute from "@aws-sdk/client-ec2";
import type * as Balancing from "@aws-sdk/client-elastic-load-balancing-v2";
import { setTimeout as sleep } from "node:timers/promises";
import { credentialsOf } from "../../sts/credentials";

/** Settings of a GWLB and its target group that failover depends on; seconds are AWS's. */
export interface Settings {
  failover: TargetFailover;
  crossZone: boolean;
  /** `5-tuple`, `source_ip_dest_ip_proto` or `source_ip_dest_ip`. */
  stickiness: string;
  deregistrationDelay: number;
  interval: number;
  timeout: number;
  healthyThreshold: number;
  unhealthyThreshold: number;
}

export const targetFailovers = ["no_rebalance", "rebalance"] as const;
export type TargetFailover = (typeof targetFailovers)[number];

/** Part of a target group's attribute names; both have to have the same value. */
const failoverKeys = ["target_failover.on_deregistration", "target_failover.on_unhealthy"];
const crossZoneKey = "load_balancing.cross_zone.enabled";

/** Clients of AWS's API for an account of the lab. */
export interface Clients {
  ec2: Compute.EC2Client;
  elb: Balancing.ElasticLoadBalancingV2Client;
}

export async function clientsFor(region: string, accountId: string): Promise<Clients> {
  const { EC2Client } = await import("@aws-sdk/client-ec2");
  const { ElasticLoadBalancingV2Client } = await import("@aws-sdk/client-elastic-load-balancing-v2");
  const settings = { region, credentials: credentialsOf(accountId) };
  return { ec2: new EC2Client(settings), elb: new ElasticLoadBalancingV2Client(settings) };
}

/** A GWLB's target group and its targets, by AWS's API. */
export class TargetGroupApi {
  private constructor(
    private readonly clients: Clients,
    private readonly sdk: typeof Balancing,
    private readonly compute: typeof Compute,
    private readonly groupArn: string,
    private readonly balancerArn: string,
  ) {}

  /** @throws Error when no load balancer uses the group */
  static async of(clients: Clients, groupArn: string): Promise<TargetGroupApi> {
    const sdk = await import("@aws-sdk/client-elastic-load-balancing-v2");
    const compute = await import("@aws-sdk/client-ec2");
    const { TargetGroups: [group] = [] } = await clients.elb.send(
      new sdk.DescribeTargetGroupsCommand({ TargetGroupArns: [groupArn] }),
    );
    const balancerArn = group?.LoadBalancerArns?.[0];
    if (balancerArn === undefined) throw new Error(`Target group ${groupArn}: no load balancer uses it`);
    return new TargetGroupApi(clients, sdk, compute, groupArn, balancerArn);
  }

  async settings(): Promise<Settings> {
    const { elb } = this.clients;
    const { DescribeTargetGroupsCommand, DescribeTargetGroupAttributesCommand, DescribeLoadBalancerAttributesCommand } =
      this.sdk;
    const { TargetGroups: [group] = [] } = await elb.send(
      new DescribeTargetGroupsCommand({ TargetGroupArns: [this.groupArn] }),
    );
    const { Attributes: ofGroup = [] } = await elb.send(
      new DescribeTargetGroupAttributesCommand({ TargetGroupArn: this.groupArn }),
    );
    const { Attributes: ofBalancer = [] } = await elb.send(
      new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn: this.balancerArn }),
    );
    const value = (key: string): string => [...ofGroup, ...ofBalancer].find(({ Key }) => Key === key)?.Value ?? "";
    return {
      failover: value("target_failover.on_unhealthy") === "rebalance" ? "rebalance" : "no_rebalance",
      crossZone: value(crossZoneKey) === "true",
      stickiness: value("stickiness.enabled") === "true" ? value("stickiness.type") : "5-tuple",
      deregistrationDelay: Number(value("deregistration_delay.timeout_seconds")),
      interval: group?.HealthCheckIntervalSeconds ?? 0,
      timeout: group?.HealthCheckTimeoutSeconds ?? 0,
      healthyThreshold: group?.HealthyThresholdCount ?? 0,
      unhealthyThreshold: group?.UnhealthyThresholdCount ?? 0,
    };
  }

  async change({ failover, crossZone }: Pick<Settings, "failover" | "crossZone">): Promise<void> {
    const { ModifyTargetGroupAttributesCommand, ModifyLoadBalancerAttributesCommand } = this.sdk;
    const Attributes = failoverKeys.map((Key) => ({ Key, Value: failover }));
    await this.clients.elb.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn: this.groupArn, Attributes }));
    await this.clients.elb.send(
      new ModifyLoadBalancerAttributesCommand({
        LoadBalancerArn: this.balancerArn,
        Attributes: [{ Key: crossZoneKey, Value: String(crossZone) }],
      }),
    );
  }

  /** State of each registered or draining target, by its id (DescribeTargetHealth). */
  async health(): Promise<Map<string, string>> {
    const { TargetHealthDescriptions: all = [] } = await this.clients.elb.send(
      new this.sdk.DescribeTargetHealthCommand({ TargetGroupArn: this.groupArn }),
    );
    return new Map(all.map(({ Target, TargetHealth }) => [Target?.Id ?? "", TargetHealth?.State ?? ""]));
  }

  async register(ids: string[]): Promise<void> {
    const Targets = ids.map((Id) => ({ Id }));
    await this.clients.elb.send(new this.sdk.RegisterTargetsCommand({ TargetGroupArn: this.groupArn, Targets }));
  }

  async deregister(ids: string[]): Promise<void> {
    const Targets = ids.map((Id) => ({ Id }));
    await this.clients.elb.send(new this.sdk.DeregisterTargetsCommand({ TargetGroupArn: this.groupArn, Targets }));
  }

  async stop(InstanceIds: string[]): Promise<void> {
    await this.clients.ec2.send(new this.compute.StopInstancesCommand({ InstanceIds }));
  }

  /** Waits for those that are still stopping. */
  async start(InstanceIds: string[]): Promise<void> {
    const { DescribeInstancesCommand, StartInstancesCommand } = this.compute;
    for (;;) {
      const { Reservations = [] } = await this.clients.ec2.send(new DescribeInstancesCommand({ InstanceIds }));
      const states = Reservations.flatMap(({ Instances = [] }) => Instances.map(({ State }) => State?.Name));
      if (!states.includes("stopping")) break;
      await sleep(100);
    }
    await this.clients.ec2.send(new StartInstancesCommand({ InstanceIds }));
  }

  async reboot(InstanceIds: string[]): Promise<void> {
    await this.clients.ec2.send(new this.compute.RebootInstancesCommand({ InstanceIds }));
  }
}
