import type { HealthQuestionByHttp } from "../net/healthCheck";
import { finding } from "./findings";
import { hairpinRule, parseRule, sides } from "./hairpinRules";
import { goesByState, otherRules } from "./otherRules";
import type { Finding, HostEvidence } from "./pathReport";

/** A finding on a target. With a gateway address it concerns only what that address sends. */
export interface HostFinding {
  /** What is wrong. */
  finding: Finding;
  /** The GWLB address that it concerns; absent where it concerns all. */
  gatewayAddress?: string;
  /** Whether it counts against packets that came through: of an appliance they alone are evidence. */
  hairpin: boolean;
}

/** GWLB carries packets of up to 8500 bytes (AWS, "Gateway Load Balancers", MTU). */
export const largestPacket = 8500;
/** With what GWLB adds. */
const largestDatagram = largestPacket + 68;

interface ExpectedHost {
  address: string;
  gatewayAddresses: string[];
  healthPort: number;
  hairpin: boolean;
  /** What the target was to ask itself. */
  healthQuestion?: HealthQuestionByHttp | undefined;
}

type Add = (
  code: Parameters<typeof finding>[0],
  seen: string,
  more?: Partial<Omit<HostFinding, "finding">> & { wanted?: string },
) => void;

/** What keeps this target from doing its work, now or after a reboot. Pure. */
export function hostFindings(target: string, evidence: HostEvidence, expected: ExpectedHost): HostFinding[] {
  const found: HostFinding[] = [];
  const add: Add = (code, seen, { wanted, gatewayAddress, hairpin = expected.hairpin } = {}) =>
    void found.push({
      finding: finding(code, target, seen, wanted),
      hairpin,
      ...(gatewayAddress !== undefined && { gatewayAddress }),
    });

  for (const seen of outOfSight(evidence, expected.address)) add("INTERFACE_OUT_OF_SIGHT", seen, { hairpin: false });
  for (const { gateway, ...way } of evidence.routes) {
    const seen = strayWay(way, evidence) ?? (expected.hairpin ? strayForwarding(way, evidence) : undefined);
    if (seen !== undefined) add("NO_WAY_BACK_TO_GATEWAY", `${gateway}: ${seen}`, { gatewayAddress: gateway });
  }
  if (evidence.ipForward !== 1) add("IP_FORWARDING_OFF", `net.ipv4.ip_forward is ${evidence.ipForward}`);
  const { connections, trafficControl, strayFlows } = evidence;
  if (connections && connections.known >= connections.most) {
    add("CONNECTIONS_FULL", `${connections.known} connections tracked of ${connections.most}`);
  }
  addRules(evidence, expected, add);
  if (expected.hairpin && strayFlows)
    add("KEPT_BY_OLD_STATE", `${strayFlows} GENEVE flows are not sent back to the GWLB`);
  if (trafficControl && trafficControl.length > 0) add("TRAFFIC_CONTROL", inShort(trafficControl));
  const unseen = unseenRules(evidence);
  if (unseen.length > 0) add("RULES_NOT_SEEN", unseen.join("; "));
  if (!evidence.listening.includes(expected.healthPort)) {
    const open = evidence.listening.join(", ") || "none";
    const wanted = `something that listens on ${expected.healthPort}`;
    add("HEALTH_CHECK_PORT_CLOSED", `listening TCP ports: ${open}`, { wanted });
  } else if (expected.healthQuestion !== undefined) addAnswer(evidence, expected.healthQuestion, add);
  if (evidence.mtu !== null && evidence.mtu < largestDatagram) {
    add("INTERFACE_MTU_TOO_SMALL", `${evidence.interface ?? "the interface"} has MTU ${evidence.mtu}`);
  }
  if (evidence.ipForwardAtBoot !== 1) {
    add("FORWARDING_NOT_PERSISTENT", `sysctl.d leaves it at ${evidence.ipForwardAtBoot ?? "the kernel's default, 0"}`);
  }
  const saved = evidence.savedRules?.map(parseRule) ?? [];
  const lacking = expected.gatewayAddresses.filter(
    (gateway) => !sides.every((side) => saved.some((rule) => side.matches(rule, gateway))),
  );
  if (expected.hairpin && lacking.length > 0) add("RULES_NOT_SAVED", `no saved rules for ${lacking.join(", ")}`);
  return found;
}

/** AWS takes 200 to 399 for healthy (ELBv2 API, Matcher). */
function addAnswer(
  { healthAnswer: answer }: HostEvidence,
  { port, path, timeout }: HealthQuestionByHttp,
  add: Add,
): void {
  if (answer === undefined || answer === null || /^HTTP\/[0-9.]+ [23]\d\d( |$)/.test(answer)) return;
  const said = answer === "" ? `no answer by HTTP within ${timeout} s` : answer;
  add("HEALTH_CHECK_ANSWER_WRONG", `GET ${path} on port ${port}, asked on the target: ${said}`);
}

/** The hairpin's rules, and others that stand in their way. */
function addRules(evidence: HostEvidence, expected: ExpectedHost, add: Add): void {
  const rules = evidence.rules?.map(parseRule) ?? [];
  // An appliance has no hairpin rules: it does its work by its own.
  const unknown = unknownRules(evidence);
  if (expected.hairpin && unknown !== undefined) add("HAIRPIN_RULES_UNKNOWN", unknown);
  const overriding = new Set<string>();
  for (const gateway of expected.hairpin && unknown === undefined ? expected.gatewayAddresses : []) {
    for (const side of sides) {
      const { ofGateway, inForce, first } = hairpinRule(rules, side, gateway, evidence);
      if (inForce !== undefined) {
        if (first === undefined) continue;
        overriding.add(first.text);
        add("HAIRPIN_RULE_OVERRIDDEN", `${first.text} comes before ${inForce.text}`, { gatewayAddress: gateway });
        continue;
      }
      const [other] = ofGateway;
      if (other === undefined)
        add("HAIRPIN_RULE_MISSING", `no ${side.what} rule for ${gateway}`, { gatewayAddress: gateway });
      else {
        const wanted = `a rule for ${evidence.interface ?? "the interface of its address"}, address ${expected.address}, and all packets`;
        add("HAIRPIN_RULE_MISMATCH", `${other.text} (${other.packets ?? 0} packets)`, {
          wanted,
          gatewayAddress: gateway,
        });
      }
    }
  }
  const foreign = [
    ...otherRules(
      rules.filter(({ text }) => !overriding.has(text)),
      evidence,
      expected,
    ).map((rule) => `${rule.table} ${rule.text}`),
    // A table that has no rule does nothing, and one for IPv6 nothing to the GWLB's packets.
    ...(evidence.foreignTables ?? [])
      .filter((line) => line.includes(": ") && !line.startsWith("ip6 "))
      .map((rule) => `nftables table ${rule}`),
  ];
  const byState = foreign.filter(goesByState);
  if (foreign.length > 0) add("OTHER_RULES_IN_FORCE", inShort(foreign));
  if (byState.length > 0) add("RULES_FOR_NEW_FLOWS", inShort(byState));
}

/** Where the GWLB's packets may come without a capture seeing them. */
function outOfSight({ address, xdp }: HostEvidence, registered: string): string[] {
  return [
    ...xdp.map((name) => `an XDP program on ${name}`),
    // As of an interface that a program has taken from the kernel (DPDK).
    ...(address === null ? [`no interface of the kernel has the target's address ${registered}`] : []),
  ];
}

/** What is wrong with the way back to a GWLB address, which takes only what comes from the target's address. */
function strayWay(
  way: Pick<HostEvidence["routes"][number], "interface" | "address">,
  { interface: facing, address }: HostEvidence,
): string | undefined {
  if (way.interface === null) return "no route leads there";
  if (address === null || (way.interface === facing && way.address === address)) return undefined;
  return `packets leave by ${way.interface} from ${way.address ?? "no address"}, not by ${facing} from ${address}`;
}

/** What is wrong with the way that packets take which the hairpin turns round: not the target's own, and not by its address. */
function strayForwarding(
  { forwarded }: Pick<HostEvidence["routes"][number], "forwarded">,
  { interface: facing, ipForward }: HostEvidence,
): string | undefined {
  // With forwarding off the kernel drops whatever it is.
  if (forwarded === null || forwarded === facing || ipForward !== 1) return undefined;
  if (forwarded !== false) return `packets that are turned round leave by ${forwarded}, not by ${facing}`;
  return `the kernel drops packets that are turned round: by the reverse path filter (rp_filter), a route or a rule of \`ip rule\``;
}

/** Why nobody knows whether the hairpin rules are in force. */
function unknownRules({ rules, unreadTables }: HostEvidence): string | undefined {
  if (rules === null) return "iptables does not tell its rules";
  return unreadTables.includes("nat")
    ? "iptables does not show its table nat, into which nft has put other rules"
    : undefined;
}

function unseenRules({ foreignTables, unreadTables }: HostEvidence): string[] {
  return [
    ...(foreignTables === null ? ["nftables' own: neither nft nor, by python3, the kernel tells them"] : []),
    ...unreadTables.map((table) => `those of iptables' table ${table}, which it does not show`),
  ];
}

/** GWLB addresses, of those given, whose packets this target sends back; undefined where its rules could not be read. */
export function servedGateways(evidence: HostEvidence, gatewayAddresses: string[]): string[] | undefined {
  const rules = unknownRules(evidence) === undefined ? evidence.rules?.map(parseRule) : undefined;
  const isReached = (gateway: string): boolean =>
    evidence.routes.every(
      (way) => way.gateway !== gateway || (strayWay(way, evidence) ?? strayForwarding(way, evidence)) === undefined,
    );
  return (
    rules &&
    gatewayAddresses.filter(isReached).filter((gateway) =>
      sides.every((side) => {
        const { inForce, first } = hairpinRule(rules, side, gateway, evidence);
        return inForce !== undefined && first === undefined;
      }),
    )
  );
}

const shown = 4;

function inShort(lines: string[]): string {
  const more = lines.length > shown ? `; and ${lines.length - shown} more` : "";
  return lines.slice(0, shown).join("; ") + more;
}
