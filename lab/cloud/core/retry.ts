import { AwsError } from "./errors";
import type { Context } from "./model";

/**
 * Repeats a call while AWS answers with a certain code, as the provider does for resources that something still uses, until
 * it has gone on for so many seconds of AWS's time; then the last error is thrown. Tries again whenever something has changed.
 * With a clock of scale 0 nothing can change by waiting: the first error is the answer.
 */
export async function retryWhile<T>(context: Context, code: string, seconds: number, call: () => T): Promise<T> {
  const done = new AbortController();
  const signals = context.signal === undefined ? [done.signal] : [done.signal, context.signal];
  const deadline = context.clock.wait(seconds, AbortSignal.any(signals)).then(() => "deadline" as const);
  // It is rejected when we are done with it.
  deadline.catch(() => undefined);
  try {
    for (;;) {
      const change = context.nextChange();
      try {
        return call();
      } catch (error) {
        if (!(error instanceof AwsError) || error.code !== code || context.clock.scale === 0) throw error;
        if ((await Promise.race([change, deadline])) === "deadline") throw error;
      }
    }
  } finally {
    done.abort();
  }
}
