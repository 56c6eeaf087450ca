import type { Translation } from "./requests";
import { leftOver, tagged } from "./translation";

export const vpcEndpoint: Translation = ({
  vpcId,
  serviceName,
  vpcEndpointType,
  subnetIds,
  routeTableIds,
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
