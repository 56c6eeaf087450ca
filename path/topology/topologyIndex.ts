import { cidrOf, type Cidr } from "../net/cidr";
import { ipv6Block, type Ipv6Block } from "../net/ipv6";
import {
  isKnown,
  unknown,
  type EndpointService,
  type Instance,
  type InternetGateway,
  type Listener,
  type NatGateway,
  type NetworkInterface,
  type OrUnknown,
  type Route,
  type RouteTable,
  type Subnet,
  type Topology,
  type TransitGatewayAttachment,
  type TransitGatewayRoute,
  type TransitGatewayRouteTable,
} from "./model";

/** A route and one CIDR of its destination. */
export interface IndexedRoute {
  route: Route;
  cidr: Cidr;
}

/** Likewise, of a transit gateway's table. */
export interface IndexedTransitGatewayRoute {
  route: TransitGatewayRoute;
  cidr: Cidr;
}

/** A route that holds IPv6 addresses, and one block of them. */
export interface IndexedIpv6Route<R = Route> {
  route: R;
  /** As it is written: a CIDR, also of a prefix list. */
  destination: string;
  block: Ipv6Block;
}

/** What a trace looks up again and again, made once for a topology. */
export class TopologyIndex {
  private readonly interfaces = new Map<string, NetworkInterface>();
  private readonly natGateways = new Map<string, NatGateway>();
  private readonly instances = new Map<string, Set<Instance>>();
  private readonly services = new Map<string, EndpointService>();
  private readonly listeners = new Map<string, Listener[]>();
  private readonly edgeTables = new Map<string, RouteTable>();
  private readonly routes = new Map<string, IndexedRoute[]>();
  private readonly attachments = new Map<string, TransitGatewayAttachment>();
  private readonly associated = new Map<string, TransitGatewayRouteTable>();
  private readonly transitGatewayRoutes = new Map<string, IndexedTransitGatewayRoute[]>();
  private readonly ipv6Routes = new Map<string, IndexedIpv6Route[]>();
  private readonly ipv6TransitRoutes = new Map<string, IndexedIpv6Route<TransitGatewayRoute>[]>();
  private readonly cidrs = new Map<string, Cidr | undefined>();

  constructor(readonly topology: Topology) {
    for (const each of Object.values(topology.networkInterfaces)) {
      if (isKnown(each.address)) this.interfaces.set(`${each.vpcId} ${each.address}`, each);
    }
    for (const each of Object.values(topology.natGateways)) {
      if (!isKnown(each.address)) continue;
      const key = `${each.vpcId} ${each.address}`;
      this.natGateways.set(key, this.natGateways.get(key) ?? each);
    }
    for (const instance of Object.values(topology.instances)) {
      const names = [instance.id, instance.name, ...(isKnown(instance.address) ? [instance.address] : [])];
      for (const name of names) this.instances.set(name, (this.instances.get(name) ?? new Set()).add(instance));
    }
    for (const service of Object.values(topology.endpointServices)) this.services.set(service.serviceName, service);
    for (const listener of Object.values(topology.listeners)) {
      const known = this.listeners.get(listener.loadBalancerId) ?? [];
      this.listeners.set(listener.loadBalancerId, [...known, listener]);
    }
    for (const table of Object.values(topology.routeTables)) {
      for (const id of table.edgeGatewayIds) this.edgeTables.set(id, table);
    }
    for (const attachment of Object.values(topology.transitGatewayAttachments)) {
      const { transitGatewayId, vpcId } = attachment;
      const key = `${transitGatewayId} ${vpcId}`;
      // One that was deleted or rejected is shown for hours beside the one in its place.
      const isGone = ({ state }: TransitGatewayAttachment): boolean => isKnown(state) && gone.has(state);
      if (!this.attachments.has(key) || !isGone(attachment)) this.attachments.set(key, attachment);
    }
    for (const table of Object.values(topology.transitGatewayRouteTables)) {
      for (const id of isKnown(table.attachmentIds) ? table.attachmentIds : []) this.associated.set(id, table);
    }
  }

  interfaceAt(vpcId: string, address: string): NetworkInterface | undefined {
    return this.interfaces.get(`${vpcId} ${address}`);
  }

  /** Instances with this id, name or private address. */
  instancesNamed(text: string): Instance[] {
    return [...(this.instances.get(text) ?? [])];
  }

  service(name: string): EndpointService | undefined {
    return this.services.get(name);
  }

  listenersOf(loadBalancerId: string): Listener[] {
    return this.listeners.get(loadBalancerId) ?? [];
  }

  /** The internet gateway that is attached to a VPC. */
  attachedGateway(vpcId: string): InternetGateway | undefined {
    return Object.values(this.topology.internetGateways).find((gateway) => gateway.vpcId === vpcId);
  }

  /** The NAT gateway that has a private address in a VPC. */
  natGatewayAt(vpcId: string, address: string): NatGateway | undefined {
    return this.natGateways.get(`${vpcId} ${address}`);
  }

  /** Instances with this public address. */
  instancesAtPublic(address: string): Instance[] {
    return Object.values(this.topology.instances).filter(
      ({ networkInterfaceId }) => this.topology.networkInterfaces[networkInterfaceId]?.publicAddress === address,
    );
  }

  /** The route table at the edge of the VPC, by internet gateway. */
  edgeTable(gatewayId: string): RouteTable | undefined {
    return this.edgeTables.get(gatewayId);
  }

  /** A VPC's attachment to a transit gateway. */
  attachment(transitGatewayId: string, vpcId: string): TransitGatewayAttachment | undefined {
    return this.attachments.get(`${transitGatewayId} ${vpcId}`);
  }

  /** The transit gateway's route table that decides over what comes in by an attachment; unknown where nobody tells of all tables. */
  associatedTable({ id, transitGatewayId }: TransitGatewayAttachment): OrUnknown<TransitGatewayRouteTable> | undefined {
    const found = this.associated.get(id);
    if (found !== undefined) return found;
    const tables = Object.values(this.topology.transitGatewayRouteTables).filter(
      (table) => table.transitGatewayId === transitGatewayId,
    );
    return tables.length > 0 && tables.every(({ attachmentIds }) => isKnown(attachmentIds)) ? undefined : unknown;
  }

  /** Routes of a transit gateway's table: the longest prefix first; of equal ones static, by prefix list, propagated. */
  transitGatewayRoutesOf({ id, routes }: TransitGatewayRouteTable): IndexedTransitGatewayRoute[] {
    const rank = ({ type, destination }: TransitGatewayRoute): number =>
      type === "propagated" ? 2 : isKnown(destination) && destination.startsWith("pl-") ? 1 : 0;
    return this.once(this.transitGatewayRoutes, id, () =>
      (isKnown(routes) ? routes : [])
        .flatMap((route) => {
          const { destination } = route;
          return (isKnown(destination) ? this.cidrsOf(destination) : []).map((cidr) => ({ route, cidr }));
        })
        .sort((one, other) => other.cidr.prefixLength - one.cidr.prefixLength || rank(one.route) - rank(other.route)),
    );
  }

  /** A table's routes, the longest prefix first; of two with the same prefix the one without a prefix list. */
  routesOf(table: RouteTable): IndexedRoute[] {
    return this.once(this.routes, table.id, () =>
      table.routes
        .flatMap((route) => this.cidrsOf(route.destination).map((cidr) => ({ route, cidr })))
        .sort(
          (one, other) =>
            other.cidr.prefixLength - one.cidr.prefixLength ||
            Number(one.route.destination.startsWith("pl-")) - Number(other.route.destination.startsWith("pl-")),
        ),
    );
  }

  /** A table's routes for IPv6, in its order: those for CIDRs, and for prefix lists, of which none has CIDRs of both kinds. */
  ipv6RoutesOf({ id, routes, ipv6Routes = [] }: RouteTable): IndexedIpv6Route[] {
    return this.once(this.ipv6Routes, id, () => this.ipv6In([...ipv6Routes, ...routes]));
  }

  /** Likewise, of a transit gateway's table. */
  ipv6TransitRoutesOf({
    id,
    routes,
    ipv6Routes = [],
  }: TransitGatewayRouteTable): IndexedIpv6Route<TransitGatewayRoute>[] {
    return this.once(this.ipv6TransitRoutes, id, () =>
      this.ipv6In([...ipv6Routes, ...(isKnown(routes) ? routes : [])]),
    );
  }

  /** Whether the CIDRs of a route's prefix list are not in the states. */
  hasUnknownDestination({ destination }: Pick<TransitGatewayRoute, "destination">): boolean {
    if (!isKnown(destination)) return true;
    return destination.startsWith("pl-") && !isKnown(this.topology.prefixLists[destination] ?? unknown);
  }

  /** Parsed once; undefined for what is no IPv4 CIDR. */
  cidr(text: string): Cidr | undefined {
    if (!this.cidrs.has(text)) this.cidrs.set(text, cidrOf(text));
    return this.cidrs.get(text);
  }

  prefixList(id: string): Cidr[] | undefined {
    const cidrs = this.topology.prefixLists[id];
    return cidrs === undefined || !isKnown(cidrs) ? undefined : cidrs.flatMap((text) => this.cidr(text) ?? []);
  }

  private once<T>(known: Map<string, T>, id: string, make: () => T): T {
    const found = known.get(id) ?? make();
    known.set(id, found);
    return found;
  }

  private ipv6In<R extends { destination: OrUnknown<string> }>(routes: readonly R[]): IndexedIpv6Route<R>[] {
    return routes.flatMap((route) => {
      const { destination } = route;
      if (!isKnown(destination)) return [];
      const list = destination.startsWith("pl-") ? (this.topology.prefixLists[destination] ?? []) : [destination];
      return (isKnown(list) ? list : []).flatMap((text) => {
        const block = text.includes(":") ? ipv6Block(text) : undefined;
        return block === undefined ? [] : [{ route, destination: text, block }];
      });
    });
  }

  private cidrsOf(destination: string): Cidr[] {
    if (destination.startsWith("pl-")) return this.prefixList(destination) ?? [];
    const cidr = this.cidr(destination);
    return cidr === undefined ? [] : [cidr];
  }
}

/** States of attachments that are shown for a while though they do nothing any more. */
const gone = new Set(["deleted", "deleting", "rejected", "rejecting", "failed", "failing"]);

/** AZ ID of a subnet; undefined where the states do not tell. */
export function azIdOf(subnet: Subnet | undefined): string | undefined {
  return subnet !== undefined && isKnown(subnet.azId) ? subnet.azId : undefined;
}
