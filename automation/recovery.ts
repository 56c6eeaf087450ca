import type { EngineCommand } from "./engineCommand";
import { pendingOperations, type ExportedState, type PendingOperation } from "./pendingOperations";
import { removeStaleLocks } from "./stateLock";

/** What was found of an earlier run that did not end in order. */
export interface Recovery {
  /** Who had left a lock, which is removed now. */
  unlocked: string[];
  /** What that run had begun and not ended. A resource that was being created may exist without being in the state. */
  pending: PendingOperation[];
}

/**
 * Makes a stack usable after a run that was killed. A living process's lock stays, as does one whose holder this machine
 * cannot judge.
 *
 * @returns undefined when there is nothing to take up
 */
export async function recover(engine: EngineCommand, project: string, stack: string): Promise<Recovery | undefined> {
  const unlocked = await removeStaleLocks(engine, project, stack);
  const exported = JSON.parse(await engine.run(["stack", "export", "--stack", stack])) as ExportedState;
  const pending = pendingOperations(exported);
  return unlocked.length === 0 && pending.length === 0 ? undefined : { unlocked, pending };
}
