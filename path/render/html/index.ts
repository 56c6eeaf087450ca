export { escaped } from "./escape";
export { renderPage, type PageContent, type PairPath } from "./page";
export type { HopRow } from "./parts";
