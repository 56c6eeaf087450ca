import type { ChildProcess } from "node:child_process";
import { isDeepStrictEqual } from "node:util";
import type { RunResult } from "../verification/access";
import type { HostAnswer, HostMessage, HostTask } from "../verification/hostTask";
import { forkProgram } from "./localProgram";

/** Milliseconds after its last task. */
const idleTime = 30_000;

let running: HostRunner | undefined;

/**
 * A process of our own that runs scripts on hosts while a stack's program runs, which need not load what that takes, and goes on
 * while the other one does. All tasks go to the same one. It ends when it has been idle for a while, or with the program, which it keeps from its
 * end only while it has a task.
 */
export class HostRunner {
  private readonly child: ChildProcess;
  private readonly environment = { ...process.env };
  private readonly tasks = new Map<number, (result: HostAnswer["result"]) => void>();
  private sent = 0;
  private idle: NodeJS.Timeout | undefined;

  /** The one that runs; a new one where there is none, or this process has another environment by now, from which credentials come. */
  static get(): HostRunner {
    if (!isDeepStrictEqual(running?.environment, { ...process.env })) running = new HostRunner();
    return running as HostRunner;
  }

  private constructor() {
    this.child = forkProgram("verification/runOnHost");
    this.child.on("message", ({ id, result }: HostAnswer) => this.end(id, result));
    this.child.once("error", ({ message }) => this.gone(message));
    this.child.once("exit", (code, signal) => this.gone(`exit code ${code ?? signal}`));
    this.rest();
  }

  /** @throws Error that says why the host is not reached, or the script did not come to its end */
  async run(task: HostTask): Promise<RunResult> {
    const id = ++this.sent;
    const result = await new Promise<HostAnswer["result"]>((resolve) => {
      this.tasks.set(id, resolve);
      clearTimeout(this.idle);
      this.child.ref();
      this.child.channel?.ref();
      this.child.send({ id, task } satisfies HostMessage, (error) => error && this.gone(error.message));
    });
    if (typeof result === "string") throw new Error(result);
    return result;
  }

  private end(id: number, result: HostAnswer["result"]): void {
    this.tasks.get(id)?.(result);
    this.tasks.delete(id);
    if (this.tasks.size === 0) this.rest();
  }

  private rest(): void {
    this.child.unref();
    this.child.channel?.unref();
    this.idle = setTimeout(() => {
      this.retire();
      this.child.disconnect();
    }, idleTime).unref();
  }

  /** It is given no further task. */
  private retire(): void {
    if (running === this) running = undefined;
  }

  private gone(reason: string): void {
    this.retire();
    for (const id of this.tasks.keys()) this.end(id, reason);
    clearTimeout(this.idle);
  }
}
