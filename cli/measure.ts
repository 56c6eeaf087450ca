import * as path from "node:path";
import {
  measure,
  readTopology,
  roleOf,
  type MeasureEvent,
  type MeasureOptions,
  type Measurement,
} from "../automation/index";
import type { PathReport } from "../path/proof/index";
import { errorExitCode } from "./exitCode";
import { errorEvents, type Emit } from "./jsonEvents";
import { prepareReportFolder, writeReport } from "./reportFolder";
import { printReports, reportsExitCode, worstExitCode, type ReportFormat } from "./reports";
import { endLive, say, sayLive } from "../verification/terminal";

export interface VerifyOptions extends MeasureOptions {
  format: ReportFormat;
  /** Folder for the report as a page; with several consumers each gets a folder of its own in it. */
  folder?: string | undefined;
  /** Events instead of anything printed. */
  emit?: Emit | undefined;
}

/** Measures the consumers' paths, says why where something is wrong, and prints the reports. @returns the exit code */
export async function verifyAndPrint({ format, folder, emit, ...options }: VerifyOptions): Promise<number> {
  const consumers = options.stacks.map(({ name }) => name).filter((name) => roleOf(name) !== "security");
  const directoryOf = (stack: string): string | undefined =>
    folder === undefined || consumers.length === 1 ? folder : path.join(folder, stack);
  for (const directory of consumers.map(directoryOf)) if (directory !== undefined) prepareReportFolder(directory);
  const captures = new Map<string, Map<string, Uint8Array>>();
  const onEvent = (event: MeasureEvent): void => {
    if (event.kind === "progress") {
      if (emit) emit(event);
      else sayLive(`${event.stack}: ${event.line}`);
    } else if (folder !== undefined) {
      captures.set(
        event.stack,
        (captures.get(event.stack) ?? new Map<string, Uint8Array>()).set(event.target, event.pcap),
      );
    }
  };
  const measurements = await measure({ ...options, onEvent }).finally(endLive);
  const reports = reportsOf(measurements);
  if (!emit && Object.keys(reports).length > 0) printReports(reports, format);
  for (const [stack, report] of Object.entries(reports)) {
    emit?.({ kind: "report", stack, report });
    const directory = directoryOf(stack);
    if (directory === undefined) continue;
    const stacks = options.stacks.filter(({ name }) => name === stack || roleOf(name) === "security");
    const measured = { stack, report, captures: captures.get(stack) ?? new Map<string, Uint8Array>() };
    try {
      await writeReport(directory, measured, () => readTopology({ ...options, stacks }));
    } catch (error) {
      // The verdict is worth as much without it.
      const message = `The report could not be written to ${directory}: ${error instanceof Error ? error.message : String(error)}`;
      if (emit) emit({ kind: "error", code: "failed", message, stack });
      else say(`error: ${message}`);
    }
  }
  const errors = measurements.flatMap((each) => (each.outcome === "failed" ? [each.error] : []));
  for (const error of errors) {
    if (emit) errorEvents(error).forEach(emit);
    else say(`error: ${error.message}`);
  }
  return worstExitCode([reportsExitCode(reports), ...errors.map(errorExitCode)]);
}

function reportsOf(measurements: Measurement[]): Record<string, PathReport> {
  return Object.fromEntries(
    measurements.flatMap((each) => (each.outcome === "measured" ? [[each.stack, each.report]] : [])),
  );
}
