/**
 * Which of AWS's resources the actions of iam/permissions.ts are about, as the Service Authorization Reference has it; a test compares
 * the two (tests/fixtures/serviceAuthorization.json).
 */

/**
 * Type of what an action makes, by action. By what it is made in: a tag that is asked for is one of the whole request, so an action's
 * new resource and those that are there already may not be in one statement, or `CreateSubnet` would be allowed in any VPC.
 */
export const made = {
  alone: {
    "ec2:CreateVpc": "vpc",
    "ec2:CreateInternetGateway": "internet-gateway",
    "ec2:ImportKeyPair": "key-pair",
    "ec2:AllocateAddress": "elastic-ip",
    "ec2:CreateVpcEndpointServiceConfiguration": "vpc-endpoint-service",
    "ec2:CreateTransitGateway": "transit-gateway",
    "elasticloadbalancing:CreateLoadBalancer": "loadbalancer/gwy",
    "elasticloadbalancing:CreateTargetGroup": "targetgroup",
  },
  inVpc: {
    "ec2:CreateSubnet": "subnet",
    "ec2:CreateRouteTable": "route-table",
    "ec2:CreateSecurityGroup": "security-group",
  },
  inSubnet: {
    "ec2:RunInstances": "instance",
    "ec2:CreateVpcEndpoint": "vpc-endpoint",
    "ec2:CreateNatGateway": "natgateway",
    "ec2:CreateTransitGatewayVpcAttachment": "transit-gateway-attachment",
  },
  inTransitGateway: { "ec2:CreateTransitGatewayRouteTable": "transit-gateway-route-table" },
} as const satisfies Record<string, Record<string, string>>;

/** What an instance is launched with beside what is the program's own: nothing of it can be told by a tag. */
export const launchedWith = ["image", "volume", "network-interface"];

/** Actions on security groups that are on their rules, too. */
export const ruleActions = [
  ...["ec2:AuthorizeSecurityGroupEgress", "ec2:AuthorizeSecurityGroupIngress", "ec2:ModifySecurityGroupRules"],
];

/** Actions on what is there already and a stack may use: things are made in it, put into it and led through it. */
export const usedActions = [
  ...["CreateSubnet", "CreateRouteTable", "CreateSecurityGroup", "CreateVpcEndpoint", "RunInstances"].map(
    (operation) => `ec2:${operation}`,
  ),
  ...["CreateRoute", "ReplaceRoute", "DeleteRoute"].map((operation) => `ec2:${operation}`),
  ...["AssociateRouteTable", "DisassociateRouteTable", "ReplaceRouteTableAssociation"].map(
    (operation) => `ec2:${operation}`,
  ),
  ...["CreateListener", "RegisterTargets", "DeregisterTargets"].map((operation) => `elasticloadbalancing:${operation}`),
];

/** Type of what traffic mirroring makes, by action: the three that have tags. */
export const madeByMirror = {
  "ec2:CreateTrafficMirrorFilter": "traffic-mirror-filter",
  "ec2:CreateTrafficMirrorTarget": "traffic-mirror-target",
  "ec2:CreateTrafficMirrorSession": "traffic-mirror-session",
} as const;

/** Actions on mirror filters that are on their rules, too, which the provider gives no tags. */
export const mirrorRuleActions = ["Create", "Modify", "Delete"].map((does) => `ec2:${does}TrafficMirrorFilterRule`);

/** Names of those of a service's actions that make something with tags, as its condition key `CreateAction` has them. */
export function createActions(service: "ec2" | "elasticloadbalancing", actions: string[]): string[] {
  const all = [...Object.values(made).flatMap((each) => Object.keys(each)), "elasticloadbalancing:CreateListener"];
  return all
    .filter((action) => action.startsWith(`${service}:`) && actions.includes(action))
    .map((action) => action.split(":")[1] ?? "");
}

/** Whether AWS knows no resource of an action that reads, or that ends a command: it is allowed on all or on none. */
export function withoutResource(action: string): boolean {
  return /^(ec2|elasticloadbalancing):Describe|^ec2:Get|^ram:Get|^ssm:(Describe|GetCommandInvocation|CancelCommand)/.test(
    action,
  );
}
