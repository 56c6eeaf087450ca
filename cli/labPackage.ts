import type { Command } from "commander";
import * as fs from "node:fs";
import * as path from "node:path";

/** The lab is a package of its own, which the program does without. */
const labPackage = "gwlb-inspection-lab";

const root = path.join(__dirname, "..");

/** Adds the lab's commands; where it is not installed, one that says what to do about that. */
export async function addLabCommands(program: Command): Promise<void> {
  try {
    const { registerLab } = await import("gwlb-inspection-lab/commands");
    registerLab(program);
  } catch (error) {
    if (missingLab(error) === undefined) throw error;
    program
      .command("lab [words...]")
      .description(`run the program on this machine, without AWS (${labPackage} is not installed)`)
      .helpOption(false)
      .allowUnknownOption()
      .action(() => {
        throw error;
      });
  }
}

/**
 * What to do about a lab that is not installed, or not completely.
 *
 * @returns undefined for any other error
 */
export function missingLab(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, requireStack = [] } = error as NodeJS.ErrnoException & { requireStack?: string[] };
  if (code !== "MODULE_NOT_FOUND" && code !== "ERR_MODULE_NOT_FOUND") return undefined;
  const missing = /Cannot find (?:module|package) '([^']+)'/.exec(error.message)?.[1] ?? "";
  // A checkout has the lab's folder beside this one.
  const folder = path.join(root, "lab");
  const inCheckout = fs.existsSync(folder);
  if (missing === labPackage || missing.startsWith(`${labPackage}/`)) {
    return inCheckout
      ? `error: The lab is a package of its own and is not installed. Run \`npm ci\` in ${root}.`
      : `error: The lab is a package of its own and is not installed. Run \`npm install --save-dev ${labPackage}\`.`;
  }
  const askedByLab = requireStack.some((file) => file.startsWith(folder + path.sep));
  if (!inCheckout || (!askedByLab && !error.message.includes(folder + path.sep))) return undefined;
  return `error: The lab is a package of its own and its dependency ${missing} is not installed. Run \`npm ci\` in ${root}.`;
}
