import { text } from "node:stream/consumers";
import { parseHostTask } from "./hostTask";
import { Connections } from "./connections";
import { passOn, say } from "./terminal";

/**
 * Runs a script on a host by SSM or ssh, as a program: a HostTask as JSON on standard input; the script's standard output, standard
 * error and exit code are this program's, its texts as a terminal may show them. When the host cannot be reached, or the script does not come to its end, standard
 * error says why, and the exit code is 75 (sysexits.h, EX_TEMPFAIL).
 */
const failed = 75;

async function main(): Promise<number> {
  const task = parseHostTask(await text(process.stdin));
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => interruption.abort());
  const { signal } = interruption;
  const connections = new Connections(task);
  try {
    const host = await connections.open(task.host, signal);
    const { stdout, stderr, exitCode } = await host.run(task.script, task.args, {
      timeout: task.timeout,
      sudo: true,
      signal,
    });
    passOn({ stdout, stderr });
    return exitCode;
  } finally {
    await connections.close();
  }
}

main().then(
  (exitCode) => (process.exitCode = exitCode),
  (error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = failed;
  },
);
