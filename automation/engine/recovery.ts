import type { EngineCommand } from "./engineCommand";
import { pendingOperations, type ExportedState } from "./pendingOperations";
import { restoreState } from "./stateDamage";
import { removeStaleLocks } from "./stateLock";
import type { PendingOperation, Recovery } from "../types";

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
