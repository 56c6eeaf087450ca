import { z } from "zod";
import type { RunResult } from "./access";
import type { RemoteHost } from "../path/proof/request";
import { remoteHost } from "../path/proof/requestSchema";

/** A script to be run on a host as root: plain data, JSON on the standard input of `verification/runOnHost.ts`. */
export interface HostTask {
  /** With ssh it holds a private key: the task is a secret then. */
  host: RemoteHost;
  /** Text of a POSIX shell script. By SSM it stays in the account's history, as do its arguments: no secrets. */
  script: string;
  args: string[];
  /** Seconds after which the script is ended. */
  timeout: number;
  /** Seconds during which the host may come online; with ssh its bastion before it has as many. */
  connectDeadline: number;
  /** With ssh: seconds during which host or bastion may refuse us, or have another host key. @default 0 */
  refusalDeadline?: number;
}

/** What a parent sends to `verification/runOnHost.ts` by its channel. */
export interface HostMessage {
  id: number;
  task: HostTask;
}

/** How the task of that id ended: in a text where the host cannot be reached, or the script did not come to its end. */
export interface HostAnswer {
  id: number;
  result: RunResult | string;
}

const seconds = z.number("expected seconds").min(1, "expected at least 1 s").max(86_400, "expected at most a day");
const schema: z.ZodType<HostTask> = z.strictObject({
  host: remoteHost,
  script: z.string("expected a text").min(1, "expected a script"),
  args: z.array(z.string("expected a text"), "expected a list"),
  timeout: seconds,
  connectDeadline: seconds,
  refusalDeadline: seconds.optional(),
});

/** @throws Error that says what is wrong */
export function parseHostTask(json: string): HostTask {
  let task: unknown;
  try {
    task = JSON.parse(json);
  } catch {
    // The parser's message quotes the text, which may be a private key.
    throw new Error(`The task is not valid: expected JSON, got ${json.length} characters that are none`);
  }
  const result = schema.safeParse(task);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `  ${path.join(".")}: ${message}`);
  throw new Error(`The task is not valid:\n${problems.join("\n")}`);
}
