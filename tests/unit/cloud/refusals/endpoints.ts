import type { Properties } from "../../../../lab/cloud/core/properties";
import { security, system, tokens, type Made, type Path } from "../topology";
import { changing, changingNothing, creating, deleting, type Refusal } from "./refusal";

type InputsOf = (path: Path, given: Made) => Properties;

/** An endpoint of the path's GWLB service in the system's VPC, but for what is changed. */
const gatewayLoadBalancer = (changes: InputsOf) =>
  creating(system, tokens.endpoint, (path, given) => ({
    vpcId: path.vpc.id,
    serviceName: path.service.outputs["serviceName"],
    vpcEndpointType: "GatewayLoadBalancer",
    subnetIds: [path.endpointSubnet.id],
    ...changes(path, given),
  }));

const interfaceEndpoint = (changes: InputsOf) =>
  creating(system, tokens.endpoint, (path, given) => ({
    vpcId: path.vpc.id,
    serviceName: "com.amazonaws.ap-northeast-1.ssmmessages",
    vpcEndpointType: "Interface",
    subnetIds: [path.sourceSubnet.id],
    ...changes(path, given),
  }));

const gatewayEndpoint = (changes: InputsOf) =>
  creating(system, tokens.endpoint, (path, given) => ({
    vpcId: path.vpc.id,
    serviceName: "com.amazonaws.ap-northeast-1.s3",
    ...changes(path, given),
  }));

export const gatewayLoadBalancerEndpoints: Refusal[] = [
  {
    rule: "an endpoint for an unknown service",
    code: "InvalidServiceName",
    text: "The Vpc Endpoint Service 'com.amazonaws.vpce.ap-northeast-1.vpce-svc-0' does not exist",
    attempt: gatewayLoadBalancer(() => ({ serviceName: "com.amazonaws.vpce.ap-northeast-1.vpce-svc-0" })),
  },
  {
    rule: "an endpoint of an account that is no principal, though it is the service's own",
    code: "InvalidServiceName",
    text: /The Vpc Endpoint Service 'com\.amazonaws\.vpce\..*' does not exist/,
    attempt: creating(security, tokens.endpoint, ({ hubVpc, hubSubnet, service }) => ({
      vpcId: hubVpc.id,
      serviceName: service.outputs["serviceName"],
      vpcEndpointType: "GatewayLoadBalancer",
      subnetIds: [hubSubnet.id],
    })),
  },
  {
    rule: "an endpoint in an AZ that the service does not have",
    code: "InvalidParameter",
    text: /The VPC endpoint service com\..* does not support the availability zone of the subnet: subnet-0/,
    attempt: gatewayLoadBalancer(({ otherSubnet }) => ({ subnetIds: [otherSubnet.id] })),
  },
  {
    rule: "a GWLB endpoint in two subnets",
    code: "InvalidParameter",
    text: "exactly one subnet, not 2",
    attempt: gatewayLoadBalancer(({ endpointSubnet, otherSubnet }) => ({
      subnetIds: [endpointSubnet.id, otherSubnet.id],
    })),
  },
  {
    rule: "a GWLB endpoint in no subnet",
    code: "InvalidParameter",
    text: "exactly one subnet, not 0",
    attempt: gatewayLoadBalancer(() => ({ subnetIds: [] })),
  },
  {
    rule: "a GWLB endpoint with a security group",
    code: "InvalidParameter",
    text: "Security groups are not supported",
    attempt: gatewayLoadBalancer(({ systemGroup }) => ({ securityGroupIds: [systemGroup.id] })),
  },
  {
    rule: "a GWLB endpoint with private DNS",
    code: "InvalidParameter",
    text: "Private DNS can't be enabled",
    attempt: gatewayLoadBalancer(() => ({ privateDnsEnabled: true })),
  },
  {
    rule: "a GWLB endpoint with route tables",
    code: "InvalidParameter",
    text: "Route table IDs are only supported for Gateway type VPC Endpoint",
    attempt: gatewayLoadBalancer(({ table }) => ({ routeTableIds: [table.id] })),
  },
  {
    rule: "a GWLB endpoint in another VPC's subnet",
    code: "InvalidParameter",
    text: "does not belong to VPC",
    given: ({ builder }) => builder.create(system, tokens.vpc, { cidrBlock: "10.7.0.0/16" }),
    attempt: gatewayLoadBalancer((_, { id }) => ({ vpcId: id })),
  },
  {
    rule: "an interface endpoint for a GWLB service",
    code: "InvalidParameter",
    text: "Endpoint type (Interface) does not match available service types ([GatewayLoadBalancer]).",
    attempt: gatewayLoadBalancer(() => ({ vpcEndpointType: "Interface" })),
  },
  {
    rule: "another subnet for a GWLB endpoint that is there: the provider asks for it in place",
    code: "InvalidParameter",
    text: "The subnets of a VPC endpoint of type GatewayLoadBalancer cannot be modified",
    attempt: changing(
      ({ endpoint }) => endpoint,
      ({ sourceSubnet }) => ({ subnetIds: [sourceSubnet.id] }),
    ),
  },
  {
    rule: "a change of an endpoint that is gone",
    code: "InvalidVpcEndpointId.NotFound",
    text: "The Vpc Endpoint Id 'vpce-0' does not exist",
    attempt: changingNothing(({ endpoint }) => endpoint, "vpce-0"),
  },
  {
    rule: "to delete a GWLB endpoint that a route leads to",
    code: "InvalidParameter",
    text: "Endpoint must be removed from route table before deletion",
    attempt: deleting(({ endpoint }) => endpoint),
  },
];

export const otherEndpoints: Refusal[] = [
  {
    rule: "a second S3 endpoint for the same route table",
    code: "RouteAlreadyExists",
    text: "already has a route with destination-prefix-list-id",
    attempt: gatewayEndpoint(({ table }) => ({ routeTableIds: [table.id] })),
  },
  {
    rule: "an S3 endpoint for a route table of another VPC",
    code: "InvalidParameter",
    text: "belong to different networks",
    given: ({ builder }) => builder.create(system, tokens.vpc, { cidrBlock: "10.7.0.0/16" }),
    attempt: gatewayEndpoint((_, { outputs }) => ({ routeTableIds: [outputs["mainRouteTableId"]] })),
  },
  {
    rule: "a gateway endpoint in a subnet",
    code: "InvalidParameter",
    text: "subnetIds cannot be specified for endpoints of type Gateway",
    attempt: gatewayEndpoint(({ sourceSubnet }) => ({ subnetIds: [sourceSubnet.id] })),
  },
  {
    rule: "two subnets of an interface endpoint in one AZ",
    code: "DuplicateSubnetsInSameZone",
    text: "Found another VPC endpoint subnet in the availability zone of",
    attempt: interfaceEndpoint(({ sourceSubnet, endpointSubnet }) => ({
      subnetIds: [sourceSubnet.id, endpointSubnet.id],
    })),
  },
  {
    rule: "private DNS in a VPC without DNS host names",
    code: "InvalidParameter",
    text: "both enableDnsSupport and enableDnsHostnames",
    given: ({ builder }) => builder.create(system, tokens.vpc, { cidrBlock: "10.7.0.0/16" }),
    attempt: interfaceEndpoint((_, { id }) => ({ vpcId: id, subnetIds: [], privateDnsEnabled: true })),
  },
  {
    rule: "an interface endpoint with a security group of another VPC",
    code: "InvalidParameter",
    text: "does not belong to VPC",
    given: async ({ builder }) => {
      const vpc = await builder.create(system, tokens.vpc, { cidrBlock: "10.7.0.0/16" });
      return builder.create(system, tokens.securityGroup, { vpcId: vpc.id });
    },
    attempt: interfaceEndpoint((_, { id }) => ({ securityGroupIds: [id] })),
  },
];
