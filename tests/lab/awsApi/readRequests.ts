import { block, texts } from "../../../lab/cloud/core/properties";
import { filters, rowOf, type Deployed, type RequestsOfDeployed } from "./deployed";
import type { ApiRequest } from "./model";
import { transitReads } from "./transitRequests";
import { ec2, elb, iam } from "./translation";

const vpc: RequestsOfDeployed = ({ id }) => [
  ec2("DescribeVpcs", { VpcIds: [id] }),
  ...["enableDnsHostnames", "enableDnsSupport", "enableNetworkAddressUsageMetrics"].map((Attribute) =>
    ec2("DescribeVpcAttribute", { VpcId: id, Attribute }),
  ),
  ec2("DescribeNetworkAcls", filters({ default: "true", "vpc-id": id })),
  ec2("DescribeRouteTables", filters({ "association.main": "true", "vpc-id": id })),
  ec2("DescribeSecurityGroups", filters({ "group-name": "default", "vpc-id": id })),
];

const securityGroupRule: RequestsOfDeployed = ({ id }) => [
  ec2("DescribeSecurityGroupRules", { SecurityGroupRuleIds: [id] }),
];

const instance: RequestsOfDeployed = ({ id, inputs, outputs, vpcId }) => [
  ec2("DescribeInstances", { InstanceIds: [id] }),
  ec2("DescribeInstanceTypes", { InstanceTypes: [inputs["instanceType"]] }),
  ...["instanceInitiatedShutdownBehavior", "disableApiStop", "disableApiTermination", "userData"].map((Attribute) =>
    ec2("DescribeInstanceAttribute", { InstanceId: id, Attribute }),
  ),
  ec2("DescribeInstanceCreditSpecifications", { InstanceIds: [id] }),
  ec2("DescribeVolumes", { VolumeIds: [block(outputs, "rootBlockDevice")["volumeId"]] }),
  ec2("DescribeVpcs", { VpcIds: [vpcId] }),
  ec2("DescribeTags", filters({ "resource-id": id, key: "aws:ec2launchtemplate:id" })),
];

const vpcEndpoint: RequestsOfDeployed = ({ id, inputs, outputs }) => [
  ec2("DescribeVpcEndpoints", { VpcEndpointIds: [id] }),
  ec2("DescribePrefixLists", filters({ "prefix-list-name": inputs["serviceName"] })),
  ...texts(outputs, "networkInterfaceIds").map((eni) =>
    ec2("DescribeNetworkInterfaces", { NetworkInterfaceIds: [eni] }),
  ),
];

const role: RequestsOfDeployed = ({ id }) =>
  ["GetRole", "ListRolePolicies", "ListAttachedRolePolicies"].map((operation) => iam(operation, { RoleName: id }));

/** With which the provider reads a resource, also after it has made or changed it (its files: iam/permissions.ts). */
const requests: Record<string, RequestsOfDeployed> = {
  "aws:ec2/vpc:Vpc": vpc,
  "aws:ec2/subnet:Subnet": ({ id }) => [ec2("DescribeSubnets", { SubnetIds: [id] })],
  "aws:ec2/internetGateway:InternetGateway": ({ id }) => [
    ec2("DescribeInternetGateways", { InternetGatewayIds: [id] }),
  ],
  "aws:ec2/eip:Eip": ({ id }) => [
    ec2("DescribeAddresses", { AllocationIds: [id] }),
    ec2("DescribeAddressesAttribute", { AllocationIds: [id], Attribute: "domain-name" }),
  ],
  "aws:ec2/natGateway:NatGateway": ({ id }) => [ec2("DescribeNatGateways", { NatGatewayIds: [id] })],
  "aws:ec2/routeTable:RouteTable": ({ id }) => [ec2("DescribeRouteTables", { RouteTableIds: [id] })],
  "aws:ec2/routeTableAssociation:RouteTableAssociation": ({ id }) => [
    ec2("DescribeRouteTables", filters({ "association.route-table-association-id": id })),
  ],
  "aws:ec2/route:Route": ({ inputs }) => [ec2("DescribeRouteTables", { RouteTableIds: [inputs["routeTableId"]] })],
  "aws:ec2/securityGroup:SecurityGroup": ({ id }) => [ec2("DescribeSecurityGroups", { GroupIds: [id] })],
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": securityGroupRule,
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": securityGroupRule,
  "aws:ec2/keyPair:KeyPair": ({ id }) => [ec2("DescribeKeyPairs", { KeyNames: [id] })],
  "aws:ec2/instance:Instance": instance,
  "aws:ec2/trafficMirrorFilter:TrafficMirrorFilter": ({ id }) => [
    ec2("DescribeTrafficMirrorFilters", { TrafficMirrorFilterIds: [id] }),
  ],
  // With its filter, which lists its rules.
  "aws:ec2/trafficMirrorFilterRule:TrafficMirrorFilterRule": ({ inputs }) => [
    ec2("DescribeTrafficMirrorFilters", { TrafficMirrorFilterIds: [inputs["trafficMirrorFilterId"]] }),
  ],
  "aws:ec2/trafficMirrorTarget:TrafficMirrorTarget": ({ id }) => [
    ec2("DescribeTrafficMirrorTargets", { TrafficMirrorTargetIds: [id] }),
  ],
  "aws:ec2/trafficMirrorSession:TrafficMirrorSession": ({ id }) => [
    ec2("DescribeTrafficMirrorSessions", { TrafficMirrorSessionIds: [id] }),
  ],
  "aws:ec2/vpcEndpoint:VpcEndpoint": vpcEndpoint,
  "aws:ec2/vpcEndpointService:VpcEndpointService": ({ id }) => [
    ec2("DescribeVpcEndpointServiceConfigurations", { ServiceIds: [id] }),
    ec2("DescribeVpcEndpointServicePermissions", { ServiceId: id }),
  ],
  "aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple": ({ inputs }) => [
    ec2("DescribeVpcEndpointServicePermissions", {
      ServiceId: inputs["vpcEndpointServiceId"],
      ...filters({ principal: inputs["principalArn"] }),
    }),
  ],
  "aws:ec2/vpcEndpointConnectionAccepter:VpcEndpointConnectionAccepter": ({ inputs }) => [
    ec2("DescribeVpcEndpointConnections", filters({ "service-id": inputs["vpcEndpointServiceId"] })),
  ],
  "aws:lb/loadBalancer:LoadBalancer": ({ id }) => [
    elb("DescribeLoadBalancers", { LoadBalancerArns: [id] }),
    elb("DescribeLoadBalancerAttributes", { LoadBalancerArn: id }),
    elb("DescribeTags", { ResourceArns: [id] }),
  ],
  "aws:lb/targetGroup:TargetGroup": ({ id }) => [
    elb("DescribeTargetGroups", { TargetGroupArns: [id] }),
    elb("DescribeTargetGroupAttributes", { TargetGroupArn: id }),
    elb("DescribeTags", { ResourceArns: [id] }),
  ],
  "aws:lb/listener:Listener": ({ id }) => [
    elb("DescribeListeners", { ListenerArns: [id] }),
    elb("DescribeListenerAttributes", { ListenerArn: id }),
    elb("DescribeTags", { ResourceArns: [id] }),
  ],
  "aws:lb/targetGroupAttachment:TargetGroupAttachment": ({ inputs }) => [
    elb("DescribeTargetHealth", { TargetGroupArn: inputs["targetGroupArn"], Targets: [{ Id: inputs["targetId"] }] }),
  ],
  ...transitReads,
  "aws:iam/role:Role": role,
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ({ inputs }) => [
    iam("ListAttachedRolePolicies", { RoleName: inputs["role"] }),
  ],
  "aws:iam/instanceProfile:InstanceProfile": ({ id, inputs }) => [
    iam("GetInstanceProfile", { InstanceProfileName: id }),
    iam("GetRole", { RoleName: inputs["role"] }),
  ],
};

/** @throws Error for a type of which nobody said yet how it is read */
export function requestsOfRead(deployed: Deployed): ApiRequest[] {
  return rowOf(requests, deployed.type, __filename)(deployed);
}
