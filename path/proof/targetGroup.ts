import { nameInArn } from "../net/partition";
import { finding } from "./findings";
import type { Finding, RegisteredTarget, TargetGroupReport } from "./pathReport";

/** What AWS's word on the registered targets means for a measurement. Pure. */

/** Name of a target group, as the console shows it: `arn:…:targetgroup/NAME/ID`. */
export function targetGroupName(arn: string): string {
  return nameInArn(arn).split("/")[0] ?? arn;
}

/** `unhealthy, Target.ResponseCodeMismatch: Health checks failed with these codes: [404]` */
export function healthInWords({ state, reason, description }: Omit<RegisteredTarget, "id">): string {
  return `${[state, reason].filter(Boolean).join(", ")}${description === undefined ? "" : `: ${description}`}`;
}

/** `1 of 2 registered targets watched` */
export function watchedInWords({ registered }: TargetGroupReport): string {
  const watched = registered.filter(({ watchedAs }) => watchedAs !== undefined).length;
  return `${watched} of ${registered.length} registered ${registered.length === 1 ? "target" : "targets"} watched`;
}

/**
 * Whether packets may come to it: also to an unhealthy one, where no target is healthy, and to one that is being deregistered, which
 * keeps its flows. An `unused` one gets none: it is stopped, its group has no listener, or it is in an AZ that the GWLB is not in
 * (ELBv2 API, TargetHealth).
 */
export function mayGetPackets({ state }: Pick<RegisteredTarget, "state">): boolean {
  return state !== "unused";
}

/** Whether GWLB may give it a new flow, at least where no target is healthy. One that is being deregistered keeps those it has. */
export function getsNewFlows(target: Pick<RegisteredTarget, "state">): boolean {
  return mayGetPackets(target) && target.state !== "draining";
}

/** Whether GWLB may give the next flow to a target that nobody watched: to a healthy one, or to any where none is healthy. */
export function getsUnwatchedFlows({ registered }: TargetGroupReport): boolean {
  const healthy = registered.filter(({ state }) => state === "healthy");
  const inUse = healthy.length > 0 ? healthy : registered.filter(getsNewFlows);
  return inUse.some(({ watchedAs }) => watchedAs === undefined);
}

const shown = 4;

/**
 * That what registered targets do was not seen.
 *
 * @param unwatched those that nobody was asked to watch, one or more
 */
export function unwatchedFinding(group: TargetGroupReport, unwatched: RegisteredTarget[]): Finding {
  const names = unwatched.slice(0, shown).map((target) => `${target.id} (${healthInWords(target)})`);
  const more = unwatched.length > shown ? ` and ${unwatched.length - shown} more` : "";
  const seen = `${watchedInWords(group)}; not ${names.join(", ")}${more}`;
  return finding("TARGETS_NOT_WATCHED", targetGroupName(group.arn), seen);
}
