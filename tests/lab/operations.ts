import * as fs from "node:fs";
import * as path from "node:path";
import { actionsOf, type PolicyRole } from "../../iam/needs";
import { functionActions, resourceActions } from "../../iam/permissions";
import type { OperationRecord } from "../../lab/providers/operationRecord";
import { stateDirectory } from "../../lab/world/world";

/** What engines have asked a lab's provider for so far. */
export function operationsOf(lab: string): OperationRecord[] {
  const lines = fs
    .readFileSync(path.join(stateDirectory(lab), "operations.jsonl"), "utf8")
    .trim()
    .split("\n");
  return lines.map((line) => JSON.parse(line) as OperationRecord);
}

/** Those of them that the policies of an account's roles do not allow, or whose actions nobody knows. */
export function notAllowed(records: OperationRecord[], roles: Record<string, PolicyRole[]>): OperationRecord[] {
  return records.filter(({ accountId, operation, type }) => {
    const allowed = (roles[accountId] ?? []).flatMap(actionsOf);
    const asked = (operation === "call" ? functionActions[type] : resourceActions[type]?.[operation]) ?? [];
    return asked.length === 0 || !asked.every((action) => allowed.includes(action));
  });
}
