import type { RouteTable } from "../cloud/core/records";
import { some, together, type Fault, type Lab, type Undo } from "./fault";

const everywhere = "0.0.0.0/0";

interface Known {
  table: RouteTable;
  destination: string;
  /** As `aws.ec2.Route` names it. */
  target: { vpcEndpointId: string } | { gatewayId: string };
}

/** Routes that the tables of an internet inspection have, by what the tables are for. */
function routesOf({ snapshot }: Lab, which: "edge" | "internet" | "endpoint"): Known[] {
  const tables = Object.values(snapshot.routeTables).filter((table) => table.tags["Name"]?.split("-").includes(which));
  const routes = tables.flatMap((table) =>
    table.routes.flatMap(({ destinationCidrBlock, target }): Known[] => {
      if (destinationCidrBlock === undefined) return [];
      if (target.kind === "vpcEndpoint") {
        return [{ table, destination: destinationCidrBlock, target: { vpcEndpointId: target.id } }];
      }
      return target.kind === "internetGateway"
        ? [{ table, destination: destinationCidrBlock, target: { gatewayId: target.id } }]
        : [];
    }),
  );
  return some(routes, `route of an "${which}" route table: expected stacks with internetInspection`);
}

function has({ cloud }: Lab, { table, destination }: Known): boolean {
  return (cloud.snapshot().routeTables[table.id]?.routes ?? []).some(
    (route) => route.destinationCidrBlock === destination,
  );
}

function removed(which: "edge" | "endpoint"): Fault["make"] {
  return (lab) =>
    routesOf(lab, which).map((route): Undo => {
      const { table, destination, target } = route;
      lab.cloud.edit.deleteRoute(table, table.id, destination);
      return () => {
        // An `up` may have mended it meanwhile.
        if (lab.cloud.snapshot().routeTables[table.id] === undefined || has(lab, route)) return;
        lab.cloud.edit.createRoute(table, table.id, destination, target);
      };
    });
}

/** Internet-facing subnets send straight to the internet gateway, as public subnets usually do. */
function straight(lab: Lab): Undo[] {
  return routesOf(lab, "internet").map((route): Undo => {
    const { table, target } = route;
    const gateway = Object.values(lab.snapshot.internetGateways).find(({ vpcId }) => vpcId === table.vpcId);
    const lead = (to: Known["target"]): void => {
      lab.cloud.edit.deleteRoute(table, table.id, everywhere);
      lab.cloud.edit.createRoute(table, table.id, everywhere, to);
    };
    lead({ gatewayId: gateway?.id ?? "" });
    return () => {
      const now = lab.cloud.snapshot().routeTables[table.id]?.routes ?? [];
      const own = now.find(({ destinationCidrBlock }) => destinationCidrBlock === everywhere);
      if (own?.target.kind === "internetGateway") lead(target);
    };
  });
}

/** Faults between a VPC and the internet: of stacks with `internetInspection` only. */
export const internetFaults: Record<string, Fault> = {
  "ingress-route-removed": {
    what: "the internet gateways' routes to the GWLB endpoints",
    make: removed("edge"),
  },
  "internet-routes-straight": {
    what: "the routes to the GWLB endpoints, of internet gateways and internet-facing subnets",
    make: together(removed("edge"), straight),
  },
  "endpoint-way-out-removed": {
    what: "the endpoint subnets' routes to the internet gateway",
    make: removed("endpoint"),
  },
};
