/**
 * One topology over all accounts, as resource states of Pulumi and Terraform or AWS's own answers tell it. Plain data: it can be written as JSON, and nobody changes
 * it after it was made. Names are the AWS API's; ids of load balancers, target groups and listeners are their ARNs.
 */

/** A value that the states do not tell: a secret, or something that is known only after a deployment. Never guessed. */
export const unknown = { unknown: true } as const;
/** What could not be read, and why. */
export type Unknown = typeof unknown;
/** A value, or why it could not be read. */
export type OrUnknown<T> = T | Unknown;

/** Whether a value could be read. */
export function isKnown<T>(value: OrUnknown<T>): value is T {
  return !(typeof value === "object" && value !== null && "unknown" in value && value.unknown === true);
}

/** What every component has. */
export interface Component {
  id: string;
  /** Its Name tag, else its name in Pulumi, or its address in Terraform. */
  name: string;
  /** 12 digits. */
  accountId: OrUnknown<string>;
  region: OrUnknown<string>;
  /** The stack that made it; absent where AWS was asked or a state of Terraform read, which know of no stacks. */
  stack?: string;
}

export interface Vpc extends Component {
  /** IPv4 CIDRs. */
  cidrBlocks: string[];
  mainRouteTableId: OrUnknown<string>;
}

export interface Subnet extends Component {
  vpcId: string;
  cidrBlock: string;
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
  /** Something that a trace cannot follow: a NAT gateway, a peering connection. */
  | "other";

/** A route of a VPC's route table. */
export interface Route {
  /** Id of its state; empty for the local route. */
  id: string;
  name: string;
  /** IPv4 CIDR or id of a prefix list. */
  destination: string;
  target: { kind: RouteTargetKind; id: string };
  /** `blackhole` when what it leads to does not exist any more. */
  state: OrUnknown<string>;
}

export interface RouteTable extends Component {
  vpcId: string;
  /** With the VPC's local routes. */
  routes: Route[];
  main: boolean;
  subnetIds: string[];
  /** Internet gateways with this table at the VPC's edge: it decides over what they let in. */
  edgeGatewayIds: string[];
}

export interface InternetGateway extends Component {
  /** Absent when it is attached to none. */
  vpcId?: string;
}

/** The other side of a security group's rule. */
export type Peer =
  | { kind: "cidr"; cidr: string }
  | { kind: "prefix-list"; id: string }
  | { kind: "security-group"; id: string }
  | { kind: "unknown" };

/** What a security group lets through, in one direction. */
export interface SecurityGroupRule {
  id: string;
  name: string;
  direction: "ingress" | "egress";
  /** `tcp`, `udp`, `icmp`, a number, or `-1` for all. */
  protocol: string;
  /** First and last port; for ICMP type and code, -1 for all. */
  fromPort: number;
  toPort: number;
  /** Who is on the other side. */
  peer: Peer;
}

export interface SecurityGroup extends Component {
  vpcId: string;
  rules: SecurityGroupRule[];
}

/** What a network ACL allows or denies; the lowest number that fits decides. */
export interface NetworkAclEntry {
  ruleNumber: number;
  direction: "ingress" | "egress";
  /** As a security group rule's. */
  protocol: string;
  action: "allow" | "deny";
  cidrBlock: string;
  fromPort: number;
  toPort: number;
  /** -1 for all. */
  icmpType: number;
  icmpCode: number;
}

export interface NetworkAcl extends Component {
  vpcId: string;
  subnetIds: string[];
  /** In the order in which AWS tries them. What none of them matches is denied. */
  entries: NetworkAclEntry[];
}

export interface NetworkInterface extends Component {
  vpcId: string;
  subnetId: string;
  address: OrUnknown<string>;
  /** Empty when it has none. */
  publicAddress: OrUnknown<string>;
  securityGroupIds: string[];
  sourceDestCheck: OrUnknown<boolean>;
  owner: { kind: "instance" | "vpc-endpoint"; id: string };
}

export interface Instance extends Component {
  vpcId: string;
  subnetId: string;
  networkInterfaceId: string;
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
  vpcId: string;
  subnetIds: string[];
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
  vpcId: string;
  protocol: string;
  port: OrUnknown<number>;
  targetType: string;
  healthCheck: { protocol: OrUnknown<string>; port: OrUnknown<number> };
  /** `none` is AWS's 5-tuple (3-tuple for what is neither TCP nor UDP). */
  stickiness: OrUnknown<string>;
  /** `no_rebalance` or `rebalance`. */
  failover: OrUnknown<string>;
  targets: Target[];
}

export interface Listener extends Component {
  loadBalancerId: string;
  targetGroupIds: string[];
}

export interface EndpointService extends Component {
  serviceName: string;
  /** `Available`, … */
  state: OrUnknown<string>;
  acceptanceRequired: OrUnknown<boolean>;
  /** ARNs, or `*`. */
  principals: string[];
  loadBalancerIds: string[];
}

export interface Endpoint extends Component {
  vpcId: string;
  type: "Gateway" | "Interface" | "GatewayLoadBalancer";
  serviceName: OrUnknown<string>;
  /** `available`, `pendingAcceptance`, `rejected`, … */
  state: OrUnknown<string>;
  /** Exactly one for a GatewayLoadBalancer endpoint. */
  subnetIds: string[];
  /** Of a Gateway endpoint. */
  routeTableIds: string[];
  prefixListId?: string;
}

export interface TransitGateway extends Component {
  /** Whether rules of security groups may refer to groups across it. */
  securityGroupReferencing: OrUnknown<boolean>;
}

/** A VPC's. */
export interface TransitGatewayAttachment extends Component {
  transitGatewayId: string;
  vpcId: string;
  /** One in each AZ that it is in. */
  subnetIds: string[];
  /** `available`, `pendingAcceptance`, … */
  state: OrUnknown<string>;
  applianceMode: OrUnknown<boolean>;
  securityGroupReferencing: OrUnknown<boolean>;
}

/** A route of a transit gateway's route table. */
export interface TransitGatewayRoute {
  /** IPv4 CIDR or id of a prefix list; unknown where the CIDRs of an attached VPC are. */
  destination: OrUnknown<string>;
  type: "static" | "propagated";
  /** Absent for a blackhole. */
  attachmentId?: string;
}

export interface TransitGatewayRouteTable extends Component {
  transitGatewayId: string;
  /** Those whose packets it decides over. Unknown: AWS was asked, and did not tell. */
  attachmentIds: OrUnknown<string[]>;
  routes: OrUnknown<TransitGatewayRoute[]>;
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
  subnets: Record<string, Subnet>;
  routeTables: Record<string, RouteTable>;
  internetGateways: Record<string, InternetGateway>;
  securityGroups: Record<string, SecurityGroup>;
  networkAcls: Record<string, NetworkAcl>;
  networkInterfaces: Record<string, NetworkInterface>;
  instances: Record<string, Instance>;
  loadBalancers: Record<string, LoadBalancer>;
  targetGroups: Record<string, TargetGroup>;
  listeners: Record<string, Listener>;
  endpointServices: Record<string, EndpointService>;
  endpoints: Record<string, Endpoint>;
  transitGateways: Record<string, TransitGateway>;
  transitGatewayAttachments: Record<string, TransitGatewayAttachment>;
  transitGatewayRouteTables: Record<string, TransitGatewayRouteTable>;
  /** CIDRs by id of the prefix list. */
  prefixLists: Record<string, OrUnknown<string[]>>;
}
