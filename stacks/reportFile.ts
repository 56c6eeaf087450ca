import * as pulumi from "@pulumi/pulumi";
import { reportFileProblem } from "../verification/reportFile";
import { ConfigError, type SystemConfig } from "./config/index";

/**
 * Where a stack writes the report of its path, relative to the project's folder. A preview writes none: that there is no place
 * which nobody asked for, as in a checkout that cannot be written, is but a warning there.
 *
 * @throws ConfigError when none can be written there
 */
export function reportFileOf(name: string, { verification }: Pick<SystemConfig, "verification">): string {
  const reportFile = verification.reportFile || `path-report-${name}.json`;
  const problem = reportFileProblem(reportFile);
  if (problem === undefined) return reportFile;
  const text = `verification.reportFile: "${reportFile}": ${problem}`;
  if (!pulumi.runtime.isDryRun() || verification.reportFile !== "") throw new ConfigError([text]);
  void pulumi.log.warn(`${text}; \`pulumi up\` will be refused`);
  return reportFile;
}
