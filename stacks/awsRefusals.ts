import * as pulumi from "@pulumi/pulumi";
import { hookErrors } from "./hooks";

/** Quotas by the code of the error that tells that they are reached: service and name, as Service Quotas has them. */
const quotas: Record<string, string> = {
  AddressLimitExceeded: "Amazon EC2, EC2-VPC Elastic IPs",
  InstanceLimitExceeded: "Amazon EC2, Running On-Demand instances",
  InternetGatewayLimitExceeded: "Amazon VPC, Internet gateways per Region",
  NetworkInterfaceLimitExceeded: "Amazon VPC, Network interfaces per Region",
  RouteLimitExceeded: "Amazon VPC, Routes per route table",
  RouteTableLimitExceeded: "Amazon VPC, Route tables per VPC",
  RulesPerSecurityGroupLimitExceeded: "Amazon VPC, Inbound or outbound rules per security group",
  SecurityGroupLimitExceeded: "Amazon VPC, VPC security groups per Region",
  SubnetLimitExceeded: "Amazon VPC, Subnets per VPC",
  TooManyLoadBalancers: "Elastic Load Balancing, Gateway Load Balancers per Region",
  TooManyTargetGroups: "Elastic Load Balancing, Target groups per Region",
  VcpuLimitExceeded: "Amazon EC2, Running On-Demand instances (vCPUs)",
  VpcEndpointLimitExceeded: "Amazon VPC, Interface or Gateway Load Balancer endpoints per VPC",
  VpcLimitExceeded: "Amazon VPC, VPCs per Region",
};

/** Policies by the words that tell which of them denies, and who can change it. */
const deniers: [RegExp, string][] = [
  [
    /service control polic/i,
    "a service control policy of the organization denies it: ask its administrators to allow it",
  ],
  [
    /resource control polic/i,
    "a resource control policy of the organization denies it: ask its administrators to allow it",
  ],
  [
    /permissions boundary/i,
    "the role's permissions boundary does not let it through: widen the boundary, or take another role",
  ],
  [/session polic/i, "the session's policy does not let it through: assume the role without one that narrows it"],
  [/VPC endpoint polic/i, "the policy of the VPC endpoint that calls go through does not let it through: widen that"],
  [/explicit deny/i, "a policy of the role denies it explicitly: take that statement away"],
];

const stays = "What was made stays in the state: repeat the command then.";

/**
 * What can be done about a refusal of AWS's that no setting of the stack causes: missing permissions, quotas, no capacity. undefined
 * for any other error. Sources: IAM User Guide, "Troubleshoot access denied error messages"; EC2 API, "Error codes"; Elastic Load Balancing
 * API, "Errors" of the Create actions; the quotas' names: the pages on quotas of Amazon VPC, EC2 and Elastic Load Balancing. On live
 * AWS UNVERIFIED.
 */
export function remedyOf(error: string): string | undefined {
  const action = /not authorized to perform: ([\w-]+:\w+)/.exec(error)?.[1];
  if (action !== undefined) {
    const [, denier] = deniers.find(([words]) => words.test(error)) ?? [];
    const missing = "no policy of the role allows it: docs/policies has what each stack's role needs";
    return `${action} is not allowed: ${denier ?? missing}. ${stays}`;
  }
  if (/\bUnauthorizedOperation\b/.test(error)) {
    const decode = "`aws sts decode-authorization-message --encoded-message …` tells which action and policy";
    return `an action is not allowed: ${decode}; docs/policies has what each stack's role needs. ${stays}`;
  }
  if (/\bInsufficientInstanceCapacity\b/.test(error)) {
    return `AWS has no such instances left in this AZ: take another instanceType or AZ, or wait. ${stays}`;
  }
  const code = /\b(?!Request)(\w+LimitExceeded|TooMany(?!Requests)\w+?)(?:Exception)?\b/.exec(error)?.[1];
  if (code === undefined) return undefined;
  const quota = quotas[code];
  const which = quota === undefined ? "the quota that AWS names is reached" : `quota reached: ${quota}`;
  return `${which}: raise it in Service Quotas, or delete what is not needed. ${stays}`;
}

/** Has what can be done about a refusal of AWS's said beside it. Nothing is tried again: neither comes right by itself. */
export function tellRemedies(): void {
  hookErrors(
    "gwlb-inspection-remedy",
    (type) => type.startsWith("aws:"),
    async ({ name, type, errors: [error = ""] }) => {
      const remedy = remedyOf(error);
      if (remedy !== undefined) await pulumi.log.error(`${type.split(":").at(-1) ?? ""} ${name}: ${remedy}`);
    },
  );
}
