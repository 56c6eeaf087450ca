import { contains, parseAddress } from "../../net/cidr";
import type { NetworkAcl, NetworkAclEntry } from "../model";
import { holdsPorts, protocolName, type FilteredPacket } from "./packetFilter";
import type { TopologyIndex } from "../topologyIndex";

/** What a network ACL says to a packet. It keeps no state: every packet of a flow is asked for, in both directions. */
export type AclDecision =
  | { kind: "allowed" | "denied"; text: string; ruleNumber?: number }
  /** The first entry that may match applies only to some of the ports that the client may have. */
  | { kind: "unknown"; text: string };

export function decideAcl(
  index: TopologyIndex,
  acl: NetworkAcl,
  direction: NetworkAclEntry["direction"],
  packet: FilteredPacket,
): AclDecision {
  const peer = parseAddress(direction === "ingress" ? packet.source : packet.destination);
  for (const entry of acl.entries) {
    if (entry.direction !== direction) continue;
    const cidr = index.cidr(entry.cidrBlock);
    if (cidr === undefined || !contains(cidr, peer)) continue;
    const traffic = matchesTraffic(entry, packet);
    if (traffic === "none") continue;
    const text = entryInWords(entry);
    if (traffic === "some") return { kind: "unknown", text };
    return { kind: entry.action === "allow" ? "allowed" : "denied", text, ruleNumber: entry.ruleNumber };
  }
  return { kind: "denied", text: `* deny all ${direction === "ingress" ? "in" : "out"}` };
}

function matchesTraffic(entry: NetworkAclEntry, packet: FilteredPacket): "all" | "some" | "none" {
  const protocol = protocolName(entry.protocol);
  if (protocol === "-1") return "all";
  if (protocol !== packet.protocol) return "none";
  if (protocol === "icmp") {
    return (entry.icmpType === -1 || entry.icmpType === packet.icmpType) && entry.icmpCode <= 0 ? "all" : "none";
  }
  return holdsPorts(entry.fromPort, entry.toPort, packet.ports);
}

/** `100 deny udp 6081–6081 in from 10.1.10.0/24` */
function entryInWords({
  ruleNumber,
  action,
  protocol,
  direction,
  cidrBlock,
  fromPort,
  toPort,
}: NetworkAclEntry): string {
  const name = protocolName(protocol);
  const ports = name === "tcp" || name === "udp" ? ` ${fromPort === toPort ? fromPort : `${fromPort}–${toPort}`}` : "";
  const way = direction === "ingress" ? `in from ${cidrBlock}` : `out to ${cidrBlock}`;
  return `${ruleNumber} ${action} ${name === "-1" ? "all" : name}${ports} ${way}`;
}
