import type { z } from "zod";
import type { Ipv4Packet } from "../../net/packet";
import type { PingStatistics } from "../pathReport";

/**
 * A way to measure a path: what a source sends, how its packets are told from all others, and what its script says. One file each; the
 * registration is in `index.ts`.
 */
export interface Probe {
  /** As errors and progress name it. */
  name: string;
  /** File of hosts/ that a source runs. Its last line is JSON of the shape `ended`. */
  script: string;
  ended: z.ZodType;
  /** Arguments of the script. */
  argumentsFor(order: ProbeOrder): string[];
  /** Seconds that it takes at most, when nothing is answered. */
  longest(order: ProbeOrder): number;
  /**
   * What the script's output says.
   *
   * @param output `result`: its last line, of the shape `ended`. `lastError`: what it said last on standard error
   * @throws ProbeOutputError
   */
  read(output: { stdout: string; result: unknown; lastError: string }, order: ProbeOrder): ProbeResult;
  /**
   * Which packets inside GENEVE targets are to keep for it, beside those whose payload begins with the measurement's marker where ping's or a
   * datagram's does: a pcap filter in which INNER and TRANSPORT stand for the places of the inner IPv4 header and of its payload.
   * @default none
   */
  keep?(key: { source: string; sourcePorts: SourcePorts; marker: string }): string;
  /** What the trace of such a packet begins with, and what security groups are to let through: of ICMP there is one kind. */
  protocol: "icmp" | { protocol: "tcp" | "udp"; port: number };
  /** Whether the request alone proves nothing, so that an answer must be expected. @default false */
  needsReply?: boolean;
  /**
   * Tells a pair's packets. A request or a reply that counts has the pair's nonce and addresses, or cannot belong to anything else than a
   * packet that has.
   *
   * @param captured all packets that targets have seen inside GENEVE
   */
  recognizer(key: ProbeKey, captured: Ipv4Packet[]): Recognizer;
}

/** What tells one pair's packets from all others. */
export interface ProbeKey {
  /** 32 hexadecimal digits in every payload. */
  nonce: string;
  source: string;
  destination: string;
  /** First and last of the source's ports that a probe with connections has, one for each request; absent: it has none. */
  sourcePorts?: SourcePorts;
  /** Sequence numbers of requests whose connection was refused or did not come about, so that nothing could carry the nonce. @default none */
  unconnected?: number[];
}

export type SourcePorts = readonly [first: number, last: number];

export interface Recognizer {
  /** A packet inside GENEVE; undefined: it is not the pair's. */
  inspected(inner: Ipv4Packet): ProbePacket | undefined;
  /** One outside GENEVE, whose addresses are those that an appliance gave it, by NAT for example. */
  bare(packet: Ipv4Packet): ProbePacket | undefined;
}

/** A packet of a probe, by what it is to it. */
export interface ProbePacket {
  kind: "request" | "reply";
  /** The request's, or that of the request that is replied to, from 1. */
  sequence: number;
  /**
   * Which of several transmissions of it this is, of a protocol that sends again by itself. Each of them alone stands for it, and what is
   * seen twice of the same is the network's doing; empty: nobody can tell them apart.
   */
  transmission?: string;
}

export interface ProbeOrder {
  destination: string;
  count: number;
  /** Seconds between two requests. */
  interval: number;
  /** Seconds to wait for a reply. */
  timeout: number;
  /** 32 hexadecimal digits that every request's payload has. */
  nonce: string;
  sourcePorts: SourcePorts;
  /** Size in bytes of packets that follow when all is answered; none when absent. */
  largest?: number | undefined;
  /** Flows of UDP to send meanwhile, and to which port; none when absent. */
  flows?: { count: number; port: number } | undefined;
}

export interface ProbeResult {
  statistics: PingStatistics;
  /** Sequence numbers of the requests that were answered, from 1. */
  answered: number[];
  /** Those of them whose answer was that the destination refuses. @default none */
  refused?: number[];
  /** Sequence numbers of requests without a connection, refused ones included. @default none */
  unconnected?: number[];
  /** How many flows were sent; 0 where the host could not. */
  flowsSent: number;
}

/** A script's output that says nothing, or what cannot be. The message begins with a verb: `printed no statistics`. */
export class ProbeOutputError extends Error {
  override readonly name = "ProbeOutputError";
}
