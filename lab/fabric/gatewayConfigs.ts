import { contains, parseAddress, parseCidr } from "../../path/net/cidr";
import { genevePort } from "../../path/net/geneve";
import type { CloudSnapshot, LoadBalancer, TargetGroup } from "../cloud/core/records";
import type { GatewayConfig } from "../gateway/config";
import { endpointTun, loadBalancerNamespace } from "./names";

/** One gateway process: the namespace it runs in and what it is told. */
export interface PlacedGateway {
  namespace: string;
  config: GatewayConfig;
}

/** Seconds. A shorter wait would measure this machine's load, not the target. */
const shortest = { interval: 0.2, timeout: 1, idle: 5 };

/** Idle timeout of flows other than TCP, in seconds; fixed in AWS. */
const otherIdleTimeout = 120;

/**
 * What the gateway process of each GWLB is to do. A GWLB without a listener takes packets, too, and has no target for them.
 *
 * @param scale - AWS's times are multiplied by this; they never get shorter than a loaded machine can keep
 */
export function gatewayConfigs(snapshot: CloudSnapshot, scale: number): PlacedGateway[] {
  return Object.values(snapshot.loadBalancers).map((loadBalancer) => {
    const listener = Object.values(snapshot.listeners).find(
      ({ loadBalancerArn }) => loadBalancerArn === loadBalancer.arn,
    );
    const group = snapshot.targetGroups[listener?.targetGroupArn ?? ""];
    const seconds = (value: number, minimum: number): number => Math.max(value * scale, minimum);
    const healthCheck = group?.healthCheck ?? unusedHealthCheck;
    const config: GatewayConfig = {
      loadBalancerArn: loadBalancer.arn,
      enis: enisOf(snapshot, loadBalancer),
      endpoints: endpointsOf(snapshot, loadBalancer),
      targets: group === undefined ? [] : targetsOf(snapshot, group),
      attributes: {
        crossZone: loadBalancer.crossZone,
        stickiness: group === undefined ? "five-tuple" : stickinessOf(group),
        failover: group === undefined ? "no_rebalance" : failoverOf(group),
        tcpIdleTimeout: seconds(listener?.tcpIdleTimeoutSeconds ?? otherIdleTimeout, shortest.idle),
        idleTimeout: seconds(otherIdleTimeout, shortest.idle),
      },
      healthCheck: {
        protocol: healthCheck.protocol,
        port: healthCheck.port === "traffic-port" ? (group?.port ?? genevePort) : Number(healthCheck.port),
        ...(healthCheck.path !== undefined && { path: healthCheck.path }),
        interval: seconds(healthCheck.interval, shortest.interval),
        timeout: seconds(healthCheck.timeout, shortest.timeout),
        healthyThreshold: healthCheck.healthyThreshold,
        unhealthyThreshold: healthCheck.unhealthyThreshold,
      },
    };
    return { namespace: loadBalancerNamespace(loadBalancer), config };
  });
}

/** Of a GWLB that has nothing to check. */
const unusedHealthCheck: TargetGroup["healthCheck"] = {
  protocol: "TCP",
  port: "traffic-port",
  interval: 10,
  timeout: 5,
  healthyThreshold: 5,
  unhealthyThreshold: 2,
};

const azIdOf = (snapshot: CloudSnapshot, subnetId: string): string | undefined =>
  snapshot.subnets[subnetId]?.availabilityZoneId;

function enisOf(snapshot: CloudSnapshot, loadBalancer: LoadBalancer): GatewayConfig["enis"] {
  return Object.values(snapshot.networkInterfaces)
    .filter((eni) => eni.owner.kind === "loadBalancer" && eni.owner.id === loadBalancer.arn)
    .flatMap((eni) => {
      const azId = azIdOf(snapshot, eni.subnetId);
      return azId === undefined ? [] : [{ azId, address: eni.privateIpAddress }];
    })
    .sort((a, b) => (a.azId < b.azId ? -1 : 1));
}

/** Pending endpoints, too: they become available when their TUN is in place. */
function endpointsOf(snapshot: CloudSnapshot, loadBalancer: LoadBalancer): GatewayConfig["endpoints"] {
  const services = new Set(
    Object.values(snapshot.endpointServices)
      .filter((service) => service.gatewayLoadBalancerArns.includes(loadBalancer.arn))
      .map((service) => service.serviceName),
  );
  return Object.values(snapshot.vpcEndpoints)
    .filter((endpoint) => endpoint.type === "GatewayLoadBalancer" && services.has(endpoint.serviceName))
    .filter((endpoint) => endpoint.state === "pending" || endpoint.state === "available")
    .flatMap((endpoint) => {
      const azId = azIdOf(snapshot, endpoint.subnetIds[0] ?? "");
      return azId === undefined ? [] : [{ id: endpoint.id, azId, tun: endpointTun(endpoint.id) }];
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Targets that have an address. One whose instance is gone is no target any more. */
function targetsOf(snapshot: CloudSnapshot, group: TargetGroup): GatewayConfig["targets"] {
  return group.targets.flatMap((target) => {
    const place =
      group.targetType === "instance" ? ofInstance(snapshot, target.id) : ofAddress(snapshot, group, target.id);
    return place === undefined ? [] : [{ id: target.id, port: target.port, state: target.state, ...place }];
  });
}

function ofInstance(snapshot: CloudSnapshot, id: string): { address: string; azId: string } | undefined {
  const instance = snapshot.instances[id];
  if (instance === undefined || instance.state === "terminated") return undefined;
  const eni = snapshot.networkInterfaces[instance.networkInterfaceId];
  const azId = azIdOf(snapshot, instance.subnetId);
  return eni === undefined || azId === undefined ? undefined : { address: eni.privateIpAddress, azId };
}

function ofAddress(
  snapshot: CloudSnapshot,
  group: TargetGroup,
  address: string,
): { address: string; azId: string } | undefined {
  const subnet = Object.values(snapshot.subnets).find(
    ({ vpcId, cidrBlock }) => vpcId === group.vpcId && contains(parseCidr(cidrBlock), parseAddress(address)),
  );
  return subnet === undefined ? undefined : { address, azId: subnet.availabilityZoneId };
}

function stickinessOf({ arn, stickiness }: TargetGroup): GatewayConfig["attributes"]["stickiness"] {
  if (!stickiness.enabled) return "five-tuple";
  if (stickiness.type === "source_ip_dest_ip" || stickiness.type === "source_ip_dest_ip_proto") return stickiness.type;
  throw new Error(
    `Target group ${arn}: stickiness type "${stickiness.type}", expected source_ip_dest_ip or source_ip_dest_ip_proto`,
  );
}

function failoverOf({ arn, targetFailover }: TargetGroup): GatewayConfig["attributes"]["failover"] {
  const { onDeregistration, onUnhealthy } = targetFailover;
  if (onDeregistration !== onUnhealthy) {
    throw new Error(
      `Target group ${arn}: failover on deregistration "${onDeregistration}" and on unhealthy "${onUnhealthy}", expected equal`,
    );
  }
  if (onUnhealthy === "rebalance" || onUnhealthy === "no_rebalance") return onUnhealthy;
  throw new Error(`Target group ${arn}: failover "${onUnhealthy}", expected rebalance or no_rebalance`);
}
