import { finding } from "./findings";
import type { Finding, HostEvidence } from "./pathReport";

/** A finding on a target. With a gateway address it concerns only what that address sends. */
export interface HostFinding {
  finding: Finding;
  gatewayAddress?: string;
}

/** GWLB carries packets of up to 8500 bytes (AWS, "Gateway Load Balancers", MTU). */
export const largestPacket = 8500;
/** With what GWLB adds. */
const largestDatagram = largestPacket + 68;

/** What keeps this target from doing its work, now or after a reboot. Pure. */
export function hostFindings(
  target: string,
  evidence: HostEvidence,
  expected: { gatewayAddresses: string[]; healthPort: number },
): HostFinding[] {
  const found: HostFinding[] = [];
  const add = (code: Parameters<typeof finding>[0], seen: string, wanted?: string, gatewayAddress?: string): void =>
    void found.push({
      finding: finding(code, target, seen, wanted),
      ...(gatewayAddress !== undefined && { gatewayAddress }),
    });

  if (evidence.ipForward !== 1) add("IP_FORWARDING_OFF", `net.ipv4.ip_forward is ${evidence.ipForward}`);
  const rules = evidence.rules?.map(parseRule);
  for (const gateway of rules === undefined ? [] : expected.gatewayAddresses) {
    for (const side of sides) {
      const ofGateway = rules?.filter((rule) => side.matches(rule, gateway)) ?? [];
      if (ofGateway.some((rule) => side.applies(rule, evidence))) continue;
      const [other] = ofGateway;
      if (other === undefined) add("HAIRPIN_RULE_MISSING", `no ${side.what} rule for ${gateway}`, undefined, gateway);
      else {
        const wanted = `a rule for ${evidence.interface ?? "the interface of the default route"}, address ${evidence.address ?? "unknown"}`;
        add("HAIRPIN_RULE_MISMATCH", `${other.text} (${other.packets ?? 0} packets)`, wanted, gateway);
      }
    }
  }
  const foreign = [
    ...(rules ?? [])
      .filter((rule) => !rule.harmless && !expected.gatewayAddresses.some((each) => isHairpin(rule, each)))
      .map((rule) => `${rule.table} ${rule.text}`),
    ...(evidence.foreignTables ?? []).map((table) => `nftables table ${table}`),
  ];
  if (foreign.length > 0) add("OTHER_RULES_IN_FORCE", inShort(foreign));
  if (!evidence.listening.includes(expected.healthPort)) {
    const open = evidence.listening.join(", ") || "none";
    add("HEALTH_CHECK_PORT_CLOSED", `listening TCP ports: ${open}`, `something that listens on ${expected.healthPort}`);
  }
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
  if (lacking.length > 0) add("RULES_NOT_SAVED", `no saved rules for ${lacking.join(", ")}`);
  return found;
}

/** GWLB addresses, of those given, whose packets this target sends back; undefined where its rules could not be read. */
export function servedGateways(evidence: HostEvidence, gatewayAddresses: string[]): string[] | undefined {
  const rules = evidence.rules?.map(parseRule);
  return (
    rules &&
    gatewayAddresses.filter((gateway) =>
      sides.every((side) => rules.some((rule) => side.matches(rule, gateway) && side.applies(rule, evidence))),
    )
  );
}

interface Rule {
  table: string;
  chain: string;
  options: Record<string, string>;
  packets: number | undefined;
  text: string;
  /** A policy that accepts, or a chain without a policy. */
  harmless: boolean;
}

/** @param line - `TABLE [PACKETS:BYTES] -A CHAIN …` or `TABLE :CHAIN POLICY [PACKETS:BYTES]` */
function parseRule(line: string): Rule {
  const [, table = "", packets, text = ""] = /^(\S+) (?:\[(\d+):\d+\] )?(.*?)(?: \[\d+:\d+\])?$/.exec(line) ?? [];
  const words = text.split(" ");
  const options: Record<string, string> = {};
  // A negated match is another one: it never equals what is looked for.
  words.forEach((word, index) => {
    if (word.startsWith("-")) options[words[index - 1] === "!" ? `! ${word}` : word] = words[index + 1] ?? "";
  });
  return {
    table,
    chain: options["-A"] ?? "",
    options,
    packets: packets === undefined ? undefined : Number(packets),
    text,
    harmless: /^:\S+ (ACCEPT|-)$/.test(text) || text === "",
  };
}

const host = (address: string | undefined): string | undefined => address?.replace(/\/32$/, "");

/** The two rules that a gateway address needs, see hosts/hairpin.sh. */
const sides = [
  {
    what: "DNAT",
    matches: ({ table, chain, options }: Rule, gateway: string): boolean =>
      table === "nat" &&
      chain === "PREROUTING" &&
      options["-j"] === "DNAT" &&
      host(options["-s"]) === gateway &&
      [gateway, `${gateway}:6081`].includes(options["--to-destination"] ?? ""),
    applies: ({ options }: Rule, here: HostEvidence): boolean =>
      isOr(options["-i"], here.interface) && isOr(host(options["-d"]), here.address),
  },
  {
    what: "MASQUERADE",
    matches: ({ table, chain, options }: Rule, gateway: string): boolean =>
      table === "nat" &&
      chain === "POSTROUTING" &&
      options["-j"] === "MASQUERADE" &&
      host(options["-s"]) === gateway &&
      host(options["-d"]) === gateway,
    applies: ({ options }: Rule, here: HostEvidence): boolean => isOr(options["-o"], here.interface),
  },
];

const isHairpin = (rule: Rule, gateway: string): boolean => sides.some((side) => side.matches(rule, gateway));

/** A match that the rule does not have, or that fits. */
function isOr(option: string | undefined, wanted: string | null): boolean {
  return option === undefined || option === wanted;
}

const shown = 4;

function inShort(lines: string[]): string {
  const more = lines.length > shown ? `; and ${lines.length - shown} more` : "";
  return lines.slice(0, shown).join("; ") + more;
}
