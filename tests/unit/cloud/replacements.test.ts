import { expect } from "chai";
import { Cloud } from "../../../lab/cloud/cloud";

/**
 * Inputs of which a change means a new resource, whatever the others are: `ForceNew` of terraform-provider-aws, which
 * `@pulumi/aws` bridges, under `internal/service` in the file named here. Load balancer, endpoint, endpoint service and target group
 * were read at a 6.x, instance and listener in older releases; the others are UNVERIFIED. `region` is ForceNew everywhere.
 */
const forceNew: Record<string, string[]> = {
  // ec2/vpc_.go; instance_tenancy too, but from dedicated to default.
  "aws:ec2/vpc:Vpc": ["cidrBlock"],
  // ec2/vpc_subnet.go
  "aws:ec2/subnet:Subnet": ["availabilityZone", "availabilityZoneId", "cidrBlock", "vpcId"],
  // ec2/vpc_internet_gateway.go: is detached and attached again.
  "aws:ec2/internetGateway:InternetGateway": [],
  // ec2/ec2_eip.go
  "aws:ec2/eip:Eip": ["domain"],
  // ec2/vpc_nat_gateway.go
  "aws:ec2/natGateway:NatGateway": ["allocationId", "connectivityType", "privateIp", "subnetId"],
  // ec2/vpc_route_table.go
  "aws:ec2/routeTable:RouteTable": ["vpcId"],
  // ec2/vpc_route_table_association.go: another table in place (ReplaceRouteTableAssociation).
  "aws:ec2/routeTableAssociation:RouteTableAssociation": ["gatewayId", "subnetId"],
  // ec2/vpc_route.go: another target in place (ReplaceRoute).
  "aws:ec2/route:Route": [
    "destinationCidrBlock",
    "destinationIpv6CidrBlock",
    "destinationPrefixListId",
    "routeTableId",
  ],
  // ec2/vpc_security_group.go
  "aws:ec2/securityGroup:SecurityGroup": ["description", "name", "namePrefix", "vpcId"],
  // ec2/vpc_security_group_ingress_rule.go
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": ["securityGroupId"],
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": ["securityGroupId"],
  // ec2/ec2_key_pair.go
  "aws:ec2/keyPair:KeyPair": ["keyName", "keyNamePrefix", "publicKey"],
  // ec2/vpc_endpoint.go: subnets, groups and tables are added and taken away (ModifyVpcEndpoint).
  "aws:ec2/vpcEndpoint:VpcEndpoint": ["serviceName", "vpcEndpointType", "vpcId"],
  // ec2/vpc_endpoint_service.go
  "aws:ec2/vpcEndpointService:VpcEndpointService": [],
  // ec2/vpc_endpoint_service_allowed_principal.go
  "aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple": [
    "principalArn",
    "vpcEndpointServiceId",
  ],
  // ec2/vpc_endpoint_connection_accepter.go
  "aws:ec2/vpcEndpointConnectionAccepter:VpcEndpointConnectionAccepter": ["vpcEndpointId", "vpcEndpointServiceId"],
  // elbv2/load_balancer.go: customizeDiffLoadBalancerNLB forces a new one for subnets that go, the gateway's forces nothing.
  "aws:lb/loadBalancer:LoadBalancer": ["loadBalancerType", "name", "namePrefix"],
  // elbv2/target_group.go
  "aws:lb/targetGroup:TargetGroup": ["name", "namePrefix", "port", "protocol", "targetType", "vpcId"],
  // elbv2/target_group_attachment.go
  "aws:lb/targetGroupAttachment:TargetGroupAttachment": ["availabilityZone", "port", "targetGroupArn", "targetId"],
  // elbv2/listener.go
  "aws:lb/listener:Listener": ["loadBalancerArn"],
  // ec2/vpc_traffic_mirror_filter.go
  "aws:ec2/trafficMirrorFilter:TrafficMirrorFilter": ["description"],
  // ec2/vpc_traffic_mirror_filter_rule.go
  "aws:ec2/trafficMirrorFilterRule:TrafficMirrorFilterRule": ["trafficMirrorFilterId"],
  // ec2/vpc_traffic_mirror_target.go
  "aws:ec2/trafficMirrorTarget:TrafficMirrorTarget": [
    ...["description", "gatewayLoadBalancerEndpointId", "networkInterfaceId", "networkLoadBalancerArn"],
  ],
  // ec2/vpc_traffic_mirror_session.go
  "aws:ec2/trafficMirrorSession:TrafficMirrorSession": ["networkInterfaceId"],
  // iam/role.go
  "aws:iam/role:Role": ["name", "namePrefix", "path"],
  // iam/role_policy_attachment.go
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ["policyArn", "role"],
  // ec2/transitgateway_*.go, UNVERIFIED: the model makes default tables with the transit gateway, the provider changes them in place.
  "aws:ec2transitgateway/transitGateway:TransitGateway": [
    "defaultRouteTableAssociation",
    "defaultRouteTablePropagation",
  ],
  "aws:ec2transitgateway/vpcAttachment:VpcAttachment": ["transitGatewayId", "vpcId"],
  "aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter": ["transitGatewayAttachmentId"],
  "aws:ec2transitgateway/routeTable:RouteTable": ["transitGatewayId"],
  "aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation": [
    "transitGatewayAttachmentId",
    "transitGatewayRouteTableId",
  ],
  "aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation": [
    "transitGatewayAttachmentId",
    "transitGatewayRouteTableId",
  ],
  "aws:ec2transitgateway/route:Route": [
    "blackhole",
    "destinationCidrBlock",
    "transitGatewayAttachmentId",
    "transitGatewayRouteTableId",
  ],
  // ram/resource_share.go, resource_association.go, principal_association.go
  "aws:ram/resourceShare:ResourceShare": [],
  "aws:ram/resourceAssociation:ResourceAssociation": ["resourceArn", "resourceShareArn"],
  "aws:ram/principalAssociation:PrincipalAssociation": ["principal", "resourceShareArn"],
  // kms/key.go
  "aws:kms/key:Key": ["customerMasterKeySpec", "keyUsage"],
  // iam/instance_profile.go
  "aws:iam/instanceProfile:InstanceProfile": ["name", "namePrefix", "path"],
};

/** ec2/ec2_instance.go: of those that the model has. */
const instance = [
  ...[
    "ami",
    "associatePublicIpAddress",
    "availabilityZone",
    "ebsOptimized",
    "hibernation",
    "keyName",
    "placementGroup",
  ],
  ...["privateIp", "secondaryPrivateIps", "subnetId", "tenancy"],
];

describe("what the model replaces is what the provider replaces", () => {
  const replacing = (token: string): string[] =>
    Object.entries(Cloud.types().find((type) => type.token === token)?.inputs ?? {})
      .filter(([name, { replace }]) => replace === true && name !== "region")
      .map(([name]) => name)
      .sort();

  it("every type is in the table", () => {
    expect(
      Cloud.types()
        .map(({ token }) => token)
        .sort(),
    ).to.deep.equal([...Object.keys(forceNew), "aws:ec2/instance:Instance"].sort());
  });

  for (const [token, inputs] of Object.entries(forceNew)) {
    it(`${token}: ${inputs.join(", ") || "nothing"}`, () => expect(replacing(token)).to.deep.equal(inputs));
  }

  it("aws:ec2/instance:Instance", () => {
    const model = replacing("aws:ec2/instance:Instance");
    expect(model.filter((name) => !instance.includes(name))).to.deep.equal([]);
    expect(model).to.include.members(["ami", "associatePublicIpAddress", "keyName", "subnetId"]);
  });
});
