import type {
  DeregisterTargetsInput,
  DeregisterTargetsOutput,
  RegisterTargetsInput,
  RegisterTargetsOutput,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Context } from "../core/model";
import { deregisterTarget, registerTarget } from "../elb/targetRegistration";
import { operation } from "./operation";

export const RegisterTargets = operation(
  ["TargetGroupArn", "Targets"],
  (context: Context, { TargetGroupArn = "", Targets = [] }: RegisterTargetsInput): RegisterTargetsOutput => {
    for (const { Id = "", Port } of Targets) registerTarget(context, TargetGroupArn, Id, Port);
    return {};
  },
);

/** Existing flows go on until the deregistration delay is over. */
export const DeregisterTargets = operation(
  ["TargetGroupArn", "Targets"],
  (context: Context, { TargetGroupArn = "", Targets = [] }: DeregisterTargetsInput): DeregisterTargetsOutput => {
    for (const { Id = "" } of Targets) deregisterTarget(context, TargetGroupArn, Id);
    return {};
  },
);
