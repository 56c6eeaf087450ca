import { elbError } from "../core/errors";
import type { Context } from "../core/model";
import type { Listener } from "../core/records";
import { find } from "../core/state";

export function findListener(context: Context, operation: string, arn: string): Listener {
  const found = find(context.state.tables.listeners, arn, context.caller);
  // Source: ELBv2 API, ModifyListener: ListenerNotFound; wording UNVERIFIED.
  if (found === undefined) throw elbError(operation, "ListenerNotFound", `Listeners '[${arn}]' not found`);
  return found;
}
