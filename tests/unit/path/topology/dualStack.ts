import type { ResourceState } from "../../../../path/topology";
import { Deployment } from "./deployment";

export const blocks = {
  vpc: "2600:1f14:aa00::/56",
  source: "2600:1f14:aa00:10::/64",
  destination: "2600:1f14:aa00:21::/64",
};

/** The consumer's VPC and the subnets of both hosts have IPv6. */
export function dualStack(states: readonly ResourceState[]): Deployment {
  return new Deployment(states)
    .change("vpc", "system", { ipv6CidrBlock: blocks.vpc })
    .change("subnet", "system-source-apne1-az4", { ipv6CidrBlock: blocks.source })
    .change("subnet", "system-destination-apne1-az1", { ipv6CidrBlock: blocks.destination });
}

export function ipv6Route(made: Deployment, tableName: string, to: string, target: Record<string, string>): Deployment {
  const routeTableId = made.id("table", tableName);
  const properties = { routeTableId, destinationIpv6CidrBlock: to, ...target };
  // A URN's parts stand between double colons.
  const name = `${tableName}-${to.replaceAll(":", "-")}`;
  return made.add("route", name, `r-${name}`, properties);
}

/** Both directions go to the endpoint that IPv4 goes to. */
export function inspectedIpv6(made: Deployment, ipAddressType = "dualstack"): Deployment {
  made.change("endpoint", "system-apne1-az4", { ipAddressType });
  const to = { vpcEndpointId: made.id("endpoint", "system-apne1-az4") };
  ipv6Route(made, "system-source-apne1-az4", blocks.destination, to);
  return ipv6Route(made, "system-destination-apne1-az1", blocks.source, to);
}
