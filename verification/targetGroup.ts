import {
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { asksForPath, healthCheckPort, HealthCheckProtocol, type HealthCheck } from "../path/net/healthCheck";
import { healthInWords, type RegisteredTarget } from "../path/proof/index";
import { clientSettings, describeCredentials, withoutSecrets } from "./credentials";
import type { MeasuredTargetGroup } from "../path/proof/request";
import { pause } from "./pause";

/** AWS did not tell: with which action, whose credentials, and why. */
export class TargetGroupError extends Error {
  override readonly name = "TargetGroupError";
}

/** What AWS says of a target group, asked anew each time. */
export class TargetGroup {
  private readonly client: ElasticLoadBalancingV2Client;

  constructor(
    private readonly group: MeasuredTargetGroup,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.client = new ElasticLoadBalancingV2Client(clientSettings(group));
  }

  /** Every target that is registered or being deregistered. @throws TargetGroupError */
  async registered(): Promise<RegisteredTarget[]> {
    const command = new DescribeTargetHealthCommand({ TargetGroupArn: this.group.arn });
    const { TargetHealthDescriptions: all } = await this.ask("DescribeTargetHealth", (options) =>
      this.client.send(command, options),
    );
    return (all ?? []).map(({ Target: target, TargetHealth: health }) => ({
      id: target?.Id ?? "unknown",
      state: health?.State ?? "unknown",
      ...(health?.Reason !== undefined && { reason: health.Reason }),
      ...(health?.Description !== undefined && { description: health.Description }),
    }));
  }

  /** @throws TargetGroupError */
  async healthCheck(): Promise<HealthCheck> {
    const command = new DescribeTargetGroupsCommand({ TargetGroupArns: [this.group.arn] });
    const { TargetGroups: [group] = [] } = await this.ask("DescribeTargetGroups", (options) =>
      this.client.send(command, options),
    );
    const protocol = Object.values(HealthCheckProtocol).find((each) => each === group?.HealthCheckProtocol);
    if (group === undefined || protocol === undefined) {
      throw this.failed("DescribeTargetGroups", `its health check is ${group?.HealthCheckProtocol ?? "not told"}`);
    }
    const path = asksForPath({ protocol });
    return {
      protocol,
      port: healthCheckPort(group.HealthCheckPort ?? ""),
      ...(path && group.HealthCheckPath !== undefined && { path: group.HealthCheckPath }),
      ...(path && group.Matcher?.HttpCode !== undefined && { matcher: group.Matcher.HttpCode }),
      interval: group.HealthCheckIntervalSeconds ?? NaN,
      timeout: group.HealthCheckTimeoutSeconds ?? NaN,
      healthyThreshold: group.HealthyThresholdCount ?? NaN,
      unhealthyThreshold: group.UnhealthyThresholdCount ?? NaN,
    };
  }

  close(): void {
    this.client.destroy();
  }

  private async ask<T>(action: string, send: (options: { abortSignal?: AbortSignal }) => Promise<T>): Promise<T> {
    try {
      return await send(this.signal === undefined ? {} : { abortSignal: this.signal });
    } catch (error) {
      throw this.failed(action, error instanceof Error ? `${error.name}: ${error.message}` : String(error));
    }
  }

  private failed(action: string, why: string): TargetGroupError {
    const credentials = describeCredentials(this.group);
    return new TargetGroupError(
      `elasticloadbalancing:${action} with credentials of ${credentials}: ${withoutSecrets(why, this.group)}`,
    );
  }
}

/** Milliseconds between two looks. */
const lookAgainAfter = 1000;

/**
 * Waits until AWS finds a target healthy.
 *
 * @param deadline - as `Date.now()` has it
 * @returns undefined when it is, else how it is at the deadline
 * @throws TargetGroupError
 */
export async function unhealthyUntil(
  deadline: number,
  targetId: string,
  asked: MeasuredTargetGroup,
): Promise<string | undefined> {
  const group = new TargetGroup(asked, undefined);
  try {
    for (;;) {
      const health = (await group.registered()).find(({ id }) => id === targetId);
      if (health?.state === "healthy") return undefined;
      if (Date.now() > deadline) return health === undefined ? "it is not registered" : healthInWords(health);
      await pause(lookAgainAfter);
    }
  } finally {
    group.close();
  }
}
