import { spawn } from "node:child_process";

export interface CommandResult {
  stdout: string;
  stderr: string;
  /** Exit code; -1 when the command was ended by a signal. */
  exitCode: number;
}

export interface CommandOptions {
  stdin?: string;
  /** Milliseconds after which the command is killed. */
  timeout?: number;
  env?: NodeJS.ProcessEnv;
}

/** Runs a program and collects what it prints, however it ends. Rejects only when the program cannot be started. */
export function execute(argv: string[], options: CommandOptions = {}): Promise<CommandResult> {
  const [program, ...rest] = argv;
  if (program === undefined) return Promise.reject(new Error("No command was given"));
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, {
      stdio: ["pipe", "pipe", "pipe"],
      env: options.env ?? process.env,
      timeout: options.timeout,
      killSignal: "SIGKILL",
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.stdin ?? "");
    child.on("error", reject);
    child.on("close", (code) => resolve({ stdout, stderr, exitCode: code ?? -1 }));
  });
}
