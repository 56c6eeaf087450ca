import {
  arnOf,
  endpointServiceName,
  parseArn,
  parseKmsKeyArn,
  parsePolicyArn,
  parseRoleArn,
  partitionOf,
} from "../../path/net/partition";
import type { ExistingConsumerConfig, ExistingHubConfig } from "./existingSchema";

interface Role {
  roleArn: string;
}

/** What of a stack's configuration has to be of its account and Region. */
export interface AccountPlan {
  accountId: string;
  region: string;
  assumeRole?: Role | undefined;
  permissionsBoundary?: string | undefined;
  kmsKeyId?: string | undefined;
  instanceProfileName?: string | undefined;
  endpointAcceptance?: { assumeRole?: Role | undefined } | undefined;
  attachmentAcceptance?: { assumeRole?: Role | undefined } | undefined;
  existing?: ExistingHubConfig | ExistingConsumerConfig | undefined;
}

type Shown = (key: string, value: string) => string;

/**
 * What is of another account, Region or partition, one line each.
 *
 * @param plan - `accountId` undefined where it is not known
 * @param shown - a value, as text for an error
 */
export function accountProblems(
  plan: Omit<AccountPlan, "accountId"> & { accountId: string | undefined },
  shown: Shown,
): string[] {
  const { accountId, region, assumeRole, permissionsBoundary, kmsKeyId, existing } = plan;
  const role = (key: string, arn: string | undefined, account: string | undefined): string[] => {
    const parts = arn === undefined ? undefined : parseRoleArn(arn);
    if (arn === undefined || parts === undefined) return [];
    const fits = parts.partition === partitionOf(region).id && (account ?? parts.accountId) === parts.accountId;
    const expected = arnOf(region, "iam", account ?? "ACCOUNT", "role/NAME");
    return fits ? [] : [`${key}.roleArn: ${shown(key.split(".")[0] ?? key, arn)}: expected ${expected}`];
  };
  return [
    ...role("assumeRole", assumeRole?.roleArn, accountId),
    // The accounts of service and transit gateway are not known here.
    ...(["endpointAcceptance", "attachmentAcceptance"] as const).flatMap((key) =>
      role(`${key}.assumeRole`, plan[key]?.assumeRole?.roleArn, undefined),
    ),
    ...boundaryProblems(permissionsBoundary, accountId, region),
    ...kmsKeyProblems(kmsKeyId, region),
    ...(permissionsBoundary && plan.instanceProfileName
      ? [`permissionsBoundary: "${permissionsBoundary}": expected none with instanceProfileName: no role is made`]
      : []),
    ...(existing !== undefined && "registerNewTargets" in existing ? hubProblems(existing, accountId, region) : []),
  ];
}

/** Of the account itself, or one of AWS's. */
function boundaryProblems(arn: string | undefined, accountId: string | undefined, region: string): string[] {
  const parts = arn === undefined ? undefined : parsePolicyArn(arn);
  if (arn === undefined || parts === undefined) return [];
  const fits =
    parts.partition === partitionOf(region).id && ["aws", accountId ?? parts.accountId].includes(parts.accountId);
  const expected = arnOf(region, "iam", accountId ?? "ACCOUNT", "policy/NAME");
  return fits ? [] : [`permissionsBoundary: "${arn}": expected ${expected}`];
}

/** Of the stack's Region, in any account: companies have theirs in one of their own (KMS developer guide, "Allowing users in other accounts"). */
function kmsKeyProblems(arn: string | undefined, region: string): string[] {
  const parts = arn === undefined ? undefined : parseKmsKeyArn(arn);
  if (arn === undefined || parts === undefined) return [];
  return parts.partition === partitionOf(region).id && parts.region === region
    ? []
    : [`kmsKeyId: "${arn}": expected ${arnOf(region, "kms", parts.accountId, "key/ID")}`];
}

function hubProblems(existing: ExistingHubConfig, accountId: string | undefined, region: string): string[] {
  const { loadBalancerArn, targetGroupArn, serviceName } = existing;
  const wrong = Object.entries({ loadBalancerArn, targetGroupArn }).flatMap(([key, arn]) => {
    const parts = arn === undefined ? undefined : parseArn(arn);
    if (arn === undefined || parts === undefined) return [];
    const expected = arnOf(region, parts.service, accountId ?? parts.accountId, parts.resource);
    return arn === expected
      ? []
      : [`existing.${key}: "${arn}": expected one of the stack's account and Region, ${expected}`];
  });
  const serviceId = serviceName?.split(".").at(-1);
  const expected = serviceId === undefined ? undefined : endpointServiceName(region, serviceId);
  return serviceName === expected
    ? wrong
    : [...wrong, `existing.serviceName: "${serviceName}": expected one of the stack's Region, ${expected}`];
}
