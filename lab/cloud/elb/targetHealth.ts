import type { TargetHealth } from "../../gateway/config";
import type { State } from "../core/state";

export type TargetHealthReport = TargetHealth[];

/**
 * Keeps what was found about the targets that are registered or draining. Others are dropped: a report may be older than
 * a deregistration.
 */
export function storeTargetHealth(state: State, targetGroupArn: string, health: TargetHealthReport): void {
  const group = state.tables.targetGroups[targetGroupArn];
  if (group === undefined) return;
  state.health[targetGroupArn] = group.targets.map((target) => {
    if (target.state === "draining")
      return { targetId: target.id, state: "draining", reason: "Target.DeregistrationInProgress" };
    const found = health.find(({ targetId }) => targetId === target.id);
    return found ? { ...found } : { targetId: target.id, state: "initial", reason: "Elb.RegistrationInProgress" };
  });
}
