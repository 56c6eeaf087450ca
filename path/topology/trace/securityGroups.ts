import { contains, parseAddress } from "../../net/cidr";
import type { FindingCode } from "../../proof/index";
import type { NetworkInterface, SecurityGroupRule } from "../model";
import { holdsPorts, protocolName, type FilteredPacket } from "./packetFilter";
import type { TopologyIndex } from "../topologyIndex";

/** What an interface's security groups say to the first packet of a flow. Later ones, and answers, pass by the flow's state. */
export type GroupDecision =
  | { kind: "allowed"; rule: SecurityGroupRule; groupId: string }
  | { kind: "refused"; code: FindingCode; seen: string }
  /** Whether it passes depends on what the states do not tell. */
  | { kind: "unknown"; seen: string };

/** Who is on the other side of the packet. */
export interface PeerSide {
  address: string;
  /** Where it is known and its groups are not lost on the way. */
  interface?: NetworkInterface;
  /**
   * The peer's interface, although its groups are lost on the way: rules that refer to them do not match. `unknown`: whether they are lost
   * is not known.
   */
  hidden?: { interface: NetworkInterface; by: "SG_REFERENCES_NOT_PRESERVED" | "SG_REFERENCING_SUPPORT" | "unknown" };
}

export function decideGroups(
  index: TopologyIndex,
  on: NetworkInterface,
  direction: SecurityGroupRule["direction"],
  packet: FilteredPacket,
  peer: PeerSide,
): GroupDecision {
  let rules = 0;
  let unclear: string | undefined;
  let hidden: SecurityGroupRule | undefined;
  for (const groupId of on.securityGroupIds) {
    const group = index.topology.securityGroups[groupId];
    if (group === undefined) {
      unclear ??= `security group ${groupId} is in none of the states`;
      continue;
    }
    for (const rule of group.rules) {
      if (rule.direction !== direction) continue;
      rules++;
      const traffic = matchesTraffic(rule, packet);
      if (traffic === "none") continue;
      const match = matchesPeer(index, rule, peer);
      if (match === "no") continue;
      if (match === "hidden") hidden ??= rule;
      else if (match === "unknown" || traffic === "some")
        unclear ??= `whether ${ruleInWords(rule)} matches is not known`;
      else return { kind: "allowed", rule, groupId };
    }
  }
  if (unclear !== undefined) return { kind: "unknown", seen: unclear };
  const what = `${packetInWords(packet)} ${direction === "ingress" ? "from" : "to"} ${peer.address}`;
  if (hidden !== undefined) {
    return {
      kind: "refused",
      code: peer.hidden?.by === "SG_REFERENCING_SUPPORT" ? "SG_REFERENCING_SUPPORT" : "SG_REFERENCES_NOT_PRESERVED",
      seen: `${what}, allowed only by ${ruleInWords(hidden)}`,
    };
  }
  return rules === 0
    ? {
        kind: "refused",
        code: "SG_HAS_NO_RULES",
        seen: `no ${direction} rule at all in ${on.securityGroupIds.join(", ")}`,
      }
    : { kind: "refused", code: "ENI_SG_RULES_MISMATCH", seen: `${what}: none of ${rules} ${direction} rules matches` };
}

function matchesTraffic(rule: SecurityGroupRule, packet: FilteredPacket): "all" | "some" | "none" {
  const protocol = protocolName(rule.protocol);
  if (protocol === "-1") return "all";
  if (protocol !== packet.protocol) return "none";
  // -1 stands for all types, ports or codes.
  if (rule.fromPort === -1) return "all";
  if (protocol === "icmp") return rule.fromPort === packet.icmpType && rule.toPort <= 0 ? "all" : "none";
  return holdsPorts(rule.fromPort, rule.toPort, packet.ports);
}

function matchesPeer(
  index: TopologyIndex,
  { peer }: SecurityGroupRule,
  other: PeerSide,
): "yes" | "no" | "hidden" | "unknown" {
  switch (peer.kind) {
    case "cidr": {
      const cidr = index.cidr(peer.cidr);
      return cidr !== undefined && contains(cidr, parseAddress(other.address)) ? "yes" : "no";
    }
    case "prefix-list": {
      const cidrs = index.prefixList(peer.id);
      if (cidrs === undefined) return "unknown";
      return cidrs.some((cidr) => contains(cidr, parseAddress(other.address))) ? "yes" : "no";
    }
    case "security-group":
      if (other.interface?.securityGroupIds.includes(peer.id) === true) return "yes";
      if (other.hidden?.interface.securityGroupIds.includes(peer.id) !== true) return "no";
      return other.hidden.by === "unknown" ? "unknown" : "hidden";
    case "unknown":
      return "unknown";
  }
}

export function packetInWords({ protocol, ports: [first, last], icmpType }: FilteredPacket): string {
  if (protocol === "icmp") return icmpType === 8 ? "ICMP echo request" : "ICMP echo reply";
  return `${protocol.toUpperCase()} ${first === last ? first : `${first}–${last}`}`;
}

/** `udp 6081 from 10.1.10.0/24` */
export function ruleInWords({ direction, protocol, fromPort, toPort, peer }: SecurityGroupRule): string {
  const name = protocolName(protocol);
  const ports =
    name === "-1" || fromPort === -1
      ? ""
      : ` ${fromPort === toPort || name === "icmp" ? fromPort : `${fromPort}–${toPort}`}`;
  const who = peer.kind === "cidr" ? peer.cidr : peer.kind === "unknown" ? "somebody unknown" : peer.id;
  return `${name === "-1" ? "all traffic" : name}${ports} ${direction === "ingress" ? "from" : "to"} ${who}`;
}
