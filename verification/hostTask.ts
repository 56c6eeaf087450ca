import { z } from "zod";
import type { SsmHost } from "./request";
import { ssmHost } from "./requestSchema";

/** A script to be run on a host as root: plain data, JSON on the standard input of `verification/runOnHost.ts`. */
export interface HostTask {
  host: SsmHost;
  /** Text of a POSIX shell script. It stays in SSM's history, as do its arguments: no secrets. */
  script: string;
  args: string[];
  /** Seconds after which the script is ended. */
  timeout: number;
  /** Seconds during which the host may come online. */
  connectDeadline: number;
}

const seconds = z.number("expected seconds").min(1, "expected at least 1 s").max(86_400, "expected at most a day");
const schema: z.ZodType<HostTask> = z.strictObject({
  host: ssmHost,
  script: z.string("expected a text").min(1, "expected a script"),
  args: z.array(z.string("expected a text"), "expected a list"),
  timeout: seconds,
  connectDeadline: seconds,
});

/** @throws Error that says what is wrong */
export function parseHostTask(json: string): HostTask {
  const result = schema.safeParse(JSON.parse(json));
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `  ${path.join(".")}: ${message}`);
  throw new Error(`The task is not valid:\n${problems.join("\n")}`);
}
