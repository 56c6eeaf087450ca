/** Actions by what needs them, in the order of a life: made, read, changed, removed. */
type Actions = readonly string[];

const ec2 = (...operations: string[]): Actions => operations.map((operation) => `ec2:${operation}`);
const elb = (...operations: string[]): Actions => operations.map((operation) => `elasticloadbalancing:${operation}`);
const iam = (...operations: string[]): Actions => operations.map((operation) => `iam:${operation}`);

const ec2Tags = ec2("CreateTags", "DeleteTags");
const elbTags = elb("AddTags", "DescribeTags", "RemoveTags");

/**
 * What the provider calls for each resource type, from its source (terraform-provider-aws, internal/service: ec2, elbv2, iam). Action
 * names are those of the API's operations (AWS Service Authorization Reference). UNVERIFIED against AWS.
 */
export const resourceActions: Record<string, Actions> = {
  "aws:ec2/vpc:Vpc": [
    ...ec2("CreateVpc", "ModifyVpcAttribute", "DescribeVpcs", "DescribeVpcAttribute", "DeleteVpc"),
    // Read for the VPC's defaults.
    ...ec2("DescribeNetworkAcls", "DescribeRouteTables", "DescribeSecurityGroups"),
    ...ec2Tags,
  ],
  "aws:ec2/subnet:Subnet": [
    ...ec2("CreateSubnet", "DescribeSubnets", "ModifySubnetAttribute", "DeleteSubnet"),
    // Interfaces that a service has left in it are looked for before it is deleted.
    ...ec2("DescribeNetworkInterfaces"),
    ...ec2Tags,
  ],
  "aws:ec2/internetGateway:InternetGateway": [
    ...ec2("CreateInternetGateway", "AttachInternetGateway", "DescribeInternetGateways"),
    ...ec2("DetachInternetGateway", "DeleteInternetGateway"),
    ...ec2Tags,
  ],
  "aws:ec2/routeTable:RouteTable": [
    ...ec2("CreateRouteTable", "DescribeRouteTables", "DisassociateRouteTable", "DeleteRouteTable"),
    ...ec2Tags,
  ],
  "aws:ec2/routeTableAssociation:RouteTableAssociation": ec2(
    ...["AssociateRouteTable", "DescribeRouteTables", "ReplaceRouteTableAssociation", "DisassociateRouteTable"],
  ),
  "aws:ec2/route:Route": ec2("CreateRoute", "DescribeRouteTables", "ReplaceRoute", "DeleteRoute"),
  "aws:ec2/securityGroup:SecurityGroup": [
    ...ec2("CreateSecurityGroup", "DescribeSecurityGroups", "DeleteSecurityGroup", "DescribeNetworkInterfaces"),
    // The rule that AWS adds to every new group is taken out.
    ...ec2("RevokeSecurityGroupEgress"),
    ...ec2Tags,
  ],
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": [
    ...ec2("AuthorizeSecurityGroupIngress", "DescribeSecurityGroupRules", "ModifySecurityGroupRules"),
    ...ec2("RevokeSecurityGroupIngress"),
    ...ec2Tags,
  ],
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": [
    ...ec2("AuthorizeSecurityGroupEgress", "DescribeSecurityGroupRules", "ModifySecurityGroupRules"),
    ...ec2("RevokeSecurityGroupEgress"),
    ...ec2Tags,
  ],
  "aws:ec2/keyPair:KeyPair": [...ec2("ImportKeyPair", "DescribeKeyPairs", "DeleteKeyPair"), ...ec2Tags],
  "aws:ec2/instance:Instance": [
    ...ec2("RunInstances", "DescribeInstances", "DescribeInstanceTypes", "DescribeInstanceAttribute"),
    ...ec2("DescribeInstanceCreditSpecifications", "DescribeVolumes", "DescribeImages", "DescribeTags"),
    ...ec2("ModifyInstanceAttribute", "ModifyInstanceMetadataOptions", "StopInstances", "StartInstances"),
    ...ec2("AssociateIamInstanceProfile", "DescribeIamInstanceProfileAssociations", "DisassociateIamInstanceProfile"),
    ...ec2("TerminateInstances"),
    ...ec2Tags,
  ],
  "aws:ec2/vpcEndpoint:VpcEndpoint": [
    ...ec2("CreateVpcEndpoint", "DescribeVpcEndpoints", "DescribePrefixLists", "ModifyVpcEndpoint"),
    ...ec2("DeleteVpcEndpoints"),
    // Private names of interface endpoints.
    "route53:AssociateVPCWithHostedZone",
    ...ec2Tags,
  ],
  "aws:ec2/vpcEndpointService:VpcEndpointService": [
    ...ec2("CreateVpcEndpointServiceConfiguration", "DescribeVpcEndpointServiceConfigurations"),
    ...ec2("DescribeVpcEndpointServicePermissions", "ModifyVpcEndpointServiceConfiguration"),
    ...ec2("DeleteVpcEndpointServiceConfigurations"),
    ...ec2Tags,
  ],
  "aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple": ec2(
    ...["ModifyVpcEndpointServicePermissions", "DescribeVpcEndpointServicePermissions"],
  ),
  "aws:ec2/vpcEndpointConnectionAccepter:VpcEndpointConnectionAccepter": ec2(
    ...["AcceptVpcEndpointConnections", "DescribeVpcEndpointConnections", "RejectVpcEndpointConnections"],
  ),
  "aws:lb/loadBalancer:LoadBalancer": [
    ...elb("CreateLoadBalancer", "DescribeLoadBalancers", "DescribeLoadBalancerAttributes"),
    ...elb("ModifyLoadBalancerAttributes", "DescribeCapacityReservation", "SetSubnets", "DeleteLoadBalancer"),
    ...elbTags,
    // Its interfaces are waited for when it is deleted.
    ...ec2("DescribeNetworkInterfaces"),
    // An account's first load balancer.
    "iam:CreateServiceLinkedRole",
  ],
  "aws:lb/targetGroup:TargetGroup": [
    ...elb("CreateTargetGroup", "DescribeTargetGroups", "DescribeTargetGroupAttributes", "ModifyTargetGroup"),
    ...elb("ModifyTargetGroupAttributes", "DeleteTargetGroup"),
    ...elbTags,
  ],
  "aws:lb/listener:Listener": [
    ...elb("CreateListener", "DescribeListeners", "DescribeListenerAttributes", "ModifyListener"),
    ...elb("ModifyListenerAttributes", "DeleteListener"),
    ...elbTags,
  ],
  "aws:lb/targetGroupAttachment:TargetGroupAttachment": elb(
    ...["RegisterTargets", "DescribeTargetHealth", "DeregisterTargets"],
  ),
  "aws:iam/role:Role": iam(
    ...["CreateRole", "GetRole", "ListRolePolicies", "ListAttachedRolePolicies", "UpdateAssumeRolePolicy"],
    ...["ListInstanceProfilesForRole", "DeleteRole", "TagRole", "UntagRole"],
  ),
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": iam(
    ...["AttachRolePolicy", "ListAttachedRolePolicies", "DetachRolePolicy"],
  ),
  "aws:iam/instanceProfile:InstanceProfile": [
    ...iam("CreateInstanceProfile", "AddRoleToInstanceProfile", "GetInstanceProfile", "GetRole"),
    ...iam("RemoveRoleFromInstanceProfile", "DeleteInstanceProfile", "TagInstanceProfile", "UntagInstanceProfile"),
    // The instance is given the profile's role.
    "iam:PassRole",
  ],
};

/** What the provider calls for each function. */
export const functionActions: Record<string, Actions> = {
  "aws:ec2/getInstance:getInstance": [
    ...ec2("DescribeInstances", "DescribeInstanceAttribute", "DescribeInstanceCreditSpecifications"),
    ...ec2("DescribeVolumes", "DescribeTags"),
  ],
  "aws:ec2/getInternetGateway:getInternetGateway": ec2("DescribeInternetGateways"),
  "aws:ec2/getNetworkInterface:getNetworkInterface": ec2("DescribeNetworkInterfaces"),
  "aws:ec2/getPrefixList:getPrefixList": ec2("DescribePrefixLists"),
  "aws:ec2/getRouteTable:getRouteTable": ec2("DescribeRouteTables"),
  "aws:ec2/getRouteTables:getRouteTables": ec2("DescribeRouteTables"),
  "aws:ec2/getSubnet:getSubnet": ec2("DescribeSubnets"),
  "aws:ec2/getVpc:getVpc": ec2("DescribeVpcs", "DescribeVpcAttribute", "DescribeRouteTables"),
  "aws:ec2/getVpcEndpoint:getVpcEndpoint": ec2("DescribeVpcEndpoints", "DescribePrefixLists"),
  "aws:ec2/getVpcEndpointService:getVpcEndpointService": ec2("DescribeVpcEndpointServices"),
  "aws:lb/getLoadBalancer:getLoadBalancer": elb(
    ...["DescribeLoadBalancers", "DescribeLoadBalancerAttributes", "DescribeCapacityReservation", "DescribeTags"],
  ),
  "aws:lb/getTargetGroup:getTargetGroup": elb(
    ...["DescribeTargetGroups", "DescribeTargetGroupAttributes", "DescribeTargetHealth", "DescribeTags"],
  ),
  "aws:ssm/getParameter:getParameter": ["ssm:GetParameter"],
};

/** What the program itself calls to reach hosts by SSM (verification/ssmAccess.ts). */
export const ssmActions: Actions = [
  "ssm:DescribeInstanceInformation",
  ...["ssm:SendCommand", "ssm:GetCommandInvocation", "ssm:CancelCommand"],
];
