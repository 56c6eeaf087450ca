import { AwsError } from "../cloud/errors";
import type { Caller } from "../cloud/model";
import type { TargetGroup } from "../cloud/records";
import type { TargetHealthReport } from "../cloud/targetHealth";
import type { LoopbackServer } from "../loopbackServer";
import { serveQuery, type QueryCaller } from "../queryService";
import { ServiceError } from "../serviceError";
import type { Identities } from "../sts/identities";
import { escapeXml } from "../xml";

const version = "2015-12-01";

/** What of the cloud is served. Both refuse as AWS does. */
export interface ElbService {
  describeTargetGroup(caller: Caller, arn: string): TargetGroup;
  describeTargetHealth(caller: Caller, arn: string): TargetHealthReport;
}

/**
 * Serves what the program itself asks Elastic Load Balancing, which is two operations on one target group. Its url is for
 * AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2.
 *
 * @param accountIds accounts that have load balancers; whoever calls from another one may do nothing
 */
export function serveElb(
  service: ElbService,
  identities: Identities,
  accountIds: readonly string[],
  log: (line: string) => void,
): Promise<LoopbackServer> {
  const allowed = (caller: QueryCaller, action: string): Caller => {
    if (!accountIds.includes(caller.accountId)) {
      const message =
        `User: ${caller.arn} is not authorized to perform: elasticloadbalancing:${action} because no identity-based policy ` +
        `allows the elasticloadbalancing:${action} action`;
      // Source: AWS APIs, "Common errors": AccessDenied; IAM User Guide, "Troubleshoot access denied error messages".
      throw new ServiceError("AccessDenied", message, 403);
    }
    return { accountId: caller.accountId, region: caller.region };
  };
  const operations = {
    DescribeTargetHealth: (caller: QueryCaller, parameters: ReadonlyMap<string, string>) => {
      const account = allowed(caller, "DescribeTargetHealth");
      const arn = parameters.get("TargetGroupArn") ?? "";
      const group = asked(() => service.describeTargetGroup(account, arn));
      return healthOf(
        group,
        asked(() => service.describeTargetHealth(account, arn)),
      );
    },
    DescribeTargetGroups: (caller: QueryCaller, parameters: ReadonlyMap<string, string>) => {
      const account = allowed(caller, "DescribeTargetGroups");
      return groupOf(
        asked(() => service.describeTargetGroup(account, parameters.get("TargetGroupArns.member.1") ?? "")),
      );
    },
  };
  const name = "elasticloadbalancing";
  const namespace = `http://${name}.amazonaws.com/doc/${version}/`;
  return serveQuery({ name, version, namespace, operations }, identities, log);
}

/** The cloud's errors have the words of the provider around AWS's own. */
function asked<T>(ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new ServiceError(error.code, error.message.replace(/^.*api error \w+: /s, ""));
  }
}

/** Source: ELBv2 API, TargetHealth, Reason; the words are UNVERIFIED. */
const descriptions: Record<string, string> = {
  "Elb.RegistrationInProgress": "Target registration is in progress",
  "Elb.InitialHealthChecking": "Initial health checks in progress",
  "Target.DeregistrationInProgress": "Target deregistration is in progress",
  "Target.FailedHealthChecks": "Health checks failed",
  "Target.NotInUse": "Target is in an Availability Zone that is not enabled for the load balancer",
  "Target.ResponseCodeMismatch": "Health checks failed",
  "Target.Timeout": "Request timed out",
};

/** Source: ELBv2 API Reference, DescribeTargetHealth, "Examples". */
function healthOf(group: TargetGroup, health: TargetHealthReport): string {
  const members = health.map(({ targetId, state, reason }) => {
    const why =
      reason === undefined
        ? ""
        : `<Reason>${reason}</Reason><Description>${escapeXml(descriptions[reason] ?? reason)}</Description>`;
    return (
      `<member><HealthCheckPort>${group.healthCheck.port}</HealthCheckPort>` +
      `<TargetHealth><State>${state}</State>${why}</TargetHealth>` +
      `<Target><Port>${group.port}</Port><Id>${escapeXml(targetId)}</Id></Target></member>`
    );
  });
  return `<TargetHealthDescriptions>${members.join("")}</TargetHealthDescriptions>`;
}

/** Source: ELBv2 API Reference, DescribeTargetGroups, "Examples". */
function groupOf({ arn, name, port, vpcId, targetType, healthCheck }: TargetGroup): string {
  const path =
    healthCheck.protocol === "TCP"
      ? ""
      : `<HealthCheckPath>${escapeXml(healthCheck.path ?? "/")}</HealthCheckPath>` +
        "<Matcher><HttpCode>200-399</HttpCode></Matcher>";
  return (
    `<TargetGroups><member><TargetGroupArn>${escapeXml(arn)}</TargetGroupArn><TargetGroupName>${escapeXml(name)}</TargetGroupName>` +
    `<Protocol>GENEVE</Protocol><Port>${port}</Port><VpcId>${vpcId}</VpcId><TargetType>${targetType}</TargetType>` +
    `<HealthCheckEnabled>true</HealthCheckEnabled><HealthCheckProtocol>${healthCheck.protocol}</HealthCheckProtocol>` +
    `<HealthCheckPort>${healthCheck.port}</HealthCheckPort>${path}` +
    `<HealthCheckIntervalSeconds>${healthCheck.interval}</HealthCheckIntervalSeconds>` +
    `<HealthCheckTimeoutSeconds>${healthCheck.timeout}</HealthCheckTimeoutSeconds>` +
    `<HealthyThresholdCount>${healthCheck.healthyThreshold}</HealthyThresholdCount>` +
    `<UnhealthyThresholdCount>${healthCheck.unhealthyThreshold}</UnhealthyThresholdCount></member></TargetGroups>`
  );
}
