import { spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { askDaemon, type ControlRequest } from "./control";
import type { DaemonOptions, DaemonStatus } from "../daemon";
import { nodeProgram } from "../nodeProgram";
import {
  insideCommand,
  insideProcess,
  recordWorld,
  clearWorld,
  removeWorld,
  runningWorld,
  startWorld,
  stateDirectory,
  until,
} from "./world";

export interface LabOptions {
  /** Lower-case name; two labs with different names run beside each other. */
  name: string;
  /** AWS's waiting times are multiplied by this; 1 is AWS's pace. @default 0.01 */
  scale?: number;
  /** Root file system of the instances, from `ensureImage`. */
  imagePath: string;
  onProgress?: (line: string) => void;
  signal?: AbortSignal;
}

function logTail(directory: string): string {
  const file = path.join(directory, "daemon.log");
  try {
    return fs.readFileSync(file, "utf8").trim().split("\n").slice(-15).join("\n");
  } catch {
    return "(no log)";
  }
}

function exitCodeOf(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? 128 + os.constants.signals[signal ?? "SIGTERM"];
}

/** Passes a signal on to the command that `child` runs inside a world. */
function passOn(child: ChildProcess): (signal: NodeJS.Signals) => void {
  return (signal) => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(insideProcess(child.pid), signal);
    } catch {
      // It has just ended.
    }
  };
}

/** A running lab, as seen from the host. */
export class Lab {
  private constructor(
    readonly name: string,
    private readonly init: number,
    /** Lets the daemon notice that we died; undefined for a lab that we only attached to. */
    private readonly lifeline?: { end(): void },
  ) {}

  /** Folder of this lab's keys, Pulumi state, log and control socket; gone with the lab. */
  get directory(): string {
    return stateDirectory(this.name);
  }

  /** Starts a lab and returns when its providers listen. For the holder of its lock. @throws Error when it is up already. */
  static async start(options: LabOptions): Promise<Lab> {
    const { name } = options;
    const directory = stateDirectory(name);
    if (await Lab.answering(name)) {
      throw new Error(
        `Lab "${name}" is already up. \`lab up --name ${name}\` mends it, \`lab down --name ${name}\` takes it down; ` +
          "with another --name, a second lab runs beside it.",
      );
    }
    for (const leftover of await clearWorld(name)) options.onProgress?.(`removed a crashed lab's ${leftover}`);
    fs.mkdirSync(directory, { recursive: true, mode: 0o700 });

    const daemonOptions: DaemonOptions = {
      name,
      directory,
      scale: options.scale ?? 0.01,
      imagePath: options.imagePath,
    };
    const optionsFile = path.join(directory, "daemon.json");
    fs.writeFileSync(optionsFile, JSON.stringify(daemonOptions));
    const log = fs.openSync(path.join(directory, "daemon.log"), "a", 0o600);
    const command = [...nodeProgram(path.join(__dirname, "../daemon")), optionsFile];
    const world = startWorld(name, command, log);
    fs.closeSync(log);
    let ended: string | undefined;
    world.on("error", (error) => (ended = error.message));
    world.on("exit", (code, signal) => (ended = `exit ${signal ?? code}`));
    world.unref();
    const pid = world.pid;
    const socket = path.join(directory, "control.sock");
    let init: number | undefined;
    try {
      // First of all, so that whoever takes the lab down knows what to end.
      await until(
        () => ended !== undefined || (pid !== undefined && (init = recordWorld(name, pid)) !== undefined),
        10_000,
        `the first process of lab "${name}"`,
      );
      await until(
        () => options.signal?.aborted === true || ended !== undefined || fs.existsSync(socket),
        30_000,
        `the daemon of lab "${name}" to listen (${directory}/daemon.log)`,
      );
      options.signal?.throwIfAborted();
      if (ended !== undefined || init === undefined) {
        throw new Error(`The daemon of lab "${name}" ended (${ended ?? "not started"}):\n${logTail(directory)}`);
      }
      const lifeline = world.stdin;
      if (lifeline === null) throw new Error(`Lab "${name}" has no lifeline`);
      lifeline.on("error", () => undefined);
      // The pipe alone must not keep this process running; it closes when the process ends.
      (lifeline as unknown as { unref?: () => void }).unref?.();
      return new Lab(name, init, lifeline);
    } catch (error) {
      world.stdin?.end();
      if (ended === undefined) world.kill("SIGKILL");
      await clearWorld(name);
      throw error;
    }
  }

  /** The running lab of that name. @throws Error when it is not up. */
  static attach(name: string): Lab {
    const init = runningWorld(name);
    if (init === undefined) throw new Error(`Lab "${name}" is not up. \`lab up --name ${name}\` starts it.`);
    return new Lab(name, init);
  }

  /** Whether a lab of that name is up, and neither ending nor hanging. */
  static async answering(name: string): Promise<boolean> {
    if (runningWorld(name) === undefined) return false;
    return Lab.attach(name)
      .status()
      .then(
        () => true,
        () => false,
      );
  }

  isUp(): boolean {
    return runningWorld(this.name) !== undefined;
  }

  /** The end of the daemon's log, which a crash leaves; undefined where nothing is left. */
  lastWords(): string | undefined {
    return fs.existsSync(this.directory) ? logTail(this.directory) : undefined;
  }

  ask(request: ControlRequest): Promise<unknown> {
    return askDaemon(path.join(this.directory, "control.sock"), request);
  }

  async status(): Promise<DaemonStatus> {
    return (await this.ask({ kind: "status" })) as DaemonStatus;
  }

  /** Lets the lab outlive this process. */
  async detach(): Promise<void> {
    await this.ask({ kind: "detach" });
    this.lifeline?.end();
  }

  /** Command line with which `command` runs inside the lab, where its hosts can be reached. */
  inside(command: string[], directory = process.cwd()): string[] {
    return insideCommand(this.init, directory, command);
  }

  /**
   * Runs a command inside the lab on our terminal. Resolves with its exit code (128 + signal number if killed).
   * @param directory - to run it in @default ours
   */
  run(command: string[], environment: Record<string, string> = {}, directory?: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const child = this.spawn(command, environment, "terminal", directory);
      // The terminal sends Ctrl-C to the whole foreground group: the child ends by itself and we report it.
      const ignore = (): void => undefined;
      process.on("SIGINT", ignore);
      const forward = passOn(child);
      process.on("SIGTERM", forward);
      const done = (code: number | null, signal: NodeJS.Signals | null): void => {
        process.off("SIGINT", ignore);
        process.off("SIGTERM", forward);
        child.stdio[3]?.destroy();
        resolve(exitCodeOf(code, signal));
      };
      child.on("error", reject);
      // What a command leaves running in the background may hold the pipe: wait for it after a signal only.
      child.on("exit", (code, signal) => (code === null ? undefined : done(code, signal)));
      child.on("close", done);
    });
  }

  /**
   * Runs a command of our own inside the lab. Every signal that we get is passed on once, whether a terminal sent it to
   * the whole group or somebody to us alone; of our death it learns by its file descriptor 3, a socket, being closed.
   * Resolves with its exit code (128 + signal number if killed).
   */
  follow(command: string[], environment: Record<string, string> = {}): Promise<number> {
    return new Promise((resolve, reject) => {
      const child = this.spawn(command, environment, "detached");
      const forward = passOn(child);
      const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
      for (const signal of signals) process.on(signal, forward);
      child.on("error", reject);
      child.on("exit", (code, signal) => {
        for (const each of signals) process.off(each, forward);
        child.stdio[3]?.destroy();
        resolve(exitCodeOf(code, signal));
      });
    });
  }

  private spawn(
    command: string[],
    environment: Record<string, string>,
    how: "terminal" | "detached",
    directory?: string,
  ): ChildProcess {
    const [program, ...rest] = this.inside(command, directory);
    if (program === undefined) throw new Error("No command was given");
    const child = spawn(program, rest, {
      // The pipe tells each side when the other one has ended: Ctrl-C ends nsenter at once, while the command may end
      // in order.
      stdio: [how === "terminal" ? "inherit" : "ignore", "inherit", "inherit", "pipe"],
      detached: how === "detached",
      env: { ...process.env, ...environment },
    });
    child.stdio[3]?.on("error", () => undefined);
    return child;
  }

  /** Takes the lab down and removes what is left of it on the host. */
  async stop(): Promise<void> {
    try {
      await this.ask({ kind: "shutdown" });
      await until(() => runningWorld(this.name) === undefined, 10_000, `lab "${this.name}" to shut down`);
    } catch {
      // It hangs or has crashed: removeWorld ends it the hard way.
    }
    await removeWorld(this.name);
  }
}
