import type { CreateListenerInput } from "@aws-sdk/client-elastic-load-balancing-v2";
import { findListener } from "./findListener";
import type { Context, ResourceType } from "../core/model";
import {
  CreateListener,
  DeleteListener,
  ModifyListener,
  ModifyListenerAttributes,
  defaultIdleTimeout,
} from "../operations/listeners";
import { tagList } from "../operations/tagging";
import { blocks, number, optionalNumber, optionalText, tagsOf, text, block, type Properties } from "../core/properties";
import { between, numeric, object, objects, oneOf, region, string, tags } from "../core/specs";
import { find } from "../core/state";

async function create(context: Context, inputs: Properties): Promise<string> {
  const Tags = tagList(tagsOf(inputs));
  const { Listeners: [made] = [] } = CreateListener.run(context, {
    LoadBalancerArn: text(inputs, "loadBalancerArn"),
    ...actionsOf(inputs),
    ...(Tags.length > 0 && { Tags }),
  });
  const arn = made?.ListenerArn ?? "";
  context.created(arn);
  setIdleTimeout(context, arn, inputs);
  await context.hooks.settled?.();
  return arn;
}

/** What requests to create and to modify it have in common. */
function actionsOf(inputs: Properties): Pick<CreateListenerInput, "DefaultActions" | "Port" | "Protocol"> {
  return {
    DefaultActions: blocks(inputs, "defaultActions").map((action) => {
      const groups = blocks(block(action, "forward"), "targetGroups");
      const TargetGroups = groups.map((group) => ({ TargetGroupArn: text(group, "arn") }));
      return {
        Type: "forward",
        TargetGroupArn: optionalText(action, "targetGroupArn"),
        ...(groups.length > 0 && { ForwardConfig: { TargetGroups } }),
      };
    }),
    Port: optionalNumber(inputs, "port"),
    Protocol: optionalText(inputs, "protocol") as "GENEVE" | undefined,
  };
}

function setIdleTimeout(context: Context, ListenerArn: string, inputs: Properties): void {
  const Value = String(number(inputs, "tcpIdleTimeoutSeconds"));
  ModifyListenerAttributes.run(context, { ListenerArn, Attributes: [{ Key: "tcp.idle_timeout.seconds", Value }] });
}

function read(context: Context, arn: string): Properties | undefined {
  const found = find(context.state.tables.listeners, arn, context.caller);
  const given = blocks(context.state.inputsOf("aws:lb/listener:Listener", arn), "defaultActions")[0];
  // In the form in which it was given: as one ARN or as a `forward` block.
  const forward = given?.["forward"] !== undefined && {
    forward: { targetGroups: [{ arn: found?.targetGroupArn, weight: 1 }] },
  };
  return (
    found && {
      arn,
      defaultActions: [{ order: 1, targetGroupArn: found.targetGroupArn, type: "forward", ...forward }],
      loadBalancerArn: found.loadBalancerArn,
      protocol: "",
      sslPolicy: "",
      tags: found.tags,
      tcpIdleTimeoutSeconds: found.tcpIdleTimeoutSeconds,
    }
  );
}

function update(context: Context, arn: string, inputs: Properties): void {
  ModifyListener.run(context, { ListenerArn: arn, ...actionsOf(inputs) });
  setIdleTimeout(context, arn, inputs);
  findListener(context, "AddTags", arn).tags = tagsOf(inputs);
  context.changed();
}

export const listener: ResourceType = {
  token: "aws:lb/listener:Listener",
  label: "ELBv2 Listener",
  inputs: {
    loadBalancerArn: string({ required: true, replace: true }),
    defaultActions: objects(
      {
        type: string({ required: true, reject: oneOf("forward") }),
        targetGroupArn: string({ computed: true }),
        order: numeric({ computed: true, reject: between(1, 50000) }),
        forward: object(
          { targetGroups: objects({ arn: string({ required: true }), weight: numeric({ computed: true }) }) },
          { computed: true },
        ),
      },
      { required: true },
    ),
    port: numeric({ reject: between(1, 65535) }),
    protocol: string({ computed: true }),
    tcpIdleTimeoutSeconds: numeric({ default: defaultIdleTimeout, reject: between(60, 6000) }),
    region,
    tags,
  },
  create,
  read,
  update,
  delete: (context, arn) => void DeleteListener.run(context, { ListenerArn: arn }),
};
