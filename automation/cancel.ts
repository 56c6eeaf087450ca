import { openStack, withEngine, type StackQuery } from "./outputs";
import { pendingOperations, type ExportedState, type PendingOperation } from "./pendingOperations";

/**
 * Unlocks a stack that a killed run has left locked, or makes a running update stop where the backend can do that.
 *
 * @returns operations that were begun and whose end nobody saw. Such a resource may exist without being in the state:
 * look for it, then import it or delete it, and `forgetPending`.
 * @throws StackError when there is no such stack
 */
export function cancel(query: StackQuery): Promise<PendingOperation[]> {
  return withEngine(query, async (engine) => {
    await (await openStack(engine, query.stack)).cancel();
    return pendingOperations(
      JSON.parse(await engine.run(["stack", "export", "--stack", query.stack])) as ExportedState,
    );
  });
}
