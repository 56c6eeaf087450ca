import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { stat } from "node:fs/promises";
import type { CommandInputs } from "./commandInputs";
import type { CommandOutput } from "./commandOutput";
import { goErrno, goExit, goQuote } from "./goText";
import type { Call } from "./providerBackend";

/**
 * Runs a command on this machine, in this process's group, and feeds what it writes into `output`. As in the real plugin
 * (pulumi-command 1.2.1 local/commandOutputs.go, Go's `exec.CommandContext`) a timeout of the resource or the engine's cancellation
 * kills the first process at once and nothing that it started, and whoever holds its output is waited for.
 *
 * @param previous further environment variables
 * @throws Error when the command cannot be started, or fails
 */
export async function runLocal(
  call: Call,
  command: string,
  inputs: CommandInputs,
  previous: Record<string, string>,
  output: CommandOutput,
): Promise<void> {
  const [program = "/bin/sh", ...args] = inputs.interpreter;
  const fail = (why: string): Error => new Error(`${why}: running ${goQuote(command)}:\n${output.combined()}`);
  if (inputs.dir !== undefined) {
    const { dir } = inputs;
    // Node blames the program when the folder is missing.
    await stat(dir).catch((error: Error) => {
      throw fail(`chdir ${dir}: ${goErrno(error)}`);
    });
  }
  const child = spawn(program, [...args, command], {
    cwd: inputs.dir,
    env: { ...process.env, ...inputs.environment, ...previous },
    stdio: [inputs.stdin === "" ? "ignore" : "pipe", "pipe", "pipe"],
  });
  const signal =
    call.timeout > 0 ? AbortSignal.any([call.signal, AbortSignal.timeout(call.timeout * 1000)]) : call.signal;
  const ended = await waitFor(child, inputs.stdin, signal, output);
  output.end();
  if (ended instanceof Error) throw "syscall" in ended ? fail(startFailure(program, ended)) : ended;
  if (ended.code !== 0) throw fail(goExit(ended.code, ended.signal));
}

function startFailure(program: string, error: Error): string {
  const missing = "code" in error && error.code === "ENOENT";
  if (missing && !program.includes("/")) return `exec: ${goQuote(program)}: executable file not found in $PATH`;
  return `fork/exec ${program}: ${goErrno(error)}`;
}

function waitFor(
  child: ChildProcess,
  stdin: string,
  signal: AbortSignal,
  output: CommandOutput,
): Promise<Error | { code: number | null; signal: NodeJS.Signals | null }> {
  let refused: Error | undefined;
  const stop = (): void => void child.kill("SIGKILL");
  const feed = (stream: "stdout" | "stderr") => (chunk: Buffer) => {
    try {
      if (refused === undefined) output.add(stream, chunk);
    } catch (error) {
      refused = error instanceof Error ? error : new Error(String(error));
      stop();
    }
  };
  return new Promise((resolve) => {
    child.stdout?.on("data", feed("stdout"));
    child.stderr?.on("data", feed("stderr"));
    // A command may end without having read its input.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(stdin);
    child.once("error", resolve);
    // Comes when nobody holds its output any more.
    child.once("close", (code, exitSignal) => {
      signal.removeEventListener("abort", stop);
      resolve(refused ?? { code, signal: exitSignal });
    });
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
  });
}
