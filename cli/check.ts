import type { Command } from "commander";
import { check, checkVersion, type CheckResult } from "../path/topology/index";
import { printJson, printOwn } from "../verification/terminal";
import { checkText } from "./checkText";
import { exitCodes } from "./exitCode";
import { topologyOf, withTopology, type TopologyOptions } from "./trace";
import { view } from "./view";

/** A risk alone is none to mend; what was not told may hide something, and where there is no subnet nothing was looked at. */
export function checkExitCode({
  findings,
  unknown,
  isWhole,
  looked,
}: Pick<CheckResult, "findings" | "unknown" | "isWhole" | "looked">): number {
  if (findings.some(({ nature }) => nature !== "risk")) return exitCodes.notProven;
  return unknown.length > 0 || !isWhole || looked.subnets === 0 ? exitCodes.unknown : exitCodes.proven;
}

export function registerCheck(program: Command): void {
  withTopology(program.command("check"))
    .description("look at all flows at once: what bypasses inspection, crosses it one way only, or is unused")
    .option("--json", "print the findings as JSON")
    .action(async (options: TopologyOptions & { json?: boolean }) => {
      const result = check(await topologyOf(options));
      if (options.json === true) printJson({ schemaVersion: checkVersion, ...result }, 2);
      else printOwn(`${checkText(result, view())}\n`);
      process.exitCode = checkExitCode(result);
    });
}
