import { healthCheckPort } from "../../net/healthCheck";
import { nameInArn } from "../../net/partition";
import { isKnown, unknown, type Endpoint, type OrUnknown, type Subnet, type Target, type Topology } from "../model";
import { byId } from "../read/stateReader";
import type { Answers, LoadBalancerAnswer, TargetGroupAnswer } from "./answers";
import { component } from "./component";

type Gateway = Pick<Topology, "loadBalancers" | "targetGroups" | "listeners" | "endpointServices" | "endpoints">;

/** Gateway Load Balancers, what is behind them, and the endpoints in front. */
export function readGatewayAnswers(answers: Answers, subnets: Readonly<Record<string, Subnet>>): Gateway {
  // Without its listeners, and a target group without its targets, it would look as if it had none: it counts as not read at all.
  const gateways = (answers.loadBalancers ?? []).filter(({ Type, Listeners }) => Type === "gateway" && Listeners);
  // A Gateway endpoint's prefix list stands in the routes that AWS made for it.
  const routes = (answers.routeTables ?? []).flatMap(({ Routes = [] }) => Routes);
  const listOf = new Map(routes.map(({ GatewayId, DestinationPrefixListId }) => [GatewayId, DestinationPrefixListId]));
  return {
    loadBalancers: byId(
      gateways.map((each) => ({
        ...component(answers, each.LoadBalancerArn, each.LoadBalancerArn, [], each.LoadBalancerName),
        vpcId: each.VpcId ?? "",
        subnetIds: (each.AvailabilityZones ?? []).flatMap(({ SubnetId }) => SubnetId ?? []),
        crossZone: flagOf(each.Attributes, "load_balancing.cross_zone.enabled"),
        gatewayAddresses: gatewayAddresses(answers, each, subnets),
      })),
    ),
    targetGroups: byId(
      (answers.targetGroups ?? [])
        .filter(({ Protocol, Targets }) => Protocol === "GENEVE" && Targets)
        .map((group) => {
          const { HealthCheckPort: checked } = group;
          return {
            ...component(answers, group.TargetGroupArn, group.TargetGroupArn, [], group.TargetGroupName),
            vpcId: group.VpcId ?? "",
            protocol: group.Protocol ?? "",
            port: group.Port ?? unknown,
            targetType: group.TargetType ?? "instance",
            healthCheck: {
              protocol: group.HealthCheckProtocol ?? unknown,
              port: checked === undefined ? unknown : healthCheckPort(checked),
            },
            stickiness: stickinessOf(group),
            failover: attribute(group.Attributes, "target_failover.on_unhealthy") ?? unknown,
            targets: targetsOf(group),
          };
        }),
    ),
    listeners: byId(
      gateways.flatMap(({ Listeners = [], LoadBalancerName }) =>
        Listeners.map((listener) => {
          const actions = (listener.DefaultActions ?? []).filter(({ Type }) => Type === "forward");
          const groups = actions.flatMap(({ TargetGroupArn, ForwardConfig }) =>
            [{ TargetGroupArn }, ...(ForwardConfig?.TargetGroups ?? [])].flatMap((group) => group.TargetGroupArn ?? []),
          );
          return {
            ...component(answers, listener.ListenerArn, listener.ListenerArn, [], LoadBalancerName),
            loadBalancerId: listener.LoadBalancerArn ?? "",
            targetGroupIds: [...new Set(groups)],
          };
        }),
      ),
    ),
    endpointServices: byId(
      (answers.services ?? []).map((service) => ({
        ...component(answers, service.ServiceId, service.GatewayLoadBalancerArns?.[0], service.Tags),
        serviceName: service.ServiceName ?? "",
        state: service.ServiceState ?? unknown,
        acceptanceRequired: service.AcceptanceRequired ?? unknown,
        principals: service.Principals ?? [],
        loadBalancerIds: service.GatewayLoadBalancerArns ?? [],
      })),
    ),
    endpoints: byId(
      (answers.vpcEndpoints ?? []).map((endpoint) => endpointOf(answers, endpoint, listOf.get(endpoint.VpcEndpointId))),
    ),
  };
}

/** By the network interfaces that its ARN's end names (Elastic Load Balancing: their description is `ELB gwy/NAME/ID`). */
function gatewayAddresses(
  { networkInterfaces = [] }: Answers,
  { LoadBalancerArn: arn = "" }: LoadBalancerAnswer,
  subnets: Readonly<Record<string, Subnet>>,
): Record<string, string> {
  const description = `ELB ${nameInArn(arn)}`;
  const own = networkInterfaces.filter(({ Description }) => Description === description);
  return Object.fromEntries(
    own.flatMap(({ SubnetId = "", PrivateIpAddress: address }) => {
      const azId = subnets[SubnetId]?.azId;
      return azId === undefined || !isKnown(azId) || address === undefined ? [] : [[azId, address]];
    }),
  );
}

function attribute(all: readonly { Key?: string; Value?: string }[] | undefined, key: string): string | undefined {
  return all?.find(({ Key }) => Key === key)?.Value;
}

function flagOf(all: LoadBalancerAnswer["Attributes"], key: string): OrUnknown<boolean> {
  const value = attribute(all, key);
  return value === undefined ? unknown : value === "true";
}

function stickinessOf({ Attributes }: TargetGroupAnswer): OrUnknown<string> {
  if (Attributes === undefined) return unknown;
  return attribute(Attributes, "stickiness.enabled") === "true"
    ? (attribute(Attributes, "stickiness.type") ?? unknown)
    : "none";
}

/** One that is being deregistered gets no new flow (GWLB guide, "Target groups": deregistration). */
function targetsOf({ Targets = [] }: TargetGroupAnswer): Target[] {
  return Targets.filter(({ TargetHealth }) => TargetHealth?.State !== "draining").map(({ Target, TargetHealth }) => ({
    id: Target?.Id ?? "",
    health: TargetHealth?.State === "healthy" ? "healthy" : TargetHealth?.State === "unhealthy" ? "unhealthy" : unknown,
  }));
}

function endpointOf(
  answers: Answers,
  endpoint: NonNullable<Answers["vpcEndpoints"]>[number],
  list: string | undefined,
): Endpoint {
  const { VpcEndpointType: type, RouteTableIds: routeTableIds = [] } = endpoint;
  return {
    ...component(answers, endpoint.VpcEndpointId, endpoint.OwnerId, endpoint.Tags),
    vpcId: endpoint.VpcId ?? "",
    type: type === "GatewayLoadBalancer" || type === "Interface" ? type : "Gateway",
    serviceName: endpoint.ServiceName ?? unknown,
    // The API says `Available` in its model and `available` on the wire.
    state: endpoint.State === undefined ? unknown : endpoint.State.charAt(0).toLowerCase() + endpoint.State.slice(1),
    ...(endpoint.IpAddressType !== undefined && { ipAddressType: endpoint.IpAddressType }),
    subnetIds: endpoint.SubnetIds ?? [],
    routeTableIds,
    ...(list !== undefined && { prefixListId: list }),
  };
}
