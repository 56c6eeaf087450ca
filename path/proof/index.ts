export * from "./pathReport";
export { jsonSchemaOf } from "./jsonSchema";
export {
  bareReportSchema,
  findingSchema,
  reportSchema,
  reportVersion,
  verdictSchema,
  versioned,
  type VersionedReport,
} from "./reportSchema";
export { explanation, findingCodes, similarNames } from "./explanation";
export {
  byNature,
  finding,
  findingKinds,
  isCause,
  isFindingCode,
  natureOf,
  onAppliance,
  type FindingCode,
  type FindingKind,
} from "./findings";
export {
  largePacketFindings,
  pathFindings,
  throughOneEndpoint,
  twoArmedTargets,
  type BareCounts,
  type EndpointCounts,
  type GatewayCounts,
  type MeasuredPair,
} from "./pathFindings";
export {
  exercisedInWords,
  exerciseOf,
  overallVerdict,
  reachableTargets,
  withExercise,
  type ExercisedPair,
  type ExercisedTarget,
  type FlowCounts,
} from "./exercise";
export {
  getsNewFlows,
  healthInWords,
  mayGetPackets,
  targetGroupName,
  unwatchedFinding,
  watchedInWords,
} from "./targetGroup";
export { mayKeepOwn } from "./otherRules";
export { hostFindings, largestPacket, servedGateways, type HostFinding } from "./hostEvidence";
export {
  judge,
  sequences,
  sumCounts,
  worstOf,
  type Evidence,
  type Judgement,
  type PathCounts,
  type SeenSequences,
} from "./verdict";
export { answeredInWords, statisticsOf } from "./statistics";
export { isProven, verdictInWords } from "./proof";
