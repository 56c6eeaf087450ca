import { isKnown } from "../model";
import type { Header } from "../traceResult";

/** What security groups and network ACLs look at. */
export interface FilteredPacket {
  source: string;
  destination: string;
  protocol: "icmp" | "tcp" | "udp";
  /** First and last possible destination port of TCP and UDP; a client's port is one of many. */
  ports: [number, number];
  /** 8 for an echo request, 0 for its reply. */
  icmpType: number;
}

/** Ports that Linux gives its clients (net.ipv4.ip_local_port_range). */
export const clientPorts: [number, number] = [32768, 60999];

/** @param leg tells an echo request from its reply */
export function filtered(header: Header, leg: "request" | "reply"): FilteredPacket {
  const { source, destination, protocol, destinationPort } = header;
  const ports: [number, number] =
    destinationPort !== undefined && isKnown(destinationPort) ? [destinationPort, destinationPort] : clientPorts;
  return { source, destination, protocol, ports, icmpType: leg === "request" ? 8 : 0 };
}

const protocolNumbers: Record<string, string> = { "1": "icmp", "6": "tcp", "17": "udp", all: "-1" };

export function protocolName(protocol: string): string {
  return protocolNumbers[protocol] ?? protocol.toLowerCase();
}

/** Whether a range of ports holds all possible ones, none, or only some of them. */
export function holdsPorts(from: number, to: number, [first, last]: [number, number]): "all" | "some" | "none" {
  if (from <= first && last <= to) return "all";
  return to < first || last < from ? "none" : "some";
}
