import { contains, parseAddress } from "../../net/cidr";
import { genevePort } from "../../net/geneve";
import { betweenSubnets } from "./filters";
import { isKnown, type Instance, type NetworkInterface, type Route, type RouteTable, type Subnet } from "../model";
import type { FilteredPacket } from "./packetFilter";
import { lookUp, routeInWords } from "./routing";
import type { TopologyIndex } from "../topologyIndex";
import type { Place, Walk } from "./walk";

/** Between a gateway address and a target. */
export interface GenevePath {
  gatewayAddress: string;
  gatewaySubnet: Subnet;
  instance: Instance;
  eni: NetworkInterface;
  targetAddress: string;
  targetSubnet: Subnet | undefined;
  at: { gateway: Place; target: Place };
}

/** What filters see of GENEVE: to port 6081 in both directions. */
export function geneveDatagram(source: string, destination: string): FilteredPacket {
  return { source, destination, protocol: "udp", ports: [genevePort, genevePort], icmpType: 0 };
}

/** The route that leads packets for the destination out of the VPC's local network; undefined when they stay in it. */
export function detour(
  index: TopologyIndex,
  from: Subnet | undefined,
  destination: string,
): { table: RouteTable; route: Route } | undefined {
  const table = index.topology.routeTables[from !== undefined && isKnown(from.routeTableId) ? from.routeTableId : ""];
  const own = from === undefined ? undefined : index.cidr(from.cidrBlock);
  // Within a subnet nothing is routed.
  if (table === undefined || (own !== undefined && contains(own, parseAddress(destination)))) return undefined;
  const route = lookUp(index, table, destination);
  if (route === undefined || route.target.kind === "local") return undefined;
  const eni = index.topology.networkInterfaces[route.target.id];
  const isItsOwn = eni !== undefined && isKnown(eni.address) && eni.address === destination;
  return isItsOwn ? undefined : { table, route };
}

/** GWLB and targets are in one VPC; only its local route leads from one to the other. */
export function staysLocal(walk: Walk, from: Subnet | undefined, datagram: FilteredPacket): boolean {
  const away = detour(walk.index, from, datagram.destination);
  if (away === undefined) return true;
  const { table, route } = away;
  const text = routeInWords(route);
  const decidedBy = { kind: "route", ...(route.id !== "" && { id: route.id }), text } as const;
  const at: Place = { kind: "route-table", component: table };
  const seen = `${table.name}: ${text}`;
  const eni = walk.index.topology.networkInterfaces[route.target.id];
  if (eni === undefined || route.state === "blackhole") {
    walk.drop(at, "MORE_SPECIFIC_ROUTE", seen, decidedBy);
    return false;
  }
  walk.pass(at, decidedBy);
  if (!betweenSubnets(walk, from, walk.index.topology.subnets[eni.subnetId], datagram)) return false;
  const over: Place = { kind: "instance", component: eni };
  if (eni.sourceDestCheck === true) walk.drop(over, "MORE_SPECIFIC_ROUTE", seen);
  else walk.giveUp(over, "MORE_SPECIFIC_ROUTE", `${seen}; whether ${eni.name} forwards is not in the states`);
  return false;
}
