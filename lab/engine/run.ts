import { spawn } from "node:child_process";

export interface Ran {
  exitCode: number;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  directory?: string;
  environment?: Record<string, string>;
  signal?: AbortSignal;
  /** Called with each line of standard error as it comes. */
  onLine?: (line: string) => void;
}

/** Runs a program and captures its output. Resolves for every exit code. @throws when it cannot be started or is aborted. */
export function run(program: string, args: string[], options: RunOptions = {}): Promise<Ran> {
  const { signal } = options;
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.directory,
      env: { ...process.env, ...options.environment },
      stdio: ["ignore", "pipe", "pipe"],
      // A process group of its own, so that an abort ends all of it. None of what is run here has anything to clean up.
      detached: true,
    });
    const end = (): void => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, "SIGKILL");
      } catch {
        // It has just ended by itself.
      }
    };
    signal?.addEventListener("abort", end, { once: true });
    process.once("exit", end);
    const output = { stdout: "", stderr: "" };
    let unfinished = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (output.stdout += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      output.stderr += chunk;
      const lines = (unfinished + chunk).split("\n");
      unfinished = lines.pop() ?? "";
      for (const line of lines) options.onLine?.(line);
    });
    const settle = (): void => {
      signal?.removeEventListener("abort", end);
      process.off("exit", end);
    };
    child.on("error", (error) => {
      settle();
      reject(error);
    });
    child.on("close", (code, killedBy) => {
      settle();
      if (signal?.aborted) reject(signal.reason as Error);
      else resolve({ ...output, exitCode: code ?? (killedBy === null ? 1 : 128) });
    });
  });
}
