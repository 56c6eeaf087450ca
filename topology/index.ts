export * from "./model";
export * from "./traceResult";
export { diagnose, type States } from "./diagnosis";
export { TraceError } from "./ends";
export { withEvidence, type TargetEvidence } from "./evidence";
export { topologyFromStates } from "./fromStates";
export { headerInWords } from "./headers";
export { parseStackExport, readStackExport, StateFileError, type ResourceState } from "./stateFile";
export { trace } from "./trace";
