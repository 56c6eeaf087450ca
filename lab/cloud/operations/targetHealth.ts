import type {
  DescribeTargetHealthInput,
  DescribeTargetHealthOutput,
  TargetHealthReasonEnum,
  TargetHealthStateEnum,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Context } from "../core/model";
import type { TargetHealth } from "../../gateway/config";
import { findTargetGroup } from "../elb/findTargetGroup";
import { operation } from "./operation";
import { balancersOf } from "./targetGroups";

/** Source: ELBv2 API, TargetHealth, Reason; the words are UNVERIFIED. */
const descriptions: Record<string, string> = {
  "Elb.RegistrationInProgress": "Target registration is in progress",
  "Elb.InitialHealthChecking": "Initial health checks in progress",
  "Target.DeregistrationInProgress": "Target deregistration is in progress",
  "Target.FailedHealthChecks": "Health checks failed",
  "Target.InvalidState": "Target is in the stopped state",
  "Target.NotInUse":
    "Target group is not used by a load balancer, or target is in an Availability Zone that is not enabled for it",
  "Target.NotRegistered": "Target is not registered to the target group",
  "Target.ResponseCodeMismatch": "Health checks failed",
  "Target.Timeout": "Request timed out",
};

/** Every registered target, or those that are named; `initial` until something was reported, `unused` when it is none or in no use. */
export const DescribeTargetHealth = operation(
  ["TargetGroupArn", "Targets"],
  (context: Context, input: DescribeTargetHealthInput): DescribeTargetHealthOutput => {
    const group = findTargetGroup(context, "DescribeTargetHealth", input.TargetGroupArn ?? "");
    const isUsed = balancersOf(context, group.arn).length > 0;
    const { instances } = context.state.tables;
    const all = (context.state.health[group.arn] ?? []).map((target): TargetHealth => {
      const { targetId, state } = target;
      if (state === "draining") return target;
      if (!isUsed) return { targetId, state: "unused", reason: "Target.NotInUse" };
      // Gateway Load Balancer guide, "Target health status": unused, "the target is in the stopped or terminated state".
      return instances[targetId]?.state === "stopped"
        ? { targetId, state: "unused", reason: "Target.InvalidState" }
        : target;
    });
    const named = input.Targets?.map(
      ({ Id: id = "" }) =>
        all.find(({ targetId }) => targetId === id) ?? {
          targetId: id,
          state: "unused",
          reason: "Target.NotRegistered",
        },
    );
    return {
      TargetHealthDescriptions: (named ?? all).map(({ targetId, state, reason }) => ({
        HealthCheckPort: group.healthCheck.port,
        Target: { Id: targetId, Port: group.port },
        TargetHealth: {
          State: state as TargetHealthStateEnum,
          ...(reason !== undefined && {
            Reason: reason as TargetHealthReasonEnum,
            Description: descriptions[reason] ?? reason,
          }),
        },
      })),
    };
  },
);
