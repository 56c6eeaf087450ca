import { execFileSync } from "node:child_process";
import type { FabricEntry } from "../../../lab/fabric/inspect";
import { Lab } from "../../../lab/lab";
import { commandLine } from "../commandLine";

/** A lab of the tests' own, and the interfaces in it that the witnesses look at. */
export class LabHosts {
  private constructor(
    readonly name: string,
    private readonly lab: Lab,
    private readonly entries: FabricEntry[],
  ) {}

  static async up(name: string): Promise<LabHosts> {
    try {
      await verb("up", ["--name", name]);
      const entries = JSON.parse(await verb("inspect", ["--name", name, "--format", "json"])) as FabricEntry[];
      return new LabHosts(name, Lab.attach(name), entries);
    } catch (error) {
      // What has come up stays up when the rest fails.
      await commandLine("lab", "down", "--name", name);
      throw error;
    }
  }

  async down(): Promise<void> {
    await verb("down", ["--name", this.name]);
  }

  /** A verb of the command line on this lab. @returns its standard output */
  verb(name: string, ...args: string[]): Promise<string> {
    return verb(name, ["--name", this.name, ...args]);
  }

  /** Command line that runs `command` where the lab's namespaces are. */
  enter(command: string[]): string[] {
    return this.lab.inside(command);
  }

  runIn(namespace: string, command: string[]): string {
    const [program = "", ...args] = this.enter(["ip", "netns", "exec", namespace, ...command]);
    return execFileSync(program, args, { encoding: "utf8" });
  }

  /** The interface of that kind in an AZ, in the account's VPC where endpoints of several could be meant. */
  find(kind: FabricEntry["kind"], azId: string, name?: string): FabricEntry & { link: string; address: string } {
    const found = this.entries.filter(
      (entry) => entry.kind === kind && entry.azId === azId && (name === undefined || entry.name === name),
    );
    const [entry] = found;
    if (found.length !== 1 || entry?.link === undefined || entry.address === undefined) {
      throw new Error(
        `Lab ${this.name}: ${found.length} of ${kind} ${name ?? ""} in ${azId}, expected one with an address`,
      );
    }
    return { ...entry, link: entry.link, address: entry.address };
  }

  /** MAC address to which an interface sends what leaves its link. */
  nextHop({ namespace, link }: { namespace: string; link: string }): string {
    const neighbours = this.runIn(namespace, ["ip", "neighbour", "show", "dev", link]);
    const mac = /lladdr (\S+) PERMANENT/.exec(neighbours)?.[1];
    if (mac === undefined)
      throw new Error(`${namespace} ${link}: expected a permanent neighbour, found: ${neighbours}`);
    return mac;
  }
}

async function verb(name: string, args: string[]): Promise<string> {
  const outcome = await commandLine("lab", name, ...args);
  if (outcome.exitCode !== 0) {
    throw new Error(`lab ${name} ${args.join(" ")}: exit ${outcome.exitCode}\n${outcome.stdout}\n${outcome.stderr}`);
  }
  return outcome.stdout;
}
