import { HealthCheckProtocol, healthCheckPort } from "../path/net/healthCheck";
import type { AccountCredentials, SsmHost, VerificationRequest } from "../path/proof/request";
import { TraceError, type Answers, type MeasuredPath } from "../path/topology/index";

/** An account in a Region, and what AWS told of it. */
export interface ReadAccount {
  /** With what it was read, and in which Region. Its hosts are reached with the same. */
  credentials: AccountCredentials;
  /** What `readAccounts` gave for these credentials. */
  answers: Answers;
}

/** Of each pair, and how it is pinged. */
export type Pings = VerificationRequest["ping"];

/**
 * The measurement of a path that AWS told of: hosts are reached by SSM, with the credentials by which AWS told of each. The targets' rules are
 * somebody else's.
 *
 * @throws TraceError where the credentials of a host, or of the target group, are not among those that were read with
 */
export function requestOf(path: MeasuredPath, read: readonly ReadAccount[], ping: Pings): VerificationRequest {
  const { source, destination, loadBalancer, targetGroup, targets } = path;
  const names = targets.map(({ instance }) => instance.name);
  const group = read.flatMap(({ credentials, answers }) =>
    (answers.targetGroups ?? [])
      .filter(({ TargetGroupArn }) => TargetGroupArn === targetGroup.id)
      .map((answer) => ({ credentials, answer })),
  )[0];
  if (group === undefined)
    throw new TraceError(`target group ${targetGroup.name} was told of by none of these accounts`);
  const { answer, credentials } = group;
  const interval = answer.HealthCheckIntervalSeconds ?? 10;
  const threshold = answer.HealthyThresholdCount ?? 5;
  const protocol = Object.values(HealthCheckProtocol).find((each) => each === answer.HealthCheckProtocol);
  return {
    targets: targets.map(({ instance: { id, name }, address, azId }) => ({
      name: names.filter((each) => each === name).length === 1 ? name : id,
      azId,
      address,
      host: hostOf(id, read),
      instanceId: id,
      hairpin: false,
    })),
    targetGroup: { arn: targetGroup.id, ours: false, ...credentials },
    gatewayAddresses: loadBalancer.gatewayAddresses,
    ...(typeof loadBalancer.crossZone === "boolean" && { crossZone: loadBalancer.crossZone }),
    pairs: [
      {
        source: { name: source.name, azId: source.azId, address: source.address, host: hostOf(source.id, read) },
        destination: {
          name: destination.name,
          address: destination.address,
          ...(destination.azId !== undefined && { azId: destination.azId }),
        },
        expectReply: true,
      },
    ],
    ping,
    health: {
      port: healthCheckPort(answer.HealthCheckPort ?? "80"),
      ...(protocol !== undefined && { protocol }),
      ...(answer.HealthCheckPath !== undefined && { path: answer.HealthCheckPath }),
      interval,
      threshold,
      // One that has just become unhealthy is given the time to become healthy again.
      deadline: 3 * interval * threshold,
    },
  };
}

function hostOf(instanceId: string, read: readonly ReadAccount[]): SsmHost {
  const account = read.find(({ answers }) =>
    (answers.instances ?? []).some(({ InstanceId }) => InstanceId === instanceId),
  );
  if (account === undefined) throw new TraceError(`instance ${instanceId} was told of by none of these accounts`);
  return { instanceId, ...account.credentials };
}
