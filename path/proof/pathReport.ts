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
  transmitted: number;
  received: number;
  /** Requests that the destination refused, which are neither answered nor lost; absent when none were. */
  refused?: number;
  /** Answers that came a second time or more; absent when none did. */
  duplicates?: number;
  /** Loss in percent, 0 to 100. */
  loss: number;
  rtt?: { min: number; avg: number; max: number; mdev: number };
  /** What became of packets of `size` bytes, the largest that the source and GWLB take; absent when none were sent. */
  large?: { size: number; transmitted: number; received: number };
}

/** GENEVE packets of one ping (its nonce and its inner addresses) counted on one target's interface. */
export interface TargetCounts {
  /** Name of the target, as in the request. */
  target: string;
  azId: string;
  /** Counted in copies that EC2 Traffic Mirroring made of them. @default on the target itself */
  mirrored?: true;
  requestIn: number;
  requestOut: number;
  replyIn: number;
  replyOut: number;
  /** The first packet of each kind that was seen, for the reader to look at. */
  samples?: PacketSample[];
}

/** One captured packet, decoded. */
export interface PacketSample {
  kind: "requestIn" | "requestOut" | "replyIn" | "replyOut";
  /** Time of capture, ISO 8601, UTC. */
  capturedAt: string;
  /** Addresses and ports of the GENEVE datagram, `10.1.1.27:50123`. */
  outerSource: string;
  outerDestination: string;
  /** GWLB's three options; absent when the datagram has none. `vpce-0…`, the other two as `0x…`. */
  gwlb?: { endpointId: string; attachmentId: string; flowCookie: string };
  innerSource: string;
  innerDestination: string;
  /** ICMP sequence number, or the number of the request, and IPv4 TTL of the inner packet. */
  sequence: number;
  ttl: number;
}

/** By weight: what is mended first comes first. */
export const natures = ["cause", "symptom", "unknown", "risk"] as const;
/** Whether a finding is a cause, a symptom of one, something that could not be looked at, or a risk. */
export type Nature = (typeof natures)[number];

/** One thing that was found wrong or noteworthy. Codes are listed in `docs/findings.md`. */
export interface Finding {
  code: string;
  /**
   * `cause`: what is to be mended. `symptom`: what follows from it. `unknown`: what could not be looked at. `risk`: what does no harm yet.
   */
  nature: Nature;
  /** Where: name of a host, gateway or route. */
  hop: string;
  seen: string;
  expected: string;
  remedy: string;
}

/** One source and one destination: what was sent, what targets saw of it, and what is wrong. */
export interface PairReport {
  source: { name: string; azId: string; address: string };
  /** `publicAddress`: what was pinged, where it is not `address` itself. */
  destination: { name: string; azId?: string; address: string; publicAddress?: string };
  /** False for destinations that cannot answer, as the target's own address. */
  expectReply: boolean;
  verdict: Verdict;
  /** Absent where it could not be run, and where `probe` is there. */
  ping?: PingStatistics;
  /** What the pair was measured by, where it was not ping; times are those of TCP's handshakes, or from a datagram to its answer. */
  probe?: PortProbe & { statistics?: PingStatistics };
  targets: TargetCounts[];
  findings: Finding[];
}

/** What `hosts/evidence.sh` tells of a target. null: it could not be found out. */
export interface HostEvidence {
  /**
   * The interface that has the target's address, that address, and the interface's MTU in bytes. Where none has it, `address` is
   * null and the interface the one that leads to the GWLB.
   */
  interface: string | null;
  address: string | null;
  mtu: number | null;
  /**
   * The way back to each GWLB address: interface and source address, null where there is none. `forwarded`: the interface by which leaves
   * what came from there and was turned round; false where the kernel drops it.
   */
  routes: { gateway: string; interface: string | null; address: string | null; forwarded: string | false | null }[];
  /** Interfaces with an XDP program, which may take packets before a capture sees them. */
  xdp: string[];
  /** net.ipv4.ip_forward now, and as the files of sysctl.d leave it after a reboot. */
  ipForward: number;
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
}

/**
 * What one target had of a measurement's flows from one AZ's GWLB address. A flow is a datagram of UDP with a source port of its
 * own, which GWLB gives to a target as it does a new connection.
 */
export interface TargetExercise {
  target: string;
  /** The target's. */
  azId: string;
  /** Of the GWLB's address. */
  gatewayAzId: string;
  /** Whether GWLB may choose it there for a new flow. */
  usable: boolean;
  /** By the sources whose packets came from there, to whichever target. */
  flowsSent: number;
  flowsIn: number;
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
  /** AWS's reason code, as `Target.ResponseCodeMismatch`, and its words. */
  reason?: string;
  description?: string;
  /** Name of the target that was watched; absent: nobody watched it. */
  watchedAs?: string;
}

/** What AWS says of the GWLB's target group. */
export interface TargetGroupReport {
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
  pairs: PairReport[];
  /** Absent where captures are missing. */
  exercise?: TargetExercise[];
  /** Absent where AWS was not asked, or did not tell. */
  targetGroup?: TargetGroupReport;
  /** What the targets told of themselves, by name. */
  hosts?: Record<string, HostEvidence>;
}
