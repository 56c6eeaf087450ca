import { arnOf, ec2Principal } from "../path/net/partition";
import {
  consumerCheckActions,
  functionActions,
  resourceActions,
  ssmActions,
  targetGroupActions,
  type Operations,
} from "./permissions";

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
    ...types.map((type) => known(resourceActions, type)).flatMap(everyOperation),
    ...called.flatMap((token) => known(functionActions, token)),
    ...(hasHosts ? ssmActions : []),
    ...(role === "security" ? [...consumerCheckActions, ...targetGroupActions] : []),
  ];
  return [...new Set(actions)].sort();
}

function everyOperation(operations: Operations): readonly string[] {
  return [operations.create, operations.read, operations.update, operations.delete].flat();
}

function known<T>(table: Record<string, T>, token: string): T {
  const row = table[token];
  if (row === undefined) throw new RangeError(`${token}: its IAM actions are not known`);
  return row;
}

/**
 * The policy of the IAM role that deploys, measures and destroys stacks of `role`.
 *
 * @param account 12-digit id of the account that it is attached in
 * @param region the only Region in which it allows anything that has one
 */
export function policyOf(role: PolicyRole, account: string, region: string): Policy {
  // Pulumi appends seven hex digits to the name that the program gives them. Any role would be a way to its permissions.
  const ofHosts = (kind: string): string => arnOf(region, "iam", account, `${kind}/${role}*-hosts-*`);
  const own = [ofHosts("role"), ofHosts("instance-profile")];
  const special: Omit<Statement, "Effect">[] = [
    {
      ...{ Sid: "PublicParameters", Action: ["ssm:GetParameter"] },
      Resource: arnOf(region, "ssm", "", "parameter/aws/service/*"),
    },
    { Sid: "PrivateNames", Action: ["route53:AssociateVPCWithHostedZone"], Resource: "*" },
    {
      ...{
        Sid: "PolicyOfSsmAgent",
        Action: ["iam:AttachRolePolicy", "iam:DetachRolePolicy"],
        Resource: ofHosts("role"),
      },
      Condition: { ArnEquals: { "iam:PolicyARN": arnOf(region, "iam", "aws", "policy/AmazonSSMManagedInstanceCore") } },
    },
    {
      ...{ Sid: "PassToInstances", Action: ["iam:PassRole"], Resource: ofHosts("role") },
      Condition: { StringEquals: { "iam:PassedToService": ec2Principal(region) } },
    },
    {
      ...{ Sid: "FirstLoadBalancer", Action: ["iam:CreateServiceLinkedRole"], Resource: "*" },
      Condition: { StringEquals: { "iam:AWSServiceName": "elasticloadbalancing.amazonaws.com" } },
    },
  ];
  const others = actionsOf(role).filter((action) => !special.some(({ Action }) => Action.includes(action)));
  const statements: Omit<Statement, "Effect">[] = [
    {
      ...{ Sid: "Regional", Action: others.filter((action) => !action.startsWith("iam:")), Resource: "*" },
      Condition: { StringEquals: { "aws:RequestedRegion": region } },
    },
    { Sid: "InstanceProfiles", Action: others.filter((action) => action.startsWith("iam:")), Resource: own },
    ...special.map((each) => ({ ...each, Action: actionsOf(role).filter((action) => each.Action.includes(action)) })),
  ];
  return {
    Version: "2012-10-17",
    Statement: statements
      .filter(({ Action }) => Action.length > 0)
      .map(({ Sid, ...rest }) => ({ Sid, Effect: "Allow", ...rest })),
  };
}
