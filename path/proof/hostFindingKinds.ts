import { genevePort } from "../net/geneve";

/** What mends a target that differs from what it was set up as. */
const setUpAgain =
  "`up` of the security stack, which sets a changed target up again; or run hosts/hairpin.sh on the target";

/** What a target says of itself, and what only its packets can tell: findings of path/proof/hostEvidence.ts and verification/explanation.ts. */
export const hostFindingKinds = {
  NO_WAY_BACK_TO_GATEWAY: {
    meaning:
      "A target's routes do not lead back to a GWLB address, or by another interface than the one with the target's address: " +
      "neither packets nor answers to health checks arrive there.",
    expected: "a route to every GWLB address by the interface with the target's address, from that address",
    remedy:
      "give the target such a route (`ip route get ADDRESS` shows the one that it has), for the subnets of the GWLB, keep it " +
      `over a reboot, and forget flows that began without (\`conntrack -D -p udp --orig-port-dst ${genevePort}\`)`,
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
    remedy: setUpAgain,
    onAppliance:
      "none is needed where the appliance forwards by itself; else switch it on by the appliance's own means",
  },
  HAIRPIN_RULE_MISSING: {
    meaning:
      "A target lacks one of the two iptables rules for a GWLB address; what that address sends is not sent back.",
    expected: "a DNAT and a MASQUERADE rule for every GWLB address",
    remedy: `${setUpAgain} with every GWLB address, which replaces all of its rules`,
  },
  HAIRPIN_RULE_OVERRIDDEN: {
    meaning: "A rule that stands before a hairpin rule takes the GWLB's packets, so that new flows are not sent back.",
    expected: `the hairpin rules first of all that take UDP ${genevePort} from the GWLB`,
    remedy: `find out who made that rule and why; remove it, or let it leave out UDP port ${genevePort}`,
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
  KEPT_BY_OLD_STATE: {
    meaning:
      "A target has what packets need, but its kernel's connection tracking goes on with flows as they began when it had not: they are not " +
      "sent back as long as something keeps them alive, while new ones are.",
    expected: "GENEVE flows that were begun with the hairpin rules and a way back",
    remedy: `forget these flows: \`conntrack -D -p udp --orig-port-dst ${genevePort}\` on the target (new ones begin at once)`,
  },
  HAIRPIN_RULE_MISMATCH: {
    meaning:
      "A target has a rule for a GWLB address, but for another interface or another address than its own, or for some of its packets " +
      "alone (ports, chance, a mark): the others are not sent back.",
    expected: "rules for the interface that has the target's address, and for that address, without a further match",
    remedy: `${setUpAgain}: it takes the interface that has the target's address (ens5, enX0, …, not eth0)`,
  },
  OTHER_RULES_IN_FORCE: {
    meaning: "A target has firewall rules beside the hairpin's, which may drop or change what passes.",
    expected: "no rules but the hairpin's, and policies that accept",
    remedy:
      "find out which program sets them and disable it, then `up` of the security stack, which sets the target up again",
    onAppliance:
      "leave them if they are the appliance's own; else find out which program sets them, and whether it should",
  },
  RULES_FOR_NEW_FLOWS: {
    nature: "unknown",
    meaning:
      "A target has rules beside the hairpin's that go by whether the kernel knows a flow: what they do with packets of flows that it " +
      "knows says nothing of new ones, and no new flow was seen to cross the target.",
    expected: "no such rules, or a flow beside the pings that crossed the target",
    remedy:
      "find out which program sets these rules; or measure a pair between two VPCs, too: there flows are sent beside the pings, which are new " +
      "to the target",
  },
  CONNECTIONS_FULL: {
    meaning:
      "A target's kernel tracks as many connections as it may: it goes on with those that it knows and drops packets of new ones.",
    expected: "fewer connections (net.netfilter.nf_conntrack_count) than net.netfilter.nf_conntrack_max",
    remedy:
      "raise net.netfilter.nf_conntrack_max on the target and keep it in /etc/sysctl.d, or spread the traffic over more targets",
    onAppliance: "raise the appliance's own limit of connections, or spread the traffic over more appliances",
  },
  TRAFFIC_CONTROL: {
    meaning:
      "A target's interface has filters or a queue of Linux's traffic control (tc, eBPF programs among them) that may drop, change or delay " +
      "packets, and packets were lost there.",
    expected:
      "neither filters nor a queue of another kind than Linux takes by itself, on the interface that faces the GWLB",
    remedy:
      "find out who made them (`tc filter show dev INTERFACE ingress`, `… egress`, `tc qdisc show`) and why; let them leave out UDP port " +
      `${genevePort}, or remove them`,
  },
  HEALTH_CHECK_PORT_CLOSED: {
    meaning: "Nothing on a target listens on the port of the GWLB's health check.",
    expected: "a server on the health check's TCP port",
    remedy: setUpAgain,
    onAppliance:
      "switch the appliance's answer to health checks on, or give the target group the port that it answers on",
  },
  HEALTH_CHECK_ANSWER_WRONG: {
    meaning:
      "A target does not answer the HTTP health check's question as a healthy one does: asked on the target itself, it says the same.",
    expected: "a status of 200 to 399, within the health check's timeout",
    remedy:
      "let what listens on the port (`ss -ltnp`) answer this path, whatever the Host header says, and in time; where hosts/hairpin.sh has " +
      "set up the web server, `up` of the security stack makes the page that lacks",
    onAppliance:
      "let the appliance answer this path, or give the target group's health check a path or port that it answers",
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
    remedy: setUpAgain,
    onAppliance:
      "none is needed where the appliance forwards by itself; else switch it on by the appliance's own means",
  },
  RULES_NOT_SAVED: {
    nature: "risk",
    meaning: "Hairpin rules will be gone after the target's next boot.",
    expected: "the rules of every GWLB address in /etc/sysconfig/iptables (Debian: /etc/iptables/rules.v4)",
    remedy: setUpAgain,
  },
} as const;
