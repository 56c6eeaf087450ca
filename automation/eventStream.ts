import type { StackEvent, StackResult } from "./types";
import type { OperationOptions } from "./operations";

/** An operation under way. */
export interface StreamedOperation {
  /** Everything that happens, in order; ends when the operation has ended, whether well or not. For one reader. */
  events: AsyncIterable<StackEvent>;
  /** As the operation itself: rejects where it does. */
  results: Promise<StackResult[]>;
}

/**
 * Starts `deploy`, `preview` or `destroy` with its events as a stream. Events that nobody has read yet are kept; leaving the loop
 * early ends the stream, not the operation.
 *
 *     const { events, results } = streamed(deploy, { stacks: [{ name: "security" }] });
 *     for await (const event of events) console.log(event.stack, event.kind);
 *     await results;
 */
export function streamed<O extends OperationOptions>(
  operation: (options: O) => Promise<StackResult[]>,
  options: Omit<O, "onEvent">,
): StreamedOperation {
  const kept: StackEvent[] = [];
  let ended = false;
  let left = false;
  let wake = (): void => undefined;
  const onEvent = (event: StackEvent): void => {
    if (!left) kept.push(event);
    wake();
  };
  const results = operation({ ...options, onEvent } as unknown as O);
  const end = (): void => {
    ended = true;
    wake();
  };
  // Whoever awaits the results learns of a failure; whoever only reads events must not be ended by it.
  results.then(end, end);
  async function* read(): AsyncGenerator<StackEvent, void, void> {
    try {
      for (;;) {
        yield* kept.splice(0);
        if (ended && kept.length === 0) return;
        if (kept.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      left = true;
      kept.length = 0;
    }
  }
  return { events: read(), results };
}
