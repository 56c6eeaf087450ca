export { LiveError } from "./questions";
export { readAccounts, type LiveOptions } from "./readAccounts";
export { regionOf } from "./region";
export { requestOf, type Pings, type ReadAccount } from "./request";
