export { cancel, type PendingOperation } from "./cancel";
export { CancelledError, DeployError, StackError, StackLockedError, StacksError, StackSkippedError } from "./errors";
export type { ChangeCounts, Diagnostic, ResourceOperation, StackEvent, StackEventBody } from "./events";
export { deploy, destroy, preview, type DestroyOptions, type OperationOptions } from "./operations";
export { exportActualState, exportState, outputs, readOutput, type StackQuery } from "./outputs";
export { prepareStack } from "./prepare";
export type { StackResult } from "./results";
export { verify, type VerifyStackOptions } from "./verify";
export { roleOf, SettingsError, type ConfigValue, type StackSelection, type Workspace } from "./workspace";
