import { lookedUp } from "gwlb-inspection/cli";
import type { FabricEntry } from "../fabric/inspect";
import type { Lab } from "../lab";

/** Command that shows every name. */
export const allNames = "gwlb-inspection lab inspect";

/** Every fault that the lab can make. Loaded only where somebody asks. */
export async function faultNames(): Promise<string[]> {
  return Object.keys((await import("../faults/faults")).faults);
}

/** An instance of the running lab, by Name tag or id. @throws SettingsError when there is none, or several */
export async function instanceNamed(lab: Lab, instance: string): Promise<FabricEntry> {
  const { findInstance } = await import("../node");
  const entries = (await lab.ask({ kind: "inspect" })) as FabricEntry[];
  return lookedUp(allNames, () => findInstance(entries, instance));
}
