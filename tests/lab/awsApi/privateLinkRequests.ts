import { leftOver, tagged, type Translation } from "./translation";

export const vpcEndpoint: Translation = ({
  vpcId,
  serviceName,
  vpcEndpointType,
  subnetIds,
  routeTableIds,
  securityGroupIds,
  privateDnsEnabled,
  policy,
  tags,
  ...rest
}) => {
  leftOver("VpcEndpoint", rest);
  const parameters = {
    VpcId: vpcId,
    ServiceName: serviceName,
    VpcEndpointType: vpcEndpointType,
    SubnetIds: subnetIds,
    RouteTableIds: routeTableIds,
    SecurityGroupIds: securityGroupIds,
    PrivateDnsEnabled: privateDnsEnabled,
    ...(policy !== undefined && { PolicyDocument: policy }),
    ...tagged("vpc-endpoint", tags),
  };
  return [{ service: "ec2", operation: "CreateVpcEndpoint", parameters }];
};

export const vpcEndpointService: Translation = ({ acceptanceRequired, gatewayLoadBalancerArns, tags, ...rest }) => {
  leftOver("VpcEndpointService", rest);
  const parameters = {
    AcceptanceRequired: acceptanceRequired,
    GatewayLoadBalancerArns: gatewayLoadBalancerArns,
    ...tagged("vpc-endpoint-service", tags),
  };
  return [{ service: "ec2", operation: "CreateVpcEndpointServiceConfiguration", parameters }];
};

export const allowedPrincipal: Translation = ({ vpcEndpointServiceId, principalArn, ...rest }) => {
  leftOver("VpcEndpointServiceAllowedPrinciple", rest);
  const parameters = { ServiceId: vpcEndpointServiceId, AddAllowedPrincipals: [principalArn] };
  return [{ service: "ec2", operation: "ModifyVpcEndpointServicePermissions", parameters }];
};

/** The connection is accepted, then looked for among all of its service until it is available. */
export const connectionAccepter: Translation = ({ vpcEndpointServiceId, vpcEndpointId, ...rest }) => {
  leftOver("VpcEndpointConnectionAccepter", rest);
  const accepted = { ServiceId: vpcEndpointServiceId, VpcEndpointIds: [vpcEndpointId] };
  const filters = { Filters: [{ Name: "service-id", Values: [vpcEndpointServiceId] }] };
  return [
    { service: "ec2", operation: "AcceptVpcEndpointConnections", parameters: accepted },
    { service: "ec2", operation: "DescribeVpcEndpointConnections", parameters: filters },
  ];
};
