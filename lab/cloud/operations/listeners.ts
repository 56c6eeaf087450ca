import type {
  Action,
  CreateListenerInput,
  CreateListenerOutput,
  DeleteListenerInput,
  DeleteListenerOutput,
  DescribeListenerAttributesInput,
  DescribeListenerAttributesOutput,
  DescribeListenersInput,
  DescribeListenersOutput,
  Listener as ListenerOutput,
  ModifyListenerAttributesInput,
  ModifyListenerAttributesOutput,
  ModifyListenerInput,
  ModifyListenerOutput,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { elbError } from "../core/errors";
import { findListener } from "../elb/findListener";
import { findLoadBalancer } from "../elb/findLoadBalancer";
import { findTargetGroup } from "../elb/findTargetGroup";
import type { Context } from "../core/model";
import type { Listener } from "../core/records";
import { elbTags } from "./elbTags";
import { operation } from "./operation";

/** Seconds for which a TCP flow may be idle, when nothing is said (GWLB user guide, "TCP idle timeout"). */
export const defaultIdleTimeout = 350;
const idleTimeout = "tcp.idle_timeout.seconds";

/** The one target group that a gateway listener forwards to. */
function forwardsTo(context: Context, called: string, actions: readonly Action[] = []): string {
  const [action, ...more] = actions;
  if (action === undefined || more.length > 0) {
    const message = "Exactly one default action must be specified for gateway listeners";
    // Source: ELBv2 API, CreateListener, DefaultActions; code and wording UNVERIFIED.
    throw elbError(called, "ValidationError", message);
  }
  const groups = (action.ForwardConfig?.TargetGroups ?? []).map(({ TargetGroupArn = "" }) => TargetGroupArn);
  const arn = action.TargetGroupArn ?? groups[0];
  if (arn === undefined || groups.length > 1) {
    // Source: ELBv2 API, Action, TargetGroupArn; code and wording UNVERIFIED.
    throw elbError(called, "ValidationError", "A target group ARN must be specified");
  }
  return findTargetGroup(context, called, arn).arn;
}

function refusePort(called: string, { Port, Protocol }: Pick<CreateListenerInput, "Port" | "Protocol">): void {
  for (const [what, value] of Object.entries({ port: Port, protocol: Protocol })) {
    if (value !== undefined) {
      // Source: ELBv2 API, CreateListener, Port and Protocol: "You can't specify a port (protocol) for a Gateway Load
      // Balancer"; wording as users report it.
      throw elbError(called, "ValidationError", `A ${what} cannot be specified for gateway listeners`);
    }
  }
}

function checkGroup(context: Context, called: string, loadBalancerArn: string, groupArn: string): void {
  const { tables } = context.state;
  const balancer = findLoadBalancer(context, called, loadBalancerArn);
  if (findTargetGroup(context, called, groupArn).vpcId !== balancer.vpcId) {
    const message = `The target group '${groupArn}' and the load balancer '${loadBalancerArn}' must be in the same VPC`;
    // Source: UNVERIFIED, code and wording.
    throw elbError(called, "InvalidConfigurationRequest", message);
  }
  const elsewhere = Object.values(tables.listeners).some(
    (other) => other.targetGroupArn === groupArn && other.loadBalancerArn !== loadBalancerArn,
  );
  if (elsewhere) {
    const message = `The following target groups cannot be associated with more than one load balancer: ${groupArn}`;
    // Source: ELBv2 API, CreateListener: TargetGroupAssociationLimit; wording UNVERIFIED.
    throw elbError(called, "TargetGroupAssociationLimit", message);
  }
}

export const CreateListener = operation(
  ["DefaultActions", "LoadBalancerArn", "Port", "Protocol", "Tags"],
  (context: Context, input: CreateListenerInput): CreateListenerOutput => {
    const called = "CreateListener";
    const loadBalancerArn = findLoadBalancer(context, called, input.LoadBalancerArn ?? "").arn;
    refusePort(called, input);
    const targetGroupArn = forwardsTo(context, called, input.DefaultActions);
    checkGroup(context, called, loadBalancerArn, targetGroupArn);
    if (Object.values(context.state.tables.listeners).some((other) => other.loadBalancerArn === loadBalancerArn)) {
      const message = `A listener already exists for this load balancer '${loadBalancerArn}'`;
      // Source: ELBv2 API, CreateListener: DuplicateListener; wording UNVERIFIED.
      throw elbError(called, "DuplicateListener", message);
    }
    const arn = `${loadBalancerArn.replace(":loadbalancer/", ":listener/")}/${context.ids.elb()}`;
    const listener: Listener = {
      arn,
      accountId: context.caller.accountId,
      region: context.caller.region,
      loadBalancerArn,
      targetGroupArn,
      tcpIdleTimeoutSeconds: defaultIdleTimeout,
      tags: elbTags(input.Tags),
    };
    context.state.tables.listeners[arn] = listener;
    context.changed();
    return { Listeners: [listenerOutput(listener)] };
  },
);

function listenerOutput({ arn, loadBalancerArn, targetGroupArn }: Listener): ListenerOutput {
  const TargetGroups = [{ TargetGroupArn: targetGroupArn, Weight: 1 }];
  return {
    ListenerArn: arn,
    LoadBalancerArn: loadBalancerArn,
    DefaultActions: [{ Type: "forward", TargetGroupArn: targetGroupArn, Order: 1, ForwardConfig: { TargetGroups } }],
  };
}

export const DescribeListeners = operation(
  ["ListenerArns", "LoadBalancerArn"],
  (
    context: Context,
    { ListenerArns: arns, LoadBalancerArn: balancer }: DescribeListenersInput,
  ): DescribeListenersOutput => {
    const called = "DescribeListeners";
    if (arns === undefined && balancer === undefined) {
      const message = "You must specify either listener ARNs or a load balancer ARN";
      // Source: ELBv2 API, DescribeListeners: "You must specify either a load balancer or one or more listeners"; code and
      // wording UNVERIFIED.
      throw elbError(called, "ValidationError", message);
    }
    if (balancer !== undefined) findLoadBalancer(context, called, balancer);
    const found =
      arns?.map((arn) => findListener(context, called, arn)) ??
      Object.values(context.state.tables.listeners).filter(({ loadBalancerArn }) => loadBalancerArn === balancer);
    return { Listeners: found.map(listenerOutput) };
  },
);

export const ModifyListener = operation(
  ["DefaultActions", "ListenerArn", "Port", "Protocol"],
  (context: Context, input: ModifyListenerInput): ModifyListenerOutput => {
    const called = "ModifyListener";
    const found = findListener(context, called, input.ListenerArn ?? "");
    refusePort(called, input);
    if (input.DefaultActions !== undefined) {
      const targetGroupArn = forwardsTo(context, called, input.DefaultActions);
      checkGroup(context, called, found.loadBalancerArn, targetGroupArn);
      found.targetGroupArn = targetGroupArn;
    }
    context.changed();
    return { Listeners: [listenerOutput(found)] };
  },
);

const attributesOf = ({ tcpIdleTimeoutSeconds }: Listener) => [
  { Key: idleTimeout, Value: String(tcpIdleTimeoutSeconds) },
];

export const DescribeListenerAttributes = operation(
  ["ListenerArn"],
  (context: Context, { ListenerArn: arn = "" }: DescribeListenerAttributesInput): DescribeListenerAttributesOutput => ({
    Attributes: attributesOf(findListener(context, "DescribeListenerAttributes", arn)),
  }),
);

export const ModifyListenerAttributes = operation(
  ["Attributes", "ListenerArn"],
  (context: Context, input: ModifyListenerAttributesInput): ModifyListenerAttributesOutput => {
    const called = "ModifyListenerAttributes";
    const listener = findListener(context, called, input.ListenerArn ?? "");
    for (const { Key, Value } of input.Attributes ?? []) {
      const seconds = Number(Value);
      if (Key !== idleTimeout || !(seconds >= 60 && seconds <= 6000)) {
        const message = `Listener attribute '${Key}' with value '${Value}' is not valid`;
        // Source: ELBv2 API, ListenerAttribute: tcp.idle_timeout.seconds, 60-6000; code and wording UNVERIFIED.
        throw elbError(called, "InvalidConfigurationRequest", message);
      }
      listener.tcpIdleTimeoutSeconds = seconds;
    }
    context.changed();
    return { Attributes: attributesOf(listener) };
  },
);

export const DeleteListener = operation(
  ["ListenerArn"],
  (context: Context, { ListenerArn: arn = "" }: DeleteListenerInput): DeleteListenerOutput => {
    delete context.state.tables.listeners[findListener(context, "DeleteListener", arn).arn];
    context.changed();
    return {};
  },
);
