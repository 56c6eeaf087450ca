import type { EngineCommand } from "./engineCommand";
import { pendingOperations, type ExportedState, type PendingOperation } from "./pendingOperations";
import { restoreState, type RestoredState } from "./stateDamage";
import { removeStaleLocks } from "./stateLock";

/** What was found of an earlier run that did not end in order. */
export interface Recovery {
  /** Who had left a lock, which is removed now. */
  unlocked: string[];
  /** Where the engine could not load the stack's state: how it can again. */
  restored?: RestoredState;
  /** What that run had begun and not ended. A resource that was being created may exist without being in the state. */
  pending: PendingOperation[];
}

/**
 * Makes a stack usable after a run that was killed. A living process's lock stays, as does one whose holder this machine
 * cannot judge; while there is one the state's files are not touched.
 *
 * @returns undefined when there is nothing to take up
 */
export async function recover(engine: EngineCommand, project: string, stack: string): Promise<Recovery | undefined> {
  const unlocked = await removeStaleLocks(engine, project, stack);
  const restored = await restoreState(engine, project, stack);
  const pending = (await engine.hasStack(stack)) ? await begun(engine, stack) : [];
  if (unlocked.length === 0 && restored === undefined && pending.length === 0) return undefined;
  return { unlocked, ...(restored && { restored }), pending };
}

async function begun(engine: EngineCommand, stack: string): Promise<PendingOperation[]> {
  return pendingOperations(JSON.parse(await engine.run(["stack", "export", "--stack", stack])) as ExportedState);
}
