export { Cloud, type CloudOptions } from "../cloud/cloud";
export type { Properties } from "../cloud/core/properties";
export { cloudMocks, CloudMocks } from "./mocks";
export type { Call, CloudMockOptions, DeployedStack, MockFailure, ReferencedStack, Registration } from "./mocks";
export { exportMocks } from "./export";
export type { MockedState } from "./export";
export { finishMocks, startMocks } from "./start";
export type { MockRun } from "./start";
