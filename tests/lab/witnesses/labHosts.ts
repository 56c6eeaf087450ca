import { execFileSync } from "node:child_process";
import type { FabricEntry } from "../../../lab/fabric/inspect";
import { Lab } from "../../../lab/world/lab";
import { NamedLab } from "../namedLab";

/** A lab of the tests' own, and the interfaces in it that the witnesses look at. */
export class LabHosts {
  private constructor(
    readonly named: NamedLab,
    private readonly lab: Lab,
    private readonly entries: FabricEntry[],
  ) {}

  static async up(name: string): Promise<LabHosts> {
    const named = new NamedLab(name);
    try {
      await named.succeed("up");
      return await LabHosts.of(named);
    } catch (error) {
      // What has come up stays up when the rest fails.
      await named.run("down");
      throw error;
    }
  }

  /** Those of a lab that is up, which whoever has started it takes down. */
  static async of(named: NamedLab): Promise<LabHosts> {
    return new LabHosts(named, Lab.attach(named.name), await named.inspect());
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
        `Lab ${this.named.name}: ${found.length} of ${kind} ${name ?? ""} in ${azId}, expected one with an address`,
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
