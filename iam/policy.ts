import { functionActions, resourceActions, ssmActions } from "./permissions";

/** What a stack of a role has: resource types and functions, as its program asks for them. */
export interface Needs {
  types: string[];
  functions: string[];
}

const network = ["vpc:Vpc", "subnet:Subnet", "routeTable:RouteTable", "routeTableAssociation:RouteTableAssociation"];
const hosts = ["securityGroup:SecurityGroup", "instance:Instance", "vpcEndpoint:VpcEndpoint"];
/** With `access: ssh` only: the bastion is in a subnet with a route to the internet, and its key is the operator's. */
const bastion = ["internetGateway:InternetGateway", "keyPair:KeyPair", "route:Route"];
const rules = ["Ingress", "Egress"].map((way) => `aws:vpc/securityGroup${way}Rule:SecurityGroup${way}Rule`);
/** With `access: ssm` only: the hosts' instance profile. */
const profile = ["role:Role", "rolePolicyAttachment:RolePolicyAttachment", "instanceProfile:InstanceProfile"];

const ofEc2 = (names: string[]): string[] => names.map((name) => `aws:ec2/${name}`);

const ec2Function = (name: string): string => `aws:ec2/${name}:${name}`;

/** Every stack's hosts are of an image that AWS names, and are reached by SSM or ssh. */
export const everyStackCalls = ["aws:ssm/getParameter:getParameter"];

const everyStack = [
  ...ofEc2([...network, ...hosts, ...bastion]),
  ...rules,
  ...profile.map((name) => `aws:iam/${name}`),
];

/** What each IAM role is for; `accepter` is the role in the security account by which a system stack accepts its own endpoints. */
export const needs = {
  security: {
    types: [
      ...everyStack,
      ...ofEc2(["vpcEndpointService:VpcEndpointService"]),
      ...ofEc2(["vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple"]),
      ...["loadBalancer:LoadBalancer", "targetGroup:TargetGroup", "listener:Listener"].map((name) => `aws:lb/${name}`),
      "aws:lb/targetGroupAttachment:TargetGroupAttachment",
    ],
    functions: ["aws:ec2/getNetworkInterface:getNetworkInterface"],
  },
  system: { types: everyStack, functions: ["aws:ec2/getVpcEndpointService:getVpcEndpointService"] },
  accepter: {
    types: ofEc2(["vpcEndpointConnectionAccepter:VpcEndpointConnectionAccepter"]),
    functions: [],
  },
  /** What settings that name something that is there already add, in either account. */
  existing: {
    types: [],
    functions: [
      ...["getInstance", "getInternetGateway", "getPrefixList", "getRouteTable", "getRouteTables"].map(ec2Function),
      ...["getSubnet", "getVpc", "getVpcEndpoint", "getVpcEndpointService"].map(ec2Function),
      ...["getLoadBalancer", "getTargetGroup"].map((name) => `aws:lb/${name}:${name}`),
    ],
  },
} satisfies Record<string, Needs>;

export type PolicyRole = keyof typeof needs;

interface Statement {
  Sid: string;
  Effect: "Allow";
  Action: string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, string>>;
}

export interface Policy {
  Version: "2012-10-17";
  Statement: Statement[];
}

/** Every action that the stacks of a role need, each once, in order. */
export function actionsOf(role: PolicyRole): string[] {
  const { types, functions }: Needs = needs[role];
  const hasHosts = role === "security" || role === "system";
  const called = hasHosts ? [...functions, ...everyStackCalls] : functions;
  const actions = [
    ...types.flatMap((type) => known(resourceActions, type)),
    ...called.flatMap((token) => known(functionActions, token)),
    ...(hasHosts ? ssmActions : []),
  ];
  return [...new Set(actions)].sort();
}

function known(table: Record<string, readonly string[]>, token: string): readonly string[] {
  const actions = table[token];
  if (actions === undefined) throw new RangeError(`${token}: its IAM actions are not known`);
  return actions;
}

/**
 * The policy of the IAM role that deploys, measures and destroys stacks of `role`.
 *
 * @param account 12-digit id of the account that it is attached in
 * @param region the only Region in which it allows anything that has one
 */
export function policyOf(role: PolicyRole, account: string, region: string): Policy {
  const actions = actionsOf(role);
  const special = ["iam:CreateServiceLinkedRole", "iam:PassRole"];
  const regional = actions.filter((action) => /^(ec2|elasticloadbalancing|ssm):/.test(action));
  const roles = actions.filter((action) => action.startsWith("iam:") && !special.includes(action));
  const own = [`arn:aws:iam::${account}:role/*`, `arn:aws:iam::${account}:instance-profile/*`];
  const statements: Statement[] = [
    {
      ...{ Sid: "Regional", Effect: "Allow", Action: regional, Resource: "*" },
      Condition: { StringEquals: { "aws:RequestedRegion": region } },
    },
    {
      ...{ Sid: "PrivateNames", Effect: "Allow", Resource: "*" },
      Action: actions.filter((action) => action.startsWith("route53:")),
    },
    { Sid: "InstanceProfiles", Effect: "Allow", Action: roles, Resource: own },
    {
      ...{ Sid: "PassToInstances", Effect: "Allow", Resource: own.slice(0, 1) },
      Action: actions.filter((action) => action === "iam:PassRole"),
      Condition: { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } },
    },
    {
      ...{ Sid: "FirstLoadBalancer", Effect: "Allow", Resource: "*" },
      Action: actions.filter((action) => action === "iam:CreateServiceLinkedRole"),
      Condition: { StringEquals: { "iam:AWSServiceName": "elasticloadbalancing.amazonaws.com" } },
    },
  ];
  return { Version: "2012-10-17", Statement: statements.filter(({ Action }) => Action.length > 0) };
}
