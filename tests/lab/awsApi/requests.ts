import type { Properties } from "../../../lab/cloud/properties";
import type { Call, Registration } from "../../../lab/mocks";
import { instanceProfile, role, rolePolicyAttachment } from "./identityRequests";
import { instance, keyPair } from "./instanceRequests";
import { listener, loadBalancer, targetGroup, targetGroupAttachment } from "./loadBalancingRequests";
import type { ApiRequest } from "./model";
import {
  internetGateway,
  route,
  routeTable,
  routeTableAssociation,
  securityGroup,
  securityGroupRule,
  subnet,
  vpc,
} from "./networkRequests";
import { allowedPrincipal, connectionAccepter, vpcEndpoint, vpcEndpointService } from "./privateLinkRequests";
import { leftOver } from "./translation";

/** The requests with which the provider makes a resource of these inputs. */
export type Translation = (inputs: Properties, id: string) => ApiRequest[];

/**
 * As terraform-provider-aws makes them (internal/service: ec2, elbv2, iam). Values are passed on as the program gave them, unless the
 * provider turns them into another type. An input that no request carries is an error.
 */
const resources: Record<string, Translation> = {
  "aws:ec2/vpc:Vpc": vpc,
  "aws:ec2/subnet:Subnet": subnet,
  "aws:ec2/internetGateway:InternetGateway": internetGateway,
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
  "aws:iam/role:Role": role,
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": rolePolicyAttachment,
  "aws:iam/instanceProfile:InstanceProfile": instanceProfile,
};

const functions: Record<string, (args: Properties) => ApiRequest[]> = {
  "aws:ssm/getParameter:getParameter": ({ name, ...rest }) => {
    leftOver("getParameter", rest);
    return [{ service: "ssm", operation: "GetParameter", parameters: { Name: name, WithDecryption: true } }];
  },
  "aws:ec2/getNetworkInterface:getNetworkInterface": ({ filters, ...rest }) => {
    leftOver("getNetworkInterface", rest);
    return [{ service: "ec2", operation: "DescribeNetworkInterfaces", parameters: { Filters: filtersOf(filters) } }];
  },
  "aws:ec2/getVpcEndpointService:getVpcEndpointService": ({ serviceName, ...rest }) => {
    leftOver("getVpcEndpointService", rest);
    const parameters = { ServiceNames: [serviceName] };
    return [{ service: "ec2", operation: "DescribeVpcEndpointServices", parameters }];
  },
};

function filtersOf(filters: unknown): unknown {
  if (!Array.isArray(filters)) return filters;
  return (filters as Properties[]).map(({ name, values, ...rest }) => {
    leftOver("a filter", rest);
    return { Name: name, Values: values };
  });
}

/**
 * @param names - what Pulumi made up for names that were left out, by input
 * @throws Error for a type of which nobody said yet what the provider asks AWS for
 */
export function requestsOf(
  registration: Pick<Registration, "type" | "inputs" | "id">,
  names: Properties,
): ApiRequest[] {
  const translation = resources[registration.type];
  if (translation === undefined) {
    throw new Error(`no API request is known for ${registration.type}: add it to ${__filename}`);
  }
  return translation({ ...names, ...registration.inputs }, registration.id);
}

/** @throws Error as `requestsOf` */
export function requestsOfCall({ token, args }: Pick<Call, "token" | "args">): ApiRequest[] {
  const translation = functions[token];
  if (translation === undefined) throw new Error(`no API request is known for ${token}: add it to ${__filename}`);
  return translation(args);
}
