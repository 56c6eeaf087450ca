import { ec2, leftOver, tagged, tagList, type Translation } from "./translation";

export const vpc: Translation = ({ cidrBlock, enableDnsHostnames, enableDnsSupport, tags, ...rest }, VpcId) => {
  leftOver("Vpc", rest);
  return [
    ec2("CreateVpc", { CidrBlock: cidrBlock, ...tagged("vpc", tags) }),
    // One attribute a request.
    ec2("ModifyVpcAttribute", { VpcId, EnableDnsHostnames: { Value: enableDnsHostnames } }),
    ec2("ModifyVpcAttribute", { VpcId, EnableDnsSupport: { Value: enableDnsSupport } }),
  ];
};

export const subnet: Translation = (
  { vpcId, cidrBlock, availabilityZoneId, mapPublicIpOnLaunch, tags, ...rest },
  SubnetId,
) => {
  leftOver("Subnet", rest);
  const place = { VpcId: vpcId, CidrBlock: cidrBlock, AvailabilityZoneId: availabilityZoneId };
  return [
    ec2("CreateSubnet", { ...place, ...tagged("subnet", tags) }),
    // What a new subnet has anyhow is not asked for.
    ...(mapPublicIpOnLaunch === true
      ? [ec2("ModifySubnetAttribute", { SubnetId, MapPublicIpOnLaunch: { Value: true } })]
      : []),
  ];
};

export const internetGateway: Translation = ({ vpcId, tags, ...rest }, InternetGatewayId) => {
  leftOver("InternetGateway", rest);
  return [
    ec2("CreateInternetGateway", tagged("internet-gateway", tags)),
    ec2("AttachInternetGateway", { InternetGatewayId, VpcId: vpcId }),
  ];
};

export const eip: Translation = ({ domain, tags, ...rest }) => {
  leftOver("Eip", rest);
  return [ec2("AllocateAddress", { Domain: domain, ...tagged("elastic-ip", tags) })];
};

export const natGateway: Translation = ({ subnetId, allocationId, connectivityType, tags, ...rest }) => {
  leftOver("NatGateway", rest);
  const place = { SubnetId: subnetId, AllocationId: allocationId, ConnectivityType: connectivityType };
  return [ec2("CreateNatGateway", { ...place, ...tagged("natgateway", tags) })];
};

export const routeTable: Translation = ({ vpcId, tags, ...rest }) => {
  leftOver("RouteTable", rest);
  return [ec2("CreateRouteTable", { VpcId: vpcId, ...tagged("route-table", tags) })];
};

export const routeTableAssociation: Translation = ({ routeTableId, subnetId, ...rest }) => {
  leftOver("RouteTableAssociation", rest);
  return [ec2("AssociateRouteTable", { RouteTableId: routeTableId, SubnetId: subnetId })];
};

export const route: Translation = ({
  routeTableId,
  destinationCidrBlock,
  gatewayId,
  vpcEndpointId,
  transitGatewayId,
  natGatewayId,
  ...rest
}) => {
  leftOver("Route", rest);
  const target = {
    GatewayId: gatewayId,
    VpcEndpointId: vpcEndpointId,
    TransitGatewayId: transitGatewayId,
    NatGatewayId: natGatewayId,
  };
  return [ec2("CreateRoute", { RouteTableId: routeTableId, DestinationCidrBlock: destinationCidrBlock, ...target })];
};

export const securityGroup: Translation = ({ name, description, vpcId, tags, ...rest }, GroupId) => {
  leftOver("SecurityGroup", rest);
  const group = { GroupName: name, Description: description, VpcId: vpcId };
  const anywhere = [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }];
  return [
    ec2("CreateSecurityGroup", { ...group, ...tagged("security-group", tags) }),
    // AWS lets a new group out to everywhere.
    ec2("RevokeSecurityGroupEgress", { GroupId, IpPermissions: anywhere }),
  ];
};

export const securityGroupRule =
  (operation: "AuthorizeSecurityGroupIngress" | "AuthorizeSecurityGroupEgress"): Translation =>
  ({ securityGroupId, ipProtocol, fromPort, toPort, cidrIpv4, prefixListId, tags, ...rest }, id) => {
    leftOver("a security group's rule", rest);
    const permission = {
      IpProtocol: ipProtocol,
      FromPort: fromPort,
      ToPort: toPort,
      ...(cidrIpv4 !== undefined && { IpRanges: [{ CidrIp: cidrIpv4 }] }),
      ...(prefixListId !== undefined && { PrefixListIds: [{ PrefixListId: prefixListId }] }),
    };
    return [
      ec2(operation, { GroupId: securityGroupId, IpPermissions: [permission] }),
      // Not with the rule, but once it is there.
      ...(tags === undefined ? [] : [ec2("CreateTags", { Resources: [id], Tags: tagList(tags) })]),
    ];
  };
