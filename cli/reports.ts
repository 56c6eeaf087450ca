import { renderJson, renderTable, type PathReport } from "../report";
import { exitCodes, reportExitCode } from "./exitCode";
import type { TableFormat } from "./labOptions";

/** Reports by stack; a single one as JSON is the report itself. */
export function reportsText(reports: Record<string, PathReport>, format: TableFormat): string {
  const entries = Object.entries(reports);
  const [only, ...others] = Object.values(reports);
  if (format === "table") {
    return entries.map(([stack, report]) => `${stack}: ${report.verdict}\n${renderTable(report)}`).join("\n\n");
  }
  return only !== undefined && others.length === 0 ? renderJson(only) : JSON.stringify(reports, null, 2);
}

/** The worst of the reports' exit codes: a path that is known to be bad counts more than one that nobody could judge. */
export function reportsExitCode(reports: Record<string, PathReport>): number {
  const codes = Object.values(reports).map(reportExitCode);
  return codes.includes(exitCodes.notProven) ? exitCodes.notProven : Math.max(...codes);
}

/** @returns the exit code */
export function printReports(reports: Record<string, PathReport>, format: TableFormat): number {
  process.stdout.write(`${reportsText(reports, format)}\n`);
  return reportsExitCode(reports);
}
