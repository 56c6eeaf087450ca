import { block, blocks, type Properties } from "../../../lab/cloud/core/properties";
import { attribute, elb, leftOver, tagList, type Translation } from "./translation";

export const loadBalancer: Translation = (
  { name, loadBalancerType, subnets, enableCrossZoneLoadBalancing, tags, ...rest },
  LoadBalancerArn,
) => {
  leftOver("LoadBalancer", rest);
  const Attributes = attribute("load_balancing.cross_zone.enabled", enableCrossZoneLoadBalancing);
  return [
    elb("CreateLoadBalancer", { Name: name, Type: loadBalancerType, Subnets: subnets, Tags: tagList(tags) }),
    elb("ModifyLoadBalancerAttributes", { LoadBalancerArn, Attributes }),
  ];
};

export const targetGroup: Translation = (inputs, TargetGroupArn) => {
  const { name, protocol, port, vpcId, targetType, healthCheck, tags, ...more } = inputs;
  const { deregistrationDelay, stickiness, targetFailovers, ...rest } = more;
  leftOver("TargetGroup", rest);
  const create = { Name: name, Protocol: protocol, Port: port, VpcId: vpcId, TargetType: targetType };
  return [
    elb("CreateTargetGroup", { ...create, ...healthCheckOf({ healthCheck }), Tags: tagList(tags) }),
    elb("ModifyTargetGroupAttributes", {
      TargetGroupArn,
      Attributes: targetGroupAttributes({ deregistrationDelay, stickiness, targetFailovers }),
    }),
  ];
};

/** Of a target group's inputs. */
export function targetGroupAttributes(inputs: Properties): unknown[] {
  return [
    ...attribute("deregistration_delay.timeout_seconds", inputs["deregistrationDelay"]),
    ...stickinessAttributes(block(inputs, "stickiness")),
    ...blocks(inputs, "targetFailovers").flatMap((failover) => failoverAttributes(failover)),
  ];
}

/** Of a target group's inputs. */
export function healthCheckOf(inputs: Properties): Properties {
  const { enabled, protocol, port, interval, timeout, healthyThreshold, unhealthyThreshold, ...rest } = block(
    inputs,
    "healthCheck",
  );
  leftOver("healthCheck", rest);
  return {
    HealthCheckEnabled: enabled,
    HealthCheckProtocol: protocol,
    HealthCheckPort: port,
    HealthCheckIntervalSeconds: interval,
    HealthCheckTimeoutSeconds: timeout,
    HealthyThresholdCount: healthyThreshold,
    UnhealthyThresholdCount: unhealthyThreshold,
  };
}

function stickinessAttributes({ enabled, type, ...rest }: Properties): unknown[] {
  leftOver("stickiness", rest);
  return [...attribute("stickiness.enabled", enabled), ...attribute("stickiness.type", type)];
}

function failoverAttributes({ onDeregistration, onUnhealthy, ...rest }: Properties): unknown[] {
  leftOver("targetFailovers", rest);
  return [
    ...attribute("target_failover.on_deregistration", onDeregistration),
    ...attribute("target_failover.on_unhealthy", onUnhealthy),
  ];
}

export const listener: Translation = (
  { loadBalancerArn, defaultActions, tcpIdleTimeoutSeconds, tags, ...rest },
  ListenerArn,
) => {
  leftOver("Listener", rest);
  return [
    elb("CreateListener", {
      LoadBalancerArn: loadBalancerArn,
      DefaultActions: actionsOfListener({ defaultActions }),
      ...(tags !== undefined && { Tags: tagList(tags) }),
    }),
    elb("ModifyListenerAttributes", {
      ListenerArn,
      Attributes: attribute("tcp.idle_timeout.seconds", tcpIdleTimeoutSeconds),
    }),
  ];
};

/** Of a listener's inputs. */
export function actionsOfListener(inputs: Properties): unknown[] {
  return blocks(inputs, "defaultActions").map(({ type, targetGroupArn, ...other }, index) => {
    leftOver("defaultActions", other);
    return { Type: type, TargetGroupArn: targetGroupArn, Order: index + 1 };
  });
}

export const targetGroupAttachment: Translation = ({ targetGroupArn, targetId, ...rest }) => {
  leftOver("TargetGroupAttachment", rest);
  return [elb("RegisterTargets", { TargetGroupArn: targetGroupArn, Targets: [{ Id: targetId }] })];
};
