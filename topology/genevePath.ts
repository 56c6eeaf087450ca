import { genevePort } from "../net/geneve";
import { isKnown, type Instance, type NetworkInterface, type Subnet } from "./model";
import type { FilteredPacket } from "./packetFilter";
import { lookUp, routeInWords } from "./routing";
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

/** GWLB and targets are in one VPC; only its local route leads from one to the other. */
export function staysLocal(walk: Walk, from: Subnet | undefined, destination: string): boolean {
  const table =
    walk.index.topology.routeTables[from !== undefined && isKnown(from.routeTableId) ? from.routeTableId : ""];
  if (table === undefined) return true;
  const route = lookUp(walk.index, table, destination);
  if (route === undefined || route.target.kind === "local") return true;
  const text = routeInWords(route);
  walk.drop({ kind: "route-table", component: table }, "MORE_SPECIFIC_ROUTE", `${table.name}: ${text}`, {
    kind: "route",
    text,
  });
  return false;
}
