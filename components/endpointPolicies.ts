import { arnOf } from "../path/net/partition";

/** A policy of a VPC endpoint, as JSON: what may be asked for through it, whoever asks. */
function policy(statement: { Action: string[]; Resource: string | string[]; Condition?: object }): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: "*", ...statement }] });
}

/**
 * S3: Amazon Linux's packages are read, and nothing else. The buckets are those of aws-samples/data-perimeter-policy-examples,
 * vpc_endpoint_policies/s3_endpoint_policy.json (031eaa5).
 */
export function packagesOnly(region: string): string {
  const buckets = [`al2023-repos-${region}-de612dc2`, `amazonlinux-2-repos-${region}`];
  return policy({
    Action: ["s3:GetObject"],
    Resource: buckets.map((bucket) => arnOf(region, "s3", "", `${bucket}/*`)),
  });
}

/**
 * What SSM's agent asks each of its endpoints for, by its managed policy AmazonSSMManagedInstanceCore; not patches and parameters,
 * which the program has no use for. That the agent does without these is UNVERIFIED.
 */
const agentActions = {
  ssm: [
    ...["DescribeAssociation", "DescribeDocument", "GetDocument", "ListAssociations", "ListInstanceAssociations"],
    ...["PutComplianceItems", "PutConfigurePackageResult", "PutInventory"],
    ...["UpdateAssociationStatus", "UpdateInstanceAssociationStatus", "UpdateInstanceInformation"],
  ],
  ssmmessages: ["CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel"],
};

export type AgentService = keyof typeof agentActions;

/** @param accountId - whose principals may ask; with none, any that has come so far */
export function agentOnly(service: AgentService, accountId: string | undefined): string {
  return policy({
    Action: agentActions[service].map((action) => `${service}:${action}`),
    Resource: "*",
    ...(accountId !== undefined && { Condition: { StringEquals: { "aws:PrincipalAccount": accountId } } }),
  });
}
