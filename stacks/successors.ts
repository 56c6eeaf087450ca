import * as pulumi from "@pulumi/pulumi";
import type { InspectionTarget } from "../components/inspectionTarget";
import { isMocked } from "../components/mocked";
import { lastOutputs } from "../components/ownState";
import { healthDeadline, wholeHealthCheck, type HealthCheckSettings } from "../path/net/healthCheck";
import type { MeasuredTargetGroup } from "../path/proof/request";

const attachmentToken = "aws:lb/targetGroupAttachment:TargetGroupAttachment";

/**
 * Where a target takes the place of another one: known when AWS finds it healthy. What it replaces is deleted only after the program's
 * end, and not at all when that fails: until then the AZ's flows have a target.
 *
 * @param name - of its registration
 * @param group - target group, and the credentials to ask AWS with
 * @returns the registration's id
 */
export function inService(
  name: string,
  { attachmentId, instanceId }: InspectionTarget,
  group: pulumi.Output<MeasuredTargetGroup>,
  healthCheck: HealthCheckSettings,
): pulumi.Output<string> {
  // Mocks have no AWS to ask.
  if (pulumi.runtime.isDryRun() || isMocked()) return attachmentId;
  return pulumi.all([attachmentId, instanceId, group]).apply(async ([id, target, asked]) => {
    const before = await registeredBefore(name);
    if (id === "" || before === undefined || before === target) return id;
    const seconds = healthDeadline(wholeHealthCheck(healthCheck));
    const { unhealthyUntil } = await import("../verification/targetGroup");
    const found = await unhealthyUntil(Date.now() + seconds * 1000, target, asked);
    if (found === undefined) return id;
    throw new pulumi.RunError(
      `${name}: ${target} is to take the place of ${before}, which stays as it is: ${found}: expected it to be ` +
        `healthy within ${seconds} s. The next \`up\` takes the other one away`,
    );
  });
}

/** Id of the instance that the last run has left registered by this name. */
async function registeredBefore(name: string): Promise<string | undefined> {
  const targetId = (await lastOutputs(attachmentToken, name))?.["targetId"];
  return typeof targetId === "string" ? targetId : undefined;
}
