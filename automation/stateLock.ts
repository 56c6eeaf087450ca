import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { EngineCommand } from "./engineCommand";

/** A lock on a stack's state. */
export interface StackLock {
  /** `user@host (pid 4711)`, as the engine words it. */
  holder: string;
  /** When it was taken, ISO 8601. */
  since: string;
  /** Its process was of this machine and is no more: a killed run has left it. */
  stale: boolean;
}

/** A lock and the file that it is. */
interface LockFile extends StackLock {
  file: string;
}

/** Content of a lock's file: pkg/backend/diy/lock.go of pulumi. */
interface LockContent {
  pid: number;
  username: string;
  hostname: string;
  timestamp: string;
}

/**
 * Locks of a stack whose state is in files of this machine.
 *
 * @returns undefined where the backend is another one: nobody can see its locks beforehand
 */
export async function locksOf(engine: EngineCommand, project: string, stack: string): Promise<LockFile[] | undefined> {
  const root = fileBackend(await engine.backendUrl());
  if (root === undefined) return undefined;
  const directory = path.join(root, ".pulumi", "locks", "organization", project, stack);
  if (!fs.existsSync(directory)) return [];
  return fs
    .readdirSync(directory)
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => readLock(path.join(directory, name)) ?? []);
}

/**
 * Removes locks of processes that are no more. One file at a time, where `pulumi cancel` removes all: what a living process
 * has locked meanwhile stays locked.
 *
 * @returns the holders
 */
export async function removeStaleLocks(engine: EngineCommand, project: string, stack: string): Promise<string[]> {
  const stale = ((await locksOf(engine, project, stack)) ?? []).filter((lock) => lock.stale);
  for (const { file } of stale) fs.rmSync(file, { force: true });
  return stale.map(({ holder, since }) => `${holder} at ${since}`);
}

/** Folder of a `file://` backend. `file://~` is the home directory, as the engine has it. */
export function fileBackend(url: string): string | undefined {
  const [, place] = /^file:\/\/([^?]*)/.exec(url) ?? [];
  if (place === undefined) return undefined;
  return path.resolve(place.replace(/^~(?=$|\/)/, os.homedir()));
}

function readLock(file: string): LockFile | undefined {
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch {
    // Its holder has just unlocked.
    return undefined;
  }
  const { pid, username, hostname, timestamp } = JSON.parse(text) as LockContent;
  const stale = hostname === os.hostname() && !lives(pid);
  return { file, holder: `${username}@${hostname} (pid ${pid})`, since: timestamp, stale };
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
