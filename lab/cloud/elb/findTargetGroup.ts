import { elbError } from "../core/errors";
import type { Context } from "../core/model";
import type { TargetGroup } from "../core/records";
import { find, ownedBy } from "../core/state";

/** The error for target groups that are none of the caller's. */
function noTargetGroup(operation: string, which: string): Error {
  // Source: ELBv2 API, ModifyTargetGroupAttributes: TargetGroupNotFound; wording UNVERIFIED.
  return elbError(operation, "TargetGroupNotFound", `Target groups '${which}' not found`);
}

export function findTargetGroup(context: Context, operation: string, arn: string): TargetGroup {
  const group = find(context.state.tables.targetGroups, arn, context.caller);
  if (group === undefined) throw noTargetGroup(operation, arn);
  return group;
}

export function findTargetGroupByName(context: Context, operation: string, name: string): TargetGroup {
  const group = ownedBy(context.state.tables.targetGroups, context.caller).find((each) => each.name === name);
  if (group === undefined) throw noTargetGroup(operation, name);
  return group;
}
