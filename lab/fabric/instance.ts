import { spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Image, Instance } from "../cloud/core/records";
import { removeCgroup } from "./cgroup";
import { run } from "./command";
import { execute, type CommandOptions, type CommandResult } from "./execute";
import { makeInstanceRoot, unmountInstanceRoot } from "./instanceRoot";

export interface InstanceOptions {
  instance: Instance;
  image: Image;
  /** Name of the network namespace that the fabric made for it, with `ens5` up and addressed. */
  namespace: string;
  /** Private IPv4 address of the instance. */
  address: string;
  imagePath: string;
  /** Folder for all instances' state; this one's is below it, by id. */
  stateDirectory: string;
  /** Folder in the cgroup v2 hierarchy below which the instance gets its own, by id. */
  cgroup: string;
  /** Milliseconds within which sshd must listen. @default 30000 */
  bootTimeout?: number;
}

export interface RunningInstance {
  readonly id: string;
  /** Process id of the instance's systemd in the lab's PID namespace; changes with a reboot, undefined when halted. */
  readonly pid: number | undefined;
  /** Command line that runs `argv` inside the instance as root. */
  enter(argv: string[]): string[];
  /** Runs a command inside the instance as root. */
  exec(argv: string[], options?: CommandOptions): Promise<CommandResult>;
  /** Shuts down in order, boots again and resolves when sshd listens. */
  reboot(): Promise<void>;
  /** Ends it at once, as when its power is cut; its disk stays, and its network takes no packet. Again: nothing. */
  halt(): Promise<void>;
  /** Boots what was halted and resolves when sshd listens. Again: the same. */
  start(): Promise<void>;
  /** Ends it at once and removes everything of it but its network namespace. */
  stop(): Promise<void>;
}

const bootScript = path.join(__dirname, "instance-boot.sh");
// The daemon's own environment may hold secrets: nothing of it goes into an instance.
const environment = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LANG: "C.UTF-8" };

/** Boots an instance from its image and resolves when sshd listens. @throws Error with the console's last lines. */
export async function startInstance(options: InstanceOptions): Promise<RunningInstance> {
  const directory = path.join(options.stateDirectory, options.instance.id);
  const instance = new BootedInstance(options, directory);
  try {
    instance.root = await makeInstanceRoot({ ...options, directory });
    await instance.boot();
    return instance;
  } catch (error) {
    await instance.stop();
    throw error;
  }
}

class BootedInstance implements RunningInstance {
  root = "";
  pid: number | undefined;
  private process: ChildProcess | undefined;
  private ended: Promise<void> = Promise.resolve();
  private stopping = false;
  private halted = false;
  private booting: Promise<void> | undefined;
  /** Counts boots, so that whoever waits for a reboot can tell the new one. */
  private boots = 0;
  private readonly cgroup: string;
  private readonly console: string;

  constructor(
    private readonly options: InstanceOptions,
    private readonly directory: string,
  ) {
    this.cgroup = path.join(options.cgroup, options.instance.id);
    this.console = path.join(directory, "console.log");
  }

  get id(): string {
    return this.options.instance.id;
  }

  async boot(): Promise<void> {
    fs.mkdirSync(this.cgroup, { recursive: true });
    const log = fs.openSync(this.console, "a", 0o600);
    // The launcher enters its cgroup first: the cgroup namespace's root is where its first process is.
    const launch = 'echo $$ >"$1/cgroup.procs"; shift; exec "$@"';
    const child = spawn(
      "sh",
      [
        ...["-euc", launch, "launch", this.cgroup],
        ...["nsenter", `--net=/run/netns/${this.options.namespace}`, "--"],
        ...["unshare", "--mount", "--uts", "--ipc", "--pid", "--cgroup", "--propagation", "private"],
        ...["--fork", "--kill-child", "--", "sh", bootScript, this.root],
      ],
      { stdio: ["ignore", log, log], detached: true, env: environment },
    );
    fs.closeSync(log);
    this.process = child;
    this.ended = new Promise((resolve) => {
      child.once("error", () => resolve());
      child.once("exit", (_code, signal) => {
        this.pid = undefined;
        this.process = undefined;
        // reboot(2) inside a PID namespace ends its init by SIGHUP; halt and poweroff by SIGINT.
        if (!this.stopping && signal !== "SIGHUP") {
          // Only then is it off: a boot that began before would flush nothing.
          void silence(this.options.namespace)
            .catch((error) => this.log(String(error)))
            .then(resolve);
          return;
        }
        resolve();
        if (!this.stopping) this.boot().catch((error) => this.log(String(error)));
      });
    });
    await this.untilListening(child);
    this.boots += 1;
  }

  enter(argv: string[]): string[] {
    if (this.pid === undefined) throw new Error(`Instance ${this.id} is not running`);
    const namespaces = ["--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup"];
    return ["nsenter", "--target", String(this.pid), ...namespaces, "--", ...argv];
  }

  exec(argv: string[], options: CommandOptions = {}): Promise<CommandResult> {
    return execute(this.enter(argv), { ...options, env: { ...environment, ...options.env } });
  }

  async reboot(): Promise<void> {
    const before = this.boots;
    const result = await this.exec(["systemctl", "reboot"]);
    // The command may itself be ended by the reboot that it asked for.
    if (result.exitCode > 0) throw new Error(`Instance ${this.id} refuses to reboot: ${result.stderr.trim()}`);
    const timeout = 2 * (this.options.bootTimeout ?? 30_000);
    const deadline = Date.now() + timeout;
    while (this.boots === before) {
      if (Date.now() > deadline) {
        throw new Error(`Instance ${this.id} has not rebooted within ${timeout / 1000} s:\n${this.consoleTail()}`);
      }
      await sleep(20);
    }
  }

  async halt(): Promise<void> {
    if (this.halted) return this.ended;
    this.halted = true;
    this.kill();
    await this.ended;
  }

  async start(): Promise<void> {
    if (!this.halted) return this.booting;
    this.halted = false;
    this.booting = this.ended.then(() => this.boot());
    return this.booting;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.kill();
    await this.ended;
    await removeCgroup(this.cgroup);
    await unmountInstanceRoot(this.directory);
  }

  private kill(): void {
    if (this.pid !== undefined) process.kill(this.pid, "SIGKILL");
    else this.process?.kill("SIGKILL");
  }

  private async untilListening(child: ChildProcess): Promise<void> {
    const timeout = this.options.bootTimeout ?? 30_000;
    const deadline = Date.now() + timeout;
    for (;;) {
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`Instance ${this.id} did not boot:\n${this.consoleTail()}`);
      }
      this.pid ??= childOf(child.pid);
      if (this.pid !== undefined && hasSshd(this.pid) && listens(this.pid, 22)) return;
      if (Date.now() > deadline) {
        throw new Error(
          `Instance ${this.id}: sshd does not listen ${timeout / 1000} s after boot:\n${this.consoleTail()}`,
        );
      }
      await sleep(20);
    }
  }

  private consoleTail(): string {
    if (!fs.existsSync(this.console)) return "(no console output)";
    return fs.readFileSync(this.console, "utf8").trim().split("\n").slice(-15).join("\n");
  }

  private log(line: string): void {
    if (fs.existsSync(this.directory)) fs.appendFileSync(this.console, `${line}\n`);
  }
}

/** What the kernel would go on doing with packets, such as the rules of the instance's, it does no more. The next boot flushes it. */
async function silence(namespace: string): Promise<void> {
  const chain = "chain packets { type filter hook prerouting priority -500; policy drop; }";
  await run(["ip", "netns", "exec", namespace, "nft", "-f", "-"], `table inet halted {\n${chain}\n}\n`);
}

/** The first process of the PID namespace that `pid` (an unshare) made, as seen from here. */
function childOf(pid: number | undefined): number | undefined {
  try {
    const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
    return children === "" ? undefined : Number(children.split(" ")[0]);
  } catch {
    return undefined;
  }
}

/**
 * Whether sshd has written its process id, which it does when it listens (OpenSSH 9.2, sshd.c). Asked first: the kernel walks through its whole
 * table of connections, 5 ms, to tell who listens.
 */
function hasSshd(pid: number): boolean {
  return fs.existsSync(`/proc/${pid}/root/run/sshd.pid`);
}

/** Whether some process listens on a TCP port in the network namespace of `pid` (proc_net_tcp: 0A is LISTEN). */
function listens(pid: number, port: number): boolean {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  try {
    return ["tcp", "tcp6"].some((protocol) =>
      fs
        .readFileSync(`/proc/${pid}/net/${protocol}`, "utf8")
        .split("\n")
        .some((line) => {
          const fields = line.trim().split(/\s+/);
          return fields[3] === "0A" && fields[1]?.endsWith(wanted) === true;
        }),
    );
  } catch {
    return false;
  }
}
