export { escaped } from "./escape";
export { renderHistory } from "./history";
export { renderPage, type PageContent, type PairPath } from "./page";
export type { HopRow } from "./parts";
