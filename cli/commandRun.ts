import { StacksError } from "../automation/index";
import { errorExitCode, exitCodes } from "./exitCode";
import { wasInterrupted } from "./interruption";
import { emitLine, errorEvents, resultEvents, type Emit } from "./jsonEvents";

/** Runs a command whose result is events: its errors become events, too, and the last one has the exit code. */
export async function asEvents(work: (emit: Emit) => Promise<number>, emit: Emit = emitLine): Promise<void> {
  let code: number;
  try {
    code = await work(emit);
  } catch (error) {
    if (error instanceof StacksError) resultEvents(error.results).forEach(emit);
    errorEvents(error).forEach(emit);
    code = exitCodeOf(error);
  }
  emit({ kind: "exit", code });
  process.exitCode = code;
}

/** What fails after Ctrl-C fails since the process ends. */
export function exitCodeOf(error: unknown): number {
  return wasInterrupted() ? exitCodes.interrupted : errorExitCode(error);
}
