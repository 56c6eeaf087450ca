import type { Properties } from "../../../lab/cloud/core/properties";
import { filters } from "./deployed";
import type { ApiRequest } from "./model";
import { ec2, elb, iam, leftOver } from "./translation";

/**
 * With which the provider answers a call of a function (its files: iam/permissions.ts).
 *
 * @param result - its answer, which says what there was to ask for next
 */
type RequestsOfFunction = (args: Properties, result: Properties) => ApiRequest[];

const instance: RequestsOfFunction = ({ instanceId, ...rest }, result) => {
  leftOver("getInstance", rest);
  const InstanceIds = [instanceId];
  return [
    ec2("DescribeInstances", { InstanceIds }),
    ec2("DescribeInstanceTypes", { InstanceTypes: [result["instanceType"]] }),
    ...["disableApiStop", "disableApiTermination", "userData"].map((Attribute) =>
      ec2("DescribeInstanceAttribute", { InstanceId: instanceId, Attribute }),
    ),
    ec2("DescribeInstanceCreditSpecifications", { InstanceIds }),
    ec2("DescribeVolumes", filters({ "attachment.instance-id": instanceId })),
    // Whether it is a default VPC.
    ec2("DescribeVpcs", {}),
  ];
};

const vpc: RequestsOfFunction = ({ id, ...rest }) => {
  leftOver("getVpc", rest);
  return [
    ec2("DescribeVpcs", { VpcIds: [id] }),
    ...["enableDnsHostnames", "enableDnsSupport", "enableNetworkAddressUsageMetrics"].map((Attribute) =>
      ec2("DescribeVpcAttribute", { VpcId: id, Attribute }),
    ),
    ec2("DescribeRouteTables", filters({ "association.main": "true", "vpc-id": id })),
  ];
};

const routeTable: RequestsOfFunction = ({ routeTableId, ...rest }) => {
  leftOver("getRouteTable", rest);
  return [
    ec2("DescribeRouteTables", { RouteTableIds: [routeTableId] }),
    // Of each interface that is a route's target; ours have none, others' tables may.
    ec2("DescribeNetworkInterfaces", { NetworkInterfaceIds: ["eni-11111111"] }),
  ];
};

const vpcEndpoint: RequestsOfFunction = ({ id, ...rest }, { serviceName }) => {
  leftOver("getVpcEndpoint", rest);
  return [
    ec2("DescribeVpcEndpoints", { VpcEndpointIds: [id] }),
    ec2("DescribePrefixLists", filters({ "prefix-list-name": serviceName })),
  ];
};

const balanced =
  (plural: string, singular: string): RequestsOfFunction =>
  ({ arn, ...rest }) => {
    leftOver(`get${singular}`, rest);
    return [
      elb(`Describe${plural}`, { [`${singular}Arns`]: [arn] }),
      elb(`Describe${singular}Attributes`, { [`${singular}Arn`]: arn }),
      elb("DescribeTags", { ResourceArns: [arn] }),
    ];
  };

/** One request that has the function's filters. */
const filtered =
  (operation: string): RequestsOfFunction =>
  ({ filters: given, ...rest }) => {
    leftOver(operation, rest);
    return [ec2(operation, { Filters: filtersOf(given) })];
  };

function filtersOf(given: unknown): unknown {
  if (!Array.isArray(given)) return given;
  return (given as Properties[]).map(({ name, values, ...rest }) => {
    leftOver("a filter", rest);
    return { Name: name, Values: values };
  });
}

export const functions: Record<string, RequestsOfFunction> = {
  "aws:ssm/getParameter:getParameter": ({ name, ...rest }) => {
    leftOver("getParameter", rest);
    return [{ service: "ssm", operation: "GetParameter", parameters: { Name: name, WithDecryption: true } }];
  },
  "aws:ec2/getInstance:getInstance": instance,
  "aws:ec2/getInternetGateway:getInternetGateway": filtered("DescribeInternetGateways"),
  "aws:ec2/getNetworkInterface:getNetworkInterface": ({ id, ...rest }, result) =>
    id === undefined
      ? filtered("DescribeNetworkInterfaces")(rest, result)
      : [ec2("DescribeNetworkInterfaces", { NetworkInterfaceIds: [id] })],
  "aws:ec2/getNetworkInterfaces:getNetworkInterfaces": filtered("DescribeNetworkInterfaces"),
  "aws:ec2/getPrefixList:getPrefixList": ({ name, ...rest }) => {
    leftOver("getPrefixList", rest);
    return [ec2("DescribePrefixLists", filters({ "prefix-list-name": name }))];
  },
  "aws:ec2/getRouteTable:getRouteTable": routeTable,
  "aws:ec2/getRouteTables:getRouteTables": filtered("DescribeRouteTables"),
  "aws:ec2/getSubnet:getSubnet": ({ id, ...rest }) => {
    leftOver("getSubnet", rest);
    return [ec2("DescribeSubnets", { SubnetIds: [id] })];
  },
  "aws:ec2/getVpc:getVpc": vpc,
  "aws:ec2/getVpcs:getVpcs": filtered("DescribeVpcs"),
  "aws:ec2/getVpcEndpoint:getVpcEndpoint": vpcEndpoint,
  "aws:ec2/getVpcEndpointService:getVpcEndpointService": ({ serviceName, ...rest }) => {
    leftOver("getVpcEndpointService", rest);
    return [ec2("DescribeVpcEndpointServices", { ServiceNames: [serviceName] })];
  },
  "aws:ec2transitgateway/getTransitGateway:getTransitGateway": ({ id, ...rest }) => {
    leftOver("getTransitGateway", rest);
    return [ec2("DescribeTransitGateways", { TransitGatewayIds: [id] })];
  },
  "aws:ec2transitgateway/getVpcAttachments:getVpcAttachments": filtered("DescribeTransitGatewayVpcAttachments"),
  "aws:ec2transitgateway/getRouteTableRoutes:getRouteTableRoutes": ({ transitGatewayRouteTableId, ...rest }) => {
    const { filters: given, ...more } = rest;
    leftOver("getRouteTableRoutes", more);
    const parameters = { TransitGatewayRouteTableId: transitGatewayRouteTableId, Filters: filtersOf(given) };
    return [ec2("SearchTransitGatewayRoutes", parameters)];
  },
  "aws:ec2/getAmi:getAmi": ({ filters: given, includeDeprecated, ...rest }) => {
    leftOver("getAmi", rest);
    return [ec2("DescribeImages", { Filters: filtersOf(given), IncludeDeprecated: includeDeprecated })];
  },
  "aws:ec2/getKeyPair:getKeyPair": ({ keyName, includePublicKey, ...rest }) => {
    leftOver("getKeyPair", rest);
    return [ec2("DescribeKeyPairs", { KeyNames: [keyName], IncludePublicKey: includePublicKey })];
  },
  "aws:iam/getInstanceProfile:getInstanceProfile": ({ name, ...rest }) => {
    leftOver("getInstanceProfile", rest);
    return [iam("GetInstanceProfile", { InstanceProfileName: name })];
  },
  "aws:kms/getKey:getKey": ({ keyId, ...rest }) => {
    leftOver("getKey", rest);
    return [{ service: "kms", operation: "DescribeKey", parameters: { KeyId: keyId } }];
  },
  "aws:lb/getLoadBalancer:getLoadBalancer": balanced("LoadBalancers", "LoadBalancer"),
  "aws:lb/getTargetGroup:getTargetGroup": balanced("TargetGroups", "TargetGroup"),
};
