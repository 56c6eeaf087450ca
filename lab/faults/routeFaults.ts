import type { RouteTable, RouteTarget, Subnet } from "../cloud/core/records";
import { some, together, type Fault, type Lab, type Undo } from "./fault";

/** Route tables by tier: the program names them after it. */
const tablesOf = ({ snapshot }: Lab, tier: string): RouteTable[] =>
  Object.values(snapshot.routeTables).filter((table) => table.tags["Name"]?.includes(tier));

const subnetsOf = ({ snapshot }: Lab, tier: string): Subnet[] =>
  Object.values(snapshot.subnets).filter((subnet) => subnet.tags["Name"]?.includes(tier));

interface EndpointRoute {
  table: RouteTable;
  destination: string;
  endpointId: string;
}

/** Routes of a tier's tables that lead to GWLB endpoints. */
function endpointRoutes(lab: Lab, tier: string): EndpointRoute[] {
  const routes = tablesOf(lab, tier).flatMap((table) =>
    table.routes.flatMap(({ destinationCidrBlock, target }) =>
      target.kind === "vpcEndpoint" && destinationCidrBlock !== undefined
        ? [{ table, destination: destinationCidrBlock, endpointId: target.id }]
        : [],
    ),
  );
  return some(routes, `route of a "${tier}" route table to a GWLB endpoint`);
}

/** Whether a table has a route for a CIDR now, to `target` or to whatever. */
export function hasRoute({ cloud }: Lab, table: RouteTable, destination: string, target?: RouteTarget): boolean {
  const routes = cloud.snapshot().routeTables[table.id]?.routes ?? [];
  return routes.some(
    (route) =>
      route.destinationCidrBlock === destination &&
      (target === undefined || JSON.stringify(route.target) === JSON.stringify(target)),
  );
}

function deleteRoutes(tier: string): Fault["make"] {
  return (lab) =>
    endpointRoutes(lab, tier).map(({ table, destination, endpointId }): Undo => {
      lab.cloud.edit.deleteRoute(table, table.id, destination);
      return () => {
        // An `up` may have mended it meanwhile.
        if (lab.cloud.snapshot().routeTables[table.id] === undefined || hasRoute(lab, table, destination)) return;
        lab.cloud.edit.createRoute(table, table.id, destination, { vpcEndpointId: endpointId });
      };
    });
}

/** Each destination's route to a source leads into the endpoint of another AZ than the source's. */
function otherEndpoint(lab: Lab): Undo[] {
  const routes = endpointRoutes(lab, "destination");
  const endpointIds = [...new Set(routes.map(({ endpointId }) => endpointId))].sort();
  if (endpointIds.length < 2) throw new Error("There is one GWLB endpoint only: expected two or more");
  return routes.map(({ table, destination, endpointId }): Undo => {
    const other = endpointIds[(endpointIds.indexOf(endpointId) + 1) % endpointIds.length] ?? "";
    const lead = (to: string): void => {
      lab.cloud.edit.deleteRoute(table, table.id, destination);
      lab.cloud.edit.createRoute(table, table.id, destination, { vpcEndpointId: to });
    };
    lead(other);
    return () => {
      if (hasRoute(lab, table, destination, { kind: "vpcEndpoint", id: other })) lead(endpointId);
    };
  });
}

/** The endpoints' own subnets send what comes out of an endpoint back into it. */
function endpointLoop(lab: Lab): Undo[] {
  const endpoints = Object.values(lab.snapshot.vpcEndpoints).filter(({ type }) => type === "GatewayLoadBalancer");
  return some(endpoints, "GWLB endpoint").flatMap((endpoint) => {
    const tables = tablesOf(lab, "endpoint").filter((table) =>
      table.associations.some(({ subnetId }) => subnetId !== undefined && endpoint.subnetIds.includes(subnetId)),
    );
    return tables.flatMap((table) =>
      subnetsOf(lab, "destination").map(({ cidrBlock }): Undo => {
        lab.cloud.edit.createRoute(table, table.id, cidrBlock, { vpcEndpointId: endpoint.id });
        return () => {
          if (hasRoute(lab, table, cidrBlock)) lab.cloud.edit.deleteRoute(table, table.id, cidrBlock);
        };
      }),
    );
  });
}

/** The source subnets get the VPC's main route table, which knows nothing of endpoints. */
function mainTable(lab: Lab): Undo[] {
  return tablesOf(lab, "source").flatMap((table) =>
    table.associations.map(({ id }): Undo => {
      const main = lab.snapshot.vpcs[table.vpcId]?.mainRouteTableId ?? "";
      lab.cloud.edit.replaceAssociation(table, id, main);
      return () => {
        const now = lab.cloud.snapshot().routeTables[main];
        if (now?.associations.some((association) => association.id === id) === true)
          lab.cloud.edit.replaceAssociation(table, id, table.id);
      };
    }),
  );
}

/** A VPC with endpoints gets IPv6, and the subnets of its hosts: every route table leads it by `local`. */
function withIpv6(lab: Lab): Undo[] {
  const { vpcEndpoints, vpcs } = lab.snapshot;
  const endpoints = Object.values(vpcEndpoints).filter(({ type }) => type === "GatewayLoadBalancer");
  const ids = new Set(some(endpoints, "GWLB endpoint").map(({ vpcId }) => vpcId));
  const without = [...ids].flatMap((id) => vpcs[id] ?? []).filter(({ ipv6CidrBlock }) => ipv6CidrBlock === undefined);
  return some(without, "VPC with a GWLB endpoint and without IPv6").map((vpc) => {
    const subnets = [...subnetsOf(lab, "source"), ...subnetsOf(lab, "destination")];
    const own = subnets.filter(({ vpcId }) => vpcId === vpc.id).map(({ id }) => id);
    return lab.cloud.edit.giveIpv6(vpc, vpc.id, own);
  });
}

export const routeFaults: Record<string, Fault> = {
  "source-route-removed": {
    what: "the source subnets' routes to the GWLB endpoints",
    make: deleteRoutes("source"),
  },
  "destination-route-removed": {
    what: "the destination subnets' routes to the GWLB endpoints",
    make: deleteRoutes("destination"),
  },
  "routes-removed": {
    what: "the routes to the GWLB endpoints, of source and destination subnets",
    make: together(deleteRoutes("source"), deleteRoutes("destination")),
  },
  "source-subnet-unassociated": {
    what: "the source subnets' route table, now the VPC's main one",
    make: mainTable,
  },
  "reply-through-other-endpoint": {
    what: "the destination subnets' routes: replies go into another AZ's GWLB endpoint",
    make: otherEndpoint,
  },
  "endpoint-subnet-loops": {
    what: "the endpoint subnets' route tables: what comes out of an endpoint goes into it again",
    make: endpointLoop,
  },
  "ipv6-round-the-gateway": {
    what: "IPv6 of the consumers' VPCs, which goes by the local route past the GWLB endpoints",
    make: withIpv6,
  },
};
