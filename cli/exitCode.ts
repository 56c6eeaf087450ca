import { CancelledError, SettingsError, StackLockedError, StacksError, StackSkippedError } from "../automation/index";
import { isProven, type PathReport } from "../path/proof/index";

/** The command line's exit codes. */
export const exitCodes = {
  /** Deployed; for `verify`: every pair inspected, or as the settings want it. */
  proven: 0,
  /** Something failed; for `verify`: traffic does not go through inspection. */
  notProven: 1,
  /** It could not be told: a host was out of reach, a stack is locked by another run. */
  unknown: 2,
  /** The command line or a setting is wrong. EX_USAGE of sysexits.h. */
  usage: 64,
  /** Ctrl-C, as shells have it. */
  interrupted: 130,
} as const;

export function reportExitCode(report: PathReport): number {
  if (isProven(report)) return exitCodes.proven;
  return report.verdict === "inconclusive" ? exitCodes.unknown : exitCodes.notProven;
}

export function errorExitCode(error: unknown): number {
  if (error instanceof SettingsError) return exitCodes.usage;
  if (error instanceof CancelledError) return exitCodes.interrupted;
  if (error instanceof StackLockedError) return exitCodes.unknown;
  if (error instanceof StacksError) {
    // A stack that was skipped for another's sake says nothing new.
    const codes = error.errors.filter((each) => !(each instanceof StackSkippedError)).map(errorExitCode);
    // All were skipped: they were not begun since the run was cancelled.
    const [first = exitCodes.interrupted] = codes;
    return codes.every((code) => code === first) ? first : exitCodes.notProven;
  }
  return exitCodes.notProven;
}
