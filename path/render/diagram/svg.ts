import { escaped } from "../html/escape";
import { isGroup, isLeg } from "./graph";
import type { Box, PlacedDiagram, PlacedEdge, PlacedNode } from "./layout";
import { legend, legendHeight } from "./legend";
import { diagramStyle } from "./svgStyle";
import { fontSize, lineHeight, shortened } from "./textSize";

export interface SvgOptions {
  /** Makes ids unique where a page holds several drawings. @default "diagram" */
  id?: string;
  /** For a page that has `diagramStyle` itself. @default false */
  withoutStyle?: boolean;
}

/** The drawing as one SVG element, ending with a newline. Needs no fonts, scripts or files. */
export function toSvg(diagram: PlacedDiagram, options: SvgOptions = {}): string {
  const { id = "diagram", withoutStyle = false } = options;
  const legendSvg = legend(diagram.edges, diagram.height + lineHeight);
  const width = Math.max(diagram.width, legendSvg.width);
  const height = diagram.height + legendHeight;
  const groups = diagram.nodes.filter(({ kind }) => isGroup(kind));
  const boxes = diagram.nodes.filter(({ kind }) => !isGroup(kind));
  // The packets' way lies over the wires.
  const edges = [...diagram.edges.filter((edge) => !isLeg(edge)), ...diagram.edges.filter(isLeg)];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="diagram" role="img" aria-labelledby="${escaped(id)}-title ${escaped(id)}-desc"` +
      ` viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<title id="${escaped(id)}-title">${escaped(diagram.title)}</title>`,
    `<desc id="${escaped(id)}-desc">${escaped(diagram.description)}</desc>`,
    ...(withoutStyle ? [] : [`<style>${diagramStyle}</style>`]),
    `<rect class="paper" width="${width}" height="${height}"/>`,
    ...groups.map(nodeSvg),
    ...edges.map(edgeSvg),
    ...boxes.map(nodeSvg),
    ...edges.map(labelSvg),
    legendSvg.svg,
    "</svg>\n",
  ].join("\n");
}

function nodeSvg(node: PlacedNode): string {
  const { x, y, width, height, kind, lines, stop } = node;
  const group = isGroup(kind);
  const text = lines.map((line, index) => {
    const className = index === 0 ? "name" : "soft";
    return `<text class="${className}" x="${round(x + 10)}" y="${round(y + 8 + fontSize + index * lineHeight)}">${escaped(shortened(line))}</text>`;
  });
  const corner = group ? 8 : 5;
  const stopped = stop === undefined ? "" : ` stop ${stop}`;
  return [
    `<g class="node"><title>${escaped(lines.join(", "))}</title>`,
    `<rect class="${group ? "group" : "box"} ${kind}${stopped}" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="${corner}"/>`,
    ...text,
    ...(stop === undefined ? [] : [cross(x + width - 14, y + 14, stop)]),
    "</g>",
  ].join("");
}

/** Says without colour, too, that a packet ends here. */
function cross(x: number, y: number, className: string): string {
  return `<path class="cross ${className}" d="M${round(x - 5)} ${round(y - 5)}l10 10m0 -10l-10 10"/>`;
}

function edgeSvg(edge: PlacedEdge): string {
  const { points } = edge;
  if (points.length < 2) return "";
  const leg = isLeg(edge);
  const className = leg ? `${edge.kind} ${edge.verdict}` : `${edge.kind}${edge.blocked ? " blocked" : ""}`;
  const size = leg ? 10 : 6;
  const path = points.map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${round(x)} ${round(y)}`).join("");
  const heads = [arrowHead(points.at(-2), points.at(-1), size, className)];
  if (leg && edge.both) heads.push(arrowHead(points[1], points[0], size, className));
  return `<path class="${className}" d="${path}"/>${heads.join("")}`;
}

type Point = Pick<Box, "x" | "y">;

/** A triangle with its tip at `to`. Not a marker: those do not take the line's colour in every browser. */
function arrowHead(from: Point | undefined, to: Point | undefined, size: number, className: string): string {
  if (from === undefined || to === undefined) return "";
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const [dx, dy] = [((to.x - from.x) / length) * size, ((to.y - from.y) / length) * size];
  const corner = (side: number) => `${round(to.x - dx + (side * dy) / 2)} ${round(to.y - dy - (side * dx) / 2)}`;
  return `<path class="head ${className}" d="M${round(to.x)} ${round(to.y)}L${corner(1)}L${corner(-1)}Z"/>`;
}

function labelSvg(edge: PlacedEdge): string {
  const { labelBox, label } = edge;
  if (labelBox === undefined) return "";
  const className = isLeg(edge) ? edge.verdict : "soft";
  const { x, y, width, height } = labelBox;
  const paper = `<rect class="label-paper" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"/>`;
  const lines = label
    .split("\n")
    .map(
      (line, index) =>
        `<text class="edge-label ${className}" x="${round(x + 4)}" y="${round(y + fontSize + index * lineHeight)}">${escaped(shortened(line))}</text>`,
    );
  return paper + lines.join("");
}

/** Tenths of a pixel: the same on every machine. */
function round(value: number): number {
  return Math.round(value * 10) / 10;
}
