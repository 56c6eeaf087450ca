import { isGroup, isLeg, type DiagramGraph, type DiagramNode } from "./graph";

/** The way of request and reply with the gateway's parts round it, and without hosts, subnets and gateways that have no share in it. */
export function focused(graph: DiagramGraph): DiagramGraph {
  const onTheWay = new Set(graph.edges.filter(isLeg).flatMap(({ from, to }) => [from, to]));
  const kept = new Set<string>();
  const keep = (node: DiagramNode): DiagramNode[] => {
    const children = node.children.flatMap(keep);
    const wanted = isGroup(node.kind) ? children.length > 0 : onTheWay.has(node.id) || isGateway(node);
    if (!wanted) return [];
    kept.add(node.id);
    return [{ ...node, children }];
  };
  const nodes = graph.nodes.flatMap(keep);
  return { ...graph, nodes, edges: graph.edges.filter(({ from, to }) => kept.has(from) && kept.has(to)) };
}

function isGateway({ kind, stop }: DiagramNode): boolean {
  return (
    stop !== undefined ||
    kind === "gwlb-endpoint" ||
    kind === "gwlb-interface" ||
    kind === "endpoint-service" ||
    kind === "target"
  );
}
