import * as fs from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import { connectedExitCode } from "./consumerCheck";
import { withoutSecrets } from "./credentials";
import { say } from "./terminal";

/** Milliseconds. What was destroyed a moment ago may still be shown. */
const leavingWithin = 180_000;
const pause = 2_000;

/** Who uses what is about to be deleted, as AWS tells now. */
export interface Users {
  /** Names them and what removes them; absent when none stays. */
  description?: string;
  /** Whether some are leaving. */
  leaving: boolean;
}

/**
 * Waits for users that are leaving. Those that stay are named on standard error.
 *
 * @returns the program's exit code, see `consumerCheck.ts`
 * @throws Error without secrets when it cannot be told
 */
export async function whileUsed(
  way: Parameters<typeof withoutSecrets>[1],
  look: () => Promise<Users>,
): Promise<number> {
  const deadline = Date.now() + leavingWithin;
  for (;;) {
    const { description, leaving } = await look().catch((error: unknown) => {
      throw new Error(withoutSecrets(error instanceof Error ? `${error.name}: ${error.message}` : String(error), way));
    });
    if (description !== undefined) {
      say(description);
      return connectedExitCode;
    }
    if (!leaving || Date.now() > deadline) return 0;
    await sleep(pause);
  }
}

/** What removes an account's: its stacks, else a word for them. */
export function destroying(account: string, key: "securityStack" | "transitStack", otherwise: string): string {
  const stacks = stacksOf(account, key);
  return stacks.length > 0
    ? stacks.map((stack) => `pulumi destroy --stack ${stack}`).join(", ")
    : `pulumi destroy --stack STACK, ${otherwise}`;
}

/** Stacks whose settings, in the folder that this runs in, have the key and name the account; AWS does not know them. */
function stacksOf(account: string, key: string): string[] {
  return fs.readdirSync(".").flatMap((file) => {
    const [, stack] = /^Pulumi\.(.+)\.yaml$/.exec(file) ?? [];
    if (stack === undefined) return [];
    try {
      const { config } = parse(fs.readFileSync(file, "utf8")) as { config?: Record<string, unknown> };
      const set = (name: string): unknown =>
        Object.entries(config ?? {}).find(([each]) => each.split(":").at(-1) === name)?.[1];
      return set(key) !== undefined && String(set("accountId")) === account ? [stack] : [];
    } catch {
      return [];
    }
  });
}

/** Runs a program: its exit code, or the error in one line. */
export function runProgram(main: () => Promise<number>): void {
  main().then(
    (exitCode) => (process.exitCode = exitCode),
    (error: unknown) => {
      say(error instanceof Error ? error.message : String(error));
      process.exitCode = 1;
    },
  );
}
