import { contains, isAddress, parseAddress, parseCidr } from "../../../path/net/cidr";
import { elbError } from "../core/errors";
import { findTargetGroup } from "./findTargetGroup";
import type { Context } from "../core/model";
import type { TargetGroup } from "../core/records";
import { find } from "../core/state";
import { storeTargetHealth } from "./targetHealth";

export function checkTarget(context: Context, group: TargetGroup, targetId: string, port: number | undefined): void {
  const { tables } = context.state;
  if (port !== undefined && port !== group.port) {
    const message = `The port '${port}' cannot be specified for targets of target group '${group.arn}'`;
    // Source: ELBv2 API, RegisterTargets: InvalidTarget; that GWLB's targets are on 6081 only, and the wording, are
    // UNVERIFIED.
    throw elbError("RegisterTargets", "InvalidTarget", message);
  }
  if (group.targetType === "ip") {
    const block = tables.vpcs[group.vpcId]?.cidrBlock;
    const inside = isAddress(targetId) && block !== undefined && contains(parseCidr(block), parseAddress(targetId));
    if (inside) return;
    const message = `The following targets are not in the target group VPC '${group.vpcId}': '${targetId}'`;
    // Source: ELBv2 API, RegisterTargets: InvalidTarget; wording UNVERIFIED.
    throw elbError("RegisterTargets", "InvalidTarget", message);
  }
  const instance = find(tables.instances, targetId, context.caller);
  if (instance === undefined) {
    // Source: ELBv2 API, RegisterTargets: InvalidTarget; wording UNVERIFIED.
    throw elbError("RegisterTargets", "InvalidTarget", `Instance ID '${targetId}' is not valid`);
  }
  if (instance.state !== "running") {
    const message = `The following targets are not in a running state and cannot be registered: '${targetId}'`;
    // Source: ELBv2 API, RegisterTargets: "it must be in the running state"; wording UNVERIFIED.
    throw elbError("RegisterTargets", "InvalidTarget", message);
  }
  if (tables.subnets[instance.subnetId]?.vpcId !== group.vpcId) {
    const message = `The following targets are not in the target group VPC '${group.vpcId}': '${targetId}'`;
    // Source: ELBv2 API, RegisterTargets: InvalidTarget; wording UNVERIFIED.
    throw elbError("RegisterTargets", "InvalidTarget", message);
  }
}

/** ELBv2 RegisterTargets; registering again ends a target's draining. */
export function registerTarget(context: Context, groupArn: string, targetId: string, port?: number): void {
  const group = findTargetGroup(context, "RegisterTargets", groupArn);
  checkTarget(context, group, targetId, port);
  group.targets = group.targets.filter((target) => target.id !== targetId);
  group.targets.push({ id: targetId, port: port ?? group.port, state: "registered" });
  refreshHealth(context, group);
  context.changed();
}

/** ELBv2 DeregisterTargets: existing flows go on until the deregistration delay is over. */
export function deregisterTarget(context: Context, groupArn: string, targetId: string): void {
  const group = findTargetGroup(context, "DeregisterTargets", groupArn);
  const target = group.targets.find((candidate) => candidate.id === targetId && candidate.state === "registered");
  if (target === undefined) return;
  target.state = "draining";
  refreshHealth(context, group);
  context.changed();
  context.clock.later(group.deregistrationDelay, () => {
    // The very registration that was ended: it may have been made anew in the meantime.
    if (!group.targets.includes(target)) return;
    group.targets = group.targets.filter((candidate) => candidate !== target);
    refreshHealth(context, group);
    context.changed();
  });
}

export function refreshHealth(context: Context, group: TargetGroup): void {
  storeTargetHealth(context.state, group.arn, context.state.health[group.arn] ?? []);
}
