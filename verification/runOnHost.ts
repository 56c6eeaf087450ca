import { text } from "node:stream/consumers";
import type { RunResult } from "./access";
import { Connections } from "./connections";
import { parseHostTask, type HostAnswer, type HostMessage, type HostTask } from "./hostTask";
import { passOn, say } from "./terminal";

/**
 * Runs scripts on hosts by SSM or ssh, as a program. Of its parent that has opened a channel (node:child_process, `fork`) it takes
 * HostMessages and gives a HostAnswer for each, until the channel ends. Else it runs one: a HostTask as JSON on standard input; the script's
 * standard output, standard error and exit code are this program's, its texts as a terminal may show them. When the host cannot be reached, or
 * the script does not come to its end, standard error says why, and the exit code is 75 (sysexits.h, EX_TEMPFAIL).
 */
const failed = 75;

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const interruption = new AbortController();

async function run(task: HostTask): Promise<RunResult> {
  const { signal } = interruption;
  const connections = new Connections(task);
  try {
    const host = await connections.open(task.host, signal);
    return await host.run(task.script, task.args, { timeout: task.timeout, sudo: true, signal });
  } finally {
    await connections.close();
  }
}

async function runOne(): Promise<number> {
  for (const signal of signals) process.on(signal, () => interruption.abort());
  const { stdout, stderr, exitCode } = await run(parseHostTask(await text(process.stdin)));
  passOn({ stdout, stderr });
  return exitCode;
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Its parent decides about signals: those of the keyboard reach both. */
function serve(): void {
  for (const signal of signals) process.on(signal, () => undefined);
  process.once("disconnect", () => interruption.abort());
  process.on("message", ({ id, task }: HostMessage) => {
    // A parent that has gone meanwhile takes none.
    const answer = (result: HostAnswer["result"]): void =>
      void process.send?.({ id, result } satisfies HostAnswer, undefined, undefined, () => undefined);
    run(task).then(answer, (error: unknown) => answer(reason(error)));
  });
}

if (process.send) {
  serve();
} else {
  runOne().then(
    (exitCode) => (process.exitCode = exitCode),
    (error: unknown) => {
      say(reason(error));
      process.exitCode = failed;
    },
  );
}
