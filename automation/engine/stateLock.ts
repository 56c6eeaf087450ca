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
  /** A killed run has left it: its process was of this machine and is no more, or ended before it had written its name. */
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
  return (
    fs
      .readdirSync(directory)
      // As the engine has it: a temporary file, which a run left that was killed while it locked, locks like any other.
      .filter((name) => !name.endsWith(".attrs"))
      .flatMap((name) => readLock(path.join(directory, name)) ?? [])
  );
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
  let written: Date;
  try {
    text = fs.readFileSync(file, "utf8");
    written = fs.statSync(file).mtime;
  } catch {
    // Its holder has just unlocked.
    return undefined;
  }
  let content: LockContent;
  try {
    content = JSON.parse(text) as LockContent;
  } catch {
    // Without its temporary file a process that still lives cannot lock: nothing worse comes of taking it away.
    const stale = Date.now() - written.getTime() > 60_000;
    return { file, holder: "a process that has not written its name", since: written.toISOString(), stale };
  }
  const { pid, username, hostname, timestamp } = content;
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
