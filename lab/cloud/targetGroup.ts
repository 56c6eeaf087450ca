import { arn as arnOf } from "./arn";
import { findVpc } from "./findVpc";
import { elbError } from "./errors";
import type { Failure } from "./inputs";
import { elbName } from "./loadBalancer";
import type { Context, ResourceType } from "./model";
import {
  blocks,
  isProperties,
  number,
  optionalNumber,
  optionalText,
  tagsOf,
  text,
  type Properties,
} from "./properties";
import type { TargetGroup } from "./records";
import { retryWhile } from "./retry";
import { between, boolean, numeric, object, objects, oneOf, region, string, tags } from "./specs";
import { find, ownedBy } from "./state";

/** RFC 8926; GWLB knows no other port. */
export const genevePort = 6081;

export function findTargetGroup(context: Context, operation: string, arn: string): TargetGroup {
  const group = find(context.state.tables.targetGroups, arn, context.caller);
  // Source: ELBv2 API, ModifyTargetGroupAttributes: TargetGroupNotFound; wording UNVERIFIED.
  if (group === undefined) throw elbError(operation, "TargetGroupNotFound", `Target groups '${arn}' not found`);
  return group;
}

/** Of a GENEVE target group for which nothing is said (ELBv2 API, CreateTargetGroup). */
const defaultHealthCheck: TargetGroup["healthCheck"] = {
  protocol: "TCP",
  port: "80",
  interval: 10,
  timeout: 5,
  healthyThreshold: 5,
  unhealthyThreshold: 2,
};

/** A block that is given has the provider's defaults, which are those of HTTP; the timeout alone is AWS's. */
function healthCheck(operation: string, inputs: Properties): TargetGroup["healthCheck"] | undefined {
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

function failover(operation: string, inputs: Properties): TargetGroup["targetFailover"] | undefined {
  const [given, ...more] = blocks(inputs, "targetFailovers");
  if (given === undefined) return undefined;
  const onDeregistration = text(given, "onDeregistration");
  const onUnhealthy = text(given, "onUnhealthy");
  if (onDeregistration !== onUnhealthy || more.length > 0) {
    const message =
      `The values of target_failover.on_deregistration '${onDeregistration}' and target_failover.on_unhealthy ` +
      `'${onUnhealthy}' must be the same`;
    // Source: ELBv2 API, TargetGroupAttribute: "The value you set for both attributes must be the same"; code and wording
    // UNVERIFIED.
    throw elbError(operation, "ValidationError", message);
  }
  return { onDeregistration, onUnhealthy };
}

function stickiness(inputs: Properties): TargetGroup["stickiness"] | undefined {
  const given = inputs["stickiness"];
  return isProperties(given) ? { enabled: given["enabled"] !== false, type: text(given, "type") } : undefined;
}

type Attributes = Pick<TargetGroup, "deregistrationDelay" | "stickiness" | "targetFailover" | "healthCheck" | "tags">;

/**
 * What can be changed in place. Stickiness, failover and health check are optional and computed in the provider's schema
 * (terraform-provider-aws, internal/service/elbv2/target_group.go): a block that is left out is what it was.
 */
function attributes(operation: string, inputs: Properties, before: Partial<Attributes> = {}): Attributes {
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

function create(context: Context, inputs: Properties): string {
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

function read(context: Context, arn: string): Properties | undefined {
  const group = find(context.state.tables.targetGroups, arn, context.caller);
  if (group === undefined) return undefined;
  const listeners = Object.values(context.state.tables.listeners).filter((other) => other.targetGroupArn === arn);
  return {
    arn,
    arnSuffix: arn.slice(arn.indexOf("targetgroup/")),
    connectionTermination: false,
    deregistrationDelay: group.deregistrationDelay,
    healthCheck: {
      enabled: true,
      healthyThreshold: group.healthCheck.healthyThreshold,
      interval: group.healthCheck.interval,
      matcher: group.healthCheck.protocol === "TCP" ? "" : "200-399",
      path: group.healthCheck.path ?? "",
      port: group.healthCheck.port,
      protocol: group.healthCheck.protocol,
      timeout: group.healthCheck.timeout,
      unhealthyThreshold: group.healthCheck.unhealthyThreshold,
    },
    ipAddressType: "ipv4",
    loadBalancerArns: listeners.map((listener) => listener.loadBalancerArn),
    loadBalancingAlgorithmType: "",
    loadBalancingAnomalyMitigation: "",
    loadBalancingCrossZoneEnabled: "",
    name: group.name,
    port: group.port,
    preserveClientIp: "",
    protocol: "GENEVE",
    protocolVersion: "",
    stickiness: { cookieDuration: 0, cookieName: "", ...group.stickiness },
    tags: group.tags,
    targetFailovers: [group.targetFailover],
    targetType: group.targetType,
    vpcId: group.vpcId,
  };
}

function update(context: Context, arn: string, inputs: Properties): void {
  const operation = "ModifyTargetGroupAttributes";
  const group = findTargetGroup(context, operation, arn);
  Object.assign(group, attributes(operation, inputs, group));
  context.changed();
}

async function remove(context: Context, arn: string): Promise<void> {
  // The provider repeats DeleteTargetGroup for two minutes.
  await retryWhile(context, "ResourceInUse", 120, () => {
    if (Object.values(context.state.tables.listeners).some((listener) => listener.targetGroupArn === arn)) {
      const message = `Target group '${arn}' is currently in use by a listener or a rule`;
      // Source: ELBv2 API, DeleteTargetGroup: ResourceInUse; the provider repeats on this wording
      // (internal/service/elbv2/target_group.go).
      throw elbError("DeleteTargetGroup", "ResourceInUse", message);
    }
  });
  delete context.state.tables.targetGroups[arn];
  delete context.state.health[arn];
  context.changed();
}

function healthCheckPort(value: unknown): string | undefined {
  const port = String(value);
  const inRange = /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65535;
  return port === "traffic-port" || inRange ? undefined : `expected 1 to 65535 or "traffic-port", got "${port}"`;
}

/** The provider's plan-time check. */
function validate(inputs: Properties): Failure[] {
  const check = inputs["healthCheck"];
  if (!isProperties(check) || check["protocol"] !== "TCP") return [];
  return ["path", "matcher"]
    .filter((field) => check[field] !== undefined && check[field] !== "")
    .map((field) => ({
      property: `healthCheck.${field}`,
      reason: `Attribute "healthCheck.${field}" cannot be specified when "healthCheck.protocol" is "TCP".`,
    }));
}

export const targetGroup: ResourceType = {
  token: "aws:lb/targetGroup:TargetGroup",
  label: "ELBv2 Target Group",
  inputs: {
    name: string({ autoname: 32, replace: true, computed: true, reject: elbName }),
    namePrefix: string({ replace: true, computed: true }),
    protocol: string({ required: true, replace: true, reject: oneOf("GENEVE") }),
    port: numeric({ required: true, replace: true, reject: between(1, 65535) }),
    vpcId: string({ required: true, replace: true }),
    targetType: string({ default: "instance", replace: true, reject: oneOf("instance", "ip") }),
    deregistrationDelay: numeric({ default: 300, reject: between(0, 3600) }),
    healthCheck: object(
      {
        enabled: boolean({ default: true }),
        protocol: string({ default: "HTTP", reject: oneOf("TCP", "HTTP", "HTTPS") }),
        port: string({ default: "traffic-port", reject: healthCheckPort }),
        path: string({ computed: true }),
        matcher: string({ computed: true }),
        interval: numeric({ default: 30, reject: between(5, 300) }),
        timeout: numeric({ computed: true, reject: between(2, 120) }),
        healthyThreshold: numeric({ default: 3, reject: between(2, 10) }),
        unhealthyThreshold: numeric({ default: 3, reject: between(2, 10) }),
      },
      { computed: true },
    ),
    stickiness: object(
      {
        enabled: boolean({ default: true }),
        type: string({ required: true, reject: oneOf("source_ip_dest_ip", "source_ip_dest_ip_proto") }),
      },
      { computed: true },
    ),
    targetFailovers: objects(
      {
        onDeregistration: string({ required: true, reject: oneOf("rebalance", "no_rebalance") }),
        onUnhealthy: string({ required: true, reject: oneOf("rebalance", "no_rebalance") }),
      },
      { computed: true },
    ),
    region,
    tags,
  },
  validate,
  create,
  read,
  update,
  delete: remove,
};
