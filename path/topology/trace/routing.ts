import { contains, parseAddress } from "../../net/cidr";
import type { Route, RouteTable } from "../model";
import type { TopologyIndex } from "../topologyIndex";

/** The route that a table has for a destination: the longest prefix decides, so a whole subnet's beats `local`. */
export function lookUp(index: TopologyIndex, table: RouteTable, destination: string): Route | undefined {
  const address = parseAddress(destination);
  return index.routesOf(table).find(({ cidr }) => contains(cidr, address))?.route;
}

export function routeInWords({ destination, target }: Route): string {
  return `${destination} → ${target.id || "a target that the states do not name"}`;
}
