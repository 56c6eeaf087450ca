import { isKnown, type Component, type OrUnknown, type Topology } from "../../topology/model";
import { box, sorted, subnetBoxes, vpcBoxes } from "./boxes";
import type { DiagramGraph, DiagramNode, GroupKind, LegVerdict } from "./graph";
import { legEdges, stopBoxes, type DrawnPath } from "./legs";
import { wiring } from "./wiring";

/**
 * What is to be drawn of a topology: accounts, VPCs and subnets as groups; instances, endpoints, GWLB interfaces, gateways and
 * endpoint services as boxes; and the way of a request and its reply, if one is given.
 */
export function topologyGraph(topology: Topology, path?: DrawnPath): DiagramGraph {
  const stops = path === undefined ? new Map<string, LegVerdict>() : stopBoxes(topology, path);
  const nodes = accounts(topology).map((node) => withStops(node, stops));
  const edges = [...wiring(topology), ...(path === undefined ? [] : legEdges(topology, path))];
  const known = new Set(nodes.flatMap(idsOf));
  // A route's target that the states do not hold, as a peering connection, and the internet, are in no account.
  const missing = [...new Set(edges.flatMap(({ from, to }) => [from, to]))].filter((id) => !known.has(id)).sort();
  const strangers = missing.map((id) => (id === "internet" ? box(id, "internet", "internet") : box(id, "other", id)));
  return { title: titleOf(topology), description: described(topology, path), nodes: [...nodes, ...strangers], edges };
}

function withStops(node: DiagramNode, stops: ReadonlyMap<string, LegVerdict>): DiagramNode {
  const stop = stops.get(node.id);
  return {
    ...node,
    children: node.children.map((child) => withStops(child, stops)),
    ...(stop !== undefined && { stop }),
  };
}

function idsOf(node: DiagramNode): string[] {
  return [node.id, ...node.children.flatMap(idsOf)];
}

function group(id: string, kind: GroupKind, lines: string[], children: DiagramNode[]): DiagramNode {
  return { id, kind, lines, children };
}

function accounts(topology: Topology): DiagramNode[] {
  const accountOf = ({ accountId }: { accountId: OrUnknown<string> }) => (isKnown(accountId) ? accountId : "unknown");
  const components: Component[] = [
    ...sorted(topology.vpcs),
    ...sorted(topology.endpointServices),
    ...sorted(topology.transitGateways),
  ];
  const ids = [...new Set(components.map(accountOf))].sort();
  return ids.map((id) => {
    const own = <T extends Component>(all: Record<string, T>) => sorted(all).filter((each) => accountOf(each) === id);
    const stacks = [
      ...new Set(components.filter((each) => accountOf(each) === id).flatMap(({ stack }) => stack ?? [])),
    ].sort();
    const services = own(topology.endpointServices).map(({ id: serviceId, name, state }) =>
      box(
        serviceId,
        "endpoint-service",
        name,
        "endpoint service",
        isKnown(state) && state !== "Available" ? state : "",
      ),
    );
    const transitGateways = own(topology.transitGateways).map(({ id: gatewayId, name }) =>
      box(gatewayId, "transit-gateway", name, "transit gateway"),
    );
    const vpcs = own(topology.vpcs).map((vpc) =>
      group(
        vpc.id,
        "vpc",
        [`VPC ${vpc.name}`, vpc.cidrBlocks.join(", ")],
        [...vpcBoxes(topology, vpc.id), ...subnets(topology, vpc.id)],
      ),
    );
    return group(
      `account ${id}`,
      "account",
      [`Account ${id}`, ...(stacks.length > 0 ? [`stack ${stacks.join(", ")}`] : [])],
      [...services, ...transitGateways, ...vpcs],
    );
  });
}

function subnets(topology: Topology, vpcId: string): DiagramNode[] {
  return sorted(topology.subnets)
    .filter((subnet) => subnet.vpcId === vpcId)
    .map((subnet) =>
      group(
        subnet.id,
        "subnet",
        [subnet.name, `${subnet.cidrBlock} · ${isKnown(subnet.azId) ? subnet.azId : "AZ unknown"}`],
        subnetBoxes(topology, subnet),
      ),
    );
}

function titleOf({ origin }: Topology): string {
  return origin === "plan" ? "Planned topology" : "Topology";
}

/** For those who do not see the drawing. */
function described(topology: Topology, path?: DrawnPath): string {
  const count = (what: string, all: Record<string, unknown>) => `${Object.keys(all).length} ${what}`;
  const parts = [
    count("VPCs", topology.vpcs),
    count("subnets", topology.subnets),
    count("instances", topology.instances),
  ];
  const endpoints = Object.values(topology.endpoints).filter(({ type }) => type === "GatewayLoadBalancer").length;
  const whole = `${parts.join(", ")}, ${endpoints} GWLB endpoints.`;
  if (path === undefined) return whole;
  const way = (name: string, leg: { hops: { name: string }[]; outcome: string }) =>
    `${name} (${leg.outcome}): ${leg.hops
      .map((hop) => hop.name)
      .filter((hop, index, all) => hop !== all[index - 1])
      .join(", ")}.`;
  const { request, reply } = path.path;
  return [whole, way("Request", request), ...(reply === undefined ? [] : [way("Reply", reply)])].join(" ");
}
