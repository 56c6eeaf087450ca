import type { DropReason } from "./dropReasons";
import type { Impairment } from "./impairment";

/**
 * What one GWLB's gateway process is told, as a whole and again after every change (level-triggered), and what it
 * tells back. The process runs inside the network namespace that holds the GWLB's ENIs.
 */
export interface GatewayConfig {
  loadBalancerArn: string;
  /** One ENI per AZ; `address` is configured in the process's namespace. */
  enis: { azId: string; address: string }[];
  /**
   * GWLB endpoints of every consumer. The gateway holds the TUN `tun`: it opens it in its own namespace and the
   * fabric then moves it into the consumer's router. Packets read from it leave through the GWLB's ENI in `azId`.
   */
  endpoints: { id: string; azId: string; tun: string }[];
  targets: { id: string; address: string; port: number; azId: string; state: "registered" | "draining" }[];
  attributes: {
    crossZone: boolean;
    /** `five-tuple` is AWS's default; ICMP has no ports and always falls back to the 3-tuple. */
    stickiness: "five-tuple" | "source_ip_dest_ip" | "source_ip_dest_ip_proto";
    failover: "no_rebalance" | "rebalance";
    /** Seconds, already scaled. */
    tcpIdleTimeout: number;
    idleTimeout: number;
  };
  healthCheck: {
    protocol: "TCP" | "HTTP" | "HTTPS";
    port: number;
    path?: string;
    /** Seconds, already scaled. */
    interval: number;
    timeout: number;
    healthyThreshold: number;
    unhealthyThreshold: number;
  };
  impairment?: Impairment;
}

export type TargetHealthState = "initial" | "healthy" | "unhealthy" | "draining" | "unused";

export interface TargetHealth {
  targetId: string;
  state: TargetHealthState;
  /** AWS's reason code, as `Target.FailedHealthChecks`. */
  reason?: string;
}

export interface GatewayCounters {
  /** From endpoints. */
  received: number;
  /** GENEVE datagrams, whatever they hold. */
  fromTargets: number;
  /** To targets. */
  forwarded: number;
  /** To endpoints. */
  returned: number;
  /** On their way to targets, waiting for the impairment's delay to pass. */
  held: number;
  /**
   * Dropped packets; reasons that have not occurred are left out. `received` + `fromTargets` = `forwarded` + `returned` +
   * `held` + the sum of these.
   */
  dropped: Partial<Record<DropReason, number>>;
  /** By target id. */
  targets: Record<string, { forwarded: number; returned: number }>;
  /** Flows alive now. */
  flows: number;
  /** How often a flow was given another target than it had. */
  moved: number;
}

/** Messages parent → gateway process. */
export type GatewayCommand =
  /** Answered by `configured` with the same `request`. */
  { kind: "config"; request: number; config: GatewayConfig } | { kind: "counters" } | { kind: "shutdown" };

/** Messages gateway process → parent. */
export type GatewayEvent =
  | { kind: "ready" }
  /** A config is carried out. `opened`: endpoints whose TUN it opened; `error`: what could not be opened. */
  | { kind: "configured"; request: number; opened: string[]; error?: string }
  /** The TUN exists in the gateway's namespace and may be moved. */
  | { kind: "endpoint-open"; id: string; tun: string }
  | { kind: "health"; health: TargetHealth[] }
  | { kind: "counters"; counters: GatewayCounters }
  | { kind: "error"; message: string };
