import { security, system, tokens } from "../topology";
import { asking, changing, changingNothing, creating, deleting, type Refusal } from "./refusal";

const getService = "aws:ec2/getVpcEndpointService:getVpcEndpointService";

export const endpointServices: Refusal[] = [
  {
    rule: "a service of no load balancer",
    code: "InvalidParameter",
    text: "At least one Gateway Load Balancer ARN must be specified",
    attempt: creating(security, tokens.service, () => ({ acceptanceRequired: false, gatewayLoadBalancerArns: [] })),
  },
  {
    rule: "a service of a load balancer that there is not",
    code: "InvalidParameter",
    text: "Gateway Load Balancer 'arn:nothing' does not exist",
    attempt: creating(security, tokens.service, () => ({
      acceptanceRequired: false,
      gatewayLoadBalancerArns: ["arn:nothing"],
    })),
  },
  {
    rule: "a principal that is none",
    code: "InvalidPrincipal",
    text: "Invalid Principal: '222222222222'",
    attempt: creating(security, tokens.principal, ({ service }) => ({
      vpcEndpointServiceId: service.id,
      principalArn: "222222222222",
    })),
  },
  {
    rule: "a principal of a service that there is not",
    code: "InvalidVpcEndpointServiceId.NotFound",
    text: "The VpcEndpointService Id 'vpce-svc-0' does not exist",
    attempt: creating(security, tokens.principal, () => ({ vpcEndpointServiceId: "vpce-svc-0", principalArn: "*" })),
  },
  {
    rule: "a change of a service that is gone",
    code: "InvalidVpcEndpointServiceId.NotFound",
    text: "does not exist",
    attempt: changingNothing(({ service }) => service, "vpce-svc-0"),
  },
  {
    rule: "to delete a service with endpoints",
    code: "ExistingVpcEndpointConnections",
    text: "existing active VPC Endpoint connections",
    attempt: deleting(({ service }) => service),
  },
  {
    rule: "another load balancer for a service with endpoints",
    code: "ExistingVpcEndpointConnections",
    text: "existing active VPC Endpoint connections",
    given: ({ builder, hubSubnet }) =>
      builder.create(security, tokens.loadBalancer, { loadBalancerType: "gateway", subnets: [hubSubnet.id] }),
    attempt: changing(
      ({ service }) => service,
      (_, { id }) => ({ gatewayLoadBalancerArns: [id] }),
    ),
  },
  {
    rule: "to look for a service's other type",
    code: "NotFound",
    text: "no matching EC2 VPC Endpoint Service found",
    attempt: asking(security, getService, () => ({
      serviceName: "com.amazonaws.ap-northeast-1.s3",
      serviceType: "GatewayLoadBalancer",
    })),
  },
  {
    rule: "an accepter of a service that is another account's",
    code: "InvalidVpcEndpointServiceId.NotFound",
    text: /^creating EC2 VPC Endpoint Connection Accepter: .*AcceptVpcEndpointConnections.* does not exist$/,
    attempt: creating(system, tokens.accepter, ({ service, endpoint }) => ({
      vpcEndpointServiceId: service.id,
      vpcEndpointId: endpoint.id,
    })),
  },
  {
    rule: "an accepter of another service's endpoint",
    code: "NotFound",
    text: /waiting for VPC Endpoint Connection \(vpce-svc-\w+_vpce-\w+\) accept: couldn't find resource/,
    attempt: creating(security, tokens.accepter, ({ service, s3 }) => ({
      vpcEndpointServiceId: service.id,
      vpcEndpointId: s3.id,
    })),
  },
  {
    rule: "to accept an endpoint of another service",
    code: "InvalidVpcEndpointId.NotFound",
    text: "does not exist",
    attempt: ({ builder, service, s3 }) => builder.cloud.edit.acceptEndpoint(security, service.id, s3.id),
  },
  {
    rule: "to reject an endpoint of another service",
    code: "InvalidVpcEndpointId.NotFound",
    text: "does not exist",
    attempt: ({ builder, service, s3 }) =>
      Promise.resolve().then(() => builder.cloud.edit.rejectEndpoint(security, service.id, s3.id)),
  },
];
