import type { Operations } from "./actions";
import {
  consumerCheckActions,
  diskKeyActions,
  functionActions,
  resourceActions,
  spokeCheckActions,
  ssmActions,
  targetGroupActions,
} from "./permissions";
import { usedActions } from "./resources";

/** What a stack of a role has: resource types and functions, as its program asks for them. */
export interface Needs {
  types: string[];
  functions: string[];
}

const network = ["vpc:Vpc", "subnet:Subnet", "routeTable:RouteTable", "routeTableAssociation:RouteTableAssociation"];
const hosts = ["securityGroup:SecurityGroup", "instance:Instance", "vpcEndpoint:VpcEndpoint"];
/** With `access: ssh` only: the bastion is in a subnet with a route to the internet, and its key is the operator's. */
const bastion = ["internetGateway:InternetGateway", "keyPair:KeyPair", "route:Route"];
/** With `natSubnets` only. */
const egress = ["internetGateway:InternetGateway", "eip:Eip", "natGateway:NatGateway"];
/** Of a transit gateway, by names of its types. */
const ofTransit = (names: string[]): string[] =>
  names.map((name) => `aws:ec2transitgateway/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`);
/** Of its sharing by RAM. */
const sharing = [
  ...["resourceShare:ResourceShare", "resourceAssociation:ResourceAssociation"],
  "principalAssociation:PrincipalAssociation",
];
const rules = ["Ingress", "Egress"].map((way) => `aws:vpc/securityGroup${way}Rule:SecurityGroup${way}Rule`);
/** With `access: ssm` only: the hosts' instance profile. */
const profile = ["role:Role", "rolePolicyAttachment:RolePolicyAttachment", "instanceProfile:InstanceProfile"];

const ofEc2 = (names: string[]): string[] => names.map((name) => `aws:ec2/${name}`);

const transitFunction = (name: string): string => `aws:ec2transitgateway/${name}:${name}`;
const ec2Function = (name: string): string => `aws:ec2/${name}:${name}`;

/** Every stack's hosts are of an image that AWS names, and are reached by SSM or ssh. */
export const everyStackCalls = ["aws:ssm/getParameter:getParameter"];

const everyStack = [
  ...ofEc2([...network, ...hosts, ...bastion]),
  ...rules,
  ...profile.map((name) => `aws:iam/${name}`),
];

/** What each IAM role is for; `accepter` is the role in the security account by which a consumer's stack accepts its own endpoints. */
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
  transit: {
    types: [
      ...ofEc2([...network, "vpcEndpoint:VpcEndpoint", "route:Route", ...egress]),
      ...ofTransit(["TransitGateway", "VpcAttachment", "RouteTable", "RouteTableAssociation", "Route"]),
      ...sharing.map((name) => `aws:ram/${name}`),
    ],
    functions: ["getPrefixList", "getVpcEndpointService"].map(ec2Function),
  },
  spoke: {
    types: [...everyStack, ...ofTransit(["VpcAttachment"])],
    functions: [ec2Function("getVpcs"), ...["getTransitGateway", "getVpcAttachments"].map(transitFunction)],
  },
  accepter: {
    types: ofEc2(["vpcEndpointConnectionAccepter:VpcEndpointConnectionAccepter"]),
    functions: [],
  },
  /** The role in the transit gateway's account by which a spoke's attachment is taken in; the same role where both are of one account. */
  attachmentAccepter: {
    types: ofTransit(["VpcAttachmentAccepter", "RouteTableAssociation", "RouteTablePropagation"]),
    functions: [transitFunction("getRouteTableRoutes")],
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
  /** What settings add, in any account, that name what a company prescribes for hosts. */
  prescribed: {
    types: [],
    functions: [
      ec2Function("getAmi"),
      ec2Function("getKeyPair"),
      "aws:iam/getInstanceProfile:getInstanceProfile",
      "aws:kms/getKey:getKey",
    ],
  },
  /** What `mirror: true` of a target that is there already adds, in the security account. */
  mirror: {
    types: ofEc2([
      ...["trafficMirrorFilter:TrafficMirrorFilter", "trafficMirrorFilterRule:TrafficMirrorFilterRule"],
      ...["trafficMirrorTarget:TrafficMirrorTarget", "trafficMirrorSession:TrafficMirrorSession"],
    ]),
    functions: [ec2Function("getNetworkInterfaces")],
  },
} satisfies Record<string, Needs>;

export type PolicyRole = keyof typeof needs;

/** Every action that the stacks of a role need, each once, in order. */
export function actionsOf(role: PolicyRole): string[] {
  const { types, functions }: Needs = needs[role];
  const hasHosts = ["security", "system", "spoke"].includes(role);
  const called = hasHosts ? [...functions, ...everyStackCalls] : functions;
  const actions = [
    ...types.map((type) => known(resourceActions, type)).flatMap(everyOperation),
    ...called.flatMap((token) => known(functionActions, token)),
    ...(hasHosts ? ssmActions : []),
    ...(role === "existing" ? [...usedActions, "ssm:SendCommand"] : []),
    ...(role === "prescribed" ? [...diskKeyActions, "ec2:RunInstances", "iam:PassRole"] : []),
    ...(role === "transit" ? spokeCheckActions : []),
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
