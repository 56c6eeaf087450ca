import * as fs from "node:fs";
import * as path from "node:path";
import { livingHolder, withLock } from "../engine/lock";
import { lockFile, removeLabsDirectory, runningWorld, stateDirectory, until } from "./world";

/** Set, to the lab's name, for every process that changes a lab's stacks. */
export const runVariable = "GWLB_INSPECTION_RUN";

/** Seconds that a run whose command was killed gets to end in order, before it is killed, too. */
const respite = 30;

/**
 * Does what changes a lab: only one process at a time may.
 *
 * @throws Error when another one does
 */
export async function exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
  const refuse = (holder: number): never => {
    throw new Error(
      `Lab "${name}" is at work already: process ${holder} starts, changes or takes it down. Wait for it, end it, or use another --name.`,
    );
  };
  try {
    return await withLock(lockFile(name), { onWait: refuse }, work);
  } finally {
    removeLabsDirectory();
  }
}

/** Process that starts, changes or takes the lab down just now. */
export function lockHolder(name: string): number | undefined {
  return livingHolder(lockFile(name));
}

/** Host process ids of what still changes the lab's stacks. */
function runProcesses(name: string): number[] {
  return fs
    .readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => {
      try {
        return fs.readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(`${runVariable}=${name}`);
      } catch {
        return false;
      }
    })
    .map(Number);
}

/**
 * Waits until an earlier run, whose command was killed, has ended. For the holder of the lab's lock.
 *
 * @returns whether the stacks' state tells what there is: false when the engine itself was killed at work
 */
export async function settleRuns(name: string, say: (line: string) => void): Promise<boolean> {
  const ended = (): boolean => runningWorld(name) === undefined || runProcesses(name).length === 0;
  if (!ended()) say(`Waiting for a run of lab "${name}" to end whose command was killed.`);
  try {
    await until(ended, respite * 1000, `processes ${runProcesses(name).join(", ")} to end`);
  } catch (error) {
    say(`${error instanceof Error ? error.message : String(error)}: they are killed.`);
    for (const pid of runProcesses(name)) process.kill(pid, "SIGKILL");
    await until(ended, 10_000, "killed processes to end");
    return false;
  }
  return !engineWasKilled(stateDirectory(name));
}

/** Whether a lock of the engine's file backend is left: `.pulumi/locks/organization/PROJECT/STACK/ID.json`. */
function engineWasKilled(directory: string): boolean {
  const locks = path.join(directory, "state/.pulumi/locks");
  if (!fs.existsSync(locks)) return false;
  return fs.readdirSync(locks, { recursive: true, encoding: "utf8" }).some((file) => file.endsWith(".json"));
}
