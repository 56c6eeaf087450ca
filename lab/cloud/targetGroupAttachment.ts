import { contains, isAddress, parseAddress, parseCidr } from "../../path/net/cidr";
import { elbError } from "./errors";
import type { Context, ResourceType } from "./model";
import { optionalNumber, optionalText, text, type Properties } from "./properties";
import type { TargetGroup } from "./records";
import { between, numeric, region, string } from "./specs";
import { find } from "./state";
import { storeTargetHealth } from "./targetHealth";
import { findTargetGroup } from "./targetGroup";

function checkTarget(context: Context, group: TargetGroup, targetId: string, port: number | undefined): void {
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

function refreshHealth(context: Context, group: TargetGroup): void {
  storeTargetHealth(context.state, group.arn, context.state.health[group.arn] ?? []);
}

function registered(context: Context, id: string): { groupArn: string; targetId: string; port?: number } | undefined {
  const attachment = find(context.state.attachments, id, context.caller);
  const group = attachment && context.state.tables.targetGroups[attachment.targetGroupArn];
  const target = group?.targets.find(
    (candidate) => candidate.id === attachment?.targetId && candidate.state === "registered",
  );
  if (attachment === undefined || group === undefined || target === undefined) return undefined;
  return {
    groupArn: group.arn,
    targetId: target.id,
    ...(attachment.port !== undefined && { port: attachment.port }),
  };
}

async function create(context: Context, inputs: Properties): Promise<string> {
  const groupArn = text(inputs, "targetGroupArn");
  const targetId = text(inputs, "targetId");
  const port = optionalNumber(inputs, "port");
  registerTarget(context, groupArn, targetId, port);
  const id = `${groupArn}-${context.ids.suffix()}`;
  context.state.attachments[id] = {
    id,
    accountId: context.caller.accountId,
    region: context.caller.region,
    targetGroupArn: groupArn,
    targetId,
    ...(port !== undefined && { port }),
  };
  await context.hooks.settled?.();
  return id;
}

function read(context: Context, id: string): Properties | undefined {
  const found = registered(context, id);
  if (found === undefined) return undefined;
  const given = context.state.inputsOf("aws:lb/targetGroupAttachment:TargetGroupAttachment", id);
  return {
    targetGroupArn: found.groupArn,
    targetId: found.targetId,
    port: found.port,
    availabilityZone: optionalText(given, "availabilityZone"),
  };
}

export const targetGroupAttachment: ResourceType = {
  token: "aws:lb/targetGroupAttachment:TargetGroupAttachment",
  label: "ELBv2 Target Group Attachment",
  inputs: {
    targetGroupArn: string({ required: true, replace: true }),
    targetId: string({ required: true, replace: true }),
    port: numeric({ replace: true, reject: between(1, 65535) }),
    availabilityZone: string({ replace: true }),
    region,
  },
  create,
  read,
  delete: (context, id) => {
    const found = registered(context, id);
    if (found !== undefined) deregisterTarget(context, found.groupArn, found.targetId);
    delete context.state.attachments[id];
  },
};
