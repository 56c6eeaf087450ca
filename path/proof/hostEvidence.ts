import { genevePort } from "../net/geneve";
import { contains, parseAddress, parseCidr } from "../net/cidr";
import { finding } from "./findings";
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
  addRules(evidence, expected, add);
  // Of packets that came through, these rules are no concern.
  const unseen = unseenRules(evidence);
  if (unseen.length > 0) add("RULES_NOT_SEEN", unseen.join("; "), { hairpin: false });
  if (!evidence.listening.includes(expected.healthPort)) {
    const open = evidence.listening.join(", ") || "none";
    const wanted = `something that listens on ${expected.healthPort}`;
    add("HEALTH_CHECK_PORT_CLOSED", `listening TCP ports: ${open}`, { wanted });
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
  if (expected.hairpin && lacking.length > 0) add("RULES_NOT_SAVED", `no saved rules for ${lacking.join(", ")}`);
  return found;
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
        const wanted = `a rule for ${evidence.interface ?? "the interface of its address"}, address ${expected.address}`;
        add("HAIRPIN_RULE_MISMATCH", `${other.text} (${other.packets ?? 0} packets)`, {
          wanted,
          gatewayAddress: gateway,
        });
      }
    }
  }
  const foreign = [
    ...rules
      .filter(
        (rule) =>
          !rule.harmless &&
          !overriding.has(rule.text) &&
          !expected.gatewayAddresses.some((each) => isHairpin(rule, each)),
      )
      .map((rule) => `${rule.table} ${rule.text}`),
    ...(evidence.foreignTables ?? []).map((table) => `nftables table ${table}`),
  ];
  if (foreign.length > 0) add("OTHER_RULES_IN_FORCE", inShort(foreign));
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
    ...(foreignTables === null ? ["nftables' own, for nft is not there or does not tell"] : []),
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

/** A target's rules for one side of a gateway address, the one that applies, and what takes its packets before it. */
function hairpinRule(
  rules: Rule[],
  side: (typeof sides)[number],
  gateway: string,
  evidence: HostEvidence,
): { ofGateway: Rule[]; inForce?: Rule; first?: Rule | undefined } {
  const ofGateway = rules.filter((rule) => side.matches(rule, gateway));
  const inForce = ofGateway.find((rule) => side.applies(rule, evidence));
  if (inForce === undefined) return { ofGateway };
  const before = rules.slice(0, rules.indexOf(inForce));
  const first = takenBefore(rules, before, side.chain, (rule) => side.mayTake(rule, gateway, evidence));
  return { ofGateway, inForce, first };
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

/** Targets after which a packet goes on to the next rule of its chain: iptables-extensions(8). */
const passing = [
  "",
  "LOG",
  "NFLOG",
  "ULOG",
  "MARK",
  "CONNMARK",
  "TRACE",
  "CT",
  "TOS",
  "DSCP",
  "SET",
  "AUDIT",
  "SECMARK",
  "CONNSECMARK",
];
/** Chains of chains of chains; more are taken to end somewhere. */
const mostJumps = 16;

/**
 * The first of `before` in the chain, or in those that they jump to, that keeps a packet from what comes later. What a rule
 * matches beside addresses, interface, protocol and port is taken to match.
 *
 * @param mayTake whether the rule matches by these
 */
function takenBefore(
  rules: Rule[],
  before: Rule[],
  chain: string,
  mayTake: (rule: Rule) => boolean,
  jumps = 0,
): Rule | undefined {
  for (const rule of before.filter((each) => each.table === "nat" && each.chain === chain && mayTake(each))) {
    const target = rule.options["-j"] ?? rule.options["-g"] ?? "";
    if (passing.includes(target)) continue;
    // Out of a chain that was jumped to, back into the one that jumped.
    if (target === "RETURN" && jumps > 0) return undefined;
    if (!rules.some((each) => each.table === "nat" && each.text.startsWith(`:${target} -`))) return rule;
    if (jumps >= mostJumps) return rule;
    const inside = takenBefore(rules, rules, target, mayTake, jumps + 1);
    if (inside !== undefined) return inside;
  }
  return undefined;
}

/** Whether a rule's match, as far as it is of these, lets this datagram of a GWLB address through. */
function fits(
  { options }: Rule,
  datagram: { source: string; destination: string | null; interface: string | null },
  interfaceOption: "-i" | "-o",
): boolean {
  const address = (option: "-s" | "-d", value: string | null): boolean => {
    if (value === null) return true;
    const [wanted, unwanted] = [options[option], options[`! ${option}`]];
    return (
      (wanted === undefined || covers(wanted, value) !== false) &&
      (unwanted === undefined || covers(unwanted, value) !== true)
    );
  };
  const name = datagram.interface;
  const port = options["--dport"];
  return (
    address("-s", datagram.source) &&
    address("-d", datagram.destination) &&
    [undefined, "udp", "17", "all", "0"].includes(options["-p"]) &&
    !["udp", "17"].includes(options["! -p"] ?? "") &&
    (name === null || options[interfaceOption] === undefined || isInterface(options[interfaceOption], name)) &&
    (port === undefined || isPort(port))
  );
}

/** Undefined for what is no CIDR: iptables also takes masks with gaps, and a host may say anything. */
function covers(cidr: string, address: string): boolean | undefined {
  try {
    return contains(parseCidr(cidr.includes("/") ? cidr : `${cidr}/32`), parseAddress(address));
  } catch {
    return undefined;
  }
}

function isInterface(option: string, name: string): boolean {
  return option.endsWith("+") ? name.startsWith(option.slice(0, -1)) : option === name;
}

function isPort(option: string): boolean {
  const [from = "", to = from] = option.split(":");
  return Number(from || 0) <= genevePort && genevePort <= Number(to || 65535);
}

/** The two rules that a gateway address needs, see hosts/hairpin.sh. */
const sides = [
  {
    what: "DNAT",
    chain: "PREROUTING",
    mayTake: (rule: Rule, gateway: string, here: HostEvidence): boolean =>
      fits(rule, { source: gateway, destination: here.address, interface: here.interface }, "-i"),
    matches: ({ table, chain, options }: Rule, gateway: string): boolean =>
      table === "nat" &&
      chain === "PREROUTING" &&
      options["-j"] === "DNAT" &&
      host(options["-s"]) === gateway &&
      [gateway, `${gateway}:${genevePort}`].includes(options["--to-destination"] ?? ""),
    applies: ({ options }: Rule, here: HostEvidence): boolean =>
      isOr(options["-i"], here.interface) && isOr(host(options["-d"]), here.address),
  },
  {
    what: "MASQUERADE",
    chain: "POSTROUTING",
    mayTake: (rule: Rule, gateway: string, here: HostEvidence): boolean =>
      fits(rule, { source: gateway, destination: gateway, interface: here.interface }, "-o"),
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

/** A match that the rule does not have, or that fits as far as is known. */
function isOr(option: string | undefined, wanted: string | null): boolean {
  return option === undefined || wanted === null || option === wanted;
}

const shown = 4;

function inShort(lines: string[]): string {
  const more = lines.length > shown ? `; and ${lines.length - shown} more` : "";
  return lines.slice(0, shown).join("; ") + more;
}
