import { spawn } from "node:child_process";
import * as path from "node:path";

const root = path.resolve(__dirname, "../..");

export interface Outcome {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a program without standard input and captures what it prints. */
export function runProgram(
  program: string,
  args: string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv },
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}

/** Runs the project's command line as a user would and captures what it prints. */
export function commandLine(...args: string[]): Promise<Outcome> {
  const main = path.join(root, "cli/main.ts");
  return runProgram(process.execPath, ["--require", "./loader.cjs", main, ...args], { cwd: root });
}
