import { isGroup, isLeg, type BoxKind, type DiagramEdge, type DiagramGraph, type DiagramNode } from "./graph";

/** Brackets of Mermaid's shapes: https://mermaid.js.org/syntax/flowchart.html */
const shapes: Partial<Record<BoxKind, [string, string]>> = {
  "gwlb-endpoint": ["{{", "}}"],
  "gwlb-interface": ["[[", "]]"],
  "endpoint-service": ["([", "])"],
  "gateway-endpoint": ["[(", ")]"],
  "internet-gateway": [">", "]"],
  "nat-gateway": [">", "]"],
  "transit-gateway": ["([", "])"],
  internet: ["((", "))"],
};

/**
 * Mermaid 11, which breaks titles of groups after 200 pixels and keeps room for one line, draws boxes over the rest; Mermaid 12 does not. Seen
 * with 11.4, 11.12, 11.17 and 12.3.
 */
const roomForTitles = [
  "---",
  "config:",
  "  flowchart:",
  "    wrappingWidth: 400",
  "    subGraphTitleMargin:",
  "      bottom: 20",
  "---",
];

/** The graph as a Mermaid flowchart, ending with a newline. */
export function toMermaid(graph: DiagramGraph): string {
  const names = new Map<string, string>();
  const groups: string[] = [];
  // Ids of ours hold characters that are syntax to Mermaid.
  const nameOf = (id: string): string => {
    const nodeId = names.get(id) ?? `n${names.size + 1}`;
    names.set(id, nodeId);
    return nodeId;
  };
  const nodeLines = (node: DiagramNode, indent: string): string[] => {
    const text = quoted(node.lines);
    if (!isGroup(node.kind)) {
      const [open, close] = shapes[node.kind] ?? ["[", "]"];
      return [`${indent}${nameOf(node.id)}${open}${text}${close}`];
    }
    const name = nameOf(node.id);
    if (node.children.length === 0) return [`${indent}${name}[${text}]`];
    const inside = node.children.flatMap((child) => nodeLines(child, `${indent}  `));
    groups.push(name);
    return [`${indent}subgraph ${name}[${text}]`, ...inside, `${indent}end`];
  };
  const nodes = graph.nodes.flatMap((node) => nodeLines(node, "  "));
  const oneLine = ["  classDef group white-space:nowrap", `  class ${groups.join(",")} group`];
  return [
    ...roomForTitles,
    "flowchart LR",
    `  accTitle: ${plain(graph.title)}`,
    `  accDescr: ${plain(graph.description)}`,
    ...nodes,
    ...graph.edges.map((edge) => `  ${nameOf(edge.from)} ${arrow(edge)} ${nameOf(edge.to)}`),
    ...(groups.length > 0 ? oneLine : []),
    "",
  ].join("\n");
}

function arrow(edge: DiagramEdge): string {
  const line = isLeg(edge)
    ? edge.both
      ? "<==>"
      : "==>"
    : { route: "-->", privatelink: "-.->", geneve: "-->" }[edge.kind];
  const words = isLeg(edge)
    ? `${edge.kind}: ${edge.verdict}`
    : [edge.kind === "route" ? "" : wireNames[edge.kind], edge.label, edge.blocked ? "blocked" : ""]
        .filter((part) => part !== "")
        .join(" ");
  return words === "" ? line : `${line}|${quoted(words.split("\n"))}|`;
}

const wireNames = { privatelink: "PrivateLink", geneve: "GENEVE" } as const;

/** Mermaid's entity codes take what would end the text or be markup. */
function quoted(lines: string[]): string {
  const safe = lines.map((line) =>
    plain(line).replace(/[#&<>"`;\\|[\]{}()]/g, (character) => `#${character.codePointAt(0) ?? 0};`),
  );
  return `"${safe.join("<br>")}"`;
}

/** One line, without what ends a statement. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, " ").trim();
}
