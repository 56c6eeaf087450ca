import { spawn } from "node:child_process";
import * as path from "node:path";
import { variable } from "./leftovers";
import type { Deed } from "./plan";

const root = path.resolve(__dirname, "../../..");

/** A command of the lab that is under way: the leader of its process group, as one typed into a terminal is. */
export class Command {
  readonly pid: number;
  readonly ended: Promise<{ code: number | null; signal: string | null }>;
  readonly begin = performance.now();
  output = "";
  running = true;

  constructor(lab: string, ...args: string[]) {
    const main = ["--import", "tsx", path.join(root, "cli/main.ts"), "lab", ...args, "--name", lab];
    const child = spawn(process.execPath, main, {
      cwd: root,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, [variable]: lab },
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
    }
    this.ended = new Promise((resolve) => {
      child.on("exit", (code, signal) => {
        this.running = false;
        resolve({ code, signal });
      });
    });
    if (child.pid === undefined) throw new Error(`lab ${args.join(" ")} could not be started`);
    this.pid = child.pid;
  }

  /** Milliseconds since it was started. */
  get age(): number {
    return performance.now() - this.begin;
  }

  /** What it said last. */
  get lastLine(): string {
    return this.output.trimEnd().split("\n").at(-1)?.trim() ?? "";
  }

  /** Resolves when it is `milliseconds` old or has ended. */
  async reach(milliseconds: number): Promise<void> {
    await Promise.race([this.ended, new Promise((resolve) => setTimeout(resolve, milliseconds - this.age))]);
  }

  /** @param other process that is not this command's own, for deeds that are done to one */
  do(deed: Deed, other?: number): void {
    if (deed.startsWith("Ctrl-C")) process.kill(-this.pid, "SIGINT");
    else if (deed === "SIGINT" || deed === "SIGTERM" || deed === "SIGKILL") process.kill(this.pid, deed);
    else process.kill(other ?? NaN, "SIGKILL");
  }
}
