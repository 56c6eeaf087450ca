/** AWS's partitions, and what is named otherwise in each: ARNs, domains, endpoint services. Pure. */

export interface Partition {
  /** As ARNs begin: `aws`, `aws-cn`, `aws-us-gov`. */
  id: string;
  /** What host names end with. */
  dnsSuffix: string;
}

/**
 * The partitions and the Regions that each has, as the AWS SDK resolves endpoints (@aws-sdk/core 3.1169,
 * util-endpoints/lib/aws/partitions): a test compares the two. The SDK's own table comes with its whole client, 50 ms.
 */
const partitions: readonly (Partition & { regions: RegExp })[] = [
  { id: "aws-cn", dnsSuffix: "amazonaws.com.cn", regions: /^cn-/ },
  { id: "aws-us-gov", dnsSuffix: "amazonaws.com", regions: /^us-gov-/ },
  { id: "aws-iso", dnsSuffix: "c2s.ic.gov", regions: /^us-iso-/ },
  { id: "aws-iso-b", dnsSuffix: "sc2s.sgov.gov", regions: /^us-isob-/ },
  { id: "aws-iso-e", dnsSuffix: "cloud.adc-e.uk", regions: /^eu-isoe-/ },
  { id: "aws-iso-f", dnsSuffix: "csp.hci.ic.gov", regions: /^us-isof-/ },
  { id: "aws-eusc", dnsSuffix: "amazonaws.eu", regions: /^eusc-/ },
];

const commercial: Partition = { id: "aws", dnsSuffix: "amazonaws.com" };

/** The partition of a Region; `aws` for one that no other partition's Regions are named like. */
export function partitionOf(region: string): Partition {
  const { id, dnsSuffix } = partitions.find(({ regions }) => regions.test(region)) ?? commercial;
  return { id, dnsSuffix };
}

/** Services that have one name space for a whole partition: their ARNs have no Region (IAM user guide, "Amazon Resource Names"). */
const global = ["iam", "s3", "sts"];

/**
 * @param region - of what it names, also where the service has no Regions: it tells the partition
 * @param accountId - 12 digits; `aws` for what is AWS's own; empty where a service has none in its ARNs
 * @param resource - what is behind the account, as `vpc/vpc-0…`
 */
export function arnOf(region: string, service: string, accountId: string, resource: string): string {
  return ["arn", partitionOf(region).id, service, global.includes(service) ? "" : region, accountId, resource].join(
    ":",
  );
}

export interface Arn {
  partition: string;
  service: string;
  /** Empty for services without Regions. */
  region: string;
  accountId: string;
  resource: string;
}

/** An ARN's parts; undefined for any other text, and for partitions that there are not. */
export function parseArn(text: string): Arn | undefined {
  const [, partition = "", service = "", region = "", accountId = "", resource = ""] =
    /^arn:([a-z-]+):([a-z0-9-]+):([a-z0-9-]*):([0-9]{12}|aws|):(.+)$/.exec(text) ?? [];
  return [commercial, ...partitions].some(({ id }) => id === partition)
    ? { partition, service, region, accountId, resource }
    : undefined;
}

/** What an ARN names within its service and kind: `subnet-0…` of `arn:…:subnet/subnet-0…`; the text itself when it is none. */
export function idInArn(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}

/** What an ARN names within its service, behind its kind: `gwy/NAME/ID` of `arn:…:loadbalancer/gwy/NAME/ID`; the text itself when it is none. */
export function nameInArn(arn: string): string {
  return arn.slice(arn.indexOf("/") + 1);
}

/** A role's ARN: its partition, account, and name with its path; undefined for any other text. */
export function parseRoleArn(text: string): { partition: string; accountId: string; role: string } | undefined {
  const { partition, service, accountId, resource } = parseArn(text) ?? {};
  if (partition === undefined || accountId === undefined || service !== "iam") return undefined;
  const role = /^role\/(.+)$/.exec(resource ?? "")?.[1];
  return role === undefined || !/^[0-9]{12}$/.test(accountId) ? undefined : { partition, accountId, role };
}

/** A managed policy's ARN: its partition, and its account, `aws` for one of AWS's; undefined for any other text. */
export function parsePolicyArn(text: string): { partition: string; accountId: string } | undefined {
  const { partition, service, accountId, resource } = parseArn(text) ?? {};
  if (partition === undefined || accountId === undefined || accountId === "" || service !== "iam") return undefined;
  return /^policy\/[\w+=,.@/-]+$/.test(resource ?? "") ? { partition, accountId } : undefined;
}

/** A KMS key's ARN: its partition, Region and account; undefined for any other text, aliases included. */
export function parseKmsKeyArn(text: string): Pick<Arn, "partition" | "region" | "accountId"> | undefined {
  const parts = parseArn(text);
  // Ids are UUIDs, those of multi-Region keys begin with mrk- (KMS developer guide, "Key identifiers").
  if (parts?.service !== "kms" || parts.region === "" || !/^key\/[0-9a-zA-Z-]+$/.test(parts.resource)) return undefined;
  const { partition, region, accountId } = parts;
  return /^[0-9]{12}$/.test(accountId) ? { partition, region, accountId } : undefined;
}

/** The principal that stands for a whole account (IAM user guide, "AWS account principals"). */
export function accountPrincipal(partition: string, accountId: string): string {
  return `arn:${partition}:iam::${accountId}:root`;
}

/** The forms of ARNs, for messages. */
export const arnForms = {
  root: accountPrincipal(commercial.id, "ACCOUNT"),
  role: "arn:aws:iam::ACCOUNT:role/NAME",
  policy: "arn:aws:iam::ACCOUNT:policy/NAME",
  kmsKey: "arn:aws:kms:REGION:ACCOUNT:key/ID",
  loadBalancer: "arn:aws:elasticloadbalancing:REGION:ACCOUNT:loadbalancer/…",
  targetGroup: "arn:aws:elasticloadbalancing:REGION:ACCOUNT:targetgroup/…",
} as const;

/**
 * The service that instances' roles trust and are passed to. In China it has the partition's domain (AWS China, "IAM"); that it
 * has elsewhere, too, is UNVERIFIED.
 */
export function ec2Principal(region: string): string {
  return `ec2.${partitionOf(region).dnsSuffix}`;
}

/**
 * Name of AWS's own endpoint service `s3` (of type gateway), `ssm` or `ssmmessages`: the same everywhere. In China many others
 * begin with `cn.` (aws-cdk, aws-ec2/lib/vpc-endpoint.ts, `VPC_ENDPOINT_SERVICE_EXCEPTIONS`), these do not.
 */
export function awsServiceName(region: string, service: string): string {
  return `com.amazonaws.${region}.${service}`;
}

/**
 * Name of somebody's endpoint service: `com.amazonaws.vpce.REGION.vpce-svc-…`, in China `cn.com.amazonaws.vpce.…` (aws-cdk,
 * region-info, `VPC_ENDPOINT_SERVICE_NAME_PREFIX`).
 */
export function endpointServiceName(region: string, serviceId: string): string {
  const reversed = partitionOf(region).dnsSuffix.split(".").reverse().join(".");
  return `${reversed}.vpce.${region}.${serviceId}`;
}
