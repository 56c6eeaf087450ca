import type { Cloud } from "../cloud/cloud";
import type { CloudSnapshot } from "../cloud/core/records";
import type { Fabric } from "../fabric/fabric";

export type Undo = () => Promise<void> | void;

export interface Lab {
  cloud: Cloud;
  fabric: Fabric;
  snapshot: CloudSnapshot;
}

/** Made as somebody would who does not know of the program. */
export interface Fault {
  /** What is taken away or changed, to be read after "changed:". */
  what: string;
  /** Makes the fault and returns how to take it back. @throws Error when there is nothing that it could break */
  make: (lab: Lab) => Promise<Undo[]> | Undo[];
}

/** One fault after another. */
export function together(...faults: Fault["make"][]): Fault["make"] {
  return async (lab) => {
    const undo: Undo[] = [];
    for (const make of faults) undo.push(...(await make(lab)));
    return undo;
  };
}

/** @throws Error when there is none: a fault that breaks nothing would be a lie */
export function some<T>(found: T[], what: string): T[] {
  if (found.length === 0) throw new Error(`There is no ${what}`);
  return found;
}
