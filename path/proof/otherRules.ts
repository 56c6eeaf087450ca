import { fits, isHairpin, parseRule, takenBefore, type Matched, type Rule } from "./hairpinRules";
import type { HostEvidence } from "./pathReport";

/** A target's rules beside the hairpin's: which of them may keep what comes from the GWLB, or what the target itself sends there. */

/** Chains through which goes what a host sends itself: iptables(8). */
const waysOut = ["raw", "mangle", "nat", "filter"].flatMap((table) =>
  (table === "raw" || table === "filter" ? ["OUTPUT"] : ["OUTPUT", "POSTROUTING"]).map(
    (chain): [table: string, chain: string] => [table, chain],
  ),
);
/** What a rule of nftables, or the policy of its chain, keeps a packet with: nft(8), verdict statements. */
const nftKeeps = /\b(drop|reject|queue)\b/;

/** Whether what a target has in force may keep what it sends itself to a GWLB address, as its canary. */
export function mayKeepOwn(evidence: HostEvidence, gateways: string[]): boolean {
  const rules = evidence.rules?.map(parseRule) ?? [];
  const isKeeping = ([table, chain]: [string, string]): boolean => {
    const policy = rules.find((rule) => rule.table === table && rule.text.startsWith(`:${chain} `));
    if (policy !== undefined && !policy.harmless) return true;
    return gateways.some((gateway) => {
      const own = { source: evidence.address, destination: gateway, interface: evidence.interface };
      const taking = takenBefore(rules, rules, [table, chain], (rule) => fits(rule, own, "-o"));
      return taking !== undefined && !letting.includes(taking.options["-j"] ?? "");
    });
  };
  return (
    waysOut.some(isKeeping) ||
    (evidence.foreignTables ?? []).some((rule) => nftKeeps.test(rule)) ||
    (evidence.trafficControl ?? []).some((control) => !control.startsWith("ingress "))
  );
}

/** Targets that end a packet's way through a chain and let it go on: iptables-extensions(8). */
const letting = ["ACCEPT", "RETURN", "MASQUERADE", "SNAT", "DNAT", "REDIRECT", "NETMAP"];

/** Targets that do nothing to a packet, or let it go on: iptables-extensions(8). */
const idle = ["", "LOG", "NFLOG", "ULOG", "TRACE", "AUDIT", "ACCEPT", "RETURN"];

/**
 * Rules and policies that may keep or change GENEVE of the GWLB, its health checks, their answers or the canary, those first that do so by themselves; empty
 * where none does. What a rule matches beside addresses, interface, protocol and port is taken to match.
 */
export function otherRules(
  rules: Rule[],
  evidence: HostEvidence,
  expected: { gatewayAddresses: string[]; healthPort: number },
): Rule[] {
  const others = rules.filter(
    (rule) =>
      !rule.harmless &&
      !expected.gatewayAddresses.some((each) => isHairpin(rule, each)) &&
      (rule.chain === "" || concerns(rule, evidence, expected)),
  );
  const isIdle = ({ table, options, chain }: Rule): boolean => {
    const target = options["-j"] ?? options["-g"] ?? "";
    const isJump = rules.some((each) => each.table === table && each.text.startsWith(`:${target} -`));
    return chain !== "" && (idle.includes(target) || isJump);
  };
  const harmful = others.filter((rule) => !isIdle(rule));
  return harmful.length === 0 ? [] : [...harmful, ...others.filter(isIdle)];
}

/** Whether packets of the GWLB's, or of the target's to it, may match the rule in its chain. */
function concerns(
  rule: Rule,
  { address: own, interface: facing }: HostEvidence,
  { gatewayAddresses, healthPort }: { gatewayAddresses: string[]; healthPort: number },
): boolean {
  return gatewayAddresses.some((gateway) => {
    const [cameIn, sent] = [
      { source: gateway, destination: own, interface: facing },
      { source: own, destination: gateway, interface: facing },
    ];
    const turned = { ...cameIn, destination: gateway };
    const check: Matched = { ...cameIn, protocol: "tcp", port: healthPort };
    const ownPackets: Matched[] = [{ ...sent, protocol: "tcp" }, sent];
    const byChain: Record<string, Matched[]> = {
      PREROUTING: [cameIn, check],
      INPUT: [check],
      FORWARD: [turned],
      OUTPUT: ownPackets,
      POSTROUTING: [turned, ...ownPackets],
    };
    const packets = byChain[rule.chain] ?? Object.values(byChain).flat();
    return packets.some((packet) => fits(rule, packet, "-i") && fits(rule, packet, "-o"));
  });
}

/** In iptables-save's and nft's words: what goes by whether the kernel knows a flow, or decides that once for each flow. */
const byState = /--(ct)?state |--connlimit-|\bct (state|status|count)\b|\b(dnat|snat|redirect|masquerade)\b/;

/** Whether a rule may treat packets of new flows otherwise than those of flows that the kernel knows. Those for the host itself do not matter. */
export function goesByState(rule: string): boolean {
  return byState.test(rule) && !/ -A (INPUT|OUTPUT) /.test(rule);
}
