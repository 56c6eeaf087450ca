import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startTimeOf } from "../processStart";

export interface LockOptions {
  signal?: AbortSignal;
  /** Called once when somebody else holds the lock. */
  onWait?: (holder: number) => void;
  /** Milliseconds between two looks. @default 500 */
  interval?: number;
}

/** Where there is no /proc, a process id alone has to do. */
function lives(pid: number, started: string): boolean {
  if (started !== "") return startTimeOf(pid) === started;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * Runs `work` while no other process runs under the same lock file. A lock whose holder has died is taken over. The
 * file appears with its content in one step (a hard link), so nobody reads half a lock.
 */
export async function withLock<T>(file: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const mine = `${file}.${process.pid}-${randomBytes(4).toString("hex")}`;
  fs.writeFileSync(mine, `${process.pid} ${startTimeOf(process.pid) ?? ""}`);
  let told = false;
  try {
    for (;;) {
      options.signal?.throwIfAborted();
      try {
        fs.linkSync(mine, file);
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
      const holder = readHolder(file);
      if (holder === undefined) continue;
      if (!lives(holder.pid, holder.started)) {
        removeStale(file, `${mine}-stale`, holder);
        continue;
      }
      if (!told) options.onWait?.(holder.pid);
      told = true;
      await sleep(options.interval ?? 500, undefined, { signal: options.signal });
    }
  } finally {
    fs.rmSync(mine, { force: true });
  }
  try {
    return await work();
  } finally {
    fs.rmSync(file, { force: true });
  }
}

/** Process that holds the lock; undefined when nobody does, or who does has died. */
export function livingHolder(file: string): number | undefined {
  const holder = readHolder(file);
  return holder !== undefined && lives(holder.pid, holder.started) ? holder.pid : undefined;
}

/**
 * Removes a dead holder's lock. Another process may have done so, and locked, since we read it: what was moved away is
 * looked at again and put back if it is a living one's.
 */
function removeStale(file: string, aside: string, dead: { pid: number; started: string }): void {
  try {
    fs.renameSync(file, aside);
  } catch {
    return;
  }
  const moved = readHolder(aside);
  try {
    if (moved?.pid !== dead.pid || moved.started !== dead.started) fs.linkSync(aside, file);
  } catch {
    // A third one holds it by now.
  }
  fs.rmSync(aside, { force: true });
}

function readHolder(file: string): { pid: number; started: string } | undefined {
  try {
    const [pid, started] = fs.readFileSync(file, "utf8").split(" ");
    return { pid: Number(pid), started: started ?? "" };
  } catch {
    return undefined;
  }
}
