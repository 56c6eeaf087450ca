import type { Finding, Verdict } from "../proof/index";
import type { OrUnknown } from "./model";

/** What the traced packet is. */
export type TraceProtocol = "icmp" | PortProtocol;

/** TCP or UDP to a port. */
export interface PortProtocol {
  /** Which of the two. */
  protocol: "tcp" | "udp";
  /** The destination's. */
  port: number;
}

/** From where to where a packet is traced. */
export interface TraceRequest {
  /** Instance by id, name or private address, or a public IPv4 address in the internet. */
  source: string;
  /** Instance by id, name or private address, or any IPv4 address; of a source in the internet the instance that it sends to. */
  destination: string;
  /** ICMP is an echo request and its reply. */
  protocol: TraceProtocol;
  /** False for destinations that cannot answer: the request alone then makes the verdict. @default true */
  expectReply?: boolean;
}

/** Addresses and ports of a packet. */
export interface Header {
  /** IPv4 address. */
  source: string;
  /** IPv4 address. */
  destination: string;
  /** The probe's. */
  protocol: "icmp" | "tcp" | "udp";
  /** Of TCP and UDP. The client's port is not known beforehand. */
  sourcePort?: OrUnknown<number>;
  /** Of TCP and UDP. */
  destinationPort?: OrUnknown<number>;
  /** GENEVE around it, between GWLB and target. */
  outer?: OuterHeader;
}

/** Addresses and ports of a GENEVE datagram. */
export interface OuterHeader {
  /** IPv4 address. */
  source: string;
  /** IPv4 address. */
  destination: string;
  /** The GWLB chooses it by the flow. */
  sourcePort: OrUnknown<number>;
  /** GENEVE's. */
  destinationPort: number;
}

/** What a hop is. */
export type HopKind =
  | "instance"
  | "security-group"
  | "network-acl"
  | "route-table"
  | "vpc-endpoint"
  | "endpoint-service"
  | "load-balancer"
  | "target-group"
  | "internet-gateway"
  | "nat-gateway"
  | "transit-gateway-attachment"
  | "transit-gateway-route-table"
  | "internet";

/** What decided over a packet. */
export interface Decision {
  /** What it is. */
  kind:
    | "route"
    | "security-group-rule"
    | "security-group-state"
    | "network-acl-rule"
    | "principal"
    | "listener"
    | "target-selection"
    | "zone-selection"
    | "hairpin-rule"
    | "address-translation"
    | "delivery";
  /** Id of the rule or route where it has one. */
  id?: string;
  /** In words: `10.2.20.0/24 → vpce-0…`, `udp 6081 from 10.1.10.0/24`. */
  text: string;
}

/** What a hop does with the packet. */
export type HopVerdict =
  | "passed"
  /** It stops here, for a reason that is known. */
  | "dropped"
  /** What happens here cannot be known from the states. */
  | "unknown";

/** One step of a packet's way: what decided, and what it made of the packet. */
export interface Hop {
  /** What it is. */
  kind: HopKind;
  /** AWS's id, or ARN. */
  id: string;
  /** As its component's. */
  name: string;
  /** 12 digits. */
  accountId: OrUnknown<string>;
  /** AZ ID where the component is in one. */
  azId?: string;
  /** What becomes of the packet here. */
  verdict: HopVerdict;
  /** Absent where the packet begins. */
  in?: Header;
  /** Absent where it ends. */
  out?: Header;
  /** Absent where nothing was to be decided. */
  decidedBy?: Decision;
  /** Where it stops, or goes on and is noteworthy. */
  finding?: Finding;
}

/** The way of the request, or of the reply. */
export interface Leg {
  /** In the order in which the packet meets them. */
  hops: Hop[];
  /** Whether it arrives. */
  outcome: "delivered" | "lost" | "unknown";
  /** Endpoints passed, in order. */
  endpointIds: string[];
  /** Times that a target received it, as a capture on the targets would count. */
  seenIn: number;
  /** Times that a target sent it. */
  seenOut: number;
}

/** The way of one flow: with several possible targets there are several. */
export interface TracedPath {
  /** Instance id of the target of the request; absent where none is reached. */
  requestTarget?: string;
  /** Instance id of the target of the reply; absent where none is reached. */
  replyTarget?: string;
  /** From source to destination. */
  request: Leg;
  /** Absent when the request does not arrive. */
  reply?: Leg;
  /** What a measurement of this path would show. */
  verdict: Verdict;
  /** In the order of the hops. */
  findings: Finding[];
}

/** A source or a destination. */
export interface TraceEnd {
  /** `i-…`; absent in the internet. */
  id?: string;
  /** Of the instance; in the internet the address. */
  name: string;
  /** IPv4 address. */
  address: string;
  /** AZ ID; absent in the internet, or where it was not told. */
  azId?: string;
}

/** Both legs, hop by hop, and what is to be expected of a measurement. */
export interface TraceResult {
  /** What was asked. */
  request: TraceRequest;
  /** Where the request begins. */
  source: TraceEnd;
  /** Where it is to arrive. */
  destination: TraceEnd;
  /** One for each combination of targets that the GWLB, and of AZs that a transit gateway may choose. Never empty. */
  paths: TracedPath[];
  /** The worst of the paths. */
  verdict: Verdict;
  /** Every verdict that is possible, best first. More than one: it depends on the target or AZ that AWS chooses. */
  possibleVerdicts: Verdict[];
  /**
   * When the states were saved that this rests on, ISO 8601, by stack or file; of a live topology, when AWS was asked, by credentials and
   * Region. Absent where it is not known.
   */
  savedAt?: Record<string, string>;
  /** Whether it rests on what AWS told, not on states. */
  isLive: boolean;
  /** Of all paths, each once. */
  findings: Finding[];
  /** What the states do not tell and the verdict rests on. */
  assumptions: string[];
}
