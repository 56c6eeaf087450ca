import { genevePort } from "../net/geneve";
import { contains, parseAddress, parseCidr } from "../net/cidr";
import type { HostEvidence } from "./pathReport";

/** A target's iptables rules: which of them send back what a GWLB address sends (hosts/hairpin.sh), and which stand in their way. */

/** A target's rules for one side of a gateway address, the one that applies, and what takes its packets before it. */
export function hairpinRule(
  rules: Rule[],
  side: (typeof sides)[number],
  gateway: string,
  evidence: HostEvidence,
): { ofGateway: Rule[]; inForce?: Rule; first?: Rule | undefined } {
  const ofGateway = rules.filter((rule) => side.matches(rule, gateway));
  const inForce = ofGateway.find((rule) => side.applies(rule, evidence));
  if (inForce === undefined) return { ofGateway };
  // One that sends back some of the packets takes none from the one that sends back all, unless from another port.
  const isHarmless = (rule: Rule): boolean => ofGateway.includes(rule) && !changesPort(rule);
  const before = rules.slice(0, rules.indexOf(inForce)).filter((rule) => !isHarmless(rule));
  const first = takenBefore(rules, before, [inForce.table, side.chain], (rule) =>
    side.mayTake(rule, gateway, evidence),
  );
  return { ofGateway, inForce, first };
}

/** iptables-extensions(8), MASQUERADE: the GWLB is to get its packets back from the port that it sent them from. */
function changesPort({ options }: Rule): boolean {
  return ["--random", "--random-fully", "--to-ports"].some((option) => option in options);
}

/** One rule or policy, as iptables-save writes it. */
export interface Rule {
  table: string;
  chain: string;
  options: Record<string, string>;
  /** Its words; a comment is one, whatever it says. */
  words: string[];
  packets: number | undefined;
  text: string;
  /** A policy that accepts, or a chain without a policy. */
  harmless: boolean;
}

/** @param line - `TABLE [PACKETS:BYTES] -A CHAIN …` or `TABLE :CHAIN POLICY [PACKETS:BYTES]` */
export function parseRule(line: string): Rule {
  const [, table = "", packets, text = ""] = /^(\S+) (?:\[(\d+):\d+\] )?(.*?)(?: \[\d+:\d+\])?$/.exec(line) ?? [];
  // What has blanks in it is quoted.
  const words = text.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
  const options: Record<string, string> = {};
  // A negated match is another one: it never equals what is looked for.
  words.forEach((word, index) => {
    if (word.startsWith("-")) options[words[index - 1] === "!" ? `! ${word}` : word] = words[index + 1] ?? "";
  });
  return {
    table,
    chain: options["-A"] ?? "",
    options,
    words,
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
export function takenBefore(
  rules: Rule[],
  before: Rule[],
  [table, chain]: [table: string, chain: string],
  mayTake: (rule: Rule) => boolean,
  jumps = 0,
): Rule | undefined {
  for (const rule of before.filter((each) => each.table === table && each.chain === chain && mayTake(each))) {
    const target = rule.options["-j"] ?? rule.options["-g"] ?? "";
    if (passing.includes(target)) continue;
    // Out of a chain that was jumped to, back into the one that jumped.
    if (target === "RETURN" && jumps > 0) return undefined;
    if (!rules.some((each) => each.table === table && each.text.startsWith(`:${target} -`))) return rule;
    if (jumps >= mostJumps) return rule;
    const inside = takenBefore(rules, rules, [table, target], mayTake, jumps + 1);
    if (inside !== undefined) return inside;
  }
  return undefined;
}

/** A packet, by what rules match; null or absent: not known, or any. */
export interface Matched {
  source: string | null;
  destination: string | null;
  interface: string | null;
  /** @default udp */
  protocol?: "udp" | "tcp";
  /** Destination port. @default GENEVE's of a datagram of UDP */
  port?: number;
}

const protocolNames = { udp: ["udp", "17"], tcp: ["tcp", "6"] };

/** Whether a rule's match, as far as it is of these, lets this packet through. */
export function fits(
  { options }: Rule,
  {
    source,
    destination,
    interface: name,
    protocol = "udp",
    port = protocol === "udp" ? genevePort : undefined,
  }: Matched,
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
  const { "--dport": wanted, "-p": only = "all", "! -p": not = "" } = options;
  return (
    address("-s", source) &&
    address("-d", destination) &&
    [...protocolNames[protocol], "all", "0"].includes(only) &&
    !protocolNames[protocol].includes(not) &&
    (name === null || options[interfaceOption] === undefined || isInterface(options[interfaceOption], name)) &&
    (wanted === undefined || port === undefined || isPort(wanted, port))
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

function isPort(option: string, port = genevePort): boolean {
  const [from = "", to = from] = option.split(":");
  return Number(from || 0) <= port && port <= Number(to || 65535);
}

/** What a rule may have that sends back every GENEVE packet of an address. */
const ofWholeRules = ["-A", "-s", "-d", "-i", "-o", "-p", "-m", "--dport", "--comment", "-j", "--to-destination"];

/** Whether it takes every GENEVE packet that has its addresses and interface, and not those alone that some further match lets through. */
function takesAll({ options, words }: Rule): boolean {
  const isWhole = (word: string, index: number): boolean => {
    if (word === "-m") return ["udp", "comment"].includes(words[index + 1] ?? "");
    return !/^(-|!$)/.test(word) || words[index - 1] === "--comment" || ofWholeRules.includes(word);
  };
  return (
    words.every(isWhole) &&
    [undefined, "udp", "17", "all", "0"].includes(options["-p"]) &&
    (options["--dport"] === undefined || isPort(options["--dport"]))
  );
}

/** Of iptables over nftables, and of the one over ip_tables beside it (hosts/evidence.sh): a rule of either is in force. */
const natTables = ["nat", "legacy-nat"];

/** The two rules that a gateway address needs, see hosts/hairpin.sh. */
export const sides = [
  {
    what: "DNAT",
    chain: "PREROUTING",
    mayTake: (rule: Rule, gateway: string, here: HostEvidence): boolean =>
      fits(rule, { source: gateway, destination: here.address, interface: here.interface }, "-i"),
    matches: ({ table, chain, options }: Rule, gateway: string): boolean =>
      natTables.includes(table) &&
      chain === "PREROUTING" &&
      options["-j"] === "DNAT" &&
      host(options["-s"]) === gateway &&
      [gateway, `${gateway}:${genevePort}`].includes(options["--to-destination"] ?? ""),
    applies: (rule: Rule, here: HostEvidence): boolean =>
      takesAll(rule) && isOr(rule.options["-i"], here.interface) && isOr(host(rule.options["-d"]), here.address),
  },
  {
    what: "MASQUERADE",
    chain: "POSTROUTING",
    mayTake: (rule: Rule, gateway: string, here: HostEvidence): boolean =>
      fits(rule, { source: gateway, destination: gateway, interface: here.interface }, "-o"),
    matches: ({ table, chain, options }: Rule, gateway: string): boolean =>
      natTables.includes(table) &&
      chain === "POSTROUTING" &&
      options["-j"] === "MASQUERADE" &&
      host(options["-s"]) === gateway &&
      host(options["-d"]) === gateway,
    applies: (rule: Rule, here: HostEvidence): boolean => takesAll(rule) && isOr(rule.options["-o"], here.interface),
  },
];

/** Whether it is one of the rules for a gateway address, in force or not. */
export const isHairpin = (rule: Rule, gateway: string): boolean => sides.some((side) => side.matches(rule, gateway));

/** A match that the rule does not have, or that fits as far as is known. */
function isOr(option: string | undefined, wanted: string | null): boolean {
  return option === undefined || wanted === null || option === wanted;
}
