import type { Properties } from "../../../lab/cloud/core/properties";
import type { Call, Registration } from "../../../lab/mocks";
import { rowOf } from "./deployed";
import { functions } from "./functionRequests";
import { instanceProfile, role, rolePolicyAttachment } from "./identityRequests";
import { instance, keyPair } from "./instanceRequests";
import { listener, loadBalancer, targetGroup, targetGroupAttachment } from "./loadBalancingRequests";
import type { ApiRequest } from "./model";
import {
  eip,
  internetGateway,
  natGateway,
  route,
  routeTable,
  routeTableAssociation,
  securityGroup,
  securityGroupRule,
  subnet,
  vpc,
} from "./networkRequests";
import { mirrorFilter, mirrorFilterRule, mirrorSession, mirrorTarget } from "./mirrorRequests";
import {
  resourceShare,
  shareAssociation,
  transitAssociation,
  transitGateway,
  transitPropagation,
  transitRoute,
  transitRouteTable,
  vpcAttachment,
  vpcAttachmentAccepter,
} from "./transitRequests";
import { allowedPrincipal, connectionAccepter, vpcEndpoint, vpcEndpointService } from "./privateLinkRequests";
import type { Translation } from "./translation";

/**
 * As terraform-provider-aws makes them (internal/service: ec2, elbv2, iam). Values are passed on as the program gave them, unless the
 * provider turns them into another type. An input that no request carries is an error.
 */
const resources: Record<string, Translation> = {
  "aws:ec2/vpc:Vpc": vpc,
  "aws:ec2/subnet:Subnet": subnet,
  "aws:ec2/internetGateway:InternetGateway": internetGateway,
  "aws:ec2/eip:Eip": eip,
  "aws:ec2/natGateway:NatGateway": natGateway,
  "aws:ec2/routeTable:RouteTable": routeTable,
  "aws:ec2/routeTableAssociation:RouteTableAssociation": routeTableAssociation,
  "aws:ec2/route:Route": route,
  "aws:ec2/securityGroup:SecurityGroup": securityGroup,
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": securityGroupRule("AuthorizeSecurityGroupIngress"),
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": securityGroupRule("AuthorizeSecurityGroupEgress"),
  "aws:ec2/keyPair:KeyPair": keyPair,
  "aws:ec2/instance:Instance": instance,
  "aws:ec2/vpcEndpoint:VpcEndpoint": vpcEndpoint,
  "aws:ec2/vpcEndpointService:VpcEndpointService": vpcEndpointService,
  "aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple": allowedPrincipal,
  "aws:ec2/vpcEndpointConnectionAccepter:VpcEndpointConnectionAccepter": connectionAccepter,
  "aws:lb/loadBalancer:LoadBalancer": loadBalancer,
  "aws:lb/targetGroup:TargetGroup": targetGroup,
  "aws:lb/listener:Listener": listener,
  "aws:lb/targetGroupAttachment:TargetGroupAttachment": targetGroupAttachment,
  "aws:ec2/trafficMirrorFilter:TrafficMirrorFilter": mirrorFilter,
  "aws:ec2/trafficMirrorFilterRule:TrafficMirrorFilterRule": mirrorFilterRule,
  "aws:ec2/trafficMirrorTarget:TrafficMirrorTarget": mirrorTarget,
  "aws:ec2/trafficMirrorSession:TrafficMirrorSession": mirrorSession,
  "aws:ec2transitgateway/transitGateway:TransitGateway": transitGateway,
  "aws:ec2transitgateway/routeTable:RouteTable": transitRouteTable,
  "aws:ec2transitgateway/vpcAttachment:VpcAttachment": vpcAttachment,
  "aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter": vpcAttachmentAccepter,
  "aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation": transitAssociation,
  "aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation": transitPropagation,
  "aws:ec2transitgateway/route:Route": transitRoute,
  "aws:ram/resourceShare:ResourceShare": resourceShare,
  "aws:ram/resourceAssociation:ResourceAssociation": shareAssociation,
  "aws:ram/principalAssociation:PrincipalAssociation": shareAssociation,
  "aws:iam/role:Role": role,
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": rolePolicyAttachment,
  "aws:iam/instanceProfile:InstanceProfile": instanceProfile,
};

/**
 * @param names - what Pulumi made up for names that were left out, by input
 * @throws Error for a type of which nobody said yet what the provider asks AWS for
 */
export function requestsOf(
  registration: Pick<Registration, "type" | "inputs" | "id">,
  names: Properties,
): ApiRequest[] {
  const translation = rowOf(resources, registration.type, __filename);
  return translation({ ...names, ...registration.inputs }, registration.id);
}

/** @throws Error as `requestsOf` */
export function requestsOfCall({ token, args }: Pick<Call, "token" | "args">, result: Properties): ApiRequest[] {
  return rowOf(functions, token, __filename)(args, result);
}
