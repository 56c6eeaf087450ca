import { getCallerIdentity, getParameter, getRegion } from "./accountQueries";
import { instance } from "./ec2Instance";
import { internetGateway } from "./ec2InternetGateway";
import { keyPair } from "./ec2KeyPair";
import { route } from "./ec2Route";
import { routeTable, routeTableAssociation } from "./ec2RouteTable";
import { securityGroup } from "./ec2SecurityGroup";
import { securityGroupEgressRule, securityGroupIngressRule } from "./ec2SecurityGroupRule";
import { subnet } from "./ec2Subnet";
import { vpc } from "./ec2Vpc";
import { vpcEndpointConnectionAccepter } from "./endpointConnection";
import { getManagedPrefixList, getPrefixList, getVpcEndpoint, getVpcEndpointService } from "./endpointQueries";
import { vpcEndpointService, vpcEndpointServiceAllowedPrinciple } from "./endpointService";
import { instanceProfile, role, rolePolicyAttachment } from "./iam";
import { getInstance } from "./instanceQueries";
import { listener } from "./listener";
import { loadBalancer } from "./loadBalancer";
import { getLoadBalancer, getTargetGroup } from "./loadBalancingQueries";
import type { Invoke, ResourceType } from "./model";
import {
  getAvailabilityZones,
  getNetworkInterface,
  getNetworkInterfaces,
  getRouteTable,
  getRouteTables,
  getSubnet,
} from "./networkQueries";
import { targetGroup } from "./targetGroup";
import { targetGroupAttachment } from "./targetGroupAttachment";
import { trafficMirrorFilter, trafficMirrorFilterRule } from "./trafficMirrorFilter";
import { trafficMirrorSession, trafficMirrorTarget } from "./trafficMirrorSession";
import { vpcEndpoint } from "./vpcEndpoint";
import { getInternetGateway } from "./internetGatewayQueries";
import { getVpc } from "./vpcQueries";

export { seed } from "./images";

function byToken<T extends { token: string }>(...definitions: T[]): ReadonlyMap<string, T> {
  return new Map(definitions.map((definition) => [definition.token, definition]));
}

/** Every resource type that the model has, by token. */
export const resourceTypes = byToken<ResourceType>(
  vpc,
  subnet,
  internetGateway,
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
  role,
  rolePolicyAttachment,
  instanceProfile,
);

/** Every function that the model has, by token. */
export const invokes = byToken<Invoke>(
  getCallerIdentity,
  getRegion,
  getAvailabilityZones,
  getNetworkInterface,
  getNetworkInterfaces,
  getVpc,
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
);
