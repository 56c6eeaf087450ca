import { getCallerIdentity, getParameter, getRegion } from "./accountQueries";
import { eip } from "./ec2/ec2Eip";
import { instance } from "./ec2/ec2Instance";
import { internetGateway } from "./ec2/ec2InternetGateway";
import { natGateway } from "./ec2/ec2NatGateway";
import { getAmi } from "./ec2/imageQueries";
import { getKeyPair, keyPair } from "./ec2/ec2KeyPair";
import { route } from "./ec2/ec2Route";
import { routeTable, routeTableAssociation } from "./ec2/ec2RouteTable";
import { securityGroup } from "./ec2/ec2SecurityGroup";
import { securityGroupEgressRule, securityGroupIngressRule } from "./ec2/ec2SecurityGroupRule";
import { subnet } from "./ec2/ec2Subnet";
import { vpc } from "./ec2/ec2Vpc";
import { vpcEndpointConnectionAccepter } from "./ec2/endpointConnection";
import { getManagedPrefixList, getPrefixList, getVpcEndpoint, getVpcEndpointService } from "./ec2/endpointQueries";
import { vpcEndpointService, vpcEndpointServiceAllowedPrinciple } from "./ec2/endpointService";
import { getInstanceProfile, instanceProfile, role, rolePolicyAttachment } from "./iam/iam";
import { getInstance } from "./ec2/instanceQueries";
import { getKey, kmsKey } from "./kms/kmsKey";
import { listener } from "./elb/listener";
import { loadBalancer } from "./elb/loadBalancer";
import { getLoadBalancer, getTargetGroup } from "./elb/loadBalancingQueries";
import type { Invoke, ResourceType } from "./core/model";
import {
  getAvailabilityZones,
  getNetworkInterface,
  getNetworkInterfaces,
  getRouteTable,
  getRouteTables,
  getSubnet,
} from "./ec2/networkQueries";
import { targetGroup } from "./elb/targetGroup";
import { targetGroupAttachment } from "./elb/targetGroupAttachment";
import { trafficMirrorFilter, trafficMirrorFilterRule } from "./ec2/trafficMirrorFilter";
import { trafficMirrorSession, trafficMirrorTarget } from "./ec2/trafficMirrorSession";
import { vpcEndpoint } from "./ec2/vpcEndpoint";
import { getInternetGateway } from "./ec2/internetGatewayQueries";
import { getVpc, getVpcs } from "./ec2/vpcQueries";
import { principalAssociation, resourceAssociation, resourceShare } from "./ram/resourceShare";
import { transitGateway } from "./transit/transitGateway";
import { getRouteTableRoutes, getTransitGateway, getVpcAttachments } from "./transit/transitQueries";
import {
  transitGatewayRoute,
  transitGatewayRouteTable,
  transitGatewayRouteTableAssociation,
  transitGatewayRouteTablePropagation,
} from "./transit/transitTable";
import { transitGatewayVpcAttachment, transitGatewayVpcAttachmentAccepter } from "./transit/vpcAttachment";

export { seed } from "./ec2/images";

function byToken<T extends { token: string }>(...definitions: T[]): ReadonlyMap<string, T> {
  return new Map(definitions.map((definition) => [definition.token, definition]));
}

/** Every resource type that the model has, by token. */
export const resourceTypes = byToken<ResourceType>(
  vpc,
  subnet,
  internetGateway,
  eip,
  natGateway,
  routeTable,
  routeTableAssociation,
  route,
  securityGroup,
  securityGroupIngressRule,
  securityGroupEgressRule,
  keyPair,
  instance,
  vpcEndpoint,
  vpcEndpointService,
  vpcEndpointServiceAllowedPrinciple,
  vpcEndpointConnectionAccepter,
  loadBalancer,
  targetGroup,
  targetGroupAttachment,
  listener,
  trafficMirrorFilter,
  trafficMirrorFilterRule,
  trafficMirrorTarget,
  trafficMirrorSession,
  transitGateway,
  transitGatewayVpcAttachment,
  transitGatewayVpcAttachmentAccepter,
  transitGatewayRouteTable,
  transitGatewayRouteTableAssociation,
  transitGatewayRouteTablePropagation,
  transitGatewayRoute,
  resourceShare,
  resourceAssociation,
  principalAssociation,
  role,
  rolePolicyAttachment,
  instanceProfile,
  kmsKey,
);

/** Every function that the model has, by token. */
export const invokes = byToken<Invoke>(
  getCallerIdentity,
  getRegion,
  getAvailabilityZones,
  getNetworkInterface,
  getNetworkInterfaces,
  getVpc,
  getVpcs,
  getInternetGateway,
  getSubnet,
  getRouteTable,
  getRouteTables,
  getInstance,
  getLoadBalancer,
  getTargetGroup,
  getVpcEndpointService,
  getVpcEndpoint,
  getPrefixList,
  getManagedPrefixList,
  getParameter,
  getAmi,
  getKey,
  getKeyPair,
  getInstanceProfile,
  getTransitGateway,
  getRouteTableRoutes,
  getVpcAttachments,
);
