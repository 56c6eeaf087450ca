import * as addresses from "./addresses";
import * as elbTags from "./elbTags";
import * as endpointConnections from "./endpointConnections";
import * as endpointServices from "./endpointServices";
import * as instanceAttributes from "./instanceAttributes";
import * as instancePower from "./instancePower";
import * as instances from "./instances";
import * as internetGateways from "./internetGateways";
import * as listeners from "./listeners";
import * as loadBalancers from "./loadBalancers";
import * as natGateways from "./natGateways";
import * as networkAcls from "./networkAcls";
import * as networkInterfaces from "./networkInterfaces";
import * as prefixLists from "./prefixLists";
import * as regions from "./regions";
import * as routeTables from "./routeTables";
import * as routes from "./routes";
import * as securityGroupRules from "./securityGroupRules";
import * as securityGroups from "./securityGroups";
import * as subnets from "./subnets";
import * as tags from "./tags";
import * as targetGroups from "./targetGroups";
import * as targetHealth from "./targetHealth";
import * as targets from "./targets";
import * as transitGateways from "./transitGateways";
import * as visibleServices from "./visibleServices";
import * as vpcEndpoints from "./vpcEndpoints";
import * as vpcs from "./vpcs";
import type { Operation } from "./operation";

type Operations = Readonly<Record<string, Operation>>;

/** What a file exports that is an operation, by the operation's name. */
function operationsIn(...files: object[]): Operations {
  const all = files.flatMap((file) => Object.entries(file) as [string, unknown][]);
  return Object.fromEntries(all.filter((entry): entry is [string, Operation] => /^[A-Z]/.test(entry[0])));
}

/** The operations that the model has, by service as its requests are signed for it. */
export const operations = {
  ec2: operationsIn(
    addresses,
    endpointConnections,
    endpointServices,
    instanceAttributes,
    instancePower,
    instances,
    internetGateways,
    natGateways,
    networkAcls,
    networkInterfaces,
    prefixLists,
    regions,
    routeTables,
    routes,
    securityGroupRules,
    securityGroups,
    subnets,
    tags,
    transitGateways,
    visibleServices,
    vpcEndpoints,
    vpcs,
  ),
  elasticloadbalancing: operationsIn(elbTags, listeners, loadBalancers, targetGroups, targetHealth, targets),
} as const satisfies Record<string, Operations>;

export type ModelledService = keyof typeof operations;
