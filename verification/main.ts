import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { isProven, type PathReport } from "../path/proof/index";
import { diagnosticWidth, renderJson, renderSummary } from "../path/render/index";
import { prepareReportFile, removeEarlierReport, writeReportFile } from "./reportFile";
import { parseRequest, RequestError } from "../path/proof/requestSchema";
import { verify } from "./verify";
import { print, say } from "./terminal";

/**
 * The verification as a program: a VerificationRequest as JSON on standard input. Standard output has the PathReport as JSON
 * when the path is proven, or else its summary for people; with `--report FILE` (or VERIFICATION_REPORT in the
 * environment) the JSON is in a file, too, whatever the verdict. Standard error has one line for each phase: the engine
 * shows it while it runs, and repeats both streams when it is not.
 */
const exitCodes = { proven: 0, notProven: 1, inconclusive: 2, badInput: 64 } as const;

async function main(): Promise<number> {
  const reportFile = reportFileFrom(process.argv.slice(2));
  const request = parseRequest(await text(process.stdin));
  if (reportFile !== undefined) prepare(reportFile);
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => interruption.abort());
  }
  const report = await verify(request, { signal: interruption.signal, onPhase: say });
  const json = renderJson(report);
  const unwritten = reportFile === undefined ? undefined : writeReportFile(reportFile, json);
  if (unwritten !== undefined) say(unwritten);
  const exitCode = exitCodeOf(report);
  if (exitCode === exitCodes.proven) {
    print(json.trimEnd());
    return exitCode;
  }
  const where = reportFile === undefined || unwritten !== undefined ? "" : `\n\nThe whole report is in ${reportFile}`;
  print(`${renderSummary(report, { width: diagnosticWidth(process.env) })}${where}`);
  return exitCode;
}

/** Before anything is measured. */
function prepare(reportFile: string): void {
  try {
    prepareReportFile(reportFile);
    removeEarlierReport(reportFile);
  } catch (error) {
    throw new RequestError([`report file ${error instanceof Error ? error.message : String(error)}`]);
  }
}

function reportFileFrom(args: string[]): string | undefined {
  try {
    const { values } = parseArgs({ args, options: { report: { type: "string" } } });
    // Empty in the environment means not set.
    return values.report ?? (process.env["VERIFICATION_REPORT"] || undefined);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RequestError([`arguments: ${JSON.stringify(args)}: expected --report FILE or nothing (${reason})`]);
  }
}

function exitCodeOf(report: PathReport): number {
  if (isProven(report)) return exitCodes.proven;
  return report.verdict === "inconclusive" ? exitCodes.inconclusive : exitCodes.notProven;
}

main().then(
  (exitCode) => (process.exitCode = exitCode),
  (error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = error instanceof RequestError ? exitCodes.badInput : exitCodes.inconclusive;
  },
);
