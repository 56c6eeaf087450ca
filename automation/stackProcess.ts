import { fork, type ChildProcess } from "node:child_process";
import * as path from "node:path";
import * as readline from "node:readline";
import { engineEnvironment } from "./engineCommand";
import { DeployError, toError } from "./errors";
import type { StackEventBody } from "./events";
import type { FromWorker, Job, ToWorker } from "./messages";
import type { StackResult } from "./results";

export interface StackProcessOptions {
  onEvent: (event: StackEventBody) => void;
  /** Stops the run in order: what is in flight is finished and saved. */
  signal?: AbortSignal;
  /** Stops the run at once; the stack may stay locked. */
  killSignal?: AbortSignal;
}

/** Seconds that a killed engine gets to unlock its stack. */
const lastRespite = 3;
/** Lines of a crashed worker's standard error that go into the error. */
const lastWords = 15;

/**
 * Runs one stack's job in a process of its own: the program registers its resources only the first time it is loaded,
 * and Node's module cache outlives a run.
 */
export async function runStackProcess(job: Job, options: StackProcessOptions): Promise<Omit<StackResult, "seconds">> {
  const { workspace, stack } = job;
  const child = fork(path.join(__dirname, `worker${path.extname(__filename)}`), {
    cwd: workspace.programDirectory,
    // Stack traces of every resource registration take half of Node's time in a run.
    execArgv: ["--stack-trace-limit=0", "--require", require.resolve("tsx/cjs")],
    env: engineEnvironment(workspace.engine, { ...process.env, ...workspace.environment }),
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    // A group of its own: see worker.ts.
    detached: true,
  });
  const tell = (message: ToWorker): void => {
    if (child.connected) child.send(message, () => undefined);
  };
  const stop = (): void => tell({ kind: "cancel" });
  let timer: NodeJS.Timeout | undefined;
  const kill = (): void => {
    stop();
    timer = setTimeout(() => killGroup(child), lastRespite * 1000);
  };
  options.signal?.addEventListener("abort", stop, { once: true });
  options.killSignal?.addEventListener("abort", kill, { once: true });
  try {
    return await talk(child, job, options, tell);
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", stop);
    options.killSignal?.removeEventListener("abort", kill);
    if (child.connected) child.disconnect();
  }

  function talk(
    worker: ChildProcess,
    toDo: Job,
    { onEvent, signal }: StackProcessOptions,
    send: (message: ToWorker) => void,
  ): Promise<Omit<StackResult, "seconds">> {
    const errorLines: string[] = [];
    onLines(worker.stdout, (line) => onEvent({ kind: "output", line }));
    onLines(worker.stderr, (line) => {
      errorLines.push(line);
      if (errorLines.length > lastWords) errorLines.shift();
      onEvent({ kind: "output", line });
    });
    return new Promise((resolve, reject) => {
      let answer: FromWorker | undefined;
      worker.on("message", (message: FromWorker) => {
        switch (message.kind) {
          case "ready":
            send({ kind: "run", job: toDo });
            if (signal?.aborted === true) send({ kind: "cancel" });
            return;
          case "event":
            onEvent(message.event);
            return;
          case "result":
          case "failure":
            answer = message;
        }
      });
      worker.on("error", reject);
      // "close" and not "exit": the last lines and messages have been read by then.
      worker.on("close", (code, killedBy) => {
        if (answer?.kind === "result") resolve(answer.result);
        else if (answer?.kind === "failure") reject(toError(stack.name, answer.failure));
        else {
          const how = `its process ended with ${killedBy ?? `exit code ${code ?? "?"}`}`;
          const diagnostics = errorLines.map((message) => ({ severity: "error", message }) as const);
          reject(new DeployError(stack.name, [how, ...errorLines].join("\n"), diagnostics));
        }
      });
    });
  }
}

function onLines(stream: NodeJS.ReadableStream | null, handle: (line: string) => void): void {
  if (stream) readline.createInterface({ input: stream }).on("line", handle);
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has just ended.
  }
}
