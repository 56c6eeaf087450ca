import * as path from "node:path";
import {
  consumersOf,
  measure,
  readTopology,
  isMeasured,
  type MeasureEvent,
  type MeasureOptions,
  type Measurement,
} from "../automation/index";
import type { PathReport } from "../path/proof/index";
import type { Topology } from "../path/topology/index";
import { errorExitCode, exitCodes } from "./exitCode";
import { wasInterrupted } from "./interruption";
import { errorEvents, type Emit } from "./jsonEvents";
import { prepareReportFolder, writeReport } from "./reportFolder";
import { printReports, reportsExitCode, worstExitCode, type ReportFormat } from "./reports";
import { endLive, say, sayLive } from "../verification/terminal";

/** How what was measured is shown. */
export interface PrintOptions {
  format: ReportFormat;
  /** Folder for the report as a page; with several measurements each gets a folder of its own in it. */
  folder?: string | undefined;
  /** Events instead of anything printed. */
  emit?: Emit | undefined;
}

/** What is measured, under names that reports have. */
export interface Measuring {
  names: string[];
  measure: (onEvent: (event: MeasureEvent) => void) => Promise<Measurement[]>;
  /** What a report is drawn in. */
  topologyOf: (name: string) => Promise<Topology>;
}

/** Measures the consumers' paths, says why where something is wrong, and prints the reports. @returns the exit code */
export async function verifyAndPrint({
  format,
  folder,
  emit,
  ...options
}: MeasureOptions & PrintOptions): Promise<number> {
  return measureAndPrint(
    {
      names: consumersOf(options.stacks).map(({ name }) => name),
      measure: (onEvent) => measure({ ...options, onEvent }),
      topologyOf: (stack) => topologyAround(stack, options),
    },
    { format, folder, emit },
  );
}

/** @returns the exit code */
export async function measureAndPrint(
  { names, measure: measured, topologyOf }: Measuring,
  { format, folder, emit }: PrintOptions,
): Promise<number> {
  const directoryOf = (name: string): string | undefined =>
    folder === undefined || names.length === 1 ? folder : path.join(folder, name);
  for (const directory of names.map(directoryOf)) if (directory !== undefined) prepareReportFolder(directory);
  const captures = new Captures();
  const onEvent = (event: MeasureEvent): void => {
    if (event.kind === "capture") {
      if (folder !== undefined) captures.keep(event);
    } else if (emit) emit(event);
    else sayLive(`${event.stack}: ${event.line}`);
  };
  const measurements = await measured(onEvent).finally(endLive);
  const reports = reportsOf(measurements);
  if (!emit && Object.keys(reports).length > 0) printReports(reports, format);
  for (const [stack, report] of Object.entries(reports)) {
    emit?.({ kind: "report", stack, report });
    const directory = directoryOf(stack);
    if (directory === undefined) continue;
    try {
      await writeReport(directory, { stack, report, captures: captures.take(stack) }, () => topologyOf(stack));
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
  const code = worstExitCode([reportsExitCode(reports), ...errors.map(errorExitCode)]);
  return code === exitCodes.unknown && wasInterrupted() ? exitCodes.interrupted : code;
}

/** Captures of a measurement, until its report is written. */
export class Captures {
  private readonly byStack = new Map<string, Map<string, Uint8Array>>();

  readonly keep = (event: MeasureEvent): void => {
    if (event.kind !== "capture") return;
    const own = this.byStack.get(event.stack) ?? new Map<string, Uint8Array>();
    this.byStack.set(event.stack, own.set(event.target, event.pcap));
  };

  /** Those of a stack by target, which are kept no longer. */
  take(stack: string): ReadonlyMap<string, Uint8Array> {
    const own = this.byStack.get(stack) ?? new Map<string, Uint8Array>();
    this.byStack.delete(stack);
    return own;
  }
}

/** What a consumer's report is drawn in: its own stack and those that its path leads through. */
export function topologyAround(stack: string, options: MeasureOptions): Promise<Topology> {
  const stacks = options.stacks.filter(({ name }) => name === stack || !isMeasured(name));
  return readTopology({ ...options, stacks });
}

function reportsOf(measurements: Measurement[]): Record<string, PathReport> {
  return Object.fromEntries(
    measurements.flatMap((each) => (each.outcome === "measured" ? [[each.stack, each.report]] : [])),
  );
}
