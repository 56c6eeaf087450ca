import { parseArn } from "../../net/partition";
import { isKnown, type Topology } from "../model";
import { checkFinding, type CheckFinding } from "./result";

/** Endpoints that no route leads to. No flow shows it: there is none. */
export function endpointsWithoutRoute({ routeTables, endpoints, subnets }: Topology): CheckFinding[] {
  const used = new Set(Object.values(subnets).map(({ routeTableId }) => (isKnown(routeTableId) ? routeTableId : "")));
  const inUse = Object.values(routeTables).filter(
    ({ id, edgeGatewayIds }) => used.has(id) || edgeGatewayIds.length > 0,
  );
  const ledTo = new Set(inUse.flatMap(({ routes }) => routes.map(({ target }) => target.id)));
  const idle = Object.values(endpoints).filter(({ type, id }) => type === "GatewayLoadBalancer" && !ledTo.has(id));
  return idle.map(({ id, name, subnetIds }) => {
    const tables = Object.values(routeTables).filter(({ routes }) => routes.some(({ target }) => target.id === id));
    const unused = tables.map((table) => `${table.name}, which no subnet has`).join(", ");
    const seen = `${id}: ${unused === "" ? "no route leads to it" : `routes in ${unused} only`}`;
    return checkFinding("ENDPOINT_WITHOUT_ROUTE", name, seen, { subnetIds });
  });
}

/** Accounts beside its own that a service allows for nothing; those of which nothing was read are told apart. */
export function unusedPrincipals({ endpointServices, endpoints, vpcs }: Topology): {
  found: CheckFinding[];
  notRead: string[];
} {
  const found: CheckFinding[] = [];
  const notRead: string[] = [];
  const read = new Set(Object.values(vpcs).map(({ accountId, region }) => JSON.stringify([accountId, region])));
  for (const { name, serviceName, principals, region, accountId } of Object.values(endpointServices)) {
    const connected = Object.values(endpoints).filter((endpoint) => endpoint.serviceName === serviceName);
    const accounts = new Set(connected.map(({ accountId }) => accountId));
    for (const principal of principals) {
      const account = parseArn(principal)?.accountId;
      if (account === undefined || account === accountId || accounts.has(account)) continue;
      if (read.has(JSON.stringify([account, region]))) {
        found.push(
          checkFinding("PRINCIPAL_NOT_USED", name, `${principal} has no endpoint of ${serviceName}`, { subnetIds: [] }),
        );
      } else notRead.push(`${principal}, which ${name} allows, uses it: nothing of its account was read`);
    }
  }
  return { found, notRead };
}
