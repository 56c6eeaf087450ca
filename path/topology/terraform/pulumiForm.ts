/**
 * Types of the provider hashicorp/aws that the reader of Pulumi's states knows, by the type that @pulumi/aws bridges each to (pulumi-aws,
 * provider/resources.go); default VPCs and subnets, and the older names of load balancers, are read as the others.
 */
export const pulumiTypes: Readonly<Record<string, string>> = {
  aws_alb: "aws:lb/loadBalancer:LoadBalancer",
  aws_alb_listener: "aws:lb/listener:Listener",
  aws_alb_target_group: "aws:lb/targetGroup:TargetGroup",
  aws_alb_target_group_attachment: "aws:lb/targetGroupAttachment:TargetGroupAttachment",
  aws_default_network_acl: "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl",
  aws_default_route_table: "aws:ec2/defaultRouteTable:DefaultRouteTable",
  aws_default_security_group: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
  aws_default_subnet: "aws:ec2/subnet:Subnet",
  aws_default_vpc: "aws:ec2/vpc:Vpc",
  aws_ec2_managed_prefix_list: "aws:ec2/managedPrefixList:ManagedPrefixList",
  aws_ec2_managed_prefix_list_entry: "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry",
  aws_ec2_transit_gateway: "aws:ec2transitgateway/transitGateway:TransitGateway",
  aws_ec2_transit_gateway_prefix_list_reference: "aws:ec2transitgateway/prefixListReference:PrefixListReference",
  aws_ec2_transit_gateway_route: "aws:ec2transitgateway/route:Route",
  aws_ec2_transit_gateway_route_table: "aws:ec2transitgateway/routeTable:RouteTable",
  aws_ec2_transit_gateway_route_table_association: "aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation",
  aws_ec2_transit_gateway_route_table_propagation: "aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation",
  aws_ec2_transit_gateway_vpc_attachment: "aws:ec2transitgateway/vpcAttachment:VpcAttachment",
  aws_ec2_transit_gateway_vpc_attachment_accepter: "aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter",
  aws_instance: "aws:ec2/instance:Instance",
  aws_internet_gateway: "aws:ec2/internetGateway:InternetGateway",
  aws_internet_gateway_attachment: "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment",
  aws_lb: "aws:lb/loadBalancer:LoadBalancer",
  aws_lb_listener: "aws:lb/listener:Listener",
  aws_lb_target_group: "aws:lb/targetGroup:TargetGroup",
  aws_lb_target_group_attachment: "aws:lb/targetGroupAttachment:TargetGroupAttachment",
  aws_main_route_table_association: "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation",
  aws_nat_gateway: "aws:ec2/natGateway:NatGateway",
  aws_network_acl: "aws:ec2/networkAcl:NetworkAcl",
  aws_network_acl_association: "aws:ec2/networkAclAssociation:NetworkAclAssociation",
  aws_network_acl_rule: "aws:ec2/networkAclRule:NetworkAclRule",
  aws_network_interface: "aws:ec2/networkInterface:NetworkInterface",
  aws_network_interface_attachment: "aws:ec2/networkInterfaceAttachment:NetworkInterfaceAttachment",
  aws_route: "aws:ec2/route:Route",
  aws_route_table: "aws:ec2/routeTable:RouteTable",
  aws_route_table_association: "aws:ec2/routeTableAssociation:RouteTableAssociation",
  aws_security_group: "aws:ec2/securityGroup:SecurityGroup",
  aws_security_group_rule: "aws:ec2/securityGroupRule:SecurityGroupRule",
  aws_subnet: "aws:ec2/subnet:Subnet",
  aws_vpc: "aws:ec2/vpc:Vpc",
  aws_vpc_endpoint: "aws:ec2/vpcEndpoint:VpcEndpoint",
  aws_vpc_endpoint_connection_accepter: "aws:ec2/vpcEndpointConnectionAccepter:VpcEndpointConnectionAccepter",
  aws_vpc_endpoint_route_table_association: "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation",
  aws_vpc_endpoint_service: "aws:ec2/vpcEndpointService:VpcEndpointService",
  aws_vpc_endpoint_service_allowed_principal:
    "aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple",
  aws_vpc_ipv4_cidr_block_association: "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation",
  aws_vpc_ipv6_cidr_block_association: "aws:ec2/vpcIpv6CidrBlockAssociation:VpcIpv6CidrBlockAssociation",
  aws_vpc_security_group_egress_rule: "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
  aws_vpc_security_group_ingress_rule: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
};

/** Lists of blocks have the plural in Pulumi (pulumi-terraform-bridge, "Automatic name mapping"): those that the reader reads. */
const plurals: Readonly<Record<string, string>> = {
  attachment: "attachments",
  default_action: "defaultActions",
  entry: "entries",
  route: "routes",
  subnet_configuration: "subnetConfigurations",
  target_failover: "targetFailovers",
  target_group: "targetGroups",
};

/** Blocks of which there is one at most are a list in Terraform, none in Pulumi (`MaxItems: 1`). */
const single: ReadonlySet<string> = new Set(["forward", "health_check", "stickiness"]);

/** Properties as @pulumi/aws names them. What is absent is null in Terraform. */
export function pulumiProperties(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]): [string, unknown][] => {
      if (value === null) return [];
      // Keys of tags are nobody's names.
      if (key === "tags" || key === "tags_all") return [[camelCase(key), value]];
      if (!single.has(key)) return [[plurals[key] ?? camelCase(key), propertiesIn(value)]];
      const [first] = Array.isArray(value) ? (value as unknown[]) : [value];
      return first === undefined ? [] : [[camelCase(key), propertiesIn(first)]];
    }),
  );
}

function propertiesIn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(propertiesIn);
  return typeof value === "object" && value !== null ? pulumiProperties(value as Record<string, unknown>) : value;
}

function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
