import { SettingsError } from "gwlb-inspection/automation";
import { wrongName } from "gwlb-inspection/cli";
import type { FabricEntry } from "../fabric/inspect";
import type { Lab } from "../world/lab";
import { findInstance, NameError } from "../node";

/** Every fault that the lab can make. Loaded only where somebody asks. */
export async function faultNames(): Promise<string[]> {
  return Object.keys((await import("../faults/faults")).faults);
}

/** Looks up what has a name in the lab; what is wrong with the name is wrong with the command line. */
export function lookedUp<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof NameError)) throw error;
    const { what, wanted, message, names } = error;
    throw names === undefined
      ? new SettingsError(message)
      : wrongName(what, wanted, names, "gwlb-inspection lab inspect");
  }
}

/** An instance of the running lab, by Name tag or id. @throws SettingsError when there is none, or several */
export async function instanceNamed(lab: Lab, instance: string): Promise<FabricEntry> {
  const entries = (await lab.ask({ kind: "inspect" })) as FabricEntry[];
  return lookedUp(() => findInstance(entries, instance));
}
