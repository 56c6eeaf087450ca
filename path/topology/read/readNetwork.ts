import {
  isKnown,
  unknown,
  type InternetGateway,
  type NatGateway,
  type NetworkAcl,
  type OrUnknown,
  type Route,
  type RouteTable,
  type Subnet,
  type Vpc,
} from "../model";
import { knownText, objects, textOf, textOrUnknown, texts, type Properties } from "./properties";
import { readNetworkAcls } from "./readNetworkAcls";
import { byId, bySubnet, componentOf, type Read, type StateReader } from "./stateReader";

/** VPCs, subnets, route tables, internet gateways, NAT gateways and network ACLs. */
export interface Network {
  vpcs: Record<string, Vpc>;
  subnets: Record<string, Subnet>;
  routeTables: Record<string, RouteTable>;
  internetGateways: Record<string, InternetGateway>;
  natGateways: Record<string, NatGateway>;
  networkAcls: Record<string, NetworkAcl>;
}

export function readNetwork(states: StateReader): Network {
  const vpcs = readVpcs(states);
  const internetGateways = byId(
    states.of("aws:ec2/internetGateway:InternetGateway").map((state): InternetGateway => {
      const attachment = states
        .of("aws:ec2/internetGatewayAttachment:InternetGatewayAttachment")
        .find(({ properties }) => properties["internetGatewayId"] === state.id);
      const vpcId = knownText(state.properties, "vpcId") ?? knownText(attachment?.properties ?? {}, "vpcId");
      return { ...componentOf(state), ...(vpcId !== undefined && { vpcId }) };
    }),
  );
  const networkAcls = readNetworkAcls(states);
  const routeTables = readRouteTables(states, vpcs);
  const tableOf = bySubnet(routeTables);
  const aclOf = bySubnet(networkAcls);
  const defaultAcls = new Map(
    states
      .of("aws:ec2/defaultNetworkAcl:DefaultNetworkAcl")
      .map((state) => [knownText(state.properties, "vpcId") ?? "", state.id]),
  );
  const subnets = states.of("aws:ec2/subnet:Subnet").map((state): Subnet => {
    const vpcId = knownText(state.properties, "vpcId") ?? "";
    const networkAclId = aclOf.get(state.id) ?? defaultAcls.get(vpcId);
    return {
      ...componentOf(state),
      vpcId,
      cidrBlock: knownText(state.properties, "cidrBlock") ?? "",
      ...ipv6Blocks([state]),
      azId: textOrUnknown(state.properties, "availabilityZoneId"),
      routeTableId: tableOf.get(state.id) ?? vpcs[vpcId]?.mainRouteTableId ?? unknown,
      ...(networkAclId !== undefined && { networkAclId }),
    };
  });
  const natGateways = readNatGateways(states, byId(subnets));
  return { vpcs, subnets: byId(subnets), routeTables, internetGateways, natGateways, networkAcls };
}

function readNatGateways(states: StateReader, subnets: Record<string, Subnet>): Record<string, NatGateway> {
  return byId(
    states.of("aws:ec2/natGateway:NatGateway").map((state): NatGateway => {
      const { properties } = state;
      const subnetId = knownText(properties, "subnetId") ?? "";
      return {
        ...componentOf(state),
        vpcId: subnets[subnetId]?.vpcId ?? knownText(properties, "vpcId") ?? "",
        subnetId,
        address: textOrUnknown(properties, "privateIp"),
        publicAddress: properties["connectivityType"] === "private" ? "" : textOrUnknown(properties, "publicIp"),
        state: unknown,
      };
    }),
  );
}

function readVpcs(states: StateReader): Record<string, Vpc> {
  const further = states.of("aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation");
  const furtherIpv6 = states.of("aws:ec2/vpcIpv6CidrBlockAssociation:VpcIpv6CidrBlockAssociation");
  const mains = states.of("aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation");
  return byId(
    states.of("aws:ec2/vpc:Vpc").map((state): Vpc => {
      const belongs = ({ properties }: Read): boolean => properties["vpcId"] === state.id;
      const main = mains.find(belongs);
      return {
        ...componentOf(state),
        cidrBlocks: [state, ...further.filter(belongs)].flatMap(
          ({ properties }) => knownText(properties, "cidrBlock") ?? [],
        ),
        ...ipv6Blocks([state, ...furtherIpv6.filter(belongs)]),
        mainRouteTableId: textOrUnknown(
          main?.properties ?? state.properties,
          main ? "routeTableId" : "mainRouteTableId",
        ),
      };
    }),
  );
}

/** Of VPCs, their further blocks, or subnets. */
function ipv6Blocks(states: readonly Read[]): { ipv6CidrBlocks?: OrUnknown<string>[] } {
  const found = states.flatMap(({ properties }) => textOf(properties, "ipv6CidrBlock") ?? []);
  return found.length === 0 ? {} : { ipv6CidrBlocks: found };
}

function readRouteTables(states: StateReader, vpcs: Record<string, Vpc>): Record<string, RouteTable> {
  const tables = new Map<string, RouteTable>();
  const add = (table: Omit<RouteTable, "main" | "routes" | "subnetIds" | "edgeGatewayIds">): RouteTable => {
    const vpc = vpcs[table.vpcId];
    const localIpv6 = (vpc?.ipv6CidrBlocks ?? []).filter(isKnown).map(localRoute);
    const made = {
      ...table,
      main: vpc?.mainRouteTableId === table.id,
      routes: (vpc?.cidrBlocks ?? []).map(localRoute),
      ...(localIpv6.length > 0 && { ipv6Routes: localIpv6 }),
      subnetIds: [],
      edgeGatewayIds: [],
    };
    tables.set(table.id, made);
    return made;
  };
  // A VPC's main table comes with it and mostly has no state of its own.
  for (const vpc of Object.values(vpcs)) {
    if (isKnown(vpc.mainRouteTableId)) {
      const { accountId, region, stack } = vpc;
      add({ id: vpc.mainRouteTableId, name: `${vpc.name} main`, accountId, region, stack, vpcId: vpc.id });
    }
  }
  const own = states.of("aws:ec2/routeTable:RouteTable", "aws:ec2/defaultRouteTable:DefaultRouteTable");
  for (const state of own) add({ ...componentOf(state), vpcId: knownText(state.properties, "vpcId") ?? "" });
  for (const state of states.of("aws:ec2/route:Route")) {
    const table = tables.get(knownText(state.properties, "routeTableId") ?? "");
    const route = routeOf(state.id, state.name, state.properties);
    if (table !== undefined && route !== undefined) addRoute(table, route);
  }
  // Routes in the table's own state: given inline, or seen by a refresh.
  for (const state of own) {
    const table = tables.get(state.id);
    for (const inline of table === undefined ? [] : objects(state.properties, "routes")) {
      const route = routeOf("", `${state.name} inline`, inline);
      if (table === undefined || route === undefined) continue;
      const known = [...table.routes, ...(table.ipv6Routes ?? [])];
      if (known.every(({ destination }) => destination !== route.destination)) addRoute(table, route);
    }
  }
  for (const { properties } of states.of("aws:ec2/routeTableAssociation:RouteTableAssociation")) {
    const table = tables.get(knownText(properties, "routeTableId") ?? "");
    const subnetId = knownText(properties, "subnetId");
    const gatewayId = knownText(properties, "gatewayId");
    if (subnetId !== undefined) table?.subnetIds.push(subnetId);
    if (gatewayId !== undefined) table?.edgeGatewayIds.push(gatewayId);
  }
  const endpoints = new Map(states.of("aws:ec2/vpcEndpoint:VpcEndpoint").map((state) => [state.id, state]));
  for (const endpoint of endpoints.values()) {
    addGatewayEndpoint(tables, endpoint, texts(endpoint.properties, "routeTableIds"));
  }
  for (const { properties } of states.of("aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation")) {
    const endpoint = endpoints.get(knownText(properties, "vpcEndpointId") ?? "");
    if (endpoint !== undefined) addGatewayEndpoint(tables, endpoint, [knownText(properties, "routeTableId") ?? ""]);
  }
  return Object.fromEntries(tables);
}

/** AWS puts a route for the service's prefix list into the tables of a Gateway endpoint. */
function addGatewayEndpoint(tables: Map<string, RouteTable>, endpoint: Read, tableIds: string[]): void {
  if (knownText(endpoint.properties, "vpcEndpointType") === "GatewayLoadBalancer") return;
  const destination = knownText(endpoint.properties, "prefixListId");
  for (const id of destination === undefined ? [] : tableIds) {
    const table = tables.get(id);
    if (table === undefined || table.routes.some((route) => route.destination === destination)) continue;
    const target = { kind: "vpc-endpoint", id: endpoint.id } as const;
    table.routes.push({ id: "", name: endpoint.name, destination: destination ?? "", target, state: "active" });
  }
}

function localRoute(destination: string): Route {
  return { id: "", name: "local", destination, target: { kind: "local", id: "local" }, state: "active" };
}

/** A route for the VPC's own CIDR takes the local route's place. */
function addRoute(table: RouteTable, route: Route): void {
  const key = route.destination.includes(":") ? "ipv6Routes" : "routes";
  const others = (table[key] ?? []).filter(
    ({ target, destination }) => target.kind !== "local" || destination !== route.destination,
  );
  table[key] = [...others, route];
}

const targetKinds = [
  ["vpcEndpointId", "vpc-endpoint"],
  ["networkInterfaceId", "network-interface"],
  ["natGatewayId", "nat-gateway"],
  ["transitGatewayId", "transit-gateway"],
  ["vpcPeeringConnectionId", "other"],
  ["egressOnlyGatewayId", "other"],
  ["carrierGatewayId", "other"],
  ["localGatewayId", "other"],
  ["coreNetworkArn", "other"],
] as const;

/** Undefined for what the states hide. Of inline routes IPv6 has a key of its own, too (RouteTableRoute of @pulumi/aws). */
function routeOf(id: string, name: string, properties: Properties): Route | undefined {
  const destination =
    knownText(properties, "destinationCidrBlock") ??
    knownText(properties, "cidrBlock") ??
    knownText(properties, "destinationIpv6CidrBlock") ??
    knownText(properties, "ipv6CidrBlock") ??
    knownText(properties, "destinationPrefixListId");
  if (destination === undefined) return undefined;
  const state: OrUnknown<string> = knownText(properties, "state") ?? unknown;
  const gateway = knownText(properties, "gatewayId");
  if (gateway !== undefined) {
    if (gateway === "local") return { id, name, destination, target: { kind: "local", id: gateway }, state };
    // Older providers name a Gateway Load Balancer endpoint here.
    const kind = gateway.startsWith("igw-")
      ? "internet-gateway"
      : gateway.startsWith("vpce-")
        ? "vpc-endpoint"
        : "other";
    return { id, name, destination, target: { kind, id: gateway }, state };
  }
  for (const [key, kind] of targetKinds) {
    const target = knownText(properties, key);
    if (target !== undefined) return { id, name, destination, target: { kind, id: target }, state };
  }
  // The state does not tell where to: a trace must not take another route in its place.
  return { id, name, destination, target: { kind: "other", id: "" }, state };
}
