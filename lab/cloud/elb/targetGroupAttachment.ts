import type { Context, ResourceType } from "../core/model";
import { DeregisterTargets, RegisterTargets } from "../operations/targets";
import { optionalNumber, optionalText, text, type Properties } from "../core/properties";
import { between, numeric, region, string } from "../core/specs";
import { find } from "../core/state";

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
  RegisterTargets.run(context, { TargetGroupArn: groupArn, Targets: [{ Id: targetId, Port: port }] });
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
    if (found !== undefined) {
      DeregisterTargets.run(context, { TargetGroupArn: found.groupArn, Targets: [{ Id: found.targetId }] });
    }
    delete context.state.attachments[id];
  },
};
