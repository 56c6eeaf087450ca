export { focused } from "./focus";
export { layout, type PlacedDiagram } from "./layout";
export type { DrawnPath } from "./legs";
export { toDot } from "./dot";
export { toMermaid } from "./mermaid";
export { toSvg, type SvgOptions } from "./svg";
export { diagramStyle } from "./svgStyle";
export { topologyGraph } from "./topologyGraph";
export { reportPaths } from "./reportPaths";
