/**
 * AWS resources as the cloud model keeps them and as the fabric reads them. Ids are AWS-shaped (`vpc-0…`, 17 hex
 * digits); every record names its account and Region.
 */
interface Owned {
  accountId: string;
  region: string;
  tags: Record<string, string>;
}

export interface Vpc extends Owned {
  id: string;
  cidrBlock: string;
  /** Absent: none. */
  ipv6CidrBlock?: string;
  enableDnsHostnames: boolean;
  enableDnsSupport: boolean;
  mainRouteTableId: string;
}

export interface Subnet extends Owned {
  id: string;
  vpcId: string;
  cidrBlock: string;
  /** Absent: none. */
  ipv6CidrBlock?: string;
  assignIpv6AddressOnCreation?: boolean;
  availabilityZone: string;
  availabilityZoneId: string;
  mapPublicIpOnLaunch: boolean;
}

export interface InternetGateway extends Owned {
  id: string;
  vpcId?: string;
}

export type RouteTarget =
  | { kind: "local" }
  | { kind: "internetGateway"; id: string }
  /** A Gateway Load Balancer endpoint (as a CIDR's target) or an S3 gateway endpoint (as a prefix list's target). */
  | { kind: "vpcEndpoint"; id: string }
  | { kind: "networkInterface"; id: string }
  | { kind: "transitGateway"; id: string }
  | { kind: "natGateway"; id: string };

export interface RouteRecord {
  /** Exactly one of the three. Of IPv6 there are no packets. */
  destinationCidrBlock?: string;
  destinationIpv6CidrBlock?: string;
  destinationPrefixListId?: string;
  target: RouteTarget;
}

export interface RouteTable extends Owned {
  id: string;
  vpcId: string;
  main: boolean;
  /** Includes the `local` route. */
  routes: RouteRecord[];
  associations: { id: string; subnetId?: string; gatewayId?: string }[];
}

export interface SecurityGroupRule extends Owned {
  id: string;
  securityGroupId: string;
  direction: "ingress" | "egress";
  /** `tcp`, `udp`, `icmp` or `-1` for all. */
  ipProtocol: string;
  /** Ports; ICMP type and code; -1 for all. */
  fromPort: number;
  toPort: number;
  /** Exactly one of the three. */
  cidrIpv4?: string;
  prefixListId?: string;
  referencedSecurityGroupId?: string;
  description?: string;
}

export interface SecurityGroup extends Owned {
  id: string;
  vpcId: string;
  name: string;
  description: string;
}

export interface NetworkAclEntry {
  /** 1 to 32766; AWS tries them in this order. */
  ruleNumber: number;
  direction: "ingress" | "egress";
  /** `tcp`, `udp`, `icmp` or `-1` for all. */
  protocol: string;
  action: "allow" | "deny";
  /** Where it comes from or goes to. */
  cidrBlock: string;
}

/** A VPC's default network ACL, which all its subnets have. There are no others here. What no entry matches is denied. */
export interface NetworkAcl extends Owned {
  id: string;
  vpcId: string;
  entries: NetworkAclEntry[];
}

export interface PrefixList {
  id: string;
  region: string;
  name: string;
  cidrBlocks: string[];
}

export interface NetworkInterface extends Owned {
  id: string;
  vpcId: string;
  subnetId: string;
  privateIpAddress: string;
  publicIpAddress?: string;
  ipv6Address?: string;
  macAddress: string;
  /** As DescribeNetworkInterfaces gives it, for a GWLB `ELB gwy/NAME/ID`. */
  description: string;
  interfaceType:
    | "interface"
    | "gateway_load_balancer"
    | "gateway_load_balancer_endpoint"
    | "vpc_endpoint"
    | "transit_gateway"
    | "natGateway";
  /** Empty for interfaces of GWLBs, their endpoints, transit gateways and NAT gateways: those have none. */
  securityGroupIds: string[];
  sourceDestCheck: boolean;
  owner: { kind: "instance" | "loadBalancer" | "vpcEndpoint" | "transitGatewayAttachment" | "natGateway"; id: string };
}

export interface Image {
  id: string;
  region: string;
  name: string;
  /** Which of the lab's root file systems this is. */
  rootFilesystem: "debian" | "amazon-linux";
  /** The user that cloud-init gives the key pair's public key. */
  defaultUser: string;
}

export interface Instance extends Owned {
  id: string;
  imageId: string;
  instanceType: string;
  state: "pending" | "running" | "stopping" | "stopped" | "shutting-down" | "terminated";
  subnetId: string;
  networkInterfaceId: string;
  /** OpenSSH public key of the key pair, if any. */
  authorizedKey?: string;
  /** cloud-init user data, plain text. */
  userData?: string;
  iamInstanceProfile?: string;
  privateDnsName: string;
  /** Of the key pair. */
  keyName?: string;
  /** As RunInstances was asked for them; what is left out is the image's. */
  metadataOptions?: object;
  /** Whether in detail. */
  monitoring?: boolean;
  /** Milliseconds since 1970. */
  launched?: number;
}

export interface VpcEndpoint extends Owned {
  id: string;
  type: "Gateway" | "Interface" | "GatewayLoadBalancer";
  serviceName: string;
  vpcId: string;
  state: "pendingAcceptance" | "pending" | "available" | "deleting" | "rejected" | "failed";
  /** Gateway type only. */
  routeTableIds: string[];
  prefixListId?: string;
  subnetIds: string[];
  networkInterfaceIds: string[];
  /** Interface type only. */
  privateDnsEnabled?: boolean;
  /** The policy that was given; else AWS's, which allows all. */
  policy?: string;
  /** Milliseconds since 1970. */
  created?: number;
}

export interface EndpointService extends Owned {
  id: string;
  serviceName: string;
  gatewayLoadBalancerArns: string[];
  acceptanceRequired: boolean;
  /** Principal ARNs, or `*`. */
  allowedPrincipals: string[];
}

export interface LoadBalancer extends Owned {
  arn: string;
  arnSuffix: string;
  name: string;
  state: "provisioning" | "active";
  vpcId: string;
  subnetIds: string[];
  networkInterfaceIds: string[];
  crossZone: boolean;
  deletionProtection: boolean;
  /** Milliseconds since 1970. */
  created?: number;
}

export interface TargetGroup extends Owned {
  arn: string;
  name: string;
  vpcId: string;
  port: number;
  targetType: "instance" | "ip";
  deregistrationDelay: number;
  stickiness: { enabled: boolean; type: string };
  targetFailover: { onDeregistration: string; onUnhealthy: string };
  healthCheck: {
    protocol: "TCP" | "HTTP" | "HTTPS";
    port: string;
    path?: string;
    interval: number;
    timeout: number;
    healthyThreshold: number;
    unhealthyThreshold: number;
  };
  targets: { id: string; port: number; state: "registered" | "draining" }[];
}

export interface Listener extends Owned {
  arn: string;
  loadBalancerArn: string;
  targetGroupArn: string;
  tcpIdleTimeoutSeconds: number;
}

/** Ports of UDP and TCP, first and last. */
export interface PortRange {
  from: number;
  to: number;
}

export interface TrafficMirrorFilterRule {
  /** The model's own order: lower ones first. */
  number: number;
  action: "accept" | "reject";
  /** Seen from the interface that is mirrored. */
  direction: "ingress" | "egress";
  /** IANA's number; absent for all. */
  protocol?: number;
  sourceCidrBlock: string;
  destinationCidrBlock: string;
  sourcePorts?: PortRange;
  destinationPorts?: PortRange;
  description?: string;
}

export interface TrafficMirrorFilter extends Owned {
  id: string;
  description?: string;
  /** By id. */
  rules: Record<string, TrafficMirrorFilterRule>;
}

export interface TrafficMirrorTarget extends Owned {
  id: string;
  description?: string;
  /** The collector's. */
  networkInterfaceId: string;
}

export interface TrafficMirrorSession extends Owned {
  id: string;
  description?: string;
  /** Whose packets are copied. */
  networkInterfaceId: string;
  filterId: string;
  targetId: string;
  /** A packet is copied by the session of the lowest number whose filter takes it. */
  number: number;
  virtualNetworkId: number;
  /** Bytes of each frame that are copied; absent for all. The fabric copies all. */
  packetLength?: number;
}

/** EC2's options of one, as far as the model acts on them. */
export interface TransitGateway extends Owned {
  id: string;
  description?: string;
  autoAcceptSharedAttachments: boolean;
  securityGroupReferencing: boolean;
  /** The table that attachments are associated with, and propagate into, when nothing else is said. */
  associationDefaultRouteTableId?: string;
  propagationDefaultRouteTableId?: string;
}

/** A VPC's, in the VPC's account. */
export interface TransitGatewayAttachment extends Owned {
  id: string;
  transitGatewayId: string;
  vpcId: string;
  state: "pendingAcceptance" | "pending" | "available" | "deleting";
  /** One in each AZ, with a network interface. */
  subnetIds: string[];
  networkInterfaceIds: string[];
  applianceMode: boolean;
  securityGroupReferencing: boolean;
}

/** In the transit gateway's account. */
export interface TransitGatewayRouteTable extends Owned {
  id: string;
  transitGatewayId: string;
  /** Associated: it decides over what comes in by them. */
  attachmentIds: string[];
  /** In the order in which they began to. */
  propagatingAttachmentIds: string[];
  /** Static ones; without an attachment a blackhole. */
  routes: { destinationCidrBlock: string; attachmentId?: string }[];
}

/** An Elastic IP address. */
export interface Address extends Owned {
  /** `eipalloc-…`. */
  id: string;
  publicIp: string;
  /** Both where it belongs to a network interface. */
  associationId?: string;
  networkInterfaceId?: string;
}

/** In one AZ. One that is deleted is shown no more; AWS shows it for about an hour. */
export interface NatGateway extends Owned {
  id: string;
  vpcId: string;
  subnetId: string;
  connectivityType: "public" | "private";
  state: "pending" | "failed" | "available" | "deleting";
  /** Absent where it could not be made. */
  networkInterfaceId?: string;
  /** Of its Elastic IP address; a private one has none. */
  allocationId?: string;
  /** Why it is `failed`. */
  failure?: { code: string; message: string };
  /** Milliseconds since 1970. */
  created: number;
}

/** A copy of everything that exists, of every account, by id or ARN. What the fabric is reconciled from. */
export interface CloudSnapshot {
  vpcs: Record<string, Vpc>;
  subnets: Record<string, Subnet>;
  internetGateways: Record<string, InternetGateway>;
  routeTables: Record<string, RouteTable>;
  securityGroups: Record<string, SecurityGroup>;
  securityGroupRules: Record<string, SecurityGroupRule>;
  networkAcls: Record<string, NetworkAcl>;
  prefixLists: Record<string, PrefixList>;
  networkInterfaces: Record<string, NetworkInterface>;
  images: Record<string, Image>;
  instances: Record<string, Instance>;
  vpcEndpoints: Record<string, VpcEndpoint>;
  endpointServices: Record<string, EndpointService>;
  loadBalancers: Record<string, LoadBalancer>;
  targetGroups: Record<string, TargetGroup>;
  listeners: Record<string, Listener>;
  trafficMirrorFilters: Record<string, TrafficMirrorFilter>;
  trafficMirrorTargets: Record<string, TrafficMirrorTarget>;
  trafficMirrorSessions: Record<string, TrafficMirrorSession>;
  transitGateways: Record<string, TransitGateway>;
  transitGatewayAttachments: Record<string, TransitGatewayAttachment>;
  transitGatewayRouteTables: Record<string, TransitGatewayRouteTable>;
  addresses: Record<string, Address>;
  natGateways: Record<string, NatGateway>;
}

/** A cloud in which nothing exists. */
export function emptySnapshot(): CloudSnapshot {
  return {
    vpcs: {},
    subnets: {},
    internetGateways: {},
    routeTables: {},
    securityGroups: {},
    securityGroupRules: {},
    networkAcls: {},
    prefixLists: {},
    networkInterfaces: {},
    images: {},
    instances: {},
    vpcEndpoints: {},
    endpointServices: {},
    loadBalancers: {},
    targetGroups: {},
    listeners: {},
    trafficMirrorFilters: {},
    trafficMirrorTargets: {},
    trafficMirrorSessions: {},
    transitGateways: {},
    transitGatewayAttachments: {},
    transitGatewayRouteTables: {},
    addresses: {},
    natGateways: {},
  };
}
