import type { PathReport } from "../proof/pathReport";
import { printableJson } from "./printable";

/**
 * The report for programs: indented, so that no line comes near the 64 KiB at which @pulumi/command 1.2.1 hangs.
 * Ends with a newline.
 */
export function renderJson(report: PathReport): string {
  return `${printableJson(report, 2)}\n`;
}
