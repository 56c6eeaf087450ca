import type { OrUnknown, Topology } from "../model";
import { unknown } from "../model";
import { knownText, objects, texts } from "./properties";
import { readGateway } from "./readGateway";
import { readInstances } from "./readInstances";
import { readNetwork } from "./readNetwork";
import { readSecurityGroups } from "./readSecurityGroups";
import type { ResourceState } from "./stateFile";
import { readTransitGateways } from "./readTransitGateways";
import { byId, StateReader } from "./stateReader";

/**
 * The topology of any set of stacks, from the resources of their exports. What the stacks did not make is not in it. Stacks may
 * come in any order; a resource that two of them hold counts once.
 */
export function topologyFromStates(
  states: readonly ResourceState[],
  origin: Topology["origin"] = "deployed",
): Topology {
  const reader = new StateReader(states);
  const network = readNetwork(reader);
  const { endpointInterfaces, ...gateway } = readGateway(reader, network.subnets);
  const { instances, networkInterfaces } = readInstances(reader, network.subnets);
  return {
    origin,
    ...network,
    ...gateway,
    ...readTransitGateways(reader, network.vpcs),
    instances,
    networkInterfaces: { ...networkInterfaces, ...byId(endpointInterfaces) },
    securityGroups: readSecurityGroups(reader),
    prefixLists: readPrefixLists(reader),
  };
}

function readPrefixLists(states: StateReader): Record<string, OrUnknown<string[]>> {
  const further = states.of("aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry");
  const managed = states
    .of("aws:ec2/managedPrefixList:ManagedPrefixList")
    .map(({ id, properties }): [string, string[]] => {
      const own = further.filter((entry) => entry.properties["prefixListId"] === id);
      const entries = [...objects(properties, "entries"), ...own.map((entry) => entry.properties)];
      return [id, [...new Set(entries.flatMap((entry) => knownText(entry, "cidr") ?? []))]];
    });
  const ofServices = states.of("aws:ec2/vpcEndpoint:VpcEndpoint").flatMap(({ properties }) => {
    const id = knownText(properties, "prefixListId");
    const cidrs = texts(properties, "cidrBlocks");
    return id === undefined ? [] : [[id, cidrs.length > 0 ? cidrs : unknown] as const];
  });
  return Object.fromEntries<OrUnknown<string[]>>([...managed, ...ofServices]);
}
