import { ec2Error } from "../core/errors";
import type { Context } from "../core/model";
import type { RouteTable } from "../core/records";
import { find } from "../core/state";

/** The error for a route table that is none of the caller's. */
export function noRouteTable(operation: string, id: string): Error {
  // Source: EC2 API, Error codes: InvalidRouteTableID.NotFound; wording UNVERIFIED.
  return ec2Error(operation, "InvalidRouteTableID.NotFound", `The routeTable ID '${id}' does not exist`);
}

export function findRouteTable(context: Context, operation: string, id: string): RouteTable {
  const table = find(context.state.tables.routeTables, id, context.caller);
  if (table === undefined) throw noRouteTable(operation, id);
  return table;
}
