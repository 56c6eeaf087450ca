import type { FabricEntry } from "./fabric/inspect";
import { instanceLink } from "./fabric/attachment";

/** A name that nothing has, with `names` of what there is, or that several things have. */
export class NameError extends Error {
  override readonly name = "NameError";
  constructor(
    readonly what: string,
    readonly wanted: string,
    message: string,
    readonly names?: string[],
  ) {
    super(message);
  }
}

/** `name (id)`: what tells things of one name apart, and of which the other is known. */
export function nameAndId({ id, name }: FabricEntry): string {
  return name === undefined ? id : `${name} (${id})`;
}

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
    const names = instances.map(({ id, name }) => name ?? id);
    throw new NameError(
      "instance",
      instance,
      `No instance "${instance}"; there are: ${names.join(", ") || "none"}`,
      names,
    );
  }
  if (others.length > 0) {
    const all = [found, ...others].map(nameAndId).join(", ");
    throw new NameError("instance", instance, `"${instance}" names several instances, expected the id of one: ${all}`);
  }
  return found;
}
