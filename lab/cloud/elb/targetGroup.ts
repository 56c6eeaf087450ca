import { elbName } from "./elbName";
import { findTargetGroup } from "./findTargetGroup";
import type { Failure } from "../core/inputs";
import type { Context, ResourceType } from "../core/model";
import { DeleteTargetGroup } from "../operations/targetGroups";
import { isProperties, type Properties } from "../core/properties";
import { retryWhile } from "../core/retry";
import { between, boolean, numeric, object, objects, oneOf, region, string, tags } from "../core/specs";
import { find } from "../core/state";
import { attributes, createTargetGroup } from "./targetGroups";

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
  await retryWhile(context, "ResourceInUse", 120, () => void DeleteTargetGroup.run(context, { TargetGroupArn: arn }));
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
  create: createTargetGroup,
  read,
  update,
  delete: remove,
};
