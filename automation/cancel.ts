import { withEngine, type StackQuery } from "./outputs";

/** What a killed run may have left unfinished: the operation and the resource. */
export interface PendingOperation {
  operation: string;
  urn: string;
}

interface ExportedState {
  deployment?: { pending_operations?: { type?: string; resource?: { urn?: string } }[] };
}

/**
 * Unlocks a stack that a killed run has left locked, or makes a running update stop where the backend can do that.
 *
 * @returns operations that were begun and whose end nobody saw. Such a resource may exist without being in the state:
 * look for it, then import it or delete it.
 * @throws StackError when there is no such stack
 */
export function cancel(query: StackQuery): Promise<PendingOperation[]> {
  return withEngine(query, async (engine) => {
    await engine.run(["cancel", "--yes", "--stack", query.stack]);
    const state = JSON.parse(await engine.run(["stack", "export", "--stack", query.stack])) as ExportedState;
    return (state.deployment?.pending_operations ?? []).map(({ type, resource }) => ({
      operation: type ?? "unknown",
      urn: resource?.urn ?? "unknown",
    }));
  });
}
