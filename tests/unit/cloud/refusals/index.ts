import { apiOperations } from "./apiOperations";
import { endpointServices } from "./endpointServices";
import { gatewayLoadBalancerEndpoints, otherEndpoints } from "./endpoints";
import { gatewayRouteTables } from "./gatewayRouteTables";
import { identities } from "./identities";
import { instances, keyPairs } from "./instances";
import { listeners, loadBalancers } from "./loadBalancing";
import { natGateways } from "./natGateways";
import { internetGateways, queries, subnets } from "./networks";
import type { Refusal } from "./refusal";
import { routes, routeTables } from "./routes";
import { securityGroups } from "./securityGroups";
import { targetGroups, targets } from "./targets";
import { trafficMirrors } from "./trafficMirrors";
import { transitGateways } from "./transitGateways";

/** All that the model refuses as AWS does, by kind of resource. */
export const refusals: Record<string, Refusal[]> = {
  "endpoint services": endpointServices,
  "GWLB endpoints": gatewayLoadBalancerEndpoints,
  "other endpoints": otherEndpoints,
  routes,
  "route tables": routeTables,
  "route tables of gateways": gatewayRouteTables,
  "load balancers": loadBalancers,
  listeners,
  "target groups": targetGroups,
  targets,
  "traffic mirrors": trafficMirrors,
  "transit gateways": transitGateways,
  "security groups": securityGroups,
  "VPCs and subnets": subnets,
  "internet gateways": internetGateways,
  "NAT gateways": natGateways,
  instances,
  "key pairs": keyPairs,
  IAM: identities,
  queries,
  "AWS's API alone": apiOperations,
};
