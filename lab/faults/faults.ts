import type { Cloud } from "../cloud/cloud";
import type { Fabric } from "../fabric/fabric";
import { accessFaults } from "./accessFaults";
import type { Fault, Undo } from "./fault";
import { internetFaults } from "./internetFaults";
import { packageFaults } from "./packageFaults";
import { routeFaults } from "./routeFaults";
import { serviceFaults } from "./serviceFaults";
import { ssmFaults } from "./ssmFaults";
import { targetFaults } from "./targetFaults";
import { transitFaults } from "./transitFaults";

/** Every distinct way in which such a path or its set-up breaks, by name. */
export const faults: Record<string, Fault> = {
  ...routeFaults,
  ...internetFaults,
  ...transitFaults,
  ...accessFaults,
  ...serviceFaults,
  ...targetFaults,
  ...packageFaults,
  ...ssmFaults,
};

/** Makes faults in a running lab and takes them back. */
export class Faults {
  /** In the order in which they were made. */
  private made: { name: string; undo: Undo[] }[] = [];

  constructor(
    private readonly cloud: Cloud,
    private readonly fabric: Fabric,
  ) {}

  /** @returns what was changed. @throws Error for an unknown fault, naming the known ones */
  async break(name: string): Promise<string> {
    const fault = faults[name];
    if (fault === undefined) throw new Error(`Fault "${name}": expected one of ${Object.keys(faults).join(", ")}`);
    const { cloud, fabric } = this;
    this.made.push({ name, undo: await fault.make({ cloud, fabric, snapshot: cloud.snapshot() }) });
    await fabric.settled();
    return `changed: ${fault.what}`;
  }

  /**
   * Takes back one fault, or all of them, the last one first, and what impairs the gateways.
   *
   * @returns the number of changes taken back. @throws Error for a fault that was not made
   */
  async repair(name?: string): Promise<number> {
    const of = this.made.filter((fault) => name === undefined || fault.name === name);
    if (name !== undefined && of.length === 0) {
      throw new Error(
        `Fault "${name}" was not made: expected one of ${this.made.map((each) => each.name).join(", ") || "none"}`,
      );
    }
    this.made = this.made.filter((fault) => !of.includes(fault));
    const undo = of.flatMap((fault) => fault.undo).reverse();
    for (const step of undo) await step();
    if (name === undefined && (await this.fabric.impair(undefined)) !== undefined) return undo.length + 1;
    await this.fabric.settled();
    return undo.length;
  }
}
