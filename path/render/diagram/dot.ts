import { isGroup, isLeg, type BoxKind, type DiagramEdge, type DiagramGraph, type DiagramNode } from "./graph";

/** Shapes of Graphviz: https://graphviz.org/doc/info/shapes.html */
const shapes: Partial<Record<BoxKind, string>> = {
  "gwlb-endpoint": "hexagon",
  "gwlb-interface": "component",
  "endpoint-service": "oval",
  "gateway-endpoint": "cylinder",
  "internet-gateway": "cds",
  "nat-gateway": "cds",
  "transit-gateway": "oval",
  internet: "circle",
};

const legColours = { good: "#0067a8", bad: "#c2410c", unknown: "#6b7280" } as const;

/** The graph in Graphviz' DOT language, ending with a newline: https://graphviz.org/doc/info/lang.html */
export function toDot(graph: DiagramGraph): string {
  const groups = new Set<string>();
  const nodeLines = (node: DiagramNode, indent: string): string[] => {
    const { id, kind, lines, children } = node;
    if (!isGroup(kind)) return [`${indent}${quoted([id])} [label=${quoted(lines)}, shape=${shapes[kind] ?? "box"}]`];
    groups.add(id);
    // Graphviz draws frames only of those whose names begin so.
    const inside = children.flatMap((child) => nodeLines(child, `${indent}  `));
    const end = `${indent}  ${quoted([anchor(id)])} [label="", shape=point, style=invis, width=0, height=0]`;
    return [
      `${indent}subgraph ${quoted([cluster(id)])} {`,
      `${indent}  label=${quoted(lines)}`,
      end,
      ...inside,
      `${indent}}`,
    ];
  };
  const nodes = graph.nodes.flatMap((node) => nodeLines(node, "  "));
  return [
    `digraph ${quoted([graph.title])} {`,
    "  graph [compound=true, rankdir=LR, fontname=sans, tooltip=" + quoted([graph.description]) + "]",
    "  node [fontname=sans, fontsize=11]",
    "  edge [fontname=sans, fontsize=10]",
    ...nodes,
    ...graph.edges.map((edge) => `  ${edgeLine(edge, groups)}`),
    "}",
    "",
  ].join("\n");
}

/** Lines of a subnet begin at its frame: they lead from a point in it, and are cut at the frame. */
function edgeLine(edge: DiagramEdge, groups: ReadonlySet<string>): string {
  const end = (id: string): string => quoted([groups.has(id) ? anchor(id) : id]);
  const attributes = [
    ...(groups.has(edge.from) ? [`ltail=${quoted([cluster(edge.from)])}`] : []),
    ...(groups.has(edge.to) ? [`lhead=${quoted([cluster(edge.to)])}`] : []),
    ...styleOf(edge),
  ];
  return `${end(edge.from)} -> ${end(edge.to)} [${attributes.join(", ")}]`;
}

function styleOf(edge: DiagramEdge): string[] {
  if (isLeg(edge)) {
    const { kind, verdict, both } = edge;
    const color = `color=${quoted([legColours[verdict]])}`;
    return [`label=${quoted([`${kind}: ${verdict}`])}`, color, "penwidth=3", ...(both ? ["dir=both"] : [])];
  }
  const words = { route: "", privatelink: "PrivateLink", geneve: "GENEVE" }[edge.kind];
  const lines = [words, ...edge.label.split("\n"), edge.blocked ? "blocked" : ""].filter((line) => line !== "");
  return [
    `label=${quoted(lines)}`,
    ...(edge.kind === "privatelink" ? ["style=dashed"] : edge.kind === "geneve" ? ["style=dotted"] : []),
    ...(edge.blocked ? [`color=${quoted([legColours.bad])}`] : []),
  ];
}

function cluster(id: string): string {
  return `cluster ${id}`;
}

function anchor(id: string): string {
  return `point ${id}`;
}

/** In a quoted string backslashes and quotes are syntax; what turns, hides or ends a line is left out. */
function quoted(lines: string[]): string {
  const safe = lines.map((line) => line.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, " ").replace(/[\\"]/g, "\\$&"));
  // Entities are read in labels, too.
  return `"${safe.map((line) => line.replace(/&/g, "&amp;")).join("\\n")}"`;
}
