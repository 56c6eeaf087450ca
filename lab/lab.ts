import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { askDaemon, type ControlRequest } from "./control";
import type { DaemonOptions, DaemonStatus } from "./daemon";
import {
  insideCommand,
  insideProcess,
  recordWorld,
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
  if (!fs.existsSync(file)) return "(no log)";
  return fs.readFileSync(file, "utf8").trim().split("\n").slice(-15).join("\n");
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

  /** Starts a lab and returns when its providers listen. @throws Error when one of that name already runs. */
  static async start(options: LabOptions): Promise<Lab> {
    const { name } = options;
    const directory = stateDirectory(name);
    if (runningWorld(name) !== undefined) {
      throw new Error(`Lab "${name}" is already up. \`lab down --name ${name}\` takes it down.`);
    }
    for (const leftover of await removeWorld(name)) options.onProgress?.(`removed a crashed lab's ${leftover}`);
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
    const command = [process.execPath, "--import", "tsx", path.join(__dirname, "daemon.ts"), optionsFile];
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
      await removeWorld(name);
      throw error;
    }
  }

  /** The running lab of that name. @throws Error when it is not up. */
  static attach(name: string): Lab {
    const init = runningWorld(name);
    if (init === undefined) throw new Error(`Lab "${name}" is not up. \`lab up --name ${name}\` starts it.`);
    return new Lab(name, init);
  }

  /** The last words of a lab that has ended of itself; undefined while it is up. */
  lastWords(): string | undefined {
    return runningWorld(this.name) === undefined ? logTail(this.directory) : undefined;
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

  /** Runs a command inside the lab on our terminal. Resolves with its exit code (128 + signal number if killed). */
  run(command: string[], environment: Record<string, string> = {}): Promise<number> {
    const [program, ...rest] = this.inside(command);
    if (program === undefined) throw new Error("No command was given");
    return new Promise((resolve, reject) => {
      const child = spawn(program, rest, {
        // The pipe tells when the command has ended: Ctrl-C ends nsenter at once, while the command may end in order.
        stdio: ["inherit", "inherit", "inherit", "pipe"],
        env: { ...process.env, ...environment },
      });
      // The terminal sends Ctrl-C to the whole foreground group: the child ends by itself and we report it.
      const ignore = (): void => undefined;
      process.on("SIGINT", ignore);
      const forward = (): void => {
        if (child.pid !== undefined && child.exitCode === null) process.kill(insideProcess(child.pid), "SIGTERM");
      };
      process.on("SIGTERM", forward);
      const done = (code: number | null, signal: NodeJS.Signals | null): void => {
        process.off("SIGINT", ignore);
        process.off("SIGTERM", forward);
        child.stdio[3]?.destroy();
        resolve(code ?? 128 + os.constants.signals[signal ?? "SIGTERM"]);
      };
      child.stdio[3]?.on("error", () => undefined);
      child.on("error", reject);
      // What a command leaves running in the background may hold the pipe: wait for it after a signal only.
      child.on("exit", (code, signal) => (code === null ? undefined : done(code, signal)));
      child.on("close", done);
    });
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
