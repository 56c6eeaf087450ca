import { ec2, ec2Tags, none, type Actions, type Operations } from "./actions";
import { transitActions, transitFunctionActions } from "./transitPermissions";

const elb = (...operations: string[]): Actions => operations.map((operation) => `elasticloadbalancing:${operation}`);
const iam = (...operations: string[]): Actions => operations.map((operation) => `iam:${operation}`);

const elbTags = elb("AddTags", "RemoveTags");
/** Whatever gets a role must be allowed to pass it: so do instances, and the profile that it is put into. */
const passRole: Actions = ["iam:PassRole"];
/** For private names of interface endpoints (AWS Service Authorization Reference, CreateVpcEndpoint: dependent action). */
const privateNames: Actions = ["route53:AssociateVPCWithHostedZone"];

const routeTables = ec2("DescribeRouteTables");
const endpoints = ec2("DescribeVpcEndpoints");
const endpointServices = ec2("DescribeVpcEndpointServiceConfigurations");
const instances = ec2("DescribeInstances");
const internetGateways = ec2("DescribeInternetGateways");
const natGateways = ec2("DescribeNatGateways");
const networkInterfaces = ec2("DescribeNetworkInterfaces");
const mirrorFilters = ec2("DescribeTrafficMirrorFilters");
const instanceDetails = [
  ...ec2("DescribeInstanceTypes", "DescribeInstanceAttribute", "DescribeInstanceCreditSpecifications"),
  // The volumes behind its devices, and whether its VPC is a default one.
  ...ec2("DescribeVolumes", "DescribeVpcs"),
];

function rule(way: "Ingress" | "Egress"): Operations {
  return {
    // Tags are put on once there is a rule (`createTags` behind `create`).
    create: ec2(`AuthorizeSecurityGroup${way}`, "CreateTags"),
    read: ec2("DescribeSecurityGroupRules"),
    update: [...ec2("ModifySecurityGroupRules"), ...ec2Tags],
    delete: ec2(`RevokeSecurityGroup${way}`),
  };
}

/**
 * What the provider calls for each resource type with the inputs that the program gives it, from the provider's source: the file under
 * `internal/service` of terraform-provider-aws stands above each row. Read: all files at 5.46 (April 2024); ec2_instance.go and
 * target_group.go of a late 5.x; of a 6.x, the major version that the pinned \@pulumi/aws bridges, load_balancer.go,
 * load_balancer_data_source.go, listener.go, vpc_endpoint.go, vpc_endpoint_service.go and role.go. UNVERIFIED against AWS, and against
 * the others' 6.x.
 */
export const resourceActions: Record<string, Operations> = {
  // ec2/vpc_.go
  "aws:ec2/vpc:Vpc": {
    create: ec2("CreateVpc", "ModifyVpcAttribute", "CreateTags"),
    // With its main route table, default group and default network ACL.
    read: ec2(
      ...["DescribeVpcs", "DescribeVpcAttribute", "DescribeNetworkAcls"],
      ...["DescribeRouteTables", "DescribeSecurityGroups"],
    ),
    update: [...ec2("ModifyVpcAttribute"), ...ec2Tags],
    delete: ec2("DeleteVpc", "DescribeVpcs"),
  },
  // ec2/vpc_subnet.go
  "aws:ec2/subnet:Subnet": {
    create: ec2("CreateSubnet", "CreateTags"),
    read: ec2("DescribeSubnets"),
    update: [...ec2("ModifySubnetAttribute"), ...ec2Tags],
    // Interfaces that a service has left in it are looked for first.
    delete: [...networkInterfaces, ...ec2("DeleteSubnet")],
  },
  // ec2/vpc_internet_gateway.go
  "aws:ec2/internetGateway:InternetGateway": {
    create: ec2("CreateInternetGateway", "AttachInternetGateway", "CreateTags"),
    read: internetGateways,
    update: [...ec2("DetachInternetGateway", "AttachInternetGateway"), ...ec2Tags],
    delete: [...ec2("DetachInternetGateway", "DeleteInternetGateway"), ...internetGateways],
  },
  // ec2/ec2_eip.go
  "aws:ec2/eip:Eip": {
    create: ec2("AllocateAddress", "CreateTags"),
    read: ec2("DescribeAddresses", "DescribeAddressesAttribute"),
    update: ec2Tags,
    // A refresh has seen what it belonged to.
    delete: ec2("DisassociateAddress", "ReleaseAddress"),
  },
  // ec2/vpc_nat_gateway.go
  "aws:ec2/natGateway:NatGateway": {
    create: ec2("CreateNatGateway", "CreateTags"),
    read: natGateways,
    update: ec2Tags,
    delete: [...ec2("DeleteNatGateway"), ...natGateways],
  },
  // ec2/vpc_route_table.go
  "aws:ec2/routeTable:RouteTable": {
    create: ec2("CreateRouteTable", "CreateTags"),
    read: routeTables,
    update: ec2Tags,
    delete: [...routeTables, ...ec2("DeleteRouteTable")],
  },
  // ec2/vpc_route_table_association.go
  "aws:ec2/routeTableAssociation:RouteTableAssociation": {
    create: ec2("AssociateRouteTable"),
    read: routeTables,
    update: ec2("ReplaceRouteTableAssociation"),
    delete: [...ec2("DisassociateRouteTable"), ...routeTables],
  },
  // ec2/vpc_route.go
  "aws:ec2/route:Route": {
    create: ec2("CreateRoute"),
    read: routeTables,
    update: ec2("ReplaceRoute"),
    delete: [...ec2("DeleteRoute"), ...routeTables],
  },
  // ec2/vpc_security_group.go
  "aws:ec2/securityGroup:SecurityGroup": {
    // The rule that AWS adds to every new group is taken out.
    create: ec2("CreateSecurityGroup", "RevokeSecurityGroupEgress", "CreateTags"),
    read: ec2("DescribeSecurityGroups"),
    update: ec2Tags,
    // As with a subnet.
    delete: [...networkInterfaces, ...ec2("DeleteSecurityGroup", "DescribeSecurityGroups")],
  },
  // ec2/vpc_security_group_ingress_rule.go
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": rule("Ingress"),
  // ec2/vpc_security_group_egress_rule.go
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": rule("Egress"),
  // ec2/ec2_key_pair.go
  "aws:ec2/keyPair:KeyPair": {
    create: ec2("ImportKeyPair", "CreateTags"),
    read: ec2("DescribeKeyPairs"),
    update: ec2Tags,
    delete: ec2("DeleteKeyPair"),
  },
  // ec2/ec2_instance.go
  "aws:ec2/instance:Instance": {
    // The image tells the name of the disk that is to be encrypted.
    create: [...ec2("DescribeImages", "RunInstances", "CreateTags"), ...passRole],
    // A tag tells whether it is of a launch template.
    read: [...instances, ...instanceDetails, ...ec2("DescribeTags")],
    update: [
      // Another type needs a stop. Groups are those of its interface, which has no tag: they are not to be changed.
      ...ec2("StopInstances", "ModifyInstanceAttribute", "StartInstances"),
      ...ec2("ModifyInstanceMetadataOptions", "DescribeIamInstanceProfileAssociations"),
      ...ec2("AssociateIamInstanceProfile", "ReplaceIamInstanceProfileAssociation"),
      ...[...passRole, ...ec2Tags],
    ],
    // Protection against termination is taken off first.
    delete: [...ec2("ModifyInstanceAttribute", "TerminateInstances"), ...instances],
  },
  // ec2/vpc_endpoint.go
  "aws:ec2/vpcEndpoint:VpcEndpoint": {
    create: [...ec2("CreateVpcEndpoint", "CreateTags"), ...privateNames],
    // With the prefix list of its service and the addresses of its interfaces.
    read: [...endpoints, ...ec2("DescribePrefixLists"), ...networkInterfaces],
    update: [...ec2("ModifyVpcEndpoint"), ...privateNames, ...ec2Tags],
    delete: [...ec2("DeleteVpcEndpoints"), ...endpoints],
  },
  // ec2/vpc_endpoint_service.go
  "aws:ec2/vpcEndpointService:VpcEndpointService": {
    create: ec2("CreateVpcEndpointServiceConfiguration", "CreateTags"),
    read: [...endpointServices, ...ec2("DescribeVpcEndpointServicePermissions")],
    update: [...ec2("ModifyVpcEndpointServiceConfiguration"), ...ec2Tags],
    delete: [...ec2("DeleteVpcEndpointServiceConfigurations"), ...endpointServices],
  },
  // ec2/vpc_endpoint_service_allowed_principal.go
  "aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple": {
    create: ec2("ModifyVpcEndpointServicePermissions"),
    read: ec2("DescribeVpcEndpointServicePermissions"),
    update: none,
    delete: ec2("ModifyVpcEndpointServicePermissions"),
  },
  // ec2/vpc_endpoint_connection_accepter.go
  "aws:ec2/vpcEndpointConnectionAccepter:VpcEndpointConnectionAccepter": {
    create: ec2("AcceptVpcEndpointConnections"),
    read: ec2("DescribeVpcEndpointConnections"),
    update: none,
    // It would reject the connection, and is never asked for: what is accepted stays accepted.
    delete: none,
  },
  // elbv2/load_balancer.go
  "aws:lb/loadBalancer:LoadBalancer": {
    // The role is that of an account's first load balancer.
    create: [...elb("CreateLoadBalancer", "ModifyLoadBalancerAttributes", "AddTags"), "iam:CreateServiceLinkedRole"],
    read: elb("DescribeLoadBalancers", "DescribeLoadBalancerAttributes", "DescribeTags"),
    update: [...elb("ModifyLoadBalancerAttributes", "SetSubnets"), ...elbTags],
    // Its interfaces are waited for.
    delete: [...elb("DeleteLoadBalancer"), ...networkInterfaces],
  },
  // elbv2/target_group.go
  "aws:lb/targetGroup:TargetGroup": {
    create: elb("CreateTargetGroup", "ModifyTargetGroupAttributes", "AddTags"),
    read: elb("DescribeTargetGroups", "DescribeTargetGroupAttributes", "DescribeTags"),
    update: [...elb("ModifyTargetGroup", "ModifyTargetGroupAttributes"), ...elbTags],
    delete: elb("DeleteTargetGroup"),
  },
  // elbv2/listener.go
  "aws:lb/listener:Listener": {
    create: elb("CreateListener", "ModifyListenerAttributes", "AddTags"),
    read: elb("DescribeListeners", "DescribeListenerAttributes", "DescribeTags"),
    update: [...elb("ModifyListener", "ModifyListenerAttributes"), ...elbTags],
    delete: elb("DeleteListener"),
  },
  // elbv2/target_group_attachment.go
  "aws:lb/targetGroupAttachment:TargetGroupAttachment": {
    create: elb("RegisterTargets"),
    read: elb("DescribeTargetHealth"),
    update: none,
    delete: elb("DeregisterTargets"),
  },
  // ec2/vpc_traffic_mirror_filter.go
  "aws:ec2/trafficMirrorFilter:TrafficMirrorFilter": {
    create: ec2("CreateTrafficMirrorFilter", "CreateTags"),
    read: mirrorFilters,
    update: ec2Tags,
    delete: ec2("DeleteTrafficMirrorFilter"),
  },
  // ec2/vpc_traffic_mirror_filter_rule.go
  "aws:ec2/trafficMirrorFilterRule:TrafficMirrorFilterRule": {
    create: ec2("CreateTrafficMirrorFilterRule"),
    read: mirrorFilters,
    update: ec2("ModifyTrafficMirrorFilterRule"),
    delete: ec2("DeleteTrafficMirrorFilterRule"),
  },
  // ec2/vpc_traffic_mirror_target.go
  "aws:ec2/trafficMirrorTarget:TrafficMirrorTarget": {
    create: ec2("CreateTrafficMirrorTarget", "CreateTags"),
    read: ec2("DescribeTrafficMirrorTargets"),
    update: ec2Tags,
    delete: ec2("DeleteTrafficMirrorTarget"),
  },
  // ec2/vpc_traffic_mirror_session.go
  "aws:ec2/trafficMirrorSession:TrafficMirrorSession": {
    create: ec2("CreateTrafficMirrorSession", "CreateTags"),
    read: ec2("DescribeTrafficMirrorSessions"),
    update: [...ec2("ModifyTrafficMirrorSession"), ...ec2Tags],
    delete: ec2("DeleteTrafficMirrorSession"),
  },
  // iam/role.go
  "aws:iam/role:Role": {
    create: iam("CreateRole", "TagRole"),
    read: iam("GetRole", "ListRolePolicies", "ListAttachedRolePolicies"),
    update: iam(
      ...["UpdateAssumeRolePolicy", "UpdateRoleDescription", "UpdateRole", "TagRole", "UntagRole"],
      ...["PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary"],
    ),
    // Profile and attachment are gone by then; they are looked for.
    delete: iam("ListInstanceProfilesForRole", "ListAttachedRolePolicies", "DeleteRole"),
  },
  // iam/role_policy_attachment.go
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
    create: iam("AttachRolePolicy"),
    read: iam("ListAttachedRolePolicies"),
    update: none,
    delete: iam("DetachRolePolicy"),
  },
  // iam/instance_profile.go
  "aws:iam/instanceProfile:InstanceProfile": {
    create: [...iam("CreateInstanceProfile", "AddRoleToInstanceProfile", "TagInstanceProfile"), ...passRole],
    read: iam("GetInstanceProfile", "GetRole"),
    update: [
      ...iam("RemoveRoleFromInstanceProfile", "AddRoleToInstanceProfile", "TagInstanceProfile", "UntagInstanceProfile"),
      ...passRole,
    ],
    delete: iam("RemoveRoleFromInstanceProfile", "DeleteInstanceProfile"),
  },
  ...transitActions,
};

/** What the provider calls for each function; files as above. */
export const functionActions: Record<string, Actions> = {
  // ec2/ec2_instance_data_source.go
  "aws:ec2/getInstance:getInstance": [...instances, ...instanceDetails],
  // ec2/vpc_internet_gateway_data_source.go
  "aws:ec2/getInternetGateway:getInternetGateway": internetGateways,
  // ec2/vpc_network_interface_data_source.go
  "aws:ec2/getNetworkInterface:getNetworkInterface": networkInterfaces,
  // ec2/vpc_network_interfaces_data_source.go
  "aws:ec2/getNetworkInterfaces:getNetworkInterfaces": networkInterfaces,
  // ec2/vpc_prefix_list_data_source.go
  "aws:ec2/getPrefixList:getPrefixList": ec2("DescribePrefixLists"),
  // ec2/vpc_route_table_data_source.go: of an interface that is a route's target, whose it is.
  "aws:ec2/getRouteTable:getRouteTable": [...routeTables, ...networkInterfaces],
  // ec2/vpc_route_tables_data_source.go
  "aws:ec2/getRouteTables:getRouteTables": routeTables,
  // ec2/vpc_subnet_data_source.go
  "aws:ec2/getSubnet:getSubnet": ec2("DescribeSubnets"),
  // ec2/vpc_data_source.go
  "aws:ec2/getVpcs:getVpcs": ec2("DescribeVpcs"),
  "aws:ec2/getVpc:getVpc": ec2("DescribeVpcs", "DescribeVpcAttribute", "DescribeRouteTables"),
  // ec2/vpc_endpoint_data_source.go
  "aws:ec2/getVpcEndpoint:getVpcEndpoint": [...endpoints, ...ec2("DescribePrefixLists")],
  // ec2/vpc_endpoint_service_data_source.go
  "aws:ec2/getVpcEndpointService:getVpcEndpointService": ec2("DescribeVpcEndpointServices"),
  // elbv2/load_balancer_data_source.go
  "aws:lb/getLoadBalancer:getLoadBalancer": elb(
    ...["DescribeLoadBalancers", "DescribeLoadBalancerAttributes", "DescribeTags"],
  ),
  // elbv2/target_group_data_source.go
  "aws:lb/getTargetGroup:getTargetGroup": elb(
    ...["DescribeTargetGroups", "DescribeTargetGroupAttributes", "DescribeTags"],
  ),
  // ec2/ec2_ami_data_source.go; that ec2:GetInstanceUefiData is refused, which it asks for, too, it does not mind.
  "aws:ec2/getAmi:getAmi": ec2("DescribeImages"),
  // ec2/ec2_key_pair_data_source.go
  "aws:ec2/getKeyPair:getKeyPair": ec2("DescribeKeyPairs"),
  // iam/instance_profile_data_source.go
  "aws:iam/getInstanceProfile:getInstanceProfile": iam("GetInstanceProfile"),
  // kms/key_data_source.go
  "aws:kms/getKey:getKey": ["kms:DescribeKey"],
  // ssm/parameter_data_source.go
  "aws:ssm/getParameter:getParameter": ["ssm:GetParameter"],
  ...transitFunctionActions,
};

/** What the program itself calls to reach hosts by SSM (verification/ssmAccess.ts). */
export const ssmActions: Actions = [
  "ssm:DescribeInstanceInformation",
  ...["ssm:SendCommand", "ssm:GetCommandInvocation", "ssm:CancelCommand"],
];

/**
 * What EC2 does with a KMS key, as whoever launches an instance whose disk is encrypted by it (EBS user guide, "Requirements for Amazon EBS
 * encryption").
 */
export const diskKeyActions: Actions = [
  ...["kms:CreateGrant", "kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext"],
  ...["kms:ReEncryptFrom", "kms:ReEncryptTo"],
];

/** What the program itself calls before the security stack is deleted (verification/connectedConsumers.ts). */
export const consumerCheckActions: Actions = ec2("DescribeVpcEndpointConnections");

/** Likewise of the transit stack (verification/attachedSpokes.ts). */
export const spokeCheckActions: Actions = ec2("DescribeTransitGatewayAttachments");

/** What the program itself calls to know of the targets, while it measures (verification/targetGroup.ts). */
export const targetGroupActions: Actions = elb("DescribeTargetGroups", "DescribeTargetHealth");
