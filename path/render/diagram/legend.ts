import { genevePort } from "../../net/geneve";
import { isLeg, type DiagramEdge } from "./graph";
import { fontSize, lineHeight, textWidth } from "./textSize";

export const legendHeight = 3 * lineHeight;

const wires = { route: "route", privatelink: "PrivateLink", geneve: `GENEVE, UDP ${genevePort}` } as const;
const legVerdicts = { good: "inspected", bad: "lost, or goes round the targets", unknown: "not certain" } as const;

/** What the kinds of line that occur mean, in one row at `y`. */
export function legend(edges: readonly DiagramEdge[], y: number): { svg: string; width: number } {
  const entries = new Map<string, string>();
  for (const edge of edges) {
    if (!isLeg(edge)) entries.set(edge.kind, wires[edge.kind]);
  }
  for (const edge of edges) {
    if (isLeg(edge)) entries.set(`${edge.kind} ${edge.verdict}`, `${edge.kind}: ${legVerdicts[edge.verdict]}`);
  }
  let x = 12;
  const parts = [...entries].map(([className, text]) => {
    const part =
      `<path class="${className}" d="M${x} ${y + lineHeight / 2}h32"/>` +
      `<text class="soft" x="${x + 40}" y="${y + fontSize}">${text}</text>`;
    x += 40 + textWidth(text) + 24;
    return part;
  });
  return { svg: `<g class="legend">${parts.join("")}</g>`, width: x };
}
