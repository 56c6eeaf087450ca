import type { CloudSnapshot, NetworkInterface, SecurityGroupRule } from "../cloud/core/records";
import { isReferenceMatched } from "./groupReferences";

/** Links of an ENI's own namespace: towards its host, and towards the VPC's router. */
export const hostSide = "host";
export const vpcSide = "vpc";

/**
 * nftables rules of one ENI's namespace. Its connection tracking is the ENI's own, as AWS tracks per ENI: a packet
 * that is inspected crosses the router twice, and both crossings would be one connection there.
 *
 * A rule that names another security group matches the private addresses of its members, as far as their groups are seen
 * (`groupReferences.ts`).
 *
 * @param output what the namespace itself may send
 */
export function securityGroupRules(snapshot: CloudSnapshot, eni: NetworkInterface, output: string[] = []): string {
  const rules = Object.values(snapshot.securityGroupRules)
    .filter((rule) => eni.securityGroupIds.includes(rule.securityGroupId))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const allow = (direction: SecurityGroupRule["direction"]): string[] =>
    rules.filter((rule) => rule.direction === direction).flatMap((rule) => acceptRule(snapshot, eni, rule) ?? []);
  const ownAddressOnly = eni.sourceDestCheck
    ? [
        `iifname "${hostSide}" ip saddr != ${eni.privateIpAddress} drop`,
        `iifname "${vpcSide}" ip daddr != ${eni.privateIpAddress} drop`,
      ]
    : [];
  return `
  chain input { type filter hook input priority filter; policy drop; }
  chain output {
    type filter hook output priority filter; policy drop;
    ${output.join("\n    ")}
  }
  chain forward {
    type filter hook forward priority filter; policy drop;
    ${ownAddressOnly.join("\n    ")}
    ct state established,related accept
    iifname "${hostSide}" jump egress
    iifname "${vpcSide}" jump ingress
  }
  chain egress {
    ${allow("egress").join("\n    ")}
  }
  chain ingress {
    ${allow("ingress").join("\n    ")}
  }
`;
}

/** One nftables rule, or undefined when the rule names nobody. */
function acceptRule(snapshot: CloudSnapshot, eni: NetworkInterface, rule: SecurityGroupRule): string | undefined {
  const peers = peerAddresses(snapshot, eni, rule);
  if (peers.length === 0) return undefined;
  const side = rule.direction === "ingress" ? "saddr" : "daddr";
  return [`ip ${side} { ${peers.join(", ")} }`, protocolMatch(rule), "accept"].filter((part) => part !== "").join(" ");
}

function peerAddresses(snapshot: CloudSnapshot, eni: NetworkInterface, rule: SecurityGroupRule): string[] {
  if (rule.cidrIpv4 !== undefined) return [rule.cidrIpv4];
  if (rule.prefixListId !== undefined) return snapshot.prefixLists[rule.prefixListId]?.cidrBlocks ?? [];
  const group = rule.referencedSecurityGroupId;
  if (group === undefined) return [];
  return Object.values(snapshot.networkInterfaces)
    .filter((member) => member.securityGroupIds.includes(group))
    .filter((member) => isReferenceMatched(snapshot, rule, eni, member))
    .map((member) => member.privateIpAddress)
    .sort();
}

function protocolMatch(rule: SecurityGroupRule): string {
  const { ipProtocol, fromPort, toPort } = rule;
  switch (ipProtocol) {
    case "-1":
      return "";
    case "tcp":
    case "udp":
      return fromPort === -1
        ? `ip protocol ${ipProtocol}`
        : `${ipProtocol} dport ${fromPort}-${Math.max(fromPort, toPort)}`;
    case "icmp": {
      if (fromPort === -1) return "ip protocol icmp";
      return `icmp type ${fromPort}${toPort === -1 ? "" : ` icmp code ${toPort}`}`;
    }
    default:
      if (/^\d+$/.test(ipProtocol)) return `ip protocol ${ipProtocol}`;
      throw new Error(
        `Security group rule ${rule.id}: ipProtocol "${ipProtocol}", expected tcp, udp, icmp, -1 or a protocol number`,
      );
  }
}
