import type { Properties } from "../../../lab/cloud/core/properties";
import type { ApiRequest } from "./model";

const prefixes: Record<ApiRequest["service"], string> = {
  ec2: "ec2",
  elbv2: "elasticloadbalancing",
  iam: "iam",
  kms: "kms",
  ram: "ram",
  ssm: "ssm",
};

/** Action of a request that is told by a parameter of it: `iam:PassRole` by the role that it gives to something. */
const byParameter: { action: string; isAsked: (parameters: Properties, request: ApiRequest) => boolean }[] = [
  // EC2 User Guide, "Grant permission to tag resources during creation".
  { action: "ec2:CreateTags", isAsked: ({ TagSpecifications }) => TagSpecifications !== undefined },
  // ELB User Guide, "Tag resources during creation".
  {
    action: "elasticloadbalancing:AddTags",
    isAsked: ({ Tags }, { service, operation }) =>
      service === "elbv2" && operation.startsWith("Create") && tagged(Tags),
  },
  // IAM User Guide, "Tag IAM resources": to create with tags.
  { action: "iam:TagRole", isAsked: ({ Tags }, { operation }) => operation === "CreateRole" && tagged(Tags) },
  {
    action: "iam:TagInstanceProfile",
    isAsked: ({ Tags }, { operation }) => operation === "CreateInstanceProfile" && tagged(Tags),
  },
  // IAM User Guide, "Grant a user permissions to pass a role to an AWS service"; IAM API, AddRoleToInstanceProfile.
  {
    action: "iam:PassRole",
    isAsked: ({ IamInstanceProfile }, { operation }) =>
      IamInstanceProfile !== undefined || operation === "AddRoleToInstanceProfile",
  },
  // Service Authorization Reference, CreateVpcEndpoint: dependent action.
  { action: "route53:AssociateVPCWithHostedZone", isAsked: ({ PrivateDnsEnabled }) => PrivateDnsEnabled === true },
  // ELB User Guide, "Service-linked role": an account's first load balancer. Transit Gateway guide, the same: its first attachment.
  {
    action: "iam:CreateServiceLinkedRole",
    isAsked: (_, { operation }) => ["CreateLoadBalancer", "CreateTransitGatewayVpcAttachment"].includes(operation),
  },
  // UNVERIFIED: the Service Authorization Reference names none. As elsewhere, what is made with tags is tagged.
  {
    action: "ram:TagResource",
    isAsked: ({ tags }, { operation }) => operation === "CreateResourceShare" && tagged(tags),
  },
];

function tagged(tags: unknown): boolean {
  return Array.isArray(tags) && tags.length > 0;
}

/** The IAM actions that AWS asks for when it gets the request. */
export function actionsOfRequest(request: ApiRequest): string[] {
  const { service, operation, parameters } = request;
  const others = byParameter.filter(({ isAsked }) => isAsked(parameters, request)).map(({ action }) => action);
  return [`${prefixes[service]}:${operation}`, ...others];
}
