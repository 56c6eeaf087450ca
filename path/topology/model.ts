/**
 * One topology over all accounts, as resource states of Pulumi and Terraform or AWS's own answers tell it. Plain data: it can be written as JSON, and nobody changes
 * it after it was made. Names are the AWS API's; ids of load balancers, target groups and listeners are their ARNs.
 */

/** A value that the states do not tell: a secret, or something that is known only after a deployment. Never guessed. */
export const unknown: Unknown = { unknown: true };
/** What stands in the place of a value that is not told. */
export interface Unknown {
  /** Tells it from every value. */
  unknown: true;
}
/** A value, or that nothing tells it. */
export type OrUnknown<T> = T | Unknown;

/** Whether a value could be read. */
export function isKnown<T>(value: OrUnknown<T>): value is T {
  return !(typeof value === "object" && value !== null && "unknown" in value && value.unknown === true);
}

/** What every component has. */
export interface Component {
  /** AWS's id; the ARN of what belongs to a load balancer. */
  id: string;
  /** Its Name tag, else its name in Pulumi, or its address in Terraform. */
  name: string;
  /** 12 digits. */
  accountId: OrUnknown<string>;
  /** As `ap-northeast-1`. */
  region: OrUnknown<string>;
  /** The stack that made it; absent where AWS was asked or a state of Terraform read, which know of no stacks. */
  stack?: string;
}

export interface Vpc extends Component {
  /** IPv4 CIDRs. */
  cidrBlocks: string[];
  /** Absent: none. */
  ipv6CidrBlocks?: OrUnknown<string>[];
  /** `rtb-…`: of the subnets that are associated with none. */
  mainRouteTableId: OrUnknown<string>;
}

export interface Subnet extends Component {
  /** `vpc-…`. */
  vpcId: string;
  /** IPv4 CIDR. */
  cidrBlock: string;
  /** Absent: none, so that no host in it has an IPv6 address. */
  ipv6CidrBlocks?: OrUnknown<string>[];
  /** `apne1-az4`; names of AZs differ between accounts. */
  azId: OrUnknown<string>;
  /** The route table that is associated, else the VPC's main one. */
  routeTableId: OrUnknown<string>;
  /**
   * Absent: the VPC's default one, of which the states say nothing; AWS makes it allow everything. Unknown: AWS was asked, and did not tell.
   */
  networkAclId?: OrUnknown<string>;
}

/** What a route can lead to. */
export type RouteTargetKind =
  | "local"
  | "internet-gateway"
  | "vpc-endpoint"
  | "network-interface"
  | "transit-gateway"
  | "nat-gateway"
  /** Something that a trace cannot follow: a peering connection, an egress-only internet gateway. */
  | "other";

/** A route of a VPC's route table. */
export interface Route {
  /** Id of its state; empty for the local route. */
  id: string;
  /** Its name in Pulumi or Terraform; its table and destination where AWS was asked. */
  name: string;
  /** CIDR or id of a prefix list. */
  destination: string;
  /** What it leads to. */
  target: {
    /** What it is. */
    kind: RouteTargetKind;
    /** `vpce-…`, `igw-…`, `eni-…`, `eigw-…` of an egress-only internet gateway; empty for the local route. */
    id: string;
  };
  /** `blackhole` when what it leads to does not exist any more. */
  state: OrUnknown<string>;
}

export interface RouteTable extends Component {
  /** `vpc-…`. */
  vpcId: string;
  /** With the VPC's local routes. */
  routes: Route[];
  /** Those for IPv6 CIDRs, which no IPv4 packet takes; for a prefix list of IPv6 CIDRs: among the others. Absent: none. */
  ipv6Routes?: Route[];
  /** Whether it is the VPC's main one. */
  main: boolean;
  /** Subnets that are associated with it by name. */
  subnetIds: string[];
  /** Internet gateways with this table at the VPC's edge: it decides over what they let in. */
  edgeGatewayIds: string[];
}

export interface InternetGateway extends Component {
  /** Absent when it is attached to none. */
  vpcId?: string;
}

/** Puts an address of its own in the place of senders', and theirs back into what answers. */
export interface NatGateway extends Component {
  /** `vpc-…`. */
  vpcId: string;
  /** `subnet-…`, whose route table decides over all that it sends. */
  subnetId: string;
  /** Private IPv4 address. */
  address: OrUnknown<string>;
  /** Elastic IP address; empty for a private NAT gateway. */
  publicAddress: OrUnknown<string>;
  /** `available`, `deleting`, …; states do not tell. */
  state: OrUnknown<string>;
}

/** The other side of a security group's rule. */
export type Peer = PeerBlock | PeerById | UnknownPeer;

/** Addresses. */
export interface PeerBlock {
  /** Which peer this is. */
  kind: "cidr";
  /** IPv4 or IPv6 CIDR. */
  cidr: string;
}

/** The addresses of a prefix list, or the interfaces that have a security group. */
export interface PeerById {
  /** Which peer this is. */
  kind: "prefix-list" | "security-group";
  /** `pl-…` or `sg-…`. */
  id: string;
}

/** Nothing tells who it is. */
export interface UnknownPeer {
  /** Which peer this is. */
  kind: "unknown";
}

/** What a security group lets through, in one direction. */
export interface SecurityGroupRule {
  /** `sgr-…`, or that of the group that it stands in; empty where AWS was asked. */
  id: string;
  /** Its name in Pulumi or Terraform; its peer where AWS was asked. */
  name: string;
  /** Of the connection, seen from the interface that has the group. */
  direction: "ingress" | "egress";
  /** `tcp`, `udp`, `icmp`, a number, or `-1` for all. */
  protocol: string;
  /** First port; for ICMP the type, -1 for all. */
  fromPort: number;
  /** Last port; for ICMP the code, -1 for all. */
  toPort: number;
  /** Who is on the other side. */
  peer: Peer;
}

export interface SecurityGroup extends Component {
  /** `vpc-…`. */
  vpcId: string;
  /** In both directions. */
  rules: SecurityGroupRule[];
}

/** What a network ACL allows or denies; the lowest number that fits decides. */
export interface NetworkAclEntry {
  /** 1 to 32766. */
  ruleNumber: number;
  /** Seen from the subnet. */
  direction: "ingress" | "egress";
  /** As a security group rule's. */
  protocol: string;
  /** What becomes of a packet that fits. */
  action: "allow" | "deny";
  /** IPv4 CIDR of the other side. */
  cidrBlock: string;
  /** First destination port, of TCP and UDP. */
  fromPort: number;
  /** Last destination port. */
  toPort: number;
  /** -1 for all. */
  icmpType: number;
  /** -1 for all. */
  icmpCode: number;
}

export interface NetworkAcl extends Component {
  /** `vpc-…`. */
  vpcId: string;
  /** Subnets that are associated with it. */
  subnetIds: string[];
  /** In the order in which AWS tries them. What none of them matches is denied. */
  entries: NetworkAclEntry[];
}

export interface NetworkInterface extends Component {
  /** `vpc-…`. */
  vpcId: string;
  /** `subnet-…`. */
  subnetId: string;
  /** Primary private IPv4 address. */
  address: OrUnknown<string>;
  /** Empty when it has none. */
  publicAddress: OrUnknown<string>;
  /** Absent: none. */
  ipv6Addresses?: OrUnknown<string>[];
  /** `sg-…`. */
  securityGroupIds: string[];
  /** Whether AWS drops what is neither from nor to its own addresses. */
  sourceDestCheck: OrUnknown<boolean>;
  /** What it belongs to. */
  owner: {
    /** What it is. */
    kind: "instance" | "vpc-endpoint";
    /** `i-…` or `vpce-…`. */
    id: string;
  };
}

export interface Instance extends Component {
  /** `vpc-…`. */
  vpcId: string;
  /** `subnet-…`, of its first interface. */
  subnetId: string;
  /** `eni-…`, its first one. */
  networkInterfaceId: string;
  /** Primary private IPv4 address. */
  address: OrUnknown<string>;
  /** `running`, `stopped`, … */
  state: OrUnknown<string>;
  /** What its set-up as an inspection target reported; absent when it had none. */
  hairpin?: Hairpin;
}

/** Whether nobody of whom a state tells has set it up. */
export function isAppliance({ stack, hairpin }: Instance): boolean {
  return stack === undefined && hairpin === undefined;
}

/** What `hosts/hairpin.sh` reported at the end of its last run. */
export interface Hairpin {
  /** `ens5`, … */
  interface: OrUnknown<string>;
  /** GWLB addresses whose packets are sent back. */
  gatewayAddresses: OrUnknown<string[]>;
  /** net.ipv4.ip_forward. */
  ipForward: OrUnknown<boolean>;
}

export interface LoadBalancer extends Component {
  /** `vpc-…`. */
  vpcId: string;
  /** One in each of its AZs. */
  subnetIds: string[];
  /** Whether an AZ's packets may go to targets in other AZs. */
  crossZone: OrUnknown<boolean>;
  /** Private address of the GWLB by AZ ID. */
  gatewayAddresses: Record<string, string>;
}

/** A target's health as AWS tells it. */
export type Health = "healthy" | "unhealthy";

/** A target of a target group. */
export interface Target {
  /** Instance id, or an address for a target group of type `ip`. */
  id: string;
  /** The states never tell it: known when somebody has asked the load balancer. */
  health: OrUnknown<Health>;
}

export interface TargetGroup extends Component {
  /** `vpc-…`. */
  vpcId: string;
  /** `GENEVE` for a GWLB. */
  protocol: string;
  /** 6081 for GENEVE. */
  port: OrUnknown<number>;
  /** `instance` or `ip`. */
  targetType: string;
  /** How it asks its targets whether they are healthy. */
  healthCheck: {
    /** `TCP`, `HTTP` or `HTTPS`. */
    protocol: OrUnknown<string>;
    /** The targets'. */
    port: OrUnknown<number>;
  };
  /** `none` is AWS's 5-tuple (3-tuple for what is neither TCP nor UDP). */
  stickiness: OrUnknown<string>;
  /** `no_rebalance` or `rebalance`. */
  failover: OrUnknown<string>;
  /** Those that are registered. */
  targets: Target[];
}

export interface Listener extends Component {
  /** ARN. */
  loadBalancerId: string;
  /** ARNs of the target groups that it forwards to. */
  targetGroupIds: string[];
}

export interface EndpointService extends Component {
  /** `com.amazonaws.vpce.REGION.vpce-svc-…`. */
  serviceName: string;
  /** `Available`, … */
  state: OrUnknown<string>;
  /** Whether a connection waits until somebody accepts it. */
  acceptanceRequired: OrUnknown<boolean>;
  /** ARNs, or `*`. */
  principals: string[];
  /** ARNs. */
  loadBalancerIds: string[];
}

export interface Endpoint extends Component {
  /** `vpc-…`. */
  vpcId: string;
  /** As EC2 DescribeVpcEndpoints has it. */
  type: "Gateway" | "Interface" | "GatewayLoadBalancer";
  /** Of the service that it connects to. */
  serviceName: OrUnknown<string>;
  /** `available`, `pendingAcceptance`, `rejected`, … */
  state: OrUnknown<string>;
  /** What it takes: `ipv4`, `dualstack` or `ipv6`. Absent: not told. */
  ipAddressType?: string;
  /** Exactly one for a GatewayLoadBalancer endpoint. */
  subnetIds: string[];
  /** Of a Gateway endpoint. */
  routeTableIds: string[];
  /** `pl-…`, of a Gateway endpoint. */
  prefixListId?: string;
}

export interface TransitGateway extends Component {
  /** Whether rules of security groups may refer to groups across it. */
  securityGroupReferencing: OrUnknown<boolean>;
}

/** A VPC's. */
export interface TransitGatewayAttachment extends Component {
  /** `tgw-…`. */
  transitGatewayId: string;
  /** `vpc-…`. */
  vpcId: string;
  /** One in each AZ that it is in. */
  subnetIds: string[];
  /** `available`, `pendingAcceptance`, … */
  state: OrUnknown<string>;
  /** Whether both directions of a flow enter the VPC in the same AZ. */
  applianceMode: OrUnknown<boolean>;
  /** Whether rules of security groups may refer to groups across it. */
  securityGroupReferencing: OrUnknown<boolean>;
}

/** A route of a transit gateway's route table. */
export interface TransitGatewayRoute {
  /** CIDR or id of a prefix list; unknown where the CIDRs of an attached VPC are. */
  destination: OrUnknown<string>;
  /** Written down, or learnt from an attachment. */
  type: "static" | "propagated";
  /** Absent for a blackhole. */
  attachmentId?: string;
  /**
   * Attachments that propagate an overlapping CIDR into the same table, where states tell of both: AWS takes only the routes of the VPC that was
   * attached first, and states do not tell which that is.
   */
  contestedBy?: string[];
}

export interface TransitGatewayRouteTable extends Component {
  /** `tgw-…`. */
  transitGatewayId: string;
  /** Those whose packets it decides over. Unknown: AWS was asked, and did not tell. */
  attachmentIds: OrUnknown<string[]>;
  /** Unknown: AWS was asked, and did not tell. */
  routes: OrUnknown<TransitGatewayRoute[]>;
  /** Those for IPv6 CIDRs; unknown where the others are. Absent: none. */
  ipv6Routes?: TransitGatewayRoute[];
}

/** All that decides where a packet goes, in any number of accounts and VPCs. */
export interface Topology {
  /**
   * Of a `plan` nothing exists yet: ids and addresses that AWS would choose are examples, consistent with each other and with the
   * configuration.
   */
  origin: "deployed" | "plan" | "live";
  /**
   * When each state was saved, ISO 8601, by the stack's name or its file's; of a `live` one, when AWS was asked, by credentials and Region.
   * Absent where it is not known.
   */
  savedAt?: Record<string, string>;
  /** What AWS did not tell: action, credentials and Region, reason. What it would have told is unknown. */
  unread?: string[];
  /** By id. */
  vpcs: Record<string, Vpc>;
  /** By id. */
  subnets: Record<string, Subnet>;
  /** By id. */
  routeTables: Record<string, RouteTable>;
  /** By id. */
  internetGateways: Record<string, InternetGateway>;
  /** By id. */
  natGateways: Record<string, NatGateway>;
  /** By id. */
  securityGroups: Record<string, SecurityGroup>;
  /** By id. */
  networkAcls: Record<string, NetworkAcl>;
  /** By id. */
  networkInterfaces: Record<string, NetworkInterface>;
  /** By id. */
  instances: Record<string, Instance>;
  /** By ARN. */
  loadBalancers: Record<string, LoadBalancer>;
  /** By ARN. */
  targetGroups: Record<string, TargetGroup>;
  /** By ARN. */
  listeners: Record<string, Listener>;
  /** By id. */
  endpointServices: Record<string, EndpointService>;
  /** By id. */
  endpoints: Record<string, Endpoint>;
  /** By id. */
  transitGateways: Record<string, TransitGateway>;
  /** By id. */
  transitGatewayAttachments: Record<string, TransitGatewayAttachment>;
  /** By id. */
  transitGatewayRouteTables: Record<string, TransitGatewayRouteTable>;
  /** CIDRs by id of the prefix list. */
  prefixLists: Record<string, OrUnknown<string[]>>;
}
