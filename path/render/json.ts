import type { PathReport } from "../proof/pathReport";
import { versioned } from "../proof/reportSchema";
import { printableJson } from "./printable";

/**
 * The report for programs: indented, so that no line comes near the 64 KiB at which @pulumi/command 1.2.1 hangs.
 * Ends with a newline.
 */
export function renderJson(report: PathReport): string {
  return `${printableJson(versioned(report), 2)}\n`;
}
