import type {
  DescribeInternetGatewaysResult,
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
  Attributes?: LoadBalancerAttribute[];
  Listeners?: Listener[];
}

/** A target group as ELBv2 describes it. */
export interface TargetGroupAnswer extends TargetGroup {
  Attributes?: TargetGroupAttribute[];
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
  Associations?: TransitGatewayRouteTableAssociation[];
  Routes?: TransitGatewayRoute[];
};

/** What AWS told of one account in one Region, all pages, in the API's own words. A list is absent where it did not tell. */
export interface Answers {
  /** Whose credentials, and where: `profile security, ap-northeast-1`. */
  source: string;
  region: string;
  /** ISO 8601. */
  readAt: string;
  /** `ec2:DescribeVpcs, profile security, ap-northeast-1: UnauthorizedOperation: …`, one for each action that was refused. */
  unread: string[];
  vpcs?: List<DescribeVpcsResult["Vpcs"]>;
  subnets?: List<DescribeSubnetsResult["Subnets"]>;
  routeTables?: List<DescribeRouteTablesResult["RouteTables"]>;
  internetGateways?: List<DescribeInternetGatewaysResult["InternetGateways"]>;
  securityGroups?: List<DescribeSecurityGroupsResult["SecurityGroups"]>;
  networkAcls?: List<DescribeNetworkAclsResult["NetworkAcls"]>;
  networkInterfaces?: List<DescribeNetworkInterfacesResult["NetworkInterfaces"]>;
  instances?: Instance[];
  vpcEndpoints?: List<DescribeVpcEndpointsResult["VpcEndpoints"]>;
  services?: ServiceAnswer[];
  prefixLists?: List<DescribePrefixListsResult["PrefixLists"]>;
  /** By id, those that customers manage. */
  prefixListEntries?: Record<string, string[]>;
  transitGateways?: List<DescribeTransitGatewaysResult["TransitGateways"]>;
  transitGatewayAttachments?: List<DescribeTransitGatewayVpcAttachmentsResult["TransitGatewayVpcAttachments"]>;
  transitGatewayRouteTables?: TransitGatewayRouteTableAnswer[];
  loadBalancers?: LoadBalancerAnswer[];
  targetGroups?: TargetGroupAnswer[];
}
