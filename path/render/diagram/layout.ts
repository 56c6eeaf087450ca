import type { ElkExtendedEdge, ElkNode, ElkPoint, LayoutOptions } from "elkjs/lib/elk-api";
import { isGroup, isLeg, type DiagramEdge, type DiagramGraph, type DiagramNode } from "./graph";
import { fontSize, lineHeight, shortened, textWidth } from "./textSize";

/** Pixels from the drawing's upper left corner. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export type PlacedNode = Omit<DiagramNode, "children"> & Box;

export type PlacedEdge = DiagramEdge & {
  points: ElkPoint[];
  /** Absent when the edge has no label. */
  labelBox?: Box;
};

/** A drawing with every place decided. */
export interface PlacedDiagram {
  title: string;
  description: string;
  width: number;
  height: number;
  /** Groups before what they hold. */
  nodes: PlacedNode[];
  edges: PlacedEdge[];
}

const margin = 8;
const groupHeader = 2 * lineHeight + 2 * margin;

const layered: LayoutOptions = {
  "elk.algorithm": "layered",
  "elk.direction": "RIGHT",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.hierarchyHandling": "INCLUDE_CHILDREN",
  "elk.json.shapeCoords": "ROOT",
  "elk.json.edgeCoords": "ROOT",
  // The order in which things are given, and no chance, decides where nothing else does.
  "elk.randomSeed": "1",
  "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
  "elk.layered.spacing.nodeNodeBetweenLayers": "40",
  "elk.layered.spacing.edgeNodeBetweenLayers": "16",
  "elk.layered.spacing.edgeEdgeBetweenLayers": "12",
  "elk.spacing.nodeNode": "20",
  "elk.spacing.edgeNode": "14",
  "elk.spacing.edgeEdge": "12",
  "elk.spacing.edgeLabel": "4",
  "elk.padding": `[top=${margin},left=${margin},bottom=${margin},right=${margin}]`,
};

/** Decides where everything is drawn, by the layered algorithm of the Eclipse Layout Kernel. The same graph always gives the same places. */
export async function layout(graph: DiagramGraph): Promise<PlacedDiagram> {
  const kinds = new Map(flat(graph.nodes).map(({ id, kind }) => [id, kind] as const));
  const root: ElkNode = {
    id: "root",
    layoutOptions: layered,
    children: graph.nodes.map(elkNode),
    edges: graph.edges.map((edge) => elkEdge(edge, againstTheFlow(edge, kinds))),
  };
  // A big library: loaded only by those who draw.
  const { default: Elk } = await import("elkjs/lib/elk.bundled.js");
  const placed: ElkNode = await new Elk().layout(root);
  const boxes = new Map(flat(placed.children ?? []).map((node) => [node.id, boxOf(node)] as const));
  const edges = new Map((placed.edges ?? []).map((edge) => [edge.id, edge] as const));
  return {
    title: graph.title,
    description: graph.description,
    width: Math.ceil(placed.width ?? 0),
    height: Math.ceil(placed.height ?? 0),
    nodes: flat(graph.nodes).map(({ id, kind, lines, stop }) => ({
      id,
      kind,
      lines,
      ...(stop !== undefined && { stop }),
      ...boxOf(boxes.get(id)),
    })),
    edges: graph.edges.map((edge) => placedEdge(edge, edges.get(edge.id), againstTheFlow(edge, kinds))),
  };
}

function flat<T extends { children?: T[] }>(nodes: T[]): T[] {
  return nodes.flatMap((node) => [node, ...flat(node.children ?? [])]);
}

function boxOf(box: Partial<Box> | undefined): Box {
  const { x = 0, y = 0, width = 0, height = 0 } = box ?? {};
  return { x, y, width, height };
}

function elkNode({ id, kind, lines, children }: DiagramNode): ElkNode {
  const shown = lines.map(shortened);
  const width = Math.max(...shown.map((line, index) => textWidth(line, index === 0)), 40) + 2 * margin + fontSize;
  const height = shown.length * lineHeight + 2 * margin;
  if (!isGroup(kind) || children.length === 0) return { id, width, height };
  return {
    id,
    children: children.map(elkNode),
    layoutOptions: {
      "elk.padding": `[top=${groupHeader},left=${2 * margin},bottom=${2 * margin},right=${2 * margin}]`,
      "elk.nodeSize.constraints": "MINIMUM_SIZE",
      "elk.nodeSize.minimum": `(${width},${groupHeader})`,
    },
  };
}

/** From left to right. */
const columns: DiagramNode["kind"][] = ["instance", "gwlb-endpoint", "endpoint-service", "gwlb-interface", "target"];

/** What comes back is laid beside what goes there, not round the whole drawing. */
function againstTheFlow({ from, to }: DiagramEdge, kinds: ReadonlyMap<string, DiagramNode["kind"]>): boolean {
  const [left, right] = [columns.indexOf(kinds.get(to) ?? "other"), columns.indexOf(kinds.get(from) ?? "other")];
  return left >= 0 && left < right;
}

function elkEdge(edge: DiagramEdge, reversed: boolean): ElkExtendedEdge {
  const lines = edge.label === "" ? [] : edge.label.split("\n").map(shortened);
  const size = {
    width: Math.max(0, ...lines.map((line) => textWidth(line, isLeg(edge)))) + margin,
    height: lines.length * lineHeight,
  };
  return {
    id: edge.id,
    sources: [reversed ? edge.to : edge.from],
    targets: [reversed ? edge.from : edge.to],
    ...(lines.length > 0 && { labels: [{ id: `label ${edge.id}`, text: lines.join("\n"), ...size }] }),
    // The packets' way is what the drawing is for: the straightest lines are its.
    ...(isLeg(edge) && { layoutOptions: { "elk.layered.priority.straightness": "10" } }),
  };
}

function placedEdge(edge: DiagramEdge, placed: ElkExtendedEdge | undefined, reversed: boolean): PlacedEdge {
  const points = (placed?.sections ?? []).flatMap(({ startPoint, bendPoints = [], endPoint }) => [
    startPoint,
    ...bendPoints,
    endPoint,
  ]);
  if (reversed) points.reverse();
  const [label] = placed?.labels ?? [];
  return { ...edge, points, ...(label !== undefined && { labelBox: boxOf(label) }) };
}
