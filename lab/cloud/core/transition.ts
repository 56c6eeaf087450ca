import type { Context } from "./model";

/**
 * Begins a change of state that AWS carries out by itself: the operation that begins it does not wait for it.
 *
 * @param id - of what changes; whoever wants to wait for it does so by {@link settledOf}
 */
export function begin(context: Context, id: string, action: (context: Context) => Promise<void>): void {
  const { signal, ...unattended } = context;
  void signal;
  const done = action(unattended);
  // When nobody waits for it, nobody handles its error.
  done.catch(() => undefined);
  context.state.transitions.set(id, done);
}

/**
 * Waits for what was begun last with something.
 *
 * @returns when it is over, unless the signal is aborted first; then it rejects with the signal's reason, and it goes on
 */
export async function settledOf(context: Context, id: string): Promise<void> {
  await unlessAborted(context.signal, context.state.transitions.get(id) ?? Promise.resolve());
}

/** As {@link begin}, and waits for it. */
export async function transition(context: Context, action: (context: Context) => Promise<void>): Promise<void> {
  const { signal, ...unattended } = context;
  const done = action(unattended);
  done.catch(() => undefined);
  await unlessAborted(signal, done);
}

async function unlessAborted(signal: AbortSignal | undefined, done: Promise<void>): Promise<void> {
  if (signal === undefined) return done;
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason instanceof Error ? signal.reason : new Error("the operation was aborted"));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
  try {
    await Promise.race([done, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
