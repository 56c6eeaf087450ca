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

/** Every distinct way in which such a path or its set-up breaks, by name. */
export const faults: Record<string, Fault> = {
  ...routeFaults,
  ...internetFaults,
  ...accessFaults,
  ...serviceFaults,
  ...targetFaults,
  ...packageFaults,
  ...ssmFaults,
};

/** Makes faults in a running lab and takes them back. */
export class Faults {
  private undo: Undo[] = [];

  constructor(
    private readonly cloud: Cloud,
    private readonly fabric: Fabric,
  ) {}

  /** @returns what was changed. @throws Error for an unknown fault, naming the known ones */
  async break(name: string): Promise<string> {
    const fault = faults[name];
    if (fault === undefined) throw new Error(`Fault "${name}": expected one of ${Object.keys(faults).join(", ")}`);
    const { cloud, fabric } = this;
    this.undo.push(...(await fault.make({ cloud, fabric, snapshot: cloud.snapshot() })));
    await fabric.settled();
    return `changed: ${fault.what}`;
  }

  /** Takes back all faults, the last one first, and what impairs the gateways. @returns the number of changes taken back. */
  async repair(): Promise<number> {
    const undo = this.undo.reverse();
    this.undo = [];
    for (const step of undo) await step();
    const impairment = await this.fabric.impair(undefined);
    return undo.length + (impairment === undefined ? 0 : 1);
  }
}
