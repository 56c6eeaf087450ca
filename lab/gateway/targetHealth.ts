import type { GatewayConfig, TargetHealth } from "./config";

/** AWS's reason codes of a failed check (DescribeTargetHealth). */
export type FailureReason = "Target.Timeout" | "Target.FailedHealthChecks" | "Target.ResponseCodeMismatch";

export type Thresholds = Pick<GatewayConfig["healthCheck"], "healthyThreshold" | "unhealthyThreshold">;

/** What one ENI knows of one target. That the first state, too, needs as many checks as the thresholds say is UNVERIFIED. */
export class ObservedHealth {
  state: "initial" | "healthy" | "unhealthy" = "initial";
  reason?: FailureReason;
  private successes = 0;
  private failures = 0;

  /** @param failure - undefined when the check passed. @returns whether the state (or its reason) changed */
  observe(failure: FailureReason | undefined, thresholds: Thresholds): boolean {
    const before = `${this.state} ${this.reason}`;
    if (failure === undefined) {
      this.successes++;
      this.failures = 0;
      if (this.successes >= thresholds.healthyThreshold) {
        this.state = "healthy";
        delete this.reason;
      }
    } else {
      this.failures++;
      this.successes = 0;
      if (this.failures >= thresholds.unhealthyThreshold) {
        this.state = "unhealthy";
        this.reason = failure;
      }
    }
    return before !== `${this.state} ${this.reason}`;
  }
}

export interface CheckedPair {
  /** The ENI's. */
  azId: string;
  from: string;
  targetId: string;
  address: string;
}

/** Who checks whom: each ENI the targets of its AZ, or all of them with cross-zone. A draining target is not checked. */
export function checkedPairs(config: Pick<GatewayConfig, "enis" | "targets" | "attributes">): CheckedPair[] {
  return config.enis.flatMap((eni) =>
    config.targets
      .filter((target) => target.state === "registered" && (config.attributes.crossZone || target.azId === eni.azId))
      .map((target) => ({ azId: eni.azId, from: eni.address, targetId: target.id, address: target.address })),
  );
}

/**
 * DescribeTargetHealth's answer. A target that several ENIs check is healthy when all of them say so.
 *
 * @param observed - what the ENI in this AZ knows of the target, undefined when it does not check it
 */
export function targetHealth(
  config: Pick<GatewayConfig, "enis" | "targets">,
  observed: (azId: string, targetId: string) => ObservedHealth | undefined,
): TargetHealth[] {
  return config.targets.map(({ id, state }) => {
    if (state === "draining") return { targetId: id, state, reason: "Target.DeregistrationInProgress" };
    const views = config.enis.flatMap((eni) => observed(eni.azId, id) ?? []);
    if (views.length === 0) return { targetId: id, state: "unused", reason: "Target.NotInUse" };
    const failed = views.find((view) => view.state === "unhealthy");
    if (failed !== undefined) {
      return { targetId: id, state: "unhealthy", ...(failed.reason !== undefined && { reason: failed.reason }) };
    }
    if (views.some((view) => view.state === "initial")) {
      return { targetId: id, state: "initial", reason: "Elb.InitialHealthChecking" };
    }
    return { targetId: id, state: "healthy" };
  });
}
