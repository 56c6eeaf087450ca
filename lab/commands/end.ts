import { setTimeout as sleep } from "node:timers/promises";
import type { Lab } from "../world/lab";
import { say } from "gwlb-inspection/cli";

/** Exit code of a command that was killed, as all are whose lab ends. */
const killed = 128 + 9;
/** Seconds until a lab is gone once its processes are, and until nothing is left of one that is taken down. */
const goingDown = 15;
const cleaning = 5;

/**
 * What a command inside a lab has ended with. Where that is since the lab has gone, it is said.
 *
 * @returns whether the lab has gone
 */
export async function hasEnded(lab: Lab, exitCode: number): Promise<boolean> {
  if (exitCode === 0) return false;
  if (!(await within(exitCode === killed ? goingDown : 0, () => !lab.isUp()))) return false;
  // Of one that has crashed its log stays.
  await within(cleaning, () => lab.lastWords() === undefined);
  const words = lab.lastWords();
  const what = words === undefined ? "was taken down meanwhile." : `has ended. Its last words:\n${words}`;
  say(`error: Lab "${lab.name}" ${what}`);
  return true;
}

async function within(seconds: number, reached: () => boolean): Promise<boolean> {
  const deadline = Date.now() + seconds * 1000;
  while (!reached() && Date.now() < deadline) await sleep(100);
  return reached();
}

/** The exit code as it is, after that was said. */
export async function orItsEnd(lab: Lab, running: Promise<number>): Promise<number> {
  const exitCode = await running;
  await hasEnded(lab, exitCode);
  return exitCode;
}
