import type { Context } from "./model";

/**
 * A change of state that AWS carries out whether or not anybody waits for it: when the caller gives up waiting, it goes on.
 *
 * @returns what the transition returns, unless the signal is aborted first; then it rejects with the signal's reason
 */
export async function transition<T>(context: Context, action: (context: Context) => Promise<T>): Promise<T> {
  const { signal, ...unattended } = context;
  const done = action(unattended);
  if (signal === undefined) return done;
  // When nobody waits any more, nobody handles its error.
  done.catch(() => undefined);
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason instanceof Error ? signal.reason : new Error("the operation was aborted"));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([done, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
