import { writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { renderJson, renderTable, type PathReport } from "../report";
import { parseRequest, RequestError } from "./requestSchema";
import { verify } from "./verify";

/**
 * The verification as a program: a VerificationRequest as JSON on standard input, the PathReport as JSON on standard output and,
 * with `--report FILE` (or VERIFICATION_REPORT in the environment), in a file, then only there unless inspected; progress on standard error, followed by
 * the table when the path is not inspected.
 */
const exitCodes = { inspected: 0, notInspected: 1, inconclusive: 2, badInput: 64 } as const;

async function main(): Promise<number> {
  const reportFile = reportFileFrom(process.argv.slice(2));
  const request = parseRequest(await text(process.stdin));
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => interruption.abort());
  }
  const report = await verify(request, {
    signal: interruption.signal,
    onProgress: (line) => process.stderr.write(`${line}\n`),
  });
  const json = renderJson(report);
  if (reportFile !== undefined) writeFileSync(reportFile, json);
  const exitCode = exitCodeOf(report);
  // A failed command's error repeats its output: the table, for people, must not drown in JSON that a file has already.
  if (exitCode === exitCodes.inspected || reportFile === undefined) process.stdout.write(json);
  if (exitCode !== exitCodes.inspected) {
    process.stderr.write(`\n${renderTable(report)}\n`);
    if (reportFile !== undefined) process.stderr.write(`\nThe whole report is in ${reportFile}\n`);
  }
  return exitCode;
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
  if (report.verdict === "inspected") return exitCodes.inspected;
  return report.verdict === "inconclusive" ? exitCodes.inconclusive : exitCodes.notInspected;
}

main().then(
  (exitCode) => (process.exitCode = exitCode),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = error instanceof RequestError ? exitCodes.badInput : exitCodes.inconclusive;
  },
);
