import { contains, parseAddress, parseCidr } from "../../path/net/cidr";
import type { CloudSnapshot, NetworkInterface, RouteRecord, RouteTable, Vpc } from "../cloud/core/records";
import { internetNextHop } from "./addresses";
import { endpointTun, eniLink, tableNumber, zoneTableNumber } from "./names";
import type { NamespacePlan } from "./state";
import { portsOf } from "./transitPorts";

/** Links of a router towards the internet and S3. */
export const internetGatewayLink = "internet";
export const s3GatewayLink = "s3";

/** The route table that a subnet's packets are routed by: its own, else the VPC's main one. */
export function routeTableOf(snapshot: CloudSnapshot, vpc: Vpc, subnetId: string): RouteTable | undefined {
  const tables = Object.values(snapshot.routeTables).filter((table) => table.vpcId === vpc.id);
  return (
    tables.find((table) => table.associations.some((association) => association.subnetId === subnetId)) ??
    snapshot.routeTables[vpc.mainRouteTableId] ??
    tables.find((table) => table.main)
  );
}

/** The internet gateway's own (edge-associated) route table, if it has one. */
export function gatewayRouteTable(snapshot: CloudSnapshot, vpc: Vpc, gatewayId: string): RouteTable | undefined {
  return Object.values(snapshot.routeTables).find(
    (table) => table.vpcId === vpc.id && table.associations.some((association) => association.gatewayId === gatewayId),
  );
}

/** GWLB endpoints that routes can lead to. Others are dead targets, as deleted ones: their packets are dropped. */
export function usableEndpoint(snapshot: CloudSnapshot, vpcId: string, id: string): boolean {
  const endpoint = snapshot.vpcEndpoints[id];
  return endpoint?.vpcId === vpcId && endpoint.state === "available";
}

/** Number of the kernel's table for the packets of one AZ: a transit gateway is reached by the attachment's interface in the same AZ only. */
export function kernelTable(routeTable: RouteTable, azId: string): number {
  return leadsToTransitGateway(routeTable) ? zoneTableNumber(routeTable.id, azId) : tableNumber(routeTable.id);
}

function leadsToTransitGateway({ routes }: RouteTable): boolean {
  return routes.some(({ target }) => target.kind === "transitGateway");
}

/** One AWS route table as one kernel table, or as one for each AZ. */
export function planRouteTable(
  plan: NamespacePlan,
  snapshot: CloudSnapshot,
  vpc: Vpc,
  routeTable: RouteTable,
  connected: ReadonlySet<string>,
  openEndpoints: ReadonlySet<string>,
): void {
  const zones = Object.values(snapshot.subnets).filter(({ vpcId }) => vpcId === vpc.id);
  const numbers = new Map(
    leadsToTransitGateway(routeTable)
      ? zones.map(({ availabilityZoneId: azId }) => [zoneTableNumber(routeTable.id, azId), azId] as const)
      : [[tableNumber(routeTable.id), undefined] as const],
  );
  for (const [table, azId] of numbers) {
    planKernelTable(plan, table, routeTable, {
      destinations: (route) => destinations(snapshot, route),
      nextHop: (route) => nextHop(snapshot, vpc, route, { connected, openEndpoints, azId }),
    });
  }
}

/**
 * One AWS route table as a kernel table. The longest prefix decides among AWS's routes, and only when it is `local` the
 * packet goes on (`throw`) to the table with the ENIs' host routes: a route for a whole subnet beats those.
 */
function planKernelTable(
  plan: NamespacePlan,
  table: number,
  { routes }: RouteTable,
  look: {
    destinations: (route: RouteRecord) => string[];
    nextHop: (route: RouteRecord) => { link: string; target?: string } | undefined;
  },
): void {
  plan.specialRoute("blackhole", "default", table, 2000);
  // Of a prefix list's route and a static one for the same CIDR AWS takes the static one: it is written last.
  const byPrefixList = routes.filter((route) => route.destinationPrefixListId !== undefined);
  const byCidr = routes.filter((route) => route.destinationPrefixListId === undefined);
  for (const route of [...byPrefixList, ...byCidr]) {
    for (const cidr of look.destinations(route)) {
      const prefix = cidr === "0.0.0.0/0" ? "default" : cidr;
      if (route.target.kind === "local") {
        plan.specialRoute("throw", prefix, table);
        continue;
      }
      // Stays behind when the target's link goes, so that no shorter prefix takes its packets.
      plan.specialRoute("blackhole", prefix, table);
      const hop = look.nextHop(route);
      if (hop !== undefined) plan.route(prefix, hop.link, { table, ...(hop.target && { target: hop.target }) });
    }
  }
}

function destinations(snapshot: CloudSnapshot, route: RouteRecord): string[] {
  if (route.destinationCidrBlock !== undefined) return [route.destinationCidrBlock];
  const list = route.destinationPrefixListId;
  return list === undefined ? [] : (snapshot.prefixLists[list]?.cidrBlocks ?? []);
}

/** Where the route table of an ENI's subnet leads a packet for an address; undefined where no route does. */
export function targetOf(
  snapshot: CloudSnapshot,
  from: NetworkInterface,
  address: string,
): RouteRecord["target"] | undefined {
  const vpc = snapshot.vpcs[from.vpcId];
  const routes = (vpc && routeTableOf(snapshot, vpc, from.subnetId))?.routes ?? [];
  const destination = parseAddress(address);
  const [longest] = routes
    .flatMap((route) => destinations(snapshot, route).map((text) => ({ cidr: parseCidr(text), target: route.target })))
    .filter(({ cidr }) => contains(cidr, destination))
    .sort((one, other) => other.cidr.prefixLength - one.cidr.prefixLength);
  return longest?.target;
}

/** Where a route leads, or undefined when its target is not there (AWS shows such a route as `blackhole`). */
function nextHop(
  snapshot: CloudSnapshot,
  vpc: Vpc,
  route: RouteRecord,
  {
    connected,
    openEndpoints,
    azId,
  }: {
    /** ENIs with a link in this router. */
    connected: ReadonlySet<string>;
    /** Ids of the GWLB endpoints whose TUN is in this router. */
    openEndpoints: ReadonlySet<string>;
    /** Of the sender's subnet; absent where it makes no difference. */
    azId: string | undefined;
  },
): { link: string; target?: string } | undefined {
  const { target } = route;
  switch (target.kind) {
    case "local":
      return undefined;
    case "internetGateway":
      return snapshot.internetGateways[target.id]?.vpcId === vpc.id
        ? { link: internetGatewayLink, target: `via ${internetNextHop} onlink` }
        : undefined;
    case "networkInterface": {
      const eni = snapshot.networkInterfaces[target.id];
      return eni !== undefined && connected.has(eni.id)
        ? { link: eniLink(eni.id), target: `via ${eni.privateIpAddress} onlink` }
        : undefined;
    }
    case "natGateway": {
      const eni = snapshot.networkInterfaces[snapshot.natGateways[target.id]?.networkInterfaceId ?? ""];
      return eni !== undefined && connected.has(eni.id)
        ? { link: eniLink(eni.id), target: `via ${eni.privateIpAddress} onlink` }
        : undefined;
    }
    case "vpcEndpoint": {
      if (!usableEndpoint(snapshot, vpc.id, target.id)) return undefined;
      if (snapshot.vpcEndpoints[target.id]?.type === "Gateway") {
        return { link: s3GatewayLink, target: `via ${internetNextHop} onlink` };
      }
      return openEndpoints.has(target.id) ? { link: endpointTun(target.id) } : undefined;
    }
    case "transitGateway": {
      const port = portsOf(snapshot, { transitGatewayId: target.id, vpcId: vpc.id }).find((each) => each.azId === azId);
      return port && { link: eniLink(port.eni.id), target: `via ${internetNextHop} onlink` };
    }
  }
}
