import { genevePort } from "../../../path/net/geneve";
import { arn as arnOf } from "../core/arn";
import { elbError } from "../core/errors";
import { findVpc } from "../ec2/findVpc";
import type { Context } from "../core/model";
import {
  blocks,
  isProperties,
  number,
  optionalNumber,
  optionalText,
  tagsOf,
  text,
  type Properties,
} from "../core/properties";
import type { TargetGroup } from "../core/records";
import { ownedBy } from "../core/state";

export type Attributes = Pick<
  TargetGroup,
  "deregistrationDelay" | "stickiness" | "targetFailover" | "healthCheck" | "tags"
>;

/** Of a GENEVE target group for which nothing is said (ELBv2 API, CreateTargetGroup). */
export const defaultHealthCheck: TargetGroup["healthCheck"] = {
  protocol: "TCP",
  port: "80",
  interval: 10,
  timeout: 5,
  healthyThreshold: 5,
  unhealthyThreshold: 2,
};

/** A block that is given has the provider's defaults, which are those of HTTP; the timeout alone is AWS's. */
export function healthCheck(operation: string, inputs: Properties): TargetGroup["healthCheck"] | undefined {
  const given = inputs["healthCheck"];
  if (!isProperties(given)) return undefined;
  const protocol = text(given, "protocol") as TargetGroup["healthCheck"]["protocol"];
  const path = optionalText(given, "path") ?? (protocol === "TCP" ? undefined : "/");
  const interval = number(given, "interval");
  const timeout = optionalNumber(given, "timeout") ?? defaultHealthCheck.timeout;
  if (timeout >= interval) {
    const message = `Health check interval must be greater than the timeout.`;
    // Source: UNVERIFIED, rule, code and wording.
    throw elbError(operation, "ValidationError", message);
  }
  return {
    protocol,
    port: text(given, "port"),
    ...(path !== undefined && { path }),
    interval,
    timeout,
    healthyThreshold: number(given, "healthyThreshold"),
    unhealthyThreshold: number(given, "unhealthyThreshold"),
  };
}

export function failover(operation: string, inputs: Properties): TargetGroup["targetFailover"] | undefined {
  const [given, ...more] = blocks(inputs, "targetFailovers");
  if (given === undefined) return undefined;
  const onDeregistration = text(given, "onDeregistration");
  const onUnhealthy = text(given, "onUnhealthy");
  checkFailover(operation, onDeregistration, more.length > 0 ? "" : onUnhealthy);
  return { onDeregistration, onUnhealthy };
}

export function stickiness(inputs: Properties): TargetGroup["stickiness"] | undefined {
  const given = inputs["stickiness"];
  return isProperties(given) ? { enabled: given["enabled"] !== false, type: text(given, "type") } : undefined;
}

/**
 * What can be changed in place. Stickiness, failover and health check are optional and computed in the provider's schema
 * (terraform-provider-aws, internal/service/elbv2/target_group.go): a block that is left out is what it was.
 */
export function attributes(operation: string, inputs: Properties, before: Partial<Attributes> = {}): Attributes {
  return {
    deregistrationDelay: number(inputs, "deregistrationDelay"),
    // Never given: 5-tuple. Which type AWS shows then is UNVERIFIED; it has no effect.
    stickiness: stickiness(inputs) ?? before.stickiness ?? { enabled: false, type: "source_ip_dest_ip" },
    // ELBv2 API, TargetGroupAttribute: "The default is no_rebalance".
    targetFailover: failover(operation, inputs) ??
      before.targetFailover ?? { onDeregistration: "no_rebalance", onUnhealthy: "no_rebalance" },
    healthCheck: healthCheck(operation, inputs) ?? before.healthCheck ?? defaultHealthCheck,
    tags: tagsOf(inputs),
  };
}

/** A target group of the provider's inputs, with its defaults. @returns its ARN */
export function createTargetGroup(context: Context, inputs: Properties): string {
  const { state, caller, ids } = context;
  const operation = "CreateTargetGroup";
  const vpc = findVpc(context, operation, text(inputs, "vpcId"));
  const port = number(inputs, "port");
  if (port !== genevePort) {
    const message = `Port '${port}' is not supported for target groups with protocol 'GENEVE'. The supported port is ${genevePort}`;
    // Source: ELBv2 API, CreateTargetGroup, Port: "If the protocol is GENEVE, the supported port is 6081"; code and wording
    // UNVERIFIED.
    throw elbError(operation, "ValidationError", message);
  }
  const prefix = optionalText(inputs, "namePrefix");
  const name = prefix === undefined ? text(inputs, "name") : (prefix + ids.suffix()).slice(0, 32);
  if (ownedBy(state.tables.targetGroups, caller).some((other) => other.name === name)) {
    const message = `A target group with the same name '${name}' exists, but with different settings`;
    // Source: ELBv2 API, CreateTargetGroup: DuplicateTargetGroupName; wording UNVERIFIED.
    throw elbError(operation, "DuplicateTargetGroupName", message);
  }
  const arn = arnOf(context, "elasticloadbalancing", `targetgroup/${name}/${ids.elb()}`);
  state.tables.targetGroups[arn] = {
    ...attributes(operation, inputs),
    arn,
    accountId: caller.accountId,
    region: caller.region,
    name,
    vpcId: vpc.id,
    port,
    targetType: text(inputs, "targetType") as TargetGroup["targetType"],
    targets: [],
  };
  context.changed();
  return arn;
}

/** @throws AwsError when the two are not the same */
export function checkFailover(operation: string, onDeregistration: string, onUnhealthy: string): void {
  if (onDeregistration !== onUnhealthy) {
    const message =
      `The values of target_failover.on_deregistration '${onDeregistration}' and target_failover.on_unhealthy ` +
      `'${onUnhealthy}' must be the same`;
    // Source: ELBv2 API, TargetGroupAttribute: "The value you set for both attributes must be the same"; code and wording
    // UNVERIFIED.
    throw elbError(operation, "ValidationError", message);
  }
}
