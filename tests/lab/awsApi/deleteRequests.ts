import { filters, rowOf, type Deployed, type RequestsOfDeployed } from "./deployed";
import type { ApiRequest } from "./model";
import { requestsOfRead } from "./readRequests";
import { transitDeletes } from "./transitRequests";
import { ec2, elb, iam } from "./translation";

/** Until it is not found any more. */
const untilGone = (deployed: Deployed): ApiRequest[] => requestsOfRead(deployed).slice(0, 1);

const principal: RequestsOfDeployed = ({ inputs }) => [
  ec2("ModifyVpcEndpointServicePermissions", {
    ServiceId: inputs["vpcEndpointServiceId"],
    RemoveAllowedPrincipals: [inputs["principalArn"]],
  }),
];

const rule =
  (operation: string): RequestsOfDeployed =>
  ({ id, inputs }) => [ec2(operation, { GroupId: inputs["securityGroupId"], SecurityGroupRuleIds: [id] })];

/** With which the provider deletes a resource (its files: iam/permissions.ts), what it waits for included. */
const requests: Record<string, RequestsOfDeployed> = {
  "aws:ec2/vpc:Vpc": (vpc) => [ec2("DeleteVpc", { VpcId: vpc.id }), ...untilGone(vpc)],
  "aws:ec2/subnet:Subnet": ({ id }) => [
    ec2("DescribeNetworkInterfaces", filters({ "subnet-id": id })),
    ec2("DeleteSubnet", { SubnetId: id }),
  ],
  "aws:ec2/internetGateway:InternetGateway": (gateway) => [
    ec2("DetachInternetGateway", { InternetGatewayId: gateway.id, VpcId: gateway.inputs["vpcId"] }),
    ec2("DeleteInternetGateway", { InternetGatewayId: gateway.id }),
    ...untilGone(gateway),
  ],
  "aws:ec2/eip:Eip": ({ id, outputs }) => [
    ec2("DisassociateAddress", { AssociationId: outputs["associationId"] }),
    ec2("ReleaseAddress", { AllocationId: id, NetworkBorderGroup: outputs["networkBorderGroup"] }),
  ],
  "aws:ec2/natGateway:NatGateway": (gateway) => [
    ec2("DeleteNatGateway", { NatGatewayId: gateway.id }),
    ...untilGone(gateway),
  ],
  "aws:ec2/routeTable:RouteTable": (table) => [
    ec2("DeleteRouteTable", { RouteTableId: table.id }),
    ...untilGone(table),
  ],
  "aws:ec2/routeTableAssociation:RouteTableAssociation": (association) => [
    ec2("DisassociateRouteTable", { AssociationId: association.id }),
    ...untilGone(association),
  ],
  "aws:ec2/route:Route": (route) => [
    ec2("DeleteRoute", {
      RouteTableId: route.inputs["routeTableId"],
      DestinationCidrBlock: route.inputs["destinationCidrBlock"],
    }),
    ...untilGone(route),
  ],
  "aws:ec2/securityGroup:SecurityGroup": (group) => [
    ec2("DescribeNetworkInterfaces", filters({ "group-id": group.id })),
    ec2("DeleteSecurityGroup", { GroupId: group.id }),
    ...untilGone(group),
  ],
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": rule("RevokeSecurityGroupIngress"),
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": rule("RevokeSecurityGroupEgress"),
  "aws:ec2/keyPair:KeyPair": ({ id }) => [ec2("DeleteKeyPair", { KeyName: id })],
  "aws:ec2/trafficMirrorFilter:TrafficMirrorFilter": ({ id }) => [
    ec2("DeleteTrafficMirrorFilter", { TrafficMirrorFilterId: id }),
  ],
  "aws:ec2/trafficMirrorFilterRule:TrafficMirrorFilterRule": ({ id }) => [
    ec2("DeleteTrafficMirrorFilterRule", { TrafficMirrorFilterRuleId: id }),
  ],
  "aws:ec2/trafficMirrorTarget:TrafficMirrorTarget": ({ id }) => [
    ec2("DeleteTrafficMirrorTarget", { TrafficMirrorTargetId: id }),
  ],
  "aws:ec2/trafficMirrorSession:TrafficMirrorSession": ({ id }) => [
    ec2("DeleteTrafficMirrorSession", { TrafficMirrorSessionId: id }),
  ],
  "aws:ec2/instance:Instance": (instance) => [
    ec2("ModifyInstanceAttribute", { InstanceId: instance.id, DisableApiTermination: { Value: false } }),
    ec2("TerminateInstances", { InstanceIds: [instance.id] }),
    ...untilGone(instance),
  ],
  "aws:ec2/vpcEndpoint:VpcEndpoint": (endpoint) => [
    ec2("DeleteVpcEndpoints", { VpcEndpointIds: [endpoint.id] }),
    ...untilGone(endpoint),
  ],
  "aws:ec2/vpcEndpointService:VpcEndpointService": (service) => [
    ec2("DeleteVpcEndpointServiceConfigurations", { ServiceIds: [service.id] }),
    ...untilGone(service),
  ],
  "aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple": principal,
  // Kept, see components/endpointAcceptance.ts: the engine forgets it and asks for nothing.
  "aws:ec2/vpcEndpointConnectionAccepter:VpcEndpointConnectionAccepter": () => [],
  "aws:lb/loadBalancer:LoadBalancer": ({ id }) => [
    elb("DeleteLoadBalancer", { LoadBalancerArn: id }),
    ...["amazon-elb", "amazon-aws"].map((owner) =>
      ec2(
        "DescribeNetworkInterfaces",
        filters({ "attachment.instance-owner-id": owner, description: `ELB ${id.split(":loadbalancer/")[1] ?? ""}` }),
      ),
    ),
  ],
  "aws:lb/targetGroup:TargetGroup": ({ id }) => [elb("DeleteTargetGroup", { TargetGroupArn: id })],
  "aws:lb/listener:Listener": ({ id }) => [elb("DeleteListener", { ListenerArn: id })],
  "aws:lb/targetGroupAttachment:TargetGroupAttachment": ({ inputs }) => [
    elb("DeregisterTargets", { TargetGroupArn: inputs["targetGroupArn"], Targets: [{ Id: inputs["targetId"] }] }),
  ],
  ...transitDeletes,
  "aws:iam/role:Role": ({ id }) =>
    ["ListInstanceProfilesForRole", "ListAttachedRolePolicies", "DeleteRole"].map((operation) =>
      iam(operation, { RoleName: id }),
    ),
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ({ inputs }) => [
    iam("DetachRolePolicy", { RoleName: inputs["role"], PolicyArn: inputs["policyArn"] }),
  ],
  "aws:iam/instanceProfile:InstanceProfile": ({ id, inputs }) => [
    iam("RemoveRoleFromInstanceProfile", { InstanceProfileName: id, RoleName: inputs["role"] }),
    iam("DeleteInstanceProfile", { InstanceProfileName: id }),
  ],
};

/** @throws Error for a type of which nobody said yet how it is deleted */
export function requestsOfDelete(deployed: Deployed): ApiRequest[] {
  return rowOf(requests, deployed.type, __filename)(deployed);
}
