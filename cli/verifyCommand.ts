import { Option, type Command } from "commander";
import type { MeasureOptions } from "../automation/index";
import { asEvents } from "./commandRun";
import type { Interruption } from "./interruption";
import type { Emit } from "./jsonEvents";
import { numberOption } from "./options";
import { verifyAndPrint } from "./measure";
import { reportFormats, type ReportFormat } from "./reports";
import { watchAndPrint } from "./watch";

/** Options that `verify` and `lab verify` share. */
export interface VerifyCommandOptions {
  /** Of the report. */
  format: ReportFormat;
  /** Prints events, in place of a report. */
  json?: boolean;
  /** Folder for the reports of all stacks. */
  report?: string;
  /** Measures again and again. */
  watch?: boolean;
  /** Seconds between two measurements of a watch. */
  interval: number;
  /** File for Prometheus. */
  metrics?: string;
}

const interval = numberOption("seconds, a number from 1 to 86400", (seconds) => seconds >= 1 && seconds <= 86_400);

/** Adds what `verify` and `lab verify` share. */
export function withVerify(command: Command): Command {
  return command
    .addOption(new Option("--format <format>", "of the report").choices(reportFormats).default("table"))
    .addOption(new Option("--json", "print events, one JSON object a line").conflicts("format"))
    .option(
      "--report <folder>",
      "also write a page to look at, the report as JSON and the captures into this folder; with --watch of each round that changes a verdict, and a page with the trend",
    )
    .addOption(
      new Option("--watch", "measure again and again until Ctrl-C, and print what changes").conflicts("format"),
    )
    .option("--interval <seconds>", "seconds from the start of one round to the next, with --watch", interval, 60)
    .addOption(
      new Option(
        "--metrics <file>",
        "write what was measured last to this file in Prometheus' text format, with --watch",
      ).implies({ watch: true }),
    );
}

/** The same options as arguments, for the command inside the lab. */
export function verifyArguments({
  format,
  json,
  report,
  watch,
  metrics,
  interval: seconds,
}: VerifyCommandOptions): string[] {
  return [
    ...(json === true ? ["--json"] : []),
    ...(watch === true ? ["--watch", "--interval", String(seconds)] : []),
    ...(json !== true && watch !== true ? ["--format", format] : []),
    ...(report === undefined ? [] : ["--report", report]),
    ...(metrics === undefined ? [] : ["--metrics", metrics]),
  ];
}

/** Measures once or watches, prints, and sets the process's exit code. */
export async function runVerify(
  options: MeasureOptions,
  { format, json, report, watch, metrics, interval: seconds }: VerifyCommandOptions,
  { signal }: Interruption,
): Promise<void> {
  const work = (emit?: Emit): Promise<number> =>
    watch === true
      ? watchAndPrint({ ...options, signal, interval: seconds, emit, metrics, folder: report })
      : verifyAndPrint({ ...options, signal, format, folder: report, emit });
  if (json === true) await asEvents(work);
  else process.exitCode = await work();
}
