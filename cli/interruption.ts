import { say } from "../verification/terminal";

/** What a process is asked by signals. */
export interface Interruption {
  /** Aborted by the first Ctrl-C, SIGTERM or SIGHUP: end in order. */
  signal: AbortSignal;
  /** Aborted by the second: end at once. */
  killSignal: AbortSignal;
}

let interrupted = false;

/** Whether this process was asked to end: what fails then, fails since it ends. */
export function wasInterrupted(): boolean {
  return interrupted;
}

/** Turns the process's signals into abort signals, for the rest of its life. */
export function interruption(tell = say): Interruption {
  const first = new AbortController();
  const second = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      interrupted = true;
      if (first.signal.aborted) {
        second.abort(new Error(`interrupted again (${name})`));
        return;
      }
      tell("\nStopping in order; once more stops at once, and may leave resources behind that no state knows.");
      first.abort(new Error(`interrupted (${name})`));
    });
  }
  return { signal: first.signal, killSignal: second.signal };
}
