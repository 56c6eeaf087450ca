import * as fs from "node:fs";
import { exclusively, lockHolder } from "./runs";
import { labNames, lockFile, removeWorld, runningWorld } from "./world";

/** What became of one lab of which something was there. */
export interface Wiped {
  name: string;
  /** Whose lab it is: that of a running world, or of a process that is starting or ending one. Then nothing is removed. */
  inUse?: string;
  removed: string[];
  /** Why something could not be removed. */
  error?: Error;
}

/**
 * Removes what crashed labs have left, found by its prefix: worlds that nobody can reach any more, cgroups, folders,
 * locks. Labs that run, or are just being started, are left alone. One that cannot be removed does not keep the next.
 */
export async function wipe(): Promise<Wiped[]> {
  const wiped: Wiped[] = [];
  for (const name of labNames()) wiped.push(await wipeLab(name));
  return wiped;
}

async function wipeLab(name: string): Promise<Wiped> {
  const holder = lockHolder(name);
  if (holder !== undefined) return { name, inUse: `process ${holder} is at work on it`, removed: [] };
  const stale = fs.existsSync(lockFile(name)) ? [lockFile(name)] : [];
  try {
    return await exclusively(name, async () => {
      const init = runningWorld(name);
      if (init !== undefined) return { name, inUse: `process ${init} runs`, removed: [] };
      const removed = await removeWorld(name);
      // The lock is our own by now.
      return { name, removed: [...removed.filter((each) => each !== lockFile(name)), ...stale] };
    });
  } catch (error) {
    return { name, removed: [], error: error instanceof Error ? error : new Error(String(error)) };
  }
}
