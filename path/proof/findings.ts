import { genevePort } from "../net/geneve";
import { checkFindingKinds } from "./checkFindingKinds";
import { hostFindingKinds } from "./hostFindingKinds";
import { natures, type Finding, type Nature } from "./pathReport";
import { targetGroupFindingKinds } from "./targetGroupFindingKinds";
import { traceFindingKinds } from "./traceFindingKinds";
import { transitGatewayFindingKinds } from "./transitGatewayFindingKinds";

/** What a code means, whatever was found. */
export interface FindingKind {
  /** Whether it is AWS Reachability Analyzer's code. */
  aws?: boolean;
  /** What it means, one sentence, for docs/findings.md and for people who meet the code. */
  meaning: string;
  /** What was to be found, unless the place that finds it says more. */
  expected: string;
  /** What mends it. */
  remedy: string;
  /** In place of `remedy` on an appliance, whose set-up is not this program's to change. */
  onAppliance?: string;
  /**
   * `symptom`: what follows from a cause that it does not name; `unknown`: what a trace could not see beyond; `risk`: what does
   * no harm yet. Others are causes and come first.
   */
  nature?: Exclude<Nature, "cause">;
}

const kinds = {
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
  DESTINATION_REFUSES: {
    meaning:
      "A TCP connection was refused, or a datagram of UDP met a port on which nothing listens, and request and refusal crossed the targets in both " +
      "directions: nothing listens on the destination's port, or a filter there rejects it.",
    expected: "something that listens on the destination's port and takes what comes from the source",
    remedy: "start what is to listen on the destination's port, or give verification.destinations another port",
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
  FLOWS_NOT_SEEN: {
    nature: "risk",
    meaning:
      "Pings came through, but none of the flows beside them came to a target: whether the GWLB takes new flows is not known. To a GWLB " +
      "pings between the same hosts are one flow, which it goes on with as long as it is not idle.",
    expected: "flows of UDP on a target",
    remedy:
      "let UDP port 33434 from the sources to the destinations through (the sources' security groups and network ACLs); if it is let " +
      "through, look whether the GWLB has its listener and healthy targets, and measure again after two minutes without traffic",
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
      `healthy in the endpoint's AZ, or cross-zone is on; the target's security group lets UDP ${genevePort} in from the GWLB's subnets ` +
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
      "measure again with more requests and a longer interval (ping waits for its last answer no longer than that, or twice the " +
      "slowest one); if it stays, look at the counts for the stretch on which packets go missing",
  },
  PACKETS_DUPLICATED: {
    nature: "symptom",
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
  SENT_BACK_ELSEWHERE: {
    nature: "symptom",
    meaning:
      "A target sent packets for the GWLB out by an interface that the GWLB's packets do not come in by, and no answer shows that they " +
      "got there.",
    expected: "packets sent back by the interface that they came in by",
    remedy:
      "look at the target for routes, `ip rule`, filters of traffic control (`tc filter show dev INTERFACE egress`) and rules of nftables " +
      "(`fwd to`) that lead them there; or measure a destination that answers",
  },
  GENEVE_HEADER_CHANGED: {
    meaning:
      "A target sent a packet back with another GENEVE header, or from another UDP port, than it came with. The GWLB may drop it, so where " +
      "the header is another, or no answer shows that it took it, nothing is proven.",
    expected: "the GENEVE header unchanged, byte for byte, from the UDP port that it came from",
    remedy:
      "let the target return GWLB's options, the flow cookie above all, and the UDP source port as they came; of iptables' MASQUERADE no " +
      "--random and no --to-ports",
  },
  MALFORMED_GENEVE: {
    meaning: `Datagrams to or from UDP port ${genevePort} could not be read as GENEVE.`,
    expected: "GENEVE as RFC 8926 has it",
    remedy: `find out with \`tcpdump -X udp port ${genevePort}\` on the target who sends them`,
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
      "look at what the stacks do not tell, by `trace --live`: network ACLs, routes and rules made by hand, another VPC with the same CIDR " +
      "at the transit gateway, services between the accounts; if nothing is there, the trace is wrong",
  },
  ...hostFindingKinds,
  // What AWS says of the targets.
  ...targetGroupFindingKinds,
  // What stood in the way of measuring.
  HEALTH_NOT_MEASURED: {
    nature: "risk",
    meaning:
      "Whether a target is healthy could not be observed, or not as AWS judges it: a host does not show what HTTP(S) was answered.",
    expected:
      "AWS's word on the target's health, or, with TCP, hosts/health.sh telling how many health checks were answered",
    remedy:
      "mend what the message says, or let whoever measures have credentials of the security account; the path was measured nonetheless",
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
    remedy:
      "look at the target: whether its own rules (iptables, nftables, tc) keep what it sends to the GWLB; else tcpdump must be the real " +
      "one, and bash and ping be there",
  },
  MIRROR_BLIND: {
    meaning:
      "The collector of a target's traffic mirror saw no health check of the GWLB on its way to the target, or none of its answers: that it " +
      "has no packet of a ping says nothing.",
    expected: "in the copies, the GWLB's health checks going in and the target's answers going out",
    remedy:
      "look, in this order: whether the target answers health checks; whether the mirror sessions of its interfaces are there, with the " +
      "filter's rules, and no session of a lower number takes these packets; whether the collector's security group and the route " +
      "table and network ACL between both let UDP 4789 through from the interface",
  },
  CAPTURE_INCOMPLETE: {
    meaning: "A capture lacks packets that the target's kernel saw.",
    expected: "a capture with every packet",
    remedy: "measure again when the target has less to do",
  },
  PING_FAILED: {
    meaning: "The ping, or what is sent in its place, could not be run.",
    expected: "its statistics",
    remedy: "mend what the message says and measure again",
  },
  ABORTED: {
    meaning: "The measurement was interrupted.",
    expected: "a measurement that comes to its end",
    remedy: "run `verify` again",
  },
  // What a trace finds, before anything is measured.
  ...traceFindingKinds,
  ...transitGatewayFindingKinds,
  // What a check of all flows finds.
  ...checkFindingKinds,
} as const satisfies Record<string, FindingKind>;

/** The code of a finding: docs/findings.md. */
export type FindingCode = keyof typeof kinds;

/**
 * Every code that a report may hold. Names follow AWS Reachability Analyzer's explanation codes where one fits
 * (`ELBV2_NO_TARGETS_IN_AZ`); the others are ours.
 */
export const findingKinds: Readonly<Record<FindingCode, FindingKind>> = kinds;

/** Whether a text is the code of a finding. */
export function isFindingCode(text: string): text is FindingCode {
  return Object.hasOwn(findingKinds, text);
}

/** Characters of what was seen: a host may say as much as it likes. */
const longestSeen = 1000;

/**
 * A finding with the texts of its code.
 *
 * @param hop name of the host, gateway or route where it was found
 * @param expected in place of the code's own text, where the numbers matter
 */
export function finding(code: FindingCode, hop: string, seen: string, expected?: string): Finding {
  const kind = findingKinds[code];
  const short = seen.length <= longestSeen ? seen : `${seen.slice(0, longestSeen)}… (${seen.length} characters)`;
  return { code, nature: natureOf(code), hop, seen: short, expected: expected ?? kind.expected, remedy: kind.remedy };
}

/** With the remedy for an appliance, where that is another one. */
export function onAppliance(found: Finding): Finding {
  const remedy = isFindingCode(found.code) ? findingKinds[found.code].onAppliance : undefined;
  return remedy === undefined ? found : { ...found, remedy };
}

/** Of a code by itself; in a report a cause may turn out to follow from another one. */
export function natureOf(code: FindingCode): Nature {
  return findingKinds[code].nature ?? "cause";
}

/** Whether it is what is to be mended. */
export function isCause({ nature }: Finding): boolean {
  return nature === "cause";
}

/** Causes first, then what follows from them, what is not known, and what does no harm yet; otherwise as they are. */
export function byNature(findings: Finding[]): Finding[] {
  return [...findings].sort((one, other) => natures.indexOf(one.nature) - natures.indexOf(other.nature));
}
