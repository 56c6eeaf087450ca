export { placeInWords } from "./cards";
export { columnsOf, padded, signOf, styled, styleOf, toSeconds, widest, wrapped, type Style, type View } from "./lines";
export { diagnosticWidth, renderSummary } from "./summary";
export { printable, printableData, printableJson, printableLine } from "./printable";
export { renderJson } from "./json";
export { renderJunit } from "./junit";
export { renderGithubSummary } from "./githubSummary";
export { renderMetrics } from "./metrics";
export { historyLine, historySchema, historyVersion, parseHistory, roundOf, type Round } from "./history";
