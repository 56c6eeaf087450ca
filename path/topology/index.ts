export * from "./model";
export * from "./traceResult";
export { check } from "./check/check";
export type { CheckFinding, CheckResult, Witness } from "./check/result";
export { checkSchema, checkVersion, traceSchema, traceVersion } from "./resultSchemas";
export { diagnose, diagnoseLive, type States } from "./diagnosis";
export { TraceError } from "./trace/ends";
export { withEvidence, type TargetEvidence } from "./evidence";
export { AnswersFileError, parseAnswers, snapshotSchema, snapshotVersion } from "./answers/answersFile";
export { answersOfDescribed, isDescribed } from "./answers/describedFiles";
export { topologyFromAnswers } from "./answers/fromAnswers";
export type {
  Answers,
  LoadBalancerAnswer,
  ServiceAnswer,
  TargetGroupAnswer,
  TransitGatewayRouteTableAnswer,
} from "./answers/answers";
export { topologyFromStates } from "./read/fromStates";
export { headerInWords } from "./headers";
export { parseStackExport, readStackExport, savedAt, StateFileError, type ResourceState } from "./read/stateFile";
export { measuredPath, type MeasuredPath, type PathTarget } from "./measuredPath";
export { withStates } from "./merged";
export { parseTerraformState } from "./terraform/fromTerraform";
export { TerraformFileError } from "./terraform/terraformFile";
export { trace } from "./trace/trace";
