import { openStack, withEngine, type StackQuery } from "./engine/outputs";
import { pendingOperations, type ExportedState } from "./engine/pendingOperations";
import type { PendingOperation } from "./types";

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

/**
 * Makes a stack's state forget what was begun and whose end nobody saw. For whoever has looked that such resources do not
 * exist, or has deleted or imported them: an operation that is forgotten leaves no trace.
 *
 * @returns what was forgotten
 * @throws StackError when there is no such stack, or it is locked
 */
export function forgetPending(query: StackQuery): Promise<PendingOperation[]> {
  return withEngine(query, async (engine) => {
    const text = await engine.run(["stack", "export", "--stack", query.stack]);
    const pending = pendingOperations(JSON.parse(text) as ExportedState);
    // An import never takes pending operations over (pkg/cmd/pulumi/stack/io.go).
    if (pending.length > 0) await engine.run(["stack", "import", "--stack", query.stack], { stdin: text });
    return pending;
  });
}
