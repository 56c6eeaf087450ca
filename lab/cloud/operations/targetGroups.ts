import type {
  CreateTargetGroupInput,
  CreateTargetGroupOutput,
  DeleteTargetGroupInput,
  DeleteTargetGroupOutput,
  DescribeTargetGroupAttributesInput,
  DescribeTargetGroupAttributesOutput,
  DescribeTargetGroupsInput,
  DescribeTargetGroupsOutput,
  ModifyTargetGroupAttributesInput,
  ModifyTargetGroupAttributesOutput,
  ModifyTargetGroupInput,
  ModifyTargetGroupOutput,
  TargetGroupAttribute,
  TargetGroup as TargetGroupOutput,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { genevePort } from "../../../path/net/geneve";
import { elbError } from "../core/errors";
import type { Context } from "../core/model";
import type { TargetGroup } from "../core/records";
import { ownedBy } from "../core/state";
import { findTargetGroup, findTargetGroupByName } from "../elb/findTargetGroup";
import { findLoadBalancer } from "../elb/findLoadBalancer";
import { checkFailover, createTargetGroup, defaultHealthCheck } from "../elb/targetGroups";
import { elbTags } from "./elbTags";
import { operation } from "./operation";

/** Those of the ARNs, names or load balancer that are named; each must be there. */
export const DescribeTargetGroups = operation(
  ["LoadBalancerArn", "TargetGroupArns", "Names"],
  (context: Context, input: DescribeTargetGroupsInput): DescribeTargetGroupsOutput => {
    const called = "DescribeTargetGroups";
    const { LoadBalancerArn: balancer, TargetGroupArns: arns, Names: names } = input;
    if (balancer !== undefined) findLoadBalancer(context, called, balancer);
    const named = [
      ...(arns ?? []).map((arn) => findTargetGroup(context, called, arn)),
      ...(names ?? []).map((name) => findTargetGroupByName(context, called, name)),
    ];
    const all =
      arns === undefined && names === undefined ? ownedBy(context.state.tables.targetGroups, context.caller) : named;
    const found = all.filter(({ arn }) => balancer === undefined || balancersOf(context, arn).includes(balancer));
    return { TargetGroups: found.map((group) => targetGroupOutput(context, group)) };
  },
);

/** ARNs of load balancers whose listeners forward to it. */
export function balancersOf(context: Context, groupArn: string): string[] {
  return Object.values(context.state.tables.listeners)
    .filter(({ targetGroupArn }) => targetGroupArn === groupArn)
    .map(({ loadBalancerArn }) => loadBalancerArn);
}

/** ELBv2 API Reference, DescribeTargetGroups, "Examples". */
export function targetGroupOutput(context: Context, group: TargetGroup): TargetGroupOutput {
  const { healthCheck } = group;
  return {
    TargetGroupArn: group.arn,
    TargetGroupName: group.name,
    Protocol: "GENEVE",
    Port: group.port,
    VpcId: group.vpcId,
    HealthCheckProtocol: healthCheck.protocol,
    HealthCheckPort: healthCheck.port,
    HealthCheckEnabled: true,
    HealthCheckIntervalSeconds: healthCheck.interval,
    HealthCheckTimeoutSeconds: healthCheck.timeout,
    HealthyThresholdCount: healthCheck.healthyThreshold,
    UnhealthyThresholdCount: healthCheck.unhealthyThreshold,
    ...(healthCheck.protocol !== "TCP" && {
      HealthCheckPath: healthCheck.path ?? "/",
      Matcher: { HttpCode: "200-399" },
    }),
    LoadBalancerArns: balancersOf(context, group.arn),
    TargetType: group.targetType,
    IpAddressType: "ipv4",
  };
}

const healthCheckInputs = [
  ...["HealthCheckEnabled", "HealthCheckIntervalSeconds", "HealthCheckPath", "HealthCheckPort", "HealthCheckProtocol"],
  ...["HealthCheckTimeoutSeconds", "HealthyThresholdCount", "Matcher", "UnhealthyThresholdCount"],
] as (keyof CreateTargetGroupInput & keyof ModifyTargetGroupInput)[];

type HealthCheck = Pick<CreateTargetGroupInput, (typeof healthCheckInputs)[number]>;

/** What is left out is AWS's default of a GENEVE group (ELBv2 API, CreateTargetGroup), or what it was. */
function healthCheckOf(input: HealthCheck, before: TargetGroup["healthCheck"]): TargetGroup["healthCheck"] {
  const protocol = (input.HealthCheckProtocol ?? before.protocol) as "TCP" | "HTTP" | "HTTPS";
  const path = input.HealthCheckPath ?? before.path;
  return {
    protocol,
    port: input.HealthCheckPort ?? before.port,
    ...(protocol !== "TCP" && { path: path ?? "/" }),
    interval: input.HealthCheckIntervalSeconds ?? before.interval,
    timeout: input.HealthCheckTimeoutSeconds ?? before.timeout,
    healthyThreshold: input.HealthyThresholdCount ?? before.healthyThreshold,
    unhealthyThreshold: input.UnhealthyThresholdCount ?? before.unhealthyThreshold,
  };
}

export const CreateTargetGroup = operation(
  ["IpAddressType", "Name", "Port", "Protocol", "Tags", "TargetType", "VpcId", ...healthCheckInputs],
  (context: Context, input: CreateTargetGroupInput): CreateTargetGroupOutput => {
    if (input.Protocol !== "GENEVE") {
      // Source: none, the model's own limit.
      throw elbError(
        "CreateTargetGroup",
        "ValidationError",
        "this model of AWS has target groups of protocol GENEVE only",
      );
    }
    const given = healthCheckInputs.some((name) => input[name] !== undefined);
    const arn = createTargetGroup(context, {
      name: input.Name,
      vpcId: input.VpcId,
      port: input.Port ?? genevePort,
      tags: elbTags(input.Tags),
      targetType: input.TargetType ?? "instance",
      deregistrationDelay: 300,
      ...(given && { healthCheck: healthCheckOf(input, defaultHealthCheck) }),
    });
    return { TargetGroups: [targetGroupOutput(context, findTargetGroup(context, "CreateTargetGroup", arn))] };
  },
);

export const ModifyTargetGroup = operation(
  ["TargetGroupArn", ...healthCheckInputs],
  (context: Context, input: ModifyTargetGroupInput): ModifyTargetGroupOutput => {
    const group = findTargetGroup(context, "ModifyTargetGroup", input.TargetGroupArn ?? "");
    group.healthCheck = healthCheckOf(input, group.healthCheck);
    context.changed();
    return { TargetGroups: [targetGroupOutput(context, group)] };
  },
);

/** ELBv2 API, TargetGroupAttribute, of Gateway Load Balancers. */
function attributesOf(group: TargetGroup): TargetGroupAttribute[] {
  const { targetFailover, stickiness } = group;
  return [
    { Key: "deregistration_delay.timeout_seconds", Value: String(group.deregistrationDelay) },
    { Key: "stickiness.enabled", Value: String(stickiness.enabled) },
    { Key: "stickiness.type", Value: stickiness.type },
    { Key: "target_failover.on_deregistration", Value: targetFailover.onDeregistration },
    { Key: "target_failover.on_unhealthy", Value: targetFailover.onUnhealthy },
  ];
}

export const DescribeTargetGroupAttributes = operation(
  ["TargetGroupArn"],
  (context: Context, input: DescribeTargetGroupAttributesInput): DescribeTargetGroupAttributesOutput => ({
    Attributes: attributesOf(findTargetGroup(context, "DescribeTargetGroupAttributes", input.TargetGroupArn ?? "")),
  }),
);

export const ModifyTargetGroupAttributes = operation(
  ["Attributes", "TargetGroupArn"],
  (context: Context, input: ModifyTargetGroupAttributesInput): ModifyTargetGroupAttributesOutput => {
    const called = "ModifyTargetGroupAttributes";
    const group = findTargetGroup(context, called, input.TargetGroupArn ?? "");
    const values = new Map(attributesOf(group).map(({ Key, Value }) => [Key, Value ?? ""]));
    for (const { Key, Value = "" } of input.Attributes ?? []) {
      if (!values.has(Key)) {
        const message = `Target group attribute key '${Key}' is not recognized`;
        // Source: ELBv2 API, TargetGroupAttribute, of Gateway Load Balancers; code and wording UNVERIFIED.
        throw elbError(called, "InvalidConfigurationRequest", message);
      }
      values.set(Key, Value);
    }
    const value = (key: string): string => values.get(key) ?? "";
    const failover = ["target_failover.on_deregistration", "target_failover.on_unhealthy"].map(value);
    const [onDeregistration = "", onUnhealthy = ""] = failover;
    checkFailover(called, onDeregistration, onUnhealthy);
    group.deregistrationDelay = Number(value("deregistration_delay.timeout_seconds"));
    group.stickiness = { enabled: value("stickiness.enabled") === "true", type: value("stickiness.type") };
    group.targetFailover = { onDeregistration, onUnhealthy };
    context.changed();
    return { Attributes: attributesOf(group) };
  },
);

export const DeleteTargetGroup = operation(
  ["TargetGroupArn"],
  (context: Context, { TargetGroupArn: arn = "" }: DeleteTargetGroupInput): DeleteTargetGroupOutput => {
    if (Object.values(context.state.tables.listeners).some((listener) => listener.targetGroupArn === arn)) {
      const message = `Target group '${arn}' is currently in use by a listener or a rule`;
      // Source: ELBv2 API, DeleteTargetGroup: ResourceInUse; the provider repeats on this wording
      // (internal/service/elbv2/target_group.go).
      throw elbError("DeleteTargetGroup", "ResourceInUse", message);
    }
    delete context.state.tables.targetGroups[arn];
    delete context.state.health[arn];
    context.changed();
    return {};
  },
);
