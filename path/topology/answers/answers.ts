import type {
  DescribeInternetGatewaysResult,
  DescribeNatGatewaysResult,
  DescribeNetworkAclsResult,
  DescribeNetworkInterfacesResult,
  DescribePrefixListsResult,
  DescribeRouteTablesResult,
  DescribeSecurityGroupsResult,
  DescribeSubnetsResult,
  DescribeTransitGatewayRouteTablesResult,
  DescribeTransitGatewaysResult,
  DescribeTransitGatewayVpcAttachmentsResult,
  DescribeVpcEndpointServiceConfigurationsResult,
  DescribeVpcEndpointsResult,
  DescribeVpcsResult,
  Instance,
  TransitGatewayRoute,
  TransitGatewayRouteTableAssociation,
} from "@aws-sdk/client-ec2";
import type {
  Listener,
  LoadBalancer,
  LoadBalancerAttribute,
  TargetGroup,
  TargetGroupAttribute,
  TargetHealthDescription,
} from "@aws-sdk/client-elastic-load-balancing-v2";

type List<T> = NonNullable<T>;

/** A load balancer with what only further questions tell; absent where AWS did not tell. */
export interface LoadBalancerAnswer extends LoadBalancer {
  /** ELBv2 DescribeLoadBalancerAttributes. */
  Attributes?: LoadBalancerAttribute[];
  /** ELBv2 DescribeListeners. */
  Listeners?: Listener[];
}

/** A target group as ELBv2 describes it. */
export interface TargetGroupAnswer extends TargetGroup {
  /** ELBv2 DescribeTargetGroupAttributes. */
  Attributes?: TargetGroupAttribute[];
  /** ELBv2 DescribeTargetHealth. */
  Targets?: TargetHealthDescription[];
}

/** An endpoint service as EC2 describes it. */
export type ServiceAnswer = List<DescribeVpcEndpointServiceConfigurationsResult["ServiceConfigurations"]>[number] & {
  /** ARNs, or `*`. */
  Principals?: string[];
};

/** A transit gateway's route table as EC2 describes it. */
export type TransitGatewayRouteTableAnswer = List<
  DescribeTransitGatewayRouteTablesResult["TransitGatewayRouteTables"]
>[number] & {
  /** EC2 GetTransitGatewayRouteTableAssociations. */
  Associations?: TransitGatewayRouteTableAssociation[];
  /** EC2 SearchTransitGatewayRoutes. */
  Routes?: TransitGatewayRoute[];
};

/** What AWS told of one account in one Region, all pages, in the API's own words. A list is absent where it did not tell. */
export interface Answers {
  /** Whose credentials, and where: `profile security, ap-northeast-1`. */
  source: string;
  /** As `ap-northeast-1`. */
  region: string;
  /** ISO 8601. */
  readAt: string;
  /** `ec2:DescribeVpcs, profile security, ap-northeast-1: UnauthorizedOperation: …`, one for each action that was refused. */
  unread: string[];
  /** EC2 DescribeVpcs. */
  vpcs?: List<DescribeVpcsResult["Vpcs"]>;
  /** EC2 DescribeSubnets. */
  subnets?: List<DescribeSubnetsResult["Subnets"]>;
  /** EC2 DescribeRouteTables. */
  routeTables?: List<DescribeRouteTablesResult["RouteTables"]>;
  /** EC2 DescribeInternetGateways. */
  internetGateways?: List<DescribeInternetGatewaysResult["InternetGateways"]>;
  /** EC2 DescribeNatGateways. */
  natGateways?: List<DescribeNatGatewaysResult["NatGateways"]>;
  /** EC2 DescribeSecurityGroups. */
  securityGroups?: List<DescribeSecurityGroupsResult["SecurityGroups"]>;
  /** EC2 DescribeNetworkAcls. */
  networkAcls?: List<DescribeNetworkAclsResult["NetworkAcls"]>;
  /** EC2 DescribeNetworkInterfaces. */
  networkInterfaces?: List<DescribeNetworkInterfacesResult["NetworkInterfaces"]>;
  /** EC2 DescribeInstances, of all reservations. */
  instances?: Instance[];
  /** EC2 DescribeVpcEndpoints. */
  vpcEndpoints?: List<DescribeVpcEndpointsResult["VpcEndpoints"]>;
  /** EC2 DescribeVpcEndpointServiceConfigurations: those of this account. */
  services?: ServiceAnswer[];
  /** EC2 DescribePrefixLists. */
  prefixLists?: List<DescribePrefixListsResult["PrefixLists"]>;
  /** By id, those that customers manage. */
  prefixListEntries?: Record<string, string[]>;
  /** EC2 DescribeTransitGateways. */
  transitGateways?: List<DescribeTransitGatewaysResult["TransitGateways"]>;
  /** EC2 DescribeTransitGatewayVpcAttachments. */
  transitGatewayAttachments?: List<DescribeTransitGatewayVpcAttachmentsResult["TransitGatewayVpcAttachments"]>;
  /** EC2 DescribeTransitGatewayRouteTables. */
  transitGatewayRouteTables?: TransitGatewayRouteTableAnswer[];
  /** ELBv2 DescribeLoadBalancers. */
  loadBalancers?: LoadBalancerAnswer[];
  /** ELBv2 DescribeTargetGroups. */
  targetGroups?: TargetGroupAnswer[];
}
