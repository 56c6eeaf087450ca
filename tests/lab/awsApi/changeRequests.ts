import { block, texts, type Properties } from "../../../lab/cloud/core/properties";
import type { Deployed, RequestsOfDeployed } from "./deployed";
import { metadata } from "./instanceRequests";
import { actionsOfListener, healthCheckOf, targetGroupAttributes } from "./loadBalancingRequests";
import type { ApiRequest } from "./model";
import { mirrorRule } from "./mirrorRequests";
import {
  accepterChanges,
  attachmentChanges,
  shareChanges,
  transitGatewayChanges,
  type TransitChange,
} from "./transitRequests";
import { attribute, ec2, elb, iam, tagList } from "./translation";

/** An input that is not what the program asks for, and what the provider does about it. */
export interface Change {
  input: string;
  /** What it is before: by an older program, or by somebody else. */
  from: (deployed: Deployed) => unknown;
  requests: RequestsOfDeployed;
}

const change = (input: string, from: Change["from"], requests: RequestsOfDeployed): Change => ({
  input,
  from,
  requests,
});
const is = (value: unknown) => () => value;
const changeTo = ([input, from, requests]: TransitChange): Change => change(input, is(from), requests);
const not =
  (input: string) =>
  ({ inputs }: Deployed) =>
    inputs[input] !== true;

/** The Name tag is missing, and there is another one. */
const otherTags = { Owner: "somebody" };
const ec2Tags = (ofWhat: (deployed: Deployed) => unknown = ({ id }) => id, input = "tags"): Change =>
  change(input, is(otherTags), (deployed) => [
    ec2("DeleteTags", { Resources: [ofWhat(deployed)], Tags: [{ Key: "Owner" }] }),
    ec2("CreateTags", { Resources: [ofWhat(deployed)], Tags: tagList(deployed.inputs[input]) }),
  ]);
const elbTags = change("tags", is(otherTags), ({ id, inputs }) => [
  elb("RemoveTags", { ResourceArns: [id], TagKeys: ["Owner"] }),
  elb("AddTags", { ResourceArns: [id], Tags: tagList(inputs["tags"]) }),
]);
const iamTags = (kind: "Role" | "InstanceProfile"): Change =>
  change("tags", is(otherTags), ({ id, inputs }) => [
    iam(`Untag${kind}`, { [`${kind}Name`]: id, TagKeys: ["Owner"] }),
    iam(`Tag${kind}`, { [`${kind}Name`]: id, Tags: tagList(inputs["tags"]) }),
  ]);

const vpcAttribute = (input: string, name: string): Change =>
  change(input, not(input), ({ id, inputs }) => [
    ec2("ModifyVpcAttribute", { VpcId: id, [name]: { Value: inputs[input] } }),
  ]);

const replaceRoute: RequestsOfDeployed = ({ inputs }) => {
  const { routeTableId, destinationCidrBlock, gatewayId, vpcEndpointId, transitGatewayId, natGatewayId } = inputs;
  const target = {
    GatewayId: gatewayId,
    VpcEndpointId: vpcEndpointId,
    TransitGatewayId: transitGatewayId,
    NatGatewayId: natGatewayId,
  };
  return [ec2("ReplaceRoute", { RouteTableId: routeTableId, DestinationCidrBlock: destinationCidrBlock, ...target })];
};

const modifyRule: RequestsOfDeployed = ({ id, inputs }) => {
  const { securityGroupId, ipProtocol, fromPort, toPort, cidrIpv4, prefixListId } = inputs;
  const ports = { IpProtocol: ipProtocol, FromPort: fromPort, ToPort: toPort };
  const SecurityGroupRule = { ...ports, CidrIpv4: cidrIpv4, PrefixListId: prefixListId };
  const SecurityGroupRules = [{ SecurityGroupRuleId: id, SecurityGroupRule }];
  return [ec2("ModifySecurityGroupRules", { GroupId: securityGroupId, SecurityGroupRules })];
};
const rule = [
  change("ipProtocol", ({ inputs }) => (inputs["ipProtocol"] === "udp" ? "tcp" : "udp"), modifyRule),
  change("fromPort", is(7), modifyRule),
  change("toPort", is(7), modifyRule),
  change("cidrIpv4", is("192.0.2.0/24"), modifyRule),
  change("prefixListId", is("pl-11111111"), modifyRule),
  ec2Tags(),
];

const modifyInstance = (parameters: Properties): RequestsOfDeployed => {
  return ({ id }) => [ec2("ModifyInstanceAttribute", { InstanceId: id, ...parameters })];
};

/** Ids of a list of an endpoint that are put back for one that somebody else put there. */
const endpointList = (input: string, other: string, what: string): Change =>
  change(input, is([other]), ({ id, inputs }) => [
    ec2("ModifyVpcEndpoint", { VpcEndpointId: id, [`Add${what}`]: texts(inputs, input), [`Remove${what}`]: [other] }),
  ]);

const attributesOfTargetGroup: RequestsOfDeployed = ({ id, inputs }) => [
  elb("ModifyTargetGroupAttributes", { TargetGroupArn: id, Attributes: targetGroupAttributes(inputs) }),
];

const balancerAttribute = (input: string, key: string): Change =>
  change(input, not(input), ({ id, inputs }) => [
    elb("ModifyLoadBalancerAttributes", { LoadBalancerArn: id, Attributes: attribute(key, inputs[input]) }),
  ]);

const modifyMirrorRule: RequestsOfDeployed = ({ id, inputs }) => [
  ec2("ModifyTrafficMirrorFilterRule", {
    TrafficMirrorFilterRuleId: id,
    ...mirrorRule({ ...inputs, trafficMirrorFilterId: undefined }),
  }),
];

const modifyMirrorSession: RequestsOfDeployed = ({ id, inputs }) => [
  ec2("ModifyTrafficMirrorSession", {
    TrafficMirrorSessionId: id,
    TrafficMirrorFilterId: inputs["trafficMirrorFilterId"],
    TrafficMirrorTargetId: inputs["trafficMirrorTargetId"],
    SessionNumber: inputs["sessionNumber"],
    PacketLength: inputs["packetLength"],
  }),
];

const otherArn = ({ outputs }: Deployed): string => `${String(outputs["arn"])}0`;

/** Of each type, the changes that the provider makes in place; see `unchanged` for those that there are none of. */
export const changes: Record<string, Change[]> = {
  "aws:ec2/vpc:Vpc": [
    vpcAttribute("enableDnsHostnames", "EnableDnsHostnames"),
    vpcAttribute("enableDnsSupport", "EnableDnsSupport"),
    ec2Tags(),
  ],
  "aws:ec2/subnet:Subnet": [
    change("assignIpv6AddressOnCreation", not("assignIpv6AddressOnCreation"), ({ id, inputs }) => [
      ec2("ModifySubnetAttribute", {
        SubnetId: id,
        AssignIpv6AddressOnCreation: { Value: inputs["assignIpv6AddressOnCreation"] },
      }),
    ]),
    change("mapPublicIpOnLaunch", not("mapPublicIpOnLaunch"), ({ id, inputs }) => [
      ec2("ModifySubnetAttribute", { SubnetId: id, MapPublicIpOnLaunch: { Value: inputs["mapPublicIpOnLaunch"] } }),
    ]),
    ec2Tags(),
  ],
  "aws:ec2/internetGateway:InternetGateway": [
    change("vpcId", is("vpc-11111111"), ({ id, inputs }) => [
      ec2("DetachInternetGateway", { InternetGatewayId: id, VpcId: "vpc-11111111" }),
      ec2("AttachInternetGateway", { InternetGatewayId: id, VpcId: inputs["vpcId"] }),
    ]),
    ec2Tags(),
  ],
  "aws:ec2/eip:Eip": [ec2Tags()],
  "aws:ec2/natGateway:NatGateway": [ec2Tags()],
  "aws:ec2/routeTable:RouteTable": [ec2Tags()],
  "aws:ec2/routeTableAssociation:RouteTableAssociation": [
    change("routeTableId", is("rtb-11111111"), ({ id, inputs }) => [
      ec2("ReplaceRouteTableAssociation", { AssociationId: id, RouteTableId: inputs["routeTableId"] }),
    ]),
  ],
  "aws:ec2/route:Route": [
    change("gatewayId", is("igw-11111111"), replaceRoute),
    change("vpcEndpointId", is("vpce-11111111"), replaceRoute),
    change("transitGatewayId", is("tgw-11111111"), replaceRoute),
    change("natGatewayId", is("nat-11111111"), replaceRoute),
  ],
  "aws:ec2/securityGroup:SecurityGroup": [ec2Tags()],
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": rule,
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": rule,
  "aws:ec2/keyPair:KeyPair": [ec2Tags(({ outputs }) => outputs["keyPairId"])],
  "aws:ec2/instance:Instance": [
    change("instanceType", is("t3.nano"), ({ id, inputs }) => [
      ec2("StopInstances", { InstanceIds: [id] }),
      ec2("ModifyInstanceAttribute", { InstanceId: id, InstanceType: { Value: inputs["instanceType"] } }),
      ec2("StartInstances", { InstanceIds: [id] }),
    ]),
    change("sourceDestCheck", is(false), modifyInstance({ SourceDestCheck: { Value: true } })),
    change("iamInstanceProfile", is(undefined), (instance) => [
      associations(instance),
      ec2("AssociateIamInstanceProfile", { InstanceId: instance.id, ...profileOf(instance) }),
    ]),
    change("iamInstanceProfile", is("another"), (instance) => [
      associations(instance),
      ec2("ReplaceIamInstanceProfileAssociation", { AssociationId: "iip-assoc-11111111", ...profileOf(instance) }),
    ]),
    change("metadataOptions", is({ httpTokens: "optional" }), ({ id, inputs }) => [
      ec2("ModifyInstanceMetadataOptions", { InstanceId: id, ...metadata(block(inputs, "metadataOptions")) }),
    ]),
    change(
      "rootBlockDevice",
      is({ encrypted: true, deleteOnTermination: false }),
      modifyInstance({ BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { DeleteOnTermination: true } }] }),
    ),
    ec2Tags(({ outputs }) => block(outputs, "rootBlockDevice")["volumeId"], "volumeTags"),
    ec2Tags(),
  ],
  "aws:ec2/trafficMirrorFilter:TrafficMirrorFilter": [ec2Tags()],
  "aws:ec2/trafficMirrorFilterRule:TrafficMirrorFilterRule": [
    change("ruleNumber", is(7), modifyMirrorRule),
    change("ruleAction", is("reject"), modifyMirrorRule),
    change(
      "trafficDirection",
      ({ inputs }) => (inputs["trafficDirection"] === "ingress" ? "egress" : "ingress"),
      modifyMirrorRule,
    ),
    change("protocol", is(47), modifyMirrorRule),
    change("sourceCidrBlock", is("192.0.2.0/24"), modifyMirrorRule),
    change("destinationCidrBlock", is("192.0.2.0/24"), modifyMirrorRule),
    change("sourcePortRange", is({ fromPort: 7, toPort: 7 }), modifyMirrorRule),
    change("destinationPortRange", is({ fromPort: 7, toPort: 7 }), modifyMirrorRule),
  ],
  "aws:ec2/trafficMirrorTarget:TrafficMirrorTarget": [ec2Tags()],
  "aws:ec2/trafficMirrorSession:TrafficMirrorSession": [
    change("sessionNumber", is(7), modifyMirrorSession),
    change("packetLength", is(7), modifyMirrorSession),
    change("trafficMirrorFilterId", is("tmf-11111111"), modifyMirrorSession),
    change("trafficMirrorTargetId", is("tmt-11111111"), modifyMirrorSession),
    ec2Tags(),
  ],
  "aws:ec2/vpcEndpoint:VpcEndpoint": [
    change("privateDnsEnabled", is(false), ({ id }) => [
      ec2("ModifyVpcEndpoint", { VpcEndpointId: id, PrivateDnsEnabled: true }),
    ]),
    change("policy", is("{}"), ({ id, inputs }) => [
      ec2("ModifyVpcEndpoint", { VpcEndpointId: id, PolicyDocument: inputs["policy"] }),
    ]),
    endpointList("routeTableIds", "rtb-11111111", "RouteTableIds"),
    endpointList("securityGroupIds", "sg-11111111", "SecurityGroupIds"),
    endpointList("subnetIds", "subnet-11111111", "SubnetIds"),
    ec2Tags(),
  ],
  "aws:ec2/vpcEndpointService:VpcEndpointService": [
    change("acceptanceRequired", not("acceptanceRequired"), ({ id, inputs }) => [
      ec2("ModifyVpcEndpointServiceConfiguration", {
        ServiceId: id,
        AcceptanceRequired: inputs["acceptanceRequired"],
      }),
    ]),
    change("gatewayLoadBalancerArns", is(["arn:aws:elasticloadbalancing:x"]), ({ id, inputs }) => [
      ec2("ModifyVpcEndpointServiceConfiguration", {
        ServiceId: id,
        AddGatewayLoadBalancerArns: inputs["gatewayLoadBalancerArns"],
      }),
    ]),
    ec2Tags(),
  ],
  "aws:lb/loadBalancer:LoadBalancer": [
    balancerAttribute("enableCrossZoneLoadBalancing", "load_balancing.cross_zone.enabled"),
    balancerAttribute("enableDeletionProtection", "deletion_protection.enabled"),
    change("subnets", is(["subnet-11111111"]), ({ id, inputs }) => [
      elb("SetSubnets", { LoadBalancerArn: id, Subnets: inputs["subnets"] }),
    ]),
    elbTags,
  ],
  "aws:lb/targetGroup:TargetGroup": [
    change("deregistrationDelay", is(1), attributesOfTargetGroup),
    change("stickiness", is({ enabled: true, type: "source_ip_dest_ip" }), attributesOfTargetGroup),
    change(
      "targetFailovers",
      is([{ onDeregistration: "rebalance", onUnhealthy: "rebalance" }]),
      attributesOfTargetGroup,
    ),
    change("healthCheck", is({ interval: 299 }), ({ id, inputs }) => [
      elb("ModifyTargetGroup", { TargetGroupArn: id, ...healthCheckOf(inputs) }),
    ]),
    elbTags,
  ],
  "aws:lb/listener:Listener": [
    change(
      "defaultActions",
      (listener) => [{ type: "forward", targetGroupArn: otherArn(listener) }],
      ({ id, inputs }) => [elb("ModifyListener", { ListenerArn: id, DefaultActions: actionsOfListener(inputs) })],
    ),
    change("tcpIdleTimeoutSeconds", is(61), ({ id, inputs }) => [
      elb("ModifyListenerAttributes", {
        ListenerArn: id,
        Attributes: attribute("tcp.idle_timeout.seconds", inputs["tcpIdleTimeoutSeconds"]),
      }),
    ]),
    elbTags,
  ],
  "aws:ec2transitgateway/transitGateway:TransitGateway": [...transitGatewayChanges.map(changeTo), ec2Tags()],
  "aws:ec2transitgateway/routeTable:RouteTable": [ec2Tags()],
  "aws:ec2transitgateway/vpcAttachment:VpcAttachment": [...attachmentChanges.map(changeTo), ec2Tags()],
  "aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter": [...accepterChanges.map(changeTo), ec2Tags()],
  "aws:ram/resourceShare:ResourceShare": shareChanges.map(changeTo),
  "aws:iam/role:Role": [
    change("assumeRolePolicy", is("{}"), ({ id, inputs }) => [
      iam("UpdateAssumeRolePolicy", { RoleName: id, PolicyDocument: inputs["assumeRolePolicy"] }),
    ]),
    change("description", is("another"), ({ id, inputs }) => [
      iam("UpdateRoleDescription", { RoleName: id, Description: inputs["description"] }),
    ]),
    change("maxSessionDuration", is(7200), ({ id, inputs }) => [
      iam("UpdateRole", { RoleName: id, MaxSessionDuration: inputs["maxSessionDuration"] }),
    ]),
    change("permissionsBoundary", is("arn:aws:iam::111111111111:policy/another"), ({ id, inputs }) => [
      // And where none is asked for any more, it is taken away.
      iam("PutRolePermissionsBoundary", { RoleName: id, PermissionsBoundary: inputs["permissionsBoundary"] }),
      iam("DeleteRolePermissionsBoundary", { RoleName: id }),
    ]),
    iamTags("Role"),
  ],
  "aws:iam/instanceProfile:InstanceProfile": [
    change("role", is("another"), ({ id, inputs }) => [
      iam("RemoveRoleFromInstanceProfile", { InstanceProfileName: id, RoleName: "another" }),
      iam("AddRoleToInstanceProfile", { InstanceProfileName: id, RoleName: inputs["role"] }),
    ]),
    iamTags("InstanceProfile"),
  ],
};

function associations({ id }: Deployed): ApiRequest {
  const Filters = [{ Name: "instance-id", Values: [id] }];
  return ec2("DescribeIamInstanceProfileAssociations", { Filters });
}

function profileOf({ inputs }: Deployed): Properties {
  return { IamInstanceProfile: { Name: inputs["iamInstanceProfile"] } };
}

const ofProvider = "the provider's own, AWS is not asked for anything";

/** Inputs whose change is none, with the reason. */
export const unchanged: Record<string, Record<string, string>> = {
  "aws:ec2/vpc:Vpc": {
    instanceTenancy: "AWS changes it to default only, which it is",
    assignGeneratedIpv6CidrBlock: "IPv6 that somebody adds is not taken out: the program has no IPv6",
  },
  "aws:ec2/securityGroup:SecurityGroup": { revokeRulesOnDelete: ofProvider },
  "aws:ec2/instance:Instance": {
    userData: "another instance, as userDataReplaceOnChange says",
    userDataReplaceOnChange: ofProvider,
    vpcSecurityGroupIds:
      "of its interface, which no tag tells to be the program's own: nobody is allowed to, and the program never changes them",
  },
  "aws:ec2transitgateway/transitGateway:TransitGateway": {
    securityGroupReferencingSupport: "left as AWS has it",
  },
  "aws:ec2transitgateway/vpcAttachment:VpcAttachment": { securityGroupReferencingSupport: "left as AWS has it" },
  "aws:ram/resourceShare:ResourceShare": { name: "the stack's, which never changes" },
  "aws:iam/role:Role": { forceDetachPolicies: ofProvider },
};
