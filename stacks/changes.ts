import { hookResources } from "./hooks";

/** Tells whether this run has made or changed anything of the stack's so far: its resources at AWS, not what measures. */
export type Changes = () => boolean;

/**
 * Watches what the engine does from here on, by hooks on each resource. What somebody deleted and the engine makes again may have the
 * same id and the same values as before, as a route has: no output shows it.
 */
export function watchChanges(): Changes {
  let changed = false;
  const isOfAws = (type: string): boolean => type.startsWith("aws:");
  hookResources("gwlb-inspection-changed", isOfAws, ["afterCreate", "afterUpdate"], () => {
    changed = true;
  });
  return () => changed;
}
