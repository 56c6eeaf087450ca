/** What a package that adds commands to this command line takes of it, as the lab does. */
export { exitCodes } from "./exitCode";
export { columns } from "./columns";
export { drawAndPrint, prepareOutput, withGraph, type GraphOptions } from "./graph";
export { interruption, type Interruption } from "./interruption";
export { formatOption, numberOption, type TableFormat } from "./options";
export { commandLineProgram, programFolder } from "./programFolder";
export { stackProgress } from "./progress";
export { prepareReportFolder } from "./reportFolder";
export { printReports } from "./reports";
export { stackNames } from "./stackFiles";
export { designOption } from "./workspaceOptions";
export { traceAndPrint, withTrace, type TraceOptions } from "./trace";
export { runVerify, verifyArguments, withVerify, type VerifyCommandOptions } from "./verifyCommand";
export { view } from "./view";
export { wrongName } from "./wrongName";
export type { View } from "../path/render/index";
export { print, printJson, printOwn, say, showCursor } from "../verification/terminal";
