export { cancel, forgetPending } from "./cancel";
export { diagnosed, type DiagnosisOptions } from "./diagnosis";
export { CancelledError, DeployError, StackError, StackLockedError, StacksError, StackSkippedError } from "./errors";
export { streamed, type StreamedOperation } from "./eventStream";
export { consumersOf, measure, type MeasureEvent, type MeasureOptions, type Measurement } from "./measure";
export { deploy, destroy, preview, type DeployOptions, type DestroyOptions, type OperationOptions } from "./operations";
export { readReport } from "./report";
export { exportActualState, exportState, outputs, readOutput, type StackQuery } from "./engine/outputs";
export { prepareStack } from "./engine/prepare";
export type { StackLock } from "./engine/stateLock";
export { status, type LastUpdate, type StackStatus, type StatusOptions } from "./status";
export { readTopology, trace, type TopologyOptions, type TraceOptions } from "./trace";
export type {
  ChangeCounts,
  Diagnostic,
  PendingOperation,
  Recovery,
  ResourceOperation,
  RestoredState,
  StackEvent,
  StackEventBody,
  StackResult,
} from "./types";
export { verify, type VerifyStackOptions } from "./verify";
export { watch, type VerdictChange, type WatchEvent, type WatchOptions } from "./watch";
export { designs, isMeasured, roleOf, type Design } from "../path/net/ownership";
export { SettingsError, type ConfigValue, type StackSelection, type Workspace } from "./engine/workspace";
