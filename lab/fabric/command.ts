import { spawn } from "node:child_process";

/** Runs a program with this standard input; resolves with its standard output. @throws Error with its standard error. */
export type Run = (command: [string, ...string[]], input?: string) => Promise<string>;

export const run: Run = ([program, ...args], input) =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
    let output = "";
    let errors = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${[program, ...args].join(" ")}: exit ${signal ?? code}: ${errors.trim()}`));
    });
    // A program that ends before it has read everything reports why by its exit status.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input ?? "");
  });

/** Runs tasks, `limit` at a time. Waits for all; rejects with the first error afterwards. */
export async function inParallel<T>(
  limit: number,
  items: readonly T[],
  task: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const errors: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      try {
        await task(item);
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
  if (errors.length > 0) throw errors[0];
}
