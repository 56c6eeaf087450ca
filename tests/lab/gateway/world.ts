import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import { run } from "../../../lab/fabric/command";

/**
 * Namespaces of processes, mounts and networks that end with the test: named network namespaces inside it (`ip netns`)
 * are seen by nobody else. Needs root and iproute2.
 */
export class World {
  private constructor(
    private readonly root: ChildProcess,
    /** Command that runs the given one inside. */
    readonly enter: readonly [string, ...string[]],
  ) {}

  static async open(): Promise<World> {
    const root = spawn(
      "unshare",
      [
        ...["--mount", "--pid", "--net", "--fork", "--kill-child", "--mount-proc", "--propagation", "private"],
        ...["sh", "-c", "mount -t tmpfs tmpfs /run && mkdir /run/netns && echo up && exec sleep infinity"],
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    await new Promise<void>((resolve, reject) => {
      root.stdout.once("data", () => resolve());
      root.once("exit", (code) => reject(new Error(`unshare: exit ${code}`)));
    });
    const init = onlyChildOf(root.pid);
    return new World(root, ["nsenter", "--target", String(init), "--mount", "--net", "--pid", "--"]);
  }

  /** Ends everything that runs inside. */
  close(): void {
    this.root.kill("SIGKILL");
  }

  /** @returns standard output. @throws Error with standard error when the command fails */
  run(command: [string, ...string[]], input?: string): Promise<string> {
    return run([...this.enter, ...command], input);
  }

  /** Runs each line as a command of iproute2: `ip -batch` cannot change the namespace from line to line. */
  ip(lines: readonly string[]): Promise<string> {
    return this.run(["sh", "-eu"], lines.map((line) => `ip ${line}`).join("\n"));
  }

  runIn(namespace: string, command: [string, ...string[]], input?: string): Promise<string> {
    return this.run(["ip", "netns", "exec", namespace, ...command], input);
  }

  /** Starts a command in a namespace with a pipe on both ends. It ends with the world at the latest. */
  spawnIn(namespace: string, command: [string, ...string[]]) {
    const [program, ...args] = [...this.enter, "ip", "netns", "exec", namespace, ...command] as const;
    return spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
  }

  /** Runs a Node program in a namespace. It ends with the world, or when the returned function is called. */
  serve(namespace: string, program: string, argument = namespace): () => Promise<void> {
    const child = this.spawnIn(namespace, [process.execPath, "-e", program, argument]);
    return async () => {
      const exit = once(child, "exit");
      // nsenter waits for the program, which is its only child.
      process.kill(onlyChildOf(child.pid), "SIGKILL");
      await exit;
    };
  }
}

function onlyChildOf(pid: number | undefined): number {
  return Number(fs.readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8"));
}

/** Commands (for {@link World.ip}) for a veth pair between two namespaces, with an Ethernet of AWS's jumbo frames. */
export const link = (a: string, nameA: string, b: string, nameB: string): string[] => [
  `link add name ${nameA} netns ${a} mtu 9001 type veth peer name ${nameB} netns ${b} mtu 9001`,
  `-n ${a} link set ${nameA} up`,
  `-n ${b} link set ${nameB} up`,
];
