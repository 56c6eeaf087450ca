import {
  unknown,
  type Endpoint,
  type EndpointService,
  type Listener,
  type LoadBalancer,
  type NetworkInterface,
  type OrUnknown,
  type Subnet,
  type TargetGroup,
} from "../model";
import {
  flagOrUnknown,
  knownText,
  numberOrUnknown,
  object,
  objects,
  textOrUnknown,
  texts,
  type Properties,
} from "./properties";
import { byId, componentOf, type Read, type StateReader } from "./stateReader";

/** Gateway Load Balancers, what is behind them, and the endpoints in front. */
export interface GatewayParts {
  loadBalancers: Record<string, LoadBalancer>;
  targetGroups: Record<string, TargetGroup>;
  listeners: Record<string, Listener>;
  endpointServices: Record<string, EndpointService>;
  endpoints: Record<string, Endpoint>;
  endpointInterfaces: NetworkInterface[];
}

export function readGateway(states: StateReader, subnets: Record<string, Subnet>): GatewayParts {
  const endpoints = readEndpoints(states);
  return {
    loadBalancers: readLoadBalancers(states, subnets),
    targetGroups: readTargetGroups(states),
    listeners: byId(
      states.of("aws:lb/listener:Listener").map((state): Listener => {
        const actions = objects(state.properties, "defaultActions").filter(({ type }) => type === "forward");
        const groups = actions.flatMap((action) => [
          knownText(action, "targetGroupArn") ?? [],
          objects(object(action, "forward"), "targetGroups").map((group) => knownText(group, "arn") ?? []),
        ]);
        return {
          ...componentOf(state),
          loadBalancerId: knownText(state.properties, "loadBalancerArn") ?? "",
          targetGroupIds: [...new Set(groups.flat(2))],
        };
      }),
    ),
    endpointServices: readServices(states),
    endpoints: byId(endpoints.map(({ endpoint }) => endpoint)),
    endpointInterfaces: endpoints.flatMap(({ endpoint, state }) => interfacesOf(endpoint, state)),
  };
}

function readLoadBalancers(states: StateReader, subnets: Record<string, Subnet>): Record<string, LoadBalancer> {
  // The load balancer's own state does not name its addresses; the program looks them up and keeps them.
  const addresses = new Map(
    states
      .of("gwlb-inspection:index:GwlbService")
      .map(({ properties }) => [
        knownText(properties, "loadBalancerArn") ?? "",
        object(properties, "gatewayAddresses"),
      ]),
  );
  return byId(
    states
      .of("aws:lb/loadBalancer:LoadBalancer")
      .filter(({ properties }) => properties["loadBalancerType"] === "gateway")
      .map((state): LoadBalancer => {
        const { properties } = state;
        const subnetIds = texts(properties, "subnets");
        const looked = addresses.get(state.id) ?? {};
        return {
          ...componentOf(state),
          vpcId: knownText(properties, "vpcId") ?? subnets[subnetIds[0] ?? ""]?.vpcId ?? "",
          subnetIds,
          crossZone: flagOrUnknown(properties, "enableCrossZoneLoadBalancing"),
          gatewayAddresses: Object.fromEntries(
            Object.keys(looked).flatMap((azId) => {
              const address = knownText(looked, azId);
              return address === undefined ? [] : [[azId, address]];
            }),
          ),
        };
      }),
  );
}

function readTargetGroups(states: StateReader): Record<string, TargetGroup> {
  const groups = byId(
    states.of("aws:lb/targetGroup:TargetGroup").map((state): TargetGroup => {
      const { properties } = state;
      const healthCheck = object(properties, "healthCheck");
      const port = numberOrUnknown(properties, "port");
      return {
        ...componentOf(state),
        vpcId: knownText(properties, "vpcId") ?? "",
        protocol: knownText(properties, "protocol") ?? "",
        port,
        targetType: knownText(properties, "targetType") ?? "instance",
        healthCheck: {
          protocol: textOrUnknown(healthCheck, "protocol"),
          port: knownText(healthCheck, "port") === "traffic-port" ? port : numberOrUnknown(healthCheck, "port"),
        },
        stickiness: stickinessOf(properties),
        failover: textOrUnknown(objects(properties, "targetFailovers")[0] ?? {}, "onUnhealthy"),
        targets: [],
      };
    }),
  );
  for (const { properties } of states.of("aws:lb/targetGroupAttachment:TargetGroupAttachment")) {
    const id = knownText(properties, "targetId");
    if (id !== undefined) groups[knownText(properties, "targetGroupArn") ?? ""]?.targets.push({ id, health: unknown });
  }
  return groups;
}

function stickinessOf(properties: Properties): OrUnknown<string> {
  const stickiness = object(properties, "stickiness");
  if (stickiness["enabled"] === true) return textOrUnknown(stickiness, "type");
  return properties["stickiness"] === undefined || stickiness["enabled"] === false ? "none" : unknown;
}

function readServices(states: StateReader): Record<string, EndpointService> {
  const principals = new Map<string, string[]>();
  for (const { properties } of states.of(
    "aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple",
  )) {
    const service = knownText(properties, "vpcEndpointServiceId") ?? "";
    principals.set(service, [...(principals.get(service) ?? []), knownText(properties, "principalArn") ?? ""]);
  }
  return byId(
    states.of("aws:ec2/vpcEndpointService:VpcEndpointService").map((state): EndpointService => {
      const { properties } = state;
      const allowed = [...texts(properties, "allowedPrincipals"), ...(principals.get(state.id) ?? [])];
      return {
        ...componentOf(state),
        serviceName: knownText(properties, "serviceName") ?? "",
        state: textOrUnknown(properties, "state"),
        acceptanceRequired: flagOrUnknown(properties, "acceptanceRequired"),
        principals: [...new Set(allowed)].filter((principal) => principal !== ""),
        loadBalancerIds: texts(properties, "gatewayLoadBalancerArns"),
      };
    }),
  );
}

function readEndpoints(states: StateReader): { endpoint: Endpoint; state: Read }[] {
  // Accepted after its creation, which is when its own state was written.
  const accepted = new Set(
    states
      .of("aws:ec2/vpcEndpointConnectionAccepter:VpcEndpointConnectionAccepter")
      .filter(({ properties }) => properties["vpcEndpointState"] === "available")
      .map(({ properties }) => knownText(properties, "vpcEndpointId")),
  );
  return states.of("aws:ec2/vpcEndpoint:VpcEndpoint").map((state) => {
    const { properties } = state;
    const type = knownText(properties, "vpcEndpointType");
    const own = textOrUnknown(properties, "state");
    const prefixListId = knownText(properties, "prefixListId");
    const ipAddressType = knownText(properties, "ipAddressType");
    const endpoint: Endpoint = {
      ...componentOf(state),
      vpcId: knownText(properties, "vpcId") ?? "",
      // Gateway is what AWS takes when nothing is said.
      type: type === "GatewayLoadBalancer" || type === "Interface" ? type : "Gateway",
      serviceName: textOrUnknown(properties, "serviceName"),
      state: own === "pendingAcceptance" && accepted.has(state.id) ? "available" : own,
      ...(ipAddressType !== undefined && { ipAddressType }),
      subnetIds: texts(properties, "subnetIds"),
      routeTableIds: texts(properties, "routeTableIds"),
      ...(prefixListId !== undefined && { prefixListId }),
    };
    return { endpoint, state };
  });
}

function interfacesOf(endpoint: Endpoint, { properties }: Read): NetworkInterface[] {
  const { accountId, region, stack, name, vpcId } = endpoint;
  const configurations = objects(properties, "subnetConfigurations");
  return endpoint.subnetIds.flatMap((subnetId, place) => {
    const id = texts(properties, "networkInterfaceIds")[place];
    if (id === undefined) return [];
    const configuration = configurations.find((each) => each["subnetId"] === subnetId) ?? {};
    return {
      id,
      name,
      accountId,
      region,
      stack,
      vpcId,
      subnetId,
      address: textOrUnknown(configuration, "ipv4"),
      publicAddress: "",
      securityGroupIds: texts(properties, "securityGroupIds"),
      sourceDestCheck: unknown,
      owner: { kind: "vpc-endpoint", id: endpoint.id } as const,
    };
  });
}
