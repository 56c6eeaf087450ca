import type { Finding } from "./pathReport";
import { targetGroupFindingKinds } from "./targetGroupFindings";
import { traceFindingKinds } from "./traceFindings";

export interface FindingKind {
  /** Whether it is AWS Reachability Analyzer's code. */
  aws?: boolean;
  /** What it means, one sentence, for docs/findings.md and for people who meet the code. */
  meaning: string;
  expected: string;
  remedy: string;
  /** In place of `remedy` on an appliance, whose set-up is not this program's to change. */
  onAppliance?: string;
  /**
   * `symptom`: what follows from a cause that it does not name; `unknown`: what a trace could not see beyond; `risk`: what does
   * no harm yet. Others are causes and come first.
   */
  nature?: "symptom" | "unknown" | "risk";
}

/**
 * Every code that a report may hold. Names follow AWS Reachability Analyzer's explanation codes where one fits
 * (`ELBV2_NO_TARGETS_IN_AZ`); the others are ours.
 */
export const findingKinds = {
  // What captures and ping together show.
  FORWARD_PATH_BYPASSES_ENDPOINT: {
    nature: "symptom",
    meaning: "Requests arrived at the destination although no target saw them.",
    expected: "requests inside GENEVE on a target",
    remedy:
      "give the source subnet's route table a route for the destination subnet's CIDR to the GWLB endpoint of the source's AZ",
  },
  RETURN_PATH_BYPASSES_ENDPOINT: {
    nature: "symptom",
    meaning: "Replies arrived at the source although no target saw them.",
    expected: "replies inside GENEVE on a target",
    remedy:
      "give the destination subnet's route table a route for the source subnet's CIDR to the GWLB endpoint of the source's AZ",
  },
  NOT_SENT_BACK: {
    nature: "symptom",
    meaning: "A target received GENEVE packets from a GWLB address and did not send them back.",
    expected: "every packet goes back to the GWLB address that it came from",
    remedy:
      "run hosts/hairpin.sh on the target with every GWLB address: both iptables rules for this address must be there and " +
      "net.ipv4.ip_forward must be 1",
    onAppliance:
      "look at the appliance's own policy and log: whether it takes these packets, and what it does with them",
  },
  TARGET_KEEPS_FLOWS: {
    nature: "symptom",
    meaning:
      "A target kept flows, datagrams of UDP beside the pings, that it should have sent back: connections that the GWLB gives " +
      "to it are lost, whatever became of the pings.",
    expected: "every flow goes back to the GWLB address that it came from",
    remedy:
      "run hosts/hairpin.sh on the target with every GWLB address, and look for rules or programs on it that treat some packets " +
      "otherwise than others",
    onAppliance: "look at the appliance's own policy and log: whether it takes these flows, and what it does with them",
  },
  TARGET_NOT_EXERCISED: {
    nature: "risk",
    meaning:
      "No ping and no flow crossed a target that the GWLB may give the next connection: nothing is known of it, and where all " +
      "pairs are inspected the whole is inconclusive.",
    expected: "a ping or a flow through every target in use",
    remedy:
      "let UDP port 33434 from the sources to the destinations through (the sources' security groups and network ACLs, an " +
      "appliance's policy), and have bash on the sources; with stickiness, measure more pairs (verification.destinations)",
  },
  TWO_ARMED_APPLIANCE: {
    meaning:
      "A target takes packets by GENEVE and sends them on outside it, or takes them outside it and sends them to the GWLB by GENEVE: " +
      "a two-armed appliance. They crossed the target, and that is what is proven; of the other side, neither endpoint nor " +
      "gateway knows.",
    expected: "every packet back to the GWLB address that it came from, unless the appliance is meant to be two-armed",
    remedy:
      "where it is meant so: look at the appliance's routes and NAT for what does not arrive; else set the appliance to one-armed " +
      "mode",
  },
  NOT_SEEN_AT_ANY_TARGET: {
    nature: "symptom",
    meaning: "No request reached a target and none was answered.",
    expected: "requests inside GENEVE on a target",
    remedy:
      "check, in this order: the source subnet's route leads to a GWLB endpoint that is available; a target is registered and " +
      "healthy in the endpoint's AZ, or cross-zone is on; the target's security group lets UDP 6081 in from the GWLB's subnets " +
      "(ENI_SG_RULES_MISMATCH); the source's security group lets ICMP out",
  },
  ELBV2_NO_TARGETS_IN_AZ: {
    aws: true,
    meaning: "Nothing reached a target, and no target is in the AZ of the GWLB endpoint.",
    expected: "a target in the source's AZ, or cross-zone load balancing",
    remedy: "register a target in this AZ or turn cross-zone load balancing on",
  },
  DESTINATION_DOES_NOT_ANSWER: {
    nature: "symptom",
    meaning: "All requests came back out of the targets but no reply entered the path.",
    expected: "replies inside GENEVE on a target",
    remedy:
      "check that the endpoint subnet's route table has the local route, that the destination runs, and that its security group " +
      "lets ICMP in from the source subnet's CIDR (a reference to the source's group is not preserved across a GWLB)",
  },
  REPLY_LOST_AFTER_TARGET: {
    nature: "symptom",
    meaning: "Targets sent replies back to the GWLB, but the source did not receive them in time.",
    expected: "as many replies at the source as left the targets",
    remedy:
      "check that the route table of the GWLB endpoint's subnet has the local route, and raise the ping's timeout if the path is slow",
  },
  PACKETS_LOST: {
    nature: "symptom",
    meaning: "Some requests were answered and some were not.",
    expected: "every request answered",
    remedy:
      "measure again with more requests; if it stays, look at the counts for the stretch on which packets go missing",
  },
  PACKETS_DUPLICATED: {
    meaning: "A request or a reply was seen more than once, on targets or by ping.",
    expected: "every packet once on its way in, once on its way out, and answered once",
    remedy:
      "look for a route table that sends traffic through an endpoint twice, and for whatever copies packets (mirroring, a tee rule) " +
      "on the way",
  },
  EVIDENCE_CONTRADICTS_ITSELF: {
    nature: "symptom",
    meaning: "Ping statistics and counts do not fit together, so no verdict would be honest.",
    expected: "counts that agree with the ping's statistics",
    remedy:
      "measure again; if it stays, look for a route table that sends traffic through an endpoint twice, and for requests that " +
      "take different ways",
  },
  UNKNOWN_GATEWAY_ADDRESS: {
    meaning: "GENEVE packets of this ping came from an address that is not among the GWLB addresses of the request.",
    expected: "GENEVE from the GWLB's known addresses only",
    remedy:
      "deploy the security stack again with refresh: the GWLB's addresses have changed, and the hairpin rules with them",
  },
  GENEVE_HEADER_CHANGED: {
    meaning: "A target sent a packet back with another GENEVE header than it came with.",
    expected: "the GENEVE header unchanged, byte for byte",
    remedy: "let the target return GWLB's options, the flow cookie above all, as they came",
  },
  MALFORMED_GENEVE: {
    meaning: "Datagrams to or from UDP port 6081 could not be read as GENEVE.",
    expected: "GENEVE as RFC 8926 has it",
    remedy: "find out with `tcpdump -X udp port 6081` on the target who sends them",
  },
  // What a comparison with the deployed stacks shows.
  CHANGED_OUTSIDE_PULUMI: {
    meaning: "Something on the way is not as the stack deployed it: somebody else has changed or deleted it.",
    expected: "what the stack deployed",
    remedy: "find out who changed it and why; `deploy --refresh` (or `pulumi up --refresh`) puts it back",
  },
  TRACE_DISAGREES: {
    nature: "symptom",
    meaning: "The packets fared otherwise than a trace through all that AWS and the targets report.",
    expected: "a measurement as the trace has it",
    remedy:
      "look at what the stacks do not tell: network ACLs, routes and rules made by hand, services between the accounts; if " +
      "nothing is there, the trace is wrong",
  },
  // What a target says of itself.
  NO_WAY_BACK_TO_GATEWAY: {
    meaning:
      "A target's routes do not lead back to a GWLB address, or by another interface than the one with the target's address: " +
      "neither packets nor answers to health checks arrive there.",
    expected: "a route to every GWLB address by the interface with the target's address, from that address",
    remedy:
      "give the target such a route (`ip route get ADDRESS` shows the one that it has), for the subnets of the GWLB, and keep it " +
      "over a reboot",
  },
  INTERFACE_OUT_OF_SIGHT: {
    nature: "unknown",
    meaning:
      "A target's packets may pass where no capture sees them: an XDP program or a driver outside the kernel (DPDK) takes them " +
      "first. That they were not seen there says nothing.",
    expected: "the target's address on an interface of the kernel, without an XDP program",
    remedy: "count the packets by the appliance's own means, or switch its fast path off for a measurement",
  },
  RULES_NOT_SEEN: {
    nature: "unknown",
    meaning: "Some of a target's firewall rules could not be looked at.",
    expected: "all rules, by iptables-save and `nft list ruleset`",
    remedy: "install nftables on the target (`nft list ruleset` shows every rule) and measure again",
  },
  IP_FORWARDING_OFF: {
    meaning: "A target's kernel forwards nothing, so no packet goes back to the GWLB.",
    expected: "net.ipv4.ip_forward is 1",
    remedy: "run hosts/hairpin.sh on the target, or `sysctl -w net.ipv4.ip_forward=1`",
    onAppliance:
      "none is needed where the appliance forwards by itself; else switch it on by the appliance's own means",
  },
  HAIRPIN_RULE_MISSING: {
    meaning:
      "A target lacks one of the two iptables rules for a GWLB address; what that address sends is not sent back.",
    expected: "a DNAT and a MASQUERADE rule for every GWLB address",
    remedy:
      "run hosts/hairpin.sh on the target with every GWLB address, which replaces all of its rules, or `up` of the security stack with --refresh",
  },
  HAIRPIN_RULE_OVERRIDDEN: {
    meaning: "A rule that stands before a hairpin rule takes the GWLB's packets, so that new flows are not sent back.",
    expected: "the hairpin rules first of all that take UDP 6081 from the GWLB",
    remedy: "find out who made that rule and why; remove it, or let it leave out UDP port 6081",
  },
  HAIRPIN_RULES_UNKNOWN: {
    nature: "unknown",
    meaning:
      "A target that this program has set up does not tell its rules, so that nobody knows what becomes of new flows.",
    expected: "the target's rules, by iptables-save",
    remedy: "look at the target why `iptables-save` does not work there",
  },
  CARRIED_BY_OLD_STATE: {
    nature: "symptom",
    meaning:
      "Packets came through, but not by what the target has now: the kernel's connection tracking still sends back flows that it " +
      "knows, and will not do so with new ones.",
    expected: "the hairpin rules that the packets need, in force now",
    remedy: "mend what was found on the target, then measure again",
  },
  HAIRPIN_RULE_MISMATCH: {
    meaning: "A target has a rule for a GWLB address, but for another interface or another address than its own.",
    expected: "rules for the interface that has the target's address, and for that address",
    remedy:
      "run hosts/hairpin.sh on the target: it takes interface and address from the route to the GWLB (ens5, enX0, …, not eth0)",
  },
  OTHER_RULES_IN_FORCE: {
    meaning: "A target has firewall rules beside the hairpin's, which may drop or change what passes.",
    expected: "no rules but the hairpin's, and policies that accept",
    remedy: "find out which program sets them and disable it, then run hosts/hairpin.sh again",
    onAppliance:
      "leave them if they are the appliance's own; else find out which program sets them, and whether it should",
  },
  HEALTH_CHECK_PORT_CLOSED: {
    meaning: "Nothing on a target listens on the port of the GWLB's health check.",
    expected: "a server on the health check's TCP port",
    remedy: "start httpd (apache2 on Debian), or run hosts/hairpin.sh on the target",
    onAppliance:
      "switch the appliance's answer to health checks on, or give the target group the port that it answers on",
  },
  LARGE_PACKETS_LOST: {
    nature: "risk",
    meaning:
      "Pings of ordinary size are answered; of large ones, which the source may send and GWLB carries, none is, and nobody " +
      "says why: connections are made, and stall when they carry data.",
    expected: "packets of up to 8500 bytes answered like small ones",
    remedy:
      "let every interface on the path, the targets' first, take packets of 8568 bytes (MTU 9001), or give the hosts an MTU " +
      "that the path takes",
  },
  INTERFACE_MTU_TOO_SMALL: {
    nature: "risk",
    meaning: "A target's interface is too narrow for the largest packets of the GWLB, which drops them without a word.",
    expected: "an MTU of at least 8568 bytes: GWLB carries packets of up to 8500 bytes and adds 68",
    remedy: "set the interface's MTU to 9001, or keep all packets that are inspected 68 bytes below this MTU",
  },
  FORWARDING_NOT_PERSISTENT: {
    nature: "risk",
    meaning: "IP forwarding will be off after the target's next boot.",
    expected: "net.ipv4.ip_forward = 1 in /etc/sysctl.d/99-sysctl.conf and nothing else in a file after it",
    remedy: "run hosts/hairpin.sh on the target",
    onAppliance:
      "none is needed where the appliance forwards by itself; else switch it on by the appliance's own means",
  },
  RULES_NOT_SAVED: {
    nature: "risk",
    meaning: "Hairpin rules will be gone after the target's next boot.",
    expected: "the rules of every GWLB address in /etc/sysconfig/iptables (Debian: /etc/iptables/rules.v4)",
    remedy: "run hosts/hairpin.sh on the target",
  },
  // What AWS says of the targets.
  ...targetGroupFindingKinds,
  // What stood in the way of measuring.
  HEALTH_NOT_MEASURED: {
    nature: "risk",
    meaning: "Whether a target is healthy could not be observed.",
    expected: "hosts/health.sh tells how many health checks were answered",
    remedy: "mend what the message says; the path was measured nonetheless",
  },
  HOST_UNREACHABLE: {
    nature: "symptom",
    meaning: "A host could not be reached before the deadline.",
    expected: "a host that is online in SSM, or whose ssh server answers",
    remedy:
      "check that the host runs; by SSM, its instance profile and that TCP 443 leads from it into the interface endpoints; by " +
      "ssh, that its security group, and the bastion's, let TCP 22 through",
  },
  HOST_KEY_DIFFERS: {
    meaning: "A host identified itself with another key than the stack gave it.",
    expected: "the host key of the stack's config",
    remedy: "find out who answers at this address before anything else; redeploy the host if its key was replaced",
  },
  AUTHENTICATION_REFUSED: {
    meaning: "A host refused our user or key.",
    expected: "user and private key of the stack's config are accepted",
    remedy: "check sshUser and sshPrivateKey of the stack's config against the instance's key pair",
  },
  REMOTE_COMMAND_FAILED: {
    meaning: "A command on a host failed, or the connection was lost while it ran.",
    expected: "the command ends with a result",
    remedy: "mend what the message says and measure again",
  },
  CAPTURE_FAILED: {
    meaning: "A target's packets could not be captured or brought back, so its part of the evidence is missing.",
    expected: "a capture from every target",
    remedy: "mend what the message says (tcpdump must be installed, sudo must need no password) and measure again",
  },
  CAPTURE_BLIND: {
    meaning: "A capture did not see what its own target sent to be seen: that it has no packet of a ping says nothing.",
    expected: "in each capture the target's own datagram to the GWLB",
    remedy: "look at the target: tcpdump must be the real one, and bash be there",
  },
  CAPTURE_INCOMPLETE: {
    meaning: "A capture lacks packets that the target's kernel saw.",
    expected: "a capture with every packet",
    remedy: "measure again when the target has less to do",
  },
  PING_FAILED: {
    meaning: "The ping could not be run.",
    expected: "ping's statistics",
    remedy: "mend what the message says and measure again",
  },
  ABORTED: {
    meaning: "The measurement was interrupted.",
    expected: "a measurement that comes to its end",
    remedy: "run `verify` again",
  },
  // What a trace finds, before anything is measured.
  ...traceFindingKinds,
} as const satisfies Record<string, FindingKind>;

export type FindingCode = keyof typeof findingKinds;

export function isFindingCode(text: string): text is FindingCode {
  return Object.hasOwn(findingKinds, text);
}

/** Characters of what was seen: a host may say as much as it likes. */
const longestSeen = 1000;

/**
 * @param hop name of the host, gateway or route where it was found
 * @param expected in place of the code's own text, where the numbers matter
 */
export function finding(code: FindingCode, hop: string, seen: string, expected?: string): Finding {
  const kind = findingKinds[code];
  const short = seen.length <= longestSeen ? seen : `${seen.slice(0, longestSeen)}… (${seen.length} characters)`;
  return { code, hop, seen: short, expected: expected ?? kind.expected, remedy: kind.remedy };
}

/** With the remedy for an appliance, where that is another one. */
export function onAppliance(found: Finding): Finding {
  const remedy = (findingKinds as Record<string, FindingKind>)[found.code]?.onAppliance;
  return remedy === undefined ? found : { ...found, remedy };
}

const ranks = { cause: 0, symptom: 1, unknown: 2, risk: 3 };

export const natureOf = ({ code }: Pick<Finding, "code">): keyof typeof ranks =>
  (findingKinds as Record<string, FindingKind>)[code]?.nature ?? "cause";

export function isCause(found: Finding): boolean {
  return natureOf(found) === "cause";
}

/** Causes first, then what follows from them, what is not known, and what does no harm yet; otherwise as they are. */
export function byNature(findings: Finding[]): Finding[] {
  return [...findings].sort((one, other) => ranks[natureOf(one)] - ranks[natureOf(other)]);
}
