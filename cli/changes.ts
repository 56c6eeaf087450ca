import type { ChangeCounts, ResourceOperation } from "../automation/index";

const past: Partial<Record<ResourceOperation, string>> = {
  same: "unchanged",
  create: "created",
  update: "updated",
  delete: "deleted",
  replace: "replaced",
  read: "read",
  refresh: "compared",
  import: "imported",
  discard: "discarded",
  "create-replacement": "created (replacement)",
  "delete-replaced": "deleted (replaced)",
};

/** What was done to a resource, in words. */
export function inWords(operation: ResourceOperation): string {
  return past[operation] ?? operation;
}

/** `2 created, 61 unchanged`: changes first. */
export function changesInWords(changes: ChangeCounts): string {
  const counted = Object.entries(changes) as [ResourceOperation, number][];
  const parts = counted
    .filter(([, count]) => count > 0)
    .sort(([a], [b]) => Number(a === "same") - Number(b === "same"))
    .map(([operation, count]) => `${count} ${inWords(operation)}`);
  return parts.join(", ") || "nothing to do";
}
