import type { FabricEntry } from "./fabric/inspect";
import { instanceLink } from "./fabric/attachment";

/** Every name by which `lab inspect` shows an entry. */
export function namesOf({ id, name, networkInterfaceId, link }: FabricEntry): string[] {
  // Instances' links are all called alike: that names none of them.
  return [id, name, networkInterfaceId, link === instanceLink ? undefined : link].filter((each) => each !== undefined);
}

/** The instance of that id or Name tag. @throws Error that lists the instances */
export function findInstance(entries: FabricEntry[], instance: string): FabricEntry {
  const instances = entries.filter(({ kind }) => kind === "instance");
  const [found, ...others] = instances.filter(({ id, name }) => id === instance || name === instance);
  if (found === undefined) {
    const names = instances.map(({ id, name }) => name ?? id).join(", ");
    throw new Error(`No instance "${instance}"; there are: ${names || "none"}`);
  }
  if (others.length > 0) {
    throw new Error(
      `"${instance}" names several instances; their ids are: ${[found, ...others].map(({ id }) => id).join(", ")}`,
    );
  }
  return found;
}
