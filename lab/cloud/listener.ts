import { elbError } from "./errors";
import { findLoadBalancer } from "./loadBalancer";
import type { Context, ResourceType } from "./model";
import { blocks, number, optionalNumber, optionalText, tagsOf, text, block, type Properties } from "./properties";
import { between, numeric, object, objects, oneOf, region, string, tags } from "./specs";
import { find } from "./state";
import { findTargetGroup } from "./targetGroup";

/** Seconds for which a TCP flow may be idle, when nothing is said (GWLB user guide, "TCP idle timeout"). */
const defaultIdleTimeout = 350;

/** The one target group that a gateway listener forwards to. */
function forwardsTo(context: Context, operation: string, inputs: Properties): string {
  const [action, ...more] = blocks(inputs, "defaultActions");
  if (action === undefined || more.length > 0) {
    const message = "Exactly one default action must be specified for gateway listeners";
    // Source: ELBv2 API, CreateListener, DefaultActions; code and wording UNVERIFIED.
    throw elbError(operation, "ValidationError", message);
  }
  const groups = blocks(block(action, "forward"), "targetGroups").map((group) => text(group, "arn"));
  const arn = optionalText(action, "targetGroupArn") ?? groups[0];
  if (arn === undefined || groups.length > 1) {
    // Source: ELBv2 API, Action, TargetGroupArn; code and wording UNVERIFIED.
    throw elbError(operation, "ValidationError", "A target group ARN must be specified");
  }
  return findTargetGroup(context, operation, arn).arn;
}

function refusePort(operation: string, inputs: Properties): void {
  for (const what of ["port", "protocol"] as const) {
    const value = what === "port" ? optionalNumber(inputs, what) : optionalText(inputs, what);
    if (value !== undefined) {
      // Source: ELBv2 API, CreateListener, Port and Protocol: "You can't specify a port (protocol) for a Gateway Load
      // Balancer"; wording as users report it.
      throw elbError(operation, "ValidationError", `A ${what} cannot be specified for gateway listeners`);
    }
  }
}

function checkGroup(context: Context, operation: string, loadBalancerArn: string, groupArn: string): void {
  const { tables } = context.state;
  const balancer = findLoadBalancer(context, operation, loadBalancerArn);
  if (findTargetGroup(context, operation, groupArn).vpcId !== balancer.vpcId) {
    const message = `The target group '${groupArn}' and the load balancer '${loadBalancerArn}' must be in the same VPC`;
    // Source: UNVERIFIED, code and wording.
    throw elbError(operation, "InvalidConfigurationRequest", message);
  }
  const elsewhere = Object.values(tables.listeners).some(
    (other) => other.targetGroupArn === groupArn && other.loadBalancerArn !== loadBalancerArn,
  );
  if (elsewhere) {
    const message = `The following target groups cannot be associated with more than one load balancer: ${groupArn}`;
    // Source: ELBv2 API, CreateListener: TargetGroupAssociationLimit; wording UNVERIFIED.
    throw elbError(operation, "TargetGroupAssociationLimit", message);
  }
}

async function create(context: Context, inputs: Properties): Promise<string> {
  const operation = "CreateListener";
  const loadBalancerArn = findLoadBalancer(context, operation, text(inputs, "loadBalancerArn")).arn;
  refusePort(operation, inputs);
  const targetGroupArn = forwardsTo(context, operation, inputs);
  checkGroup(context, operation, loadBalancerArn, targetGroupArn);
  if (Object.values(context.state.tables.listeners).some((other) => other.loadBalancerArn === loadBalancerArn)) {
    const message = `A listener already exists for this load balancer '${loadBalancerArn}'`;
    // Source: ELBv2 API, CreateListener: DuplicateListener; wording UNVERIFIED.
    throw elbError(operation, "DuplicateListener", message);
  }
  const arn = `${loadBalancerArn.replace(":loadbalancer/", ":listener/")}/${context.ids.elb()}`;
  context.state.tables.listeners[arn] = {
    arn,
    accountId: context.caller.accountId,
    region: context.caller.region,
    loadBalancerArn,
    targetGroupArn,
    tcpIdleTimeoutSeconds: number(inputs, "tcpIdleTimeoutSeconds"),
    tags: tagsOf(inputs),
  };
  context.changed();
  await context.hooks.settled?.();
  return arn;
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
  const operation = "ModifyListener";
  const found = find(context.state.tables.listeners, arn, context.caller);
  // Source: ELBv2 API, ModifyListener: ListenerNotFound; wording UNVERIFIED.
  if (found === undefined) throw elbError(operation, "ListenerNotFound", `Listeners '[${arn}]' not found`);
  refusePort(operation, inputs);
  const targetGroupArn = forwardsTo(context, operation, inputs);
  checkGroup(context, operation, found.loadBalancerArn, targetGroupArn);
  found.targetGroupArn = targetGroupArn;
  found.tcpIdleTimeoutSeconds = number(inputs, "tcpIdleTimeoutSeconds");
  found.tags = tagsOf(inputs);
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
  delete: (context, arn) => {
    delete context.state.tables.listeners[arn];
    context.changed();
  },
};
