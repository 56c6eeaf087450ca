import { verdicts, versioned, type PathReport } from "../path/proof/index";
import {
  printableJson,
  printableLine,
  renderGithubSummary,
  renderJson,
  renderJunit,
  renderSummary,
  styled,
  type View,
} from "../path/render/index";
import { exitCodes, reportExitCode } from "./exitCode";
import { printOwn } from "../verification/terminal";
import { view } from "./view";

export const reportFormats = ["table", "json", "junit", "github"] as const;
export type ReportFormat = (typeof reportFormats)[number];

/** Reports by stack, several under their names and how many have which verdict; a single one as JSON is the report itself. */
export function reportsText(reports: Record<string, PathReport>, format: ReportFormat, view: View = {}): string {
  if (format === "junit") return renderJunit(reports).trimEnd();
  if (format === "github") return renderGithubSummary(reports).trimEnd();
  const entries = Object.entries(reports);
  const [only, ...others] = Object.values(reports);
  if (format === "table") {
    const texts = entries.map(([stack, report]) => {
      const heading = others.length === 0 ? "" : `${styled(`${printableLine(stack)}:`, "heading", view)}\n`;
      return heading + renderSummary(report, view);
    });
    return [...(others.length === 0 ? [] : [countsText(Object.values(reports))]), ...texts].join("\n\n");
  }
  return only !== undefined && others.length === 0
    ? renderJson(only).trimEnd()
    : printableJson(Object.fromEntries(entries.map(([stack, report]) => [stack, versioned(report)])), 2);
}

/** `3 stacks: 2 inspected, 1 bypassed`. */
function countsText(reports: PathReport[]): string {
  const counts = verdicts.map((verdict) => [verdict, reports.filter((report) => report.verdict === verdict).length]);
  const parts = counts.filter(([, count]) => count !== 0).map(([verdict, count]) => `${count} ${verdict}`);
  return `${reports.length} stacks: ${parts.join(", ")}`;
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
export function printReports(reports: Record<string, PathReport>, format: ReportFormat): number {
  printOwn(`${reportsText(reports, format, view())}\n`);
  return reportsExitCode(reports);
}
