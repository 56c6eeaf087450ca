import type { Command } from "commander";
import type { Wiped } from "../world/wipe";
import { exitCodes, say } from "gwlb-inspection/cli";

const loadWipe = () => import("../world/wipe");

/** Lines for an operator: what was removed, what was left alone and how to take that down. */
export function describeWiped(wiped: readonly Wiped[]): string[] {
  const lines = wiped.map(({ name, inUse, removed, error }) => {
    if (error !== undefined) return `error: What is left of lab "${name}" could not be removed: ${error.message}`;
    if (inUse === undefined) return `Removed what was left of lab "${name}": ${removed.join(", ")}`;
    return `Lab "${name}" is in use (${inUse}) and was left alone; \`lab down --name ${name}\` takes it down.`;
  });
  return wiped.some(({ inUse }) => inUse === undefined) ? lines : [...lines, "No crashed lab has left anything."];
}

/** `lab wipe`. Its exit code is 1 when something could not be removed. */
export function registerWipe(lab: Command): void {
  lab
    .command("wipe")
    .description("remove what crashed labs left behind, found by its prefix; running labs are not touched")
    .action(async () => {
      const wiped = await (await loadWipe()).wipe();
      describeWiped(wiped).forEach(say);
      if (wiped.some(({ error }) => error !== undefined)) process.exitCode = exitCodes.notProven;
    });
}
