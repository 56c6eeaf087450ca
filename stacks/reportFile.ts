import { reportFileProblem } from "../verification/reportFile";
import { ConfigError, type SystemConfig } from "./config/index";

/**
 * Where a stack writes the report of its path, relative to the project's folder.
 *
 * @throws ConfigError when none can be written there
 */
export function reportFileOf(name: string, { verification }: Pick<SystemConfig, "verification">): string {
  const reportFile = verification.reportFile || `path-report-${name}.json`;
  const problem = reportFileProblem(reportFile);
  if (problem !== undefined) throw new ConfigError([`verification.reportFile: "${reportFile}": ${problem}`]);
  return reportFile;
}
