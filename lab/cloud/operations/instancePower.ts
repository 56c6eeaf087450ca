import type {
  InstanceStateChange,
  RebootInstancesRequest,
  StartInstancesRequest,
  StartInstancesResult,
  StopInstancesRequest,
  StopInstancesResult,
} from "@aws-sdk/client-ec2";
import { ec2Error } from "../core/errors";
import type { Context } from "../core/model";
import type { Instance } from "../core/records";
import { begin } from "../core/transition";
import { findInstance } from "../ec2/findInstance";
import { start } from "../ec2/launch";
import { operation } from "./operation";
import { stateOf, stopSeconds } from "./instances";

/** Begins a change of state, unless it is under way or done. @throws AwsError in a state that does not lead there */
function change(
  context: Context,
  called: string,
  { id, from, done }: { id: string; from: Instance["state"]; done: Instance["state"][] },
  action: (instance: Instance) => void,
): InstanceStateChange {
  const instance = findInstance(context, called, id);
  const PreviousState = stateOf(instance);
  if (instance.state === from) action(instance);
  else if (!done.includes(instance.state)) {
    const message = `The instance '${id}' is not in a state from which it can be ${from === "running" ? "stopped" : "started"}.`;
    // Source: EC2 API, Error codes: IncorrectInstanceState; wording UNVERIFIED.
    throw ec2Error(called, "IncorrectInstanceState", message);
  }
  return { InstanceId: id, CurrentState: stateOf(instance), PreviousState };
}

/** It keeps its disk and its addresses; that AWS gives it another public address when it starts is not modelled. */
export const StopInstances = operation(
  ["InstanceIds", "Force", "SkipOsShutdown"],
  (context: Context, { InstanceIds: ids = [] }: StopInstancesRequest): StopInstancesResult => {
    const StoppingInstances = ids.map((id) =>
      change(context, "StopInstances", { id, from: "running", done: ["stopping", "stopped"] }, (instance) => {
        instance.state = "stopping";
        begin(context, id, async ({ clock }) => {
          await clock.wait(stopSeconds);
          if (instance.state === "stopping") instance.state = "stopped";
          context.changed();
        });
      }),
    );
    context.changed();
    return { StoppingInstances };
  },
);

export const StartInstances = operation(
  ["InstanceIds"],
  (context: Context, { InstanceIds: ids = [] }: StartInstancesRequest): StartInstancesResult => {
    const StartingInstances = ids.map((id) =>
      change(context, "StartInstances", { id, from: "stopped", done: ["pending", "running"] }, (instance) => {
        instance.state = "pending";
        instance.launched = Date.now();
        begin(context, id, (unattended) => start(unattended, instance));
      }),
    );
    context.changed();
    return { StartingInstances };
  },
);

export const RebootInstances = operation(
  ["InstanceIds"],
  (context: Context, { InstanceIds: ids = [] }: RebootInstancesRequest): object => {
    const instances = ids.map((id) => findInstance(context, "RebootInstances", id));
    for (const { id } of instances) begin(context, id, async ({ hooks }) => hooks.instanceReboot?.(id));
    return {};
  },
);
