import * as path from "node:path";
import {
  measure,
  readTopology,
  roleOf,
  type MeasureEvent,
  type MeasureOptions,
  type Measurement,
} from "../automation/index";
import type { PathReport } from "../report/index";
import { errorExitCode } from "./exitCode";
import { errorEvents, type Emit } from "./jsonEvents";
import { writeReport } from "./reportFolder";
import { reportsExitCode, reportsText, worstExitCode } from "./reports";

export interface VerifyOptions extends MeasureOptions {
  format: "table" | "json";
  /** Folder for the report as a page; with several consumers each gets a folder of its own in it. */
  folder?: string | undefined;
  /** Events instead of anything printed. */
  emit?: Emit | undefined;
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Measures the consumers' paths, says why where something is wrong, and prints the reports. @returns the exit code */
export async function verifyAndPrint({ format, folder, emit, ...options }: VerifyOptions): Promise<number> {
  const captures = new Map<string, Map<string, Uint8Array>>();
  const onEvent = (event: MeasureEvent): void => {
    if (event.kind === "progress") {
      if (emit) emit(event);
      else say(`${event.stack}: ${event.line}`);
    } else if (folder !== undefined) {
      captures.set(
        event.stack,
        (captures.get(event.stack) ?? new Map<string, Uint8Array>()).set(event.target, event.pcap),
      );
    }
  };
  const measurements = await measure({ ...options, onEvent });
  const reports = reportsOf(measurements);
  for (const [stack, report] of Object.entries(reports)) {
    emit?.({ kind: "report", stack, report });
    if (folder === undefined) continue;
    const directory = measurements.length > 1 ? path.join(folder, stack) : folder;
    const stacks = options.stacks.filter(({ name }) => name === stack || roleOf(name) === "security");
    const measured = { stack, report, captures: captures.get(stack) ?? new Map<string, Uint8Array>() };
    await writeReport(directory, measured, () => readTopology({ ...options, stacks }));
  }
  if (!emit && Object.keys(reports).length > 0) process.stdout.write(`${reportsText(reports, format)}\n`);
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
