import * as pulumi from "@pulumi/pulumi";
import { lastOutput } from "../components/ownState";
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

/** Output of a stack that measures nothing itself: by it those that do learn that something was made again, with the same ids. */
export const changedAtOutput = "changedAt";

/**
 * When a run of this stack last made or changed something: ISO 8601, empty where nobody knows.
 *
 * @param changes - of this run
 * @param after - known when all of the stack is made
 */
export function changedAt(changes: Changes, after: object): pulumi.Output<string> {
  return pulumi.output(after).apply(async () => {
    if (changes()) return new Date().toISOString();
    const last = await lastOutput(changedAtOutput);
    return typeof last === "string" ? last : "";
  });
}
