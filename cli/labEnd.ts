import type { Lab } from "gwlb-inspection-lab/lab";
import { say } from "../verification/terminal";

/** Exit code of a command that was killed, as all are whose lab ends. */
const killed = 128 + 9;
/** Seconds that a lab takes to be gone once its processes are. */
const goingDown = 15;

/**
 * What a command inside a lab has ended with. Where that is since the lab has gone, it is said.
 *
 * @returns whether the lab has gone
 */
export async function hasEnded(lab: Lab, exitCode: number): Promise<boolean> {
  if (exitCode === 0) return false;
  const deadline = Date.now() + (exitCode === killed ? goingDown * 1000 : 0);
  while (lab.ended() === undefined && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 100));
  const end = lab.ended();
  if (end !== undefined) say(`error: ${end}`);
  return end !== undefined;
}

/** The exit code as it is, after that was said. */
export async function orItsEnd(lab: Lab, running: Promise<number>): Promise<number> {
  const exitCode = await running;
  await hasEnded(lab, exitCode);
  return exitCode;
}
