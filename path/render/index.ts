export { renderTable, type TableOptions } from "./table";
export { renderSummary } from "./summary";
export { printable, printableData, printableJson, printableLine } from "./printable";
export { renderJson } from "./json";
