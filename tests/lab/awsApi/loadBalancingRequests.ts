import { block, blocks, type Properties } from "../../../lab/cloud/properties";
import type { ApiRequest } from "./model";
import type { Translation } from "./requests";
import { attribute, leftOver, tagList } from "./translation";

function elb(operation: string, parameters: Record<string, unknown>): ApiRequest {
  return { service: "elbv2", operation, parameters };
}

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
  const failovers = blocks({ targetFailovers }, "targetFailovers").flatMap((failover) => failoverAttributes(failover));
  return [
    elb("CreateTargetGroup", { ...create, ...check(block({ healthCheck }, "healthCheck")), Tags: tagList(tags) }),
    elb("ModifyTargetGroupAttributes", {
      TargetGroupArn,
      Attributes: [
        ...attribute("deregistration_delay.timeout_seconds", deregistrationDelay),
        ...stickinessAttributes(block({ stickiness }, "stickiness")),
        ...failovers,
      ],
    }),
  ];
};

function check(healthCheck: Properties): Properties {
  const { enabled, protocol, port, interval, timeout, healthyThreshold, unhealthyThreshold, ...rest } = healthCheck;
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
  { loadBalancerArn, defaultActions, tcpIdleTimeoutSeconds, ...rest },
  ListenerArn,
) => {
  leftOver("Listener", rest);
  const actions = blocks({ defaultActions }, "defaultActions").map(({ type, targetGroupArn, ...other }, index) => {
    leftOver("defaultActions", other);
    return { Type: type, TargetGroupArn: targetGroupArn, Order: index + 1 };
  });
  return [
    elb("CreateListener", { LoadBalancerArn: loadBalancerArn, DefaultActions: actions }),
    elb("ModifyListenerAttributes", {
      ListenerArn,
      Attributes: attribute("tcp.idle_timeout.seconds", tcpIdleTimeoutSeconds),
    }),
  ];
};

export const targetGroupAttachment: Translation = ({ targetGroupArn, targetId, ...rest }) => {
  leftOver("TargetGroupAttachment", rest);
  return [elb("RegisterTargets", { TargetGroupArn: targetGroupArn, Targets: [{ Id: targetId }] })];
};
