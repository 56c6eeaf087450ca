import { type PathReport } from "../path/proof/index";
import { printableJson, renderJson, renderSummary } from "../path/render/index";
import { exitCodes, reportExitCode } from "./exitCode";
import type { TableFormat } from "./options";
import { print } from "../verification/terminal";

/** Reports by stack; a single one as JSON is the report itself. */
export function reportsText(reports: Record<string, PathReport>, format: TableFormat): string {
  const entries = Object.entries(reports);
  const [only, ...others] = Object.values(reports);
  if (format === "table") {
    return entries.map(([stack, report]) => `${stack}: ${report.verdict}\n${renderSummary(report)}`).join("\n\n");
  }
  return only !== undefined && others.length === 0 ? renderJson(only).trimEnd() : printableJson(reports, 2);
}

/** The worst of the reports' exit codes. */
export function reportsExitCode(reports: Record<string, PathReport>): number {
  return worstExitCode(Object.values(reports).map(reportExitCode));
}

/** A path that is known to be bad counts more than one that nobody could judge. */
export function worstExitCode(codes: number[]): number {
  return codes.includes(exitCodes.notProven) ? exitCodes.notProven : Math.max(exitCodes.proven, ...codes);
}

/** @returns the exit code */
export function printReports(reports: Record<string, PathReport>, format: TableFormat): number {
  print(reportsText(reports, format));
  return reportsExitCode(reports);
}
