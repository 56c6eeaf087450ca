import type { HealthCheck } from "../net/healthCheck";

/** How one source–destination pair's ping fared on its way through the inspection path, best to worst. */
export const verdicts = [
  "inspected",
  "asymmetric",
  "refused",
  "partial",
  "one-way",
  "lost-after-target",
  "lost-at-target",
  "lost-before-target",
  "bypassed",
  "inconclusive",
] as const;
/** What a measurement says of a pair, or of all pairs: docs/verdicts.md. */
export type Verdict = (typeof verdicts)[number];

/** What a pair is measured by in place of ping. */
export interface PortProbe {
  /** One of `probeProtocols`. */
  protocol: string;
  /** The destination's. */
  port: number;
}

/** What `ping` reported, or another probe. Times are in milliseconds; absent when nothing was answered. */
export interface PingStatistics {
  /** Requests that were sent. */
  transmitted: number;
  /** Requests that were answered. */
  received: number;
  /** Requests that the destination refused, which are neither answered nor lost; absent when none were. */
  refused?: number;
  /** Answers that came a second time or more; absent when none did. */
  duplicates?: number;
  /** Loss in percent, 0 to 100. */
  loss: number;
  /** Round trip times, as `ping` sums them up. */
  rtt?: {
    /** The shortest. */
    min: number;
    /** Their mean. */
    avg: number;
    /** The longest. */
    max: number;
    /** Their standard deviation. */
    mdev: number;
  };
  /** What became of the largest packets that the source and GWLB take; absent when none were sent. */
  large?: {
    /** Bytes, IPv4 header included. */
    size: number;
    /** Requests of this size. */
    transmitted: number;
    /** Those that were answered. */
    received: number;
  };
}

/** GENEVE packets of one ping (its nonce and its inner addresses) counted on one target's interface. */
export interface TargetCounts {
  /** Name of the target, as in the request. */
  target: string;
  /** AZ ID of the target. */
  azId: string;
  /** Counted in copies that EC2 Traffic Mirroring made of them. @default on the target itself */
  mirrored?: true;
  /** Requests that came from the GWLB. */
  requestIn: number;
  /** Requests that went back to it. */
  requestOut: number;
  /** Replies that came from the GWLB. */
  replyIn: number;
  /** Replies that went back to it. */
  replyOut: number;
  /** The first packet of each kind that was seen, for the reader to look at. */
  samples?: PacketSample[];
}

/** One captured packet, decoded. */
export interface PacketSample {
  /** Request or reply, from the GWLB or back to it. */
  kind: "requestIn" | "requestOut" | "replyIn" | "replyOut";
  /** Time of capture, ISO 8601, UTC. */
  capturedAt: string;
  /** Where the GENEVE datagram came from, `10.1.1.27:50123`. */
  outerSource: string;
  /** Where it went. */
  outerDestination: string;
  /** GWLB's three options; absent when the datagram has none. */
  gwlb?: {
    /** `vpce-0…`. */
    endpointId: string;
    /** `0x…`. */
    attachmentId: string;
    /** `0x…`. */
    flowCookie: string;
  };
  /** IPv4 address from which the inner packet came. */
  innerSource: string;
  /** IPv4 address to which it went. */
  innerDestination: string;
  /** ICMP sequence number, or the number of the request. */
  sequence: number;
  /** IPv4 TTL of the inner packet. */
  ttl: number;
}

/** By weight: what is mended first comes first. */
export const natures = ["cause", "symptom", "unknown", "risk"] as const;
/** Whether a finding is a cause, a symptom of one, something that could not be looked at, or a risk. */
export type Nature = (typeof natures)[number];

/** One thing that was found wrong or noteworthy. Codes are listed in `docs/findings.md`. */
export interface Finding {
  /** As `ELBV2_NO_TARGETS_IN_AZ`. */
  code: string;
  /**
   * `cause`: what is to be mended. `symptom`: what follows from it. `unknown`: what could not be looked at. `risk`: what does no harm yet.
   */
  nature: Nature;
  /** Where: name of a host, gateway or route. */
  hop: string;
  /** What was found. */
  seen: string;
  /** What was to be found. */
  expected: string;
  /** What mends it. */
  remedy: string;
}

/** A probe, and what it came to. */
export interface MeasuredProbe extends PortProbe {
  /** Absent where it could not be run. */
  statistics?: PingStatistics;
}

/** One source and one destination: what was sent, what targets saw of it, and what is wrong. */
export interface PairReport {
  /** Where requests came from. */
  source: {
    /** As in the request. */
    name: string;
    /** AZ ID of the GWLB endpoint that its packets are to come through. */
    azId: string;
    /** IPv4 address. */
    address: string;
  };
  /** Where they went. */
  destination: {
    /** As in the request. */
    name: string;
    /** AZ ID; absent outside the VPC. */
    azId?: string;
    /** IPv4 address. */
    address: string;
    /** What was pinged, where it is not `address` itself. */
    publicAddress?: string;
  };
  /** False for destinations that cannot answer, as the target's own address. */
  expectReply: boolean;
  /** What became of the pair. */
  verdict: Verdict;
  /** Absent where it could not be run, and where `probe` is there. */
  ping?: PingStatistics;
  /** What the pair was measured by, where it was not ping; times are those of TCP's handshakes, or from a datagram to its answer. */
  probe?: MeasuredProbe;
  /** What each target saw. */
  targets: TargetCounts[];
  /** What is wrong or noteworthy, causes first. */
  findings: Finding[];
}

/** How a target reaches a GWLB address. null: there is no route, or it could not be found out. */
export interface RouteToGateway {
  /** The GWLB's IPv4 address. */
  gateway: string;
  /** The interface that the target's own packets leave by. */
  interface: string | null;
  /** The address that they come from. */
  address: string | null;
  /** The interface that packets which came from there and were turned round leave by; false where the kernel drops them. */
  forwarded: string | false | null;
}

/** What `hosts/evidence.sh` tells of a target. null: it could not be found out. */
export interface HostEvidence {
  /** The interface that has the target's address; where none has it, the one that leads to the GWLB. */
  interface: string | null;
  /** The target's address; null where no interface has it. */
  address: string | null;
  /** The interface's MTU in bytes. */
  mtu: number | null;
  /** The way back to each GWLB address. */
  routes: RouteToGateway[];
  /** Interfaces with an XDP program, which may take packets before a capture sees them. */
  xdp: string[];
  /** net.ipv4.ip_forward. */
  ipForward: number;
  /** As the files of sysctl.d leave it after a reboot. */
  ipForwardAtBoot: number | null;
  /** Rules and policies in force, `TABLE [PACKETS:BYTES] RULE` as iptables-save writes rules. */
  rules: string[] | null;
  /** iptables' tables whose rules it does not show. */
  unreadTables: string[];
  /** Those that a reboot brings back, without counters. */
  savedRules: string[] | null;
  /** nftables' tables that iptables does not show, `FAMILY TABLE`, and their rules, `FAMILY TABLE CHAIN: RULE`. */
  foreignTables: string[] | null;
  /** TCP ports that something listens on. */
  listening: number[];
  /** Connections that the kernel tracks; null where it tracks none. */
  connections?: {
    /** How many it tracks. */
    known: number;
    /** How many it may. */
    most: number;
  } | null;
  /** GENEVE flows of the GWLB that the kernel goes on to send elsewhere than back, by what it had for rules and routes when they began. */
  strayFlows?: number | null;
  /** Filters of traffic control on the interface, and queues that drop or delay, as `ingress FILTER`; null where tc is not there. */
  trafficControl?: string[] | null;
  /** First line of its answer to an HTTP health check's question that it asked itself, "" for none in time; null where it did not ask. */
  healthAnswer?: string | null;
}

/**
 * What one target had of a measurement's flows from one AZ's GWLB address. A flow is a datagram of UDP with a source port of its
 * own, which GWLB gives to a target as it does a new connection.
 */
export interface TargetExercise {
  /** Name of the target. */
  target: string;
  /** AZ ID of the target. */
  azId: string;
  /** AZ ID of the GWLB's address. */
  gatewayAzId: string;
  /** Whether GWLB may choose it there for a new flow. */
  usable: boolean;
  /** By the sources whose packets came from there, to whichever target. */
  flowsSent: number;
  /** Flows that came to this target. */
  flowsIn: number;
  /** Flows that it sent back. */
  flowsOut: number;
  /** Whether anything came in from there and went back, of a ping or a flow. */
  exercised: boolean;
  /** It may drop flows by its policy. @default false */
  appliance?: boolean;
  /** Why AWS gives it no new flow at all, in AWS's words. */
  retired?: string;
}

/** What AWS says of a registered target (ELBv2 DescribeTargetHealth). */
export interface RegisteredTarget {
  /** Instance id, or IPv4 address. */
  id: string;
  /** `healthy`, `unhealthy`, `initial`, `draining`, `unused` or `unavailable`. */
  state: string;
  /** AWS's reason code, as `Target.ResponseCodeMismatch`. */
  reason?: string;
  /** AWS's words for it. */
  description?: string;
  /** Name of the target that was watched; absent: nobody watched it. */
  watchedAs?: string;
}

/** What AWS says of the GWLB's target group. */
export interface TargetGroupReport {
  /** ARN of the target group. */
  arn: string;
  /** Absent where it could not be read. */
  healthCheck?: HealthCheck;
  /** Each that was registered at some time of the measurement. */
  registered: RegisteredTarget[];
}

/** One measurement, whole: what `verify` prints as JSON. */
export interface PathReport {
  /** The worst of the pairs; `inconclusive` where all are inspected and a target that flows may get to was not exercised. */
  verdict: Verdict;
  /** Start of the measurement, ISO 8601, UTC. */
  measuredAt: string;
  /** By the settings the appliances keep no state: `asymmetric` is then proven, too. @default false */
  statelessAppliances?: boolean;
  /** In the order of the request. */
  pairs: PairReport[];
  /** Absent where captures are missing. */
  exercise?: TargetExercise[];
  /** Absent where AWS was not asked, or did not tell. */
  targetGroup?: TargetGroupReport;
  /** What the targets told of themselves, by name. */
  hosts?: Record<string, HostEvidence>;
}
