import type { FindingCode, Verdict } from "../../path/proof";

/** What a fault does to the packets of a pair, by which the verdict on several faults at once follows (expectedVerdict.ts). */
export interface Effect {
  /** Directions whose packets go round the targets. */
  around?: ("requests" | "replies")[];
  /** Where packets end: all that the source sends, what goes into the gateway, at the target, behind it, or what comes to the destination. */
  stops?: "source" | "gateway" | "target" | "behind" | "destination";
  /** Replies go through another endpoint than requests. */
  otherEndpoint?: true;
  /** Nobody can see what passes. */
  blind?: true;
}

/** What a fault of `lab break` must lead to, as docs/faults.md has it. */
export interface FaultCase {
  fault: string;
  verdict: Verdict;
  /**
   * Once connection tracking has forgotten what crossed the targets before; `verdict` is then the one at once, of pings that old state
   * carries and flows that it does not know. @default the same
   */
  later?: Verdict;
  /**
   * Old flows must be forgotten before it is measured: a GWLB goes on sending them to a target that is being deregistered, the lab's also
   * when its listener is gone; and whether a target knows a flow depends on which one the GWLB's hash chooses now.
   */
  forgotten?: true;
  /** Nothing is wrong until health checks have failed often enough, which takes two seconds and more. */
  noticedLater?: true;
  /** AZ ID of the sources whose pairs the fault concerns; the others are inspected. @default all */
  azId?: string;
  /** No stack tells of it: it is the first finding by what AWS tells (`--live`). */
  onlyLive?: true;
  /** It concerns the pairs between AZs only. */
  betweenZones?: true;
  /** Pairs to the internet alone are concerned. */
  egress?: true;
  /** First finding of the pairs that it concerns; absent where there is nothing to find. */
  first?: FindingCode;
  /** Of the first finding's place, where its code alone does not tell the fault. */
  at?: RegExp;
  /** Further codes of causes that are true of it. */
  also?: FindingCode[];
  /** Absent: it changes more than packets' ways, and is not made beside another. */
  effect?: Effect;
}

const changed = "CHANGED_OUTSIDE_PULUMI";

/** Faults of the path itself. Those that keep packages away: operatingSystems.test.ts. */
export const faultCases: FaultCase[] = [
  {
    fault: "routes-removed",
    verdict: "bypassed",
    first: changed,
    at: /^Route \S*(source|destination)/,
    effect: { around: ["requests", "replies"] },
  },
  {
    fault: "source-route-removed",
    verdict: "one-way",
    first: changed,
    at: /^Route \S*source/,
    effect: { around: ["requests"] },
  },
  {
    fault: "destination-route-removed",
    verdict: "one-way",
    first: changed,
    at: /^Route \S*destination/,
    effect: { around: ["replies"] },
  },
  {
    fault: "source-subnet-unassociated",
    verdict: "one-way",
    first: changed,
    at: /^RouteTableAssociation /,
    effect: { around: ["requests"] },
  },
  { fault: "ipv6-round-the-gateway", verdict: "inspected", first: "IPV6_NOT_INSPECTED" },
  {
    fault: "reply-through-other-endpoint",
    verdict: "asymmetric",
    first: changed,
    at: /^Route \S*destination/,
    effect: { otherEndpoint: true },
  },
  { fault: "endpoint-subnet-loops", verdict: "inconclusive", first: "FORWARDING_LOOP" },
  {
    fault: "geneve-not-allowed",
    verdict: "lost-before-target",
    first: changed,
    at: /IngressRule \S*target\S*6081/,
    effect: { stops: "gateway" },
  },
  {
    fault: "geneve-reply-not-allowed",
    verdict: "lost-after-target",
    first: changed,
    at: /EgressRule \S*target\S*6081/,
    effect: { stops: "behind" },
  },
  {
    fault: "health-check-not-allowed",
    noticedLater: true,
    verdict: "inspected",
    first: changed,
    at: /IngressRule \S*target\S*-tcp-80-/,
    effect: {},
  },
  {
    fault: "ping-not-allowed-out",
    verdict: "lost-before-target",
    first: changed,
    at: /EgressRule \S*source/,
    effect: { stops: "source" },
  },
  {
    fault: "ping-not-allowed-in",
    verdict: "lost-after-target",
    first: changed,
    at: /IngressRule \S*destination/,
    effect: { stops: "destination" },
  },
  {
    fault: "network-acl-denies",
    verdict: "lost-before-target",
    first: "NOT_SEEN_AT_ANY_TARGET",
    effect: { stops: "source" },
  },
  {
    fault: "endpoint-rejected",
    verdict: "lost-before-target",
    first: "ENDPOINT_REJECTED",
    effect: { stops: "gateway" },
  },
  { fault: "acceptance-required", verdict: "inspected", also: [changed], effect: {} },
  {
    fault: "target-deregistered",
    forgotten: true,
    verdict: "lost-before-target",
    azId: "apne1-az1",
    first: changed,
    at: /^TargetGroupAttachment /,
    effect: { stops: "gateway" },
  },
  {
    fault: "health-check-port-wrong",
    verdict: "inspected",
    first: changed,
    at: /^TargetGroup /,
    also: ["HEALTH_CHECK_PORT_CLOSED"],
    effect: {},
  },
  {
    fault: "listener-deleted",
    forgotten: true,
    verdict: "lost-before-target",
    first: changed,
    at: /^Listener /,
    effect: { stops: "gateway" },
  },
  {
    fault: "gateway-address-replaced",
    verdict: "lost-at-target",
    first: "UNKNOWN_GATEWAY_ADDRESS",
    also: ["HAIRPIN_RULE_MISSING"],
    effect: { stops: "target" },
  },
  {
    fault: "hairpin-flushed",
    verdict: "lost-at-target",
    first: "HAIRPIN_RULE_MISSING",
    effect: { stops: "target" },
  },
  {
    fault: "one-rule-deleted",
    azId: "apne1-az4",
    verdict: "partial",
    later: "lost-at-target",
    first: "HAIRPIN_RULE_MISSING",
    effect: { stops: "target" },
  },
  {
    fault: "rule-before-hairpin",
    verdict: "partial",
    later: "lost-at-target",
    first: "HAIRPIN_RULE_OVERRIDDEN",
    effect: { stops: "target" },
  },
  {
    fault: "one-zone-rules",
    forgotten: true,
    azId: "apne1-az1",
    also: [changed],
    verdict: "lost-at-target",
    first: "HAIRPIN_RULE_MISSING",
  },
  {
    fault: "hairpin-on-other-interface",
    verdict: "partial",
    later: "lost-at-target",
    first: "HAIRPIN_RULE_MISMATCH",
    effect: { stops: "target" },
  },
  { fault: "hairpin-not-saved", verdict: "lost-at-target", first: "HAIRPIN_RULE_MISSING" },
  {
    fault: "forwarding-off",
    verdict: "lost-at-target",
    first: "IP_FORWARDING_OFF",
    effect: { stops: "target" },
  },
  { fault: "forwarding-not-persistent", verdict: "lost-at-target", first: "IP_FORWARDING_OFF" },
  {
    fault: "no-way-back",
    verdict: "lost-at-target",
    first: "NO_WAY_BACK_TO_GATEWAY",
    effect: { stops: "target" },
  },
  { fault: "second-interface", verdict: "inspected" },
  {
    fault: "policy-routing",
    verdict: "lost-at-target",
    first: "NO_WAY_BACK_TO_GATEWAY",
    effect: { stops: "target" },
  },
  {
    fault: "other-firewall",
    verdict: "lost-at-target",
    first: "OTHER_RULES_IN_FORCE",
    effect: { stops: "target" },
  },
  { fault: "target-mtu-small", verdict: "inspected", first: "INTERFACE_MTU_TOO_SMALL", effect: {} },
  { fault: "web-server-stopped", verdict: "inspected", first: "HEALTH_CHECK_PORT_CLOSED", effect: {} },
  { fault: "tcpdump-blind", verdict: "inconclusive", first: "CAPTURE_BLIND", effect: { blind: true } },
  { fault: "tcpdump-removed", verdict: "inconclusive", first: "CAPTURE_FAILED" },
];

/** Faults of the centralised design. */
export const transitFaultCases: FaultCase[] = [
  {
    fault: "appliance-mode-off",
    verdict: "asymmetric",
    first: changed,
    at: /^VpcAttachment transit$/,
    betweenZones: true,
  },
  {
    fault: "transit-propagation-withdrawn",
    verdict: "lost-after-target",
    first: changed,
    at: /^RouteTablePropagation spoke-b$/,
  },
  { fault: "transit-association-wrong", verdict: "bypassed", first: changed, at: /^RouteTableAssociation spoke-/ },
  {
    fault: "transit-route-removed",
    verdict: "lost-before-target",
    first: changed,
    at: /^Route transit-spokes-to-inspection$/,
  },
  {
    fault: "attachment-route-past-endpoint",
    verdict: "bypassed",
    first: changed,
    at: /^Route transit-attachment-/,
  },
  {
    fault: "endpoint-route-to-transit-removed",
    verdict: "lost-after-target",
    first: "NO_ROUTE_TO_DESTINATION",
    at: /^transit-endpoint-/,
  },
  {
    fault: "nat-way-back-removed",
    verdict: "lost-after-target",
    first: "NAT_WITHOUT_WAY_BACK",
    at: /^transit-nat-/,
    egress: true,
  },
  { fault: "spoke-route-removed", verdict: "lost-before-target", first: changed, at: /^Route spoke-/ },
  { fault: "transit-attachment-deleted", verdict: "lost-before-target", first: changed, at: /^VpcAttachment transit$/ },
  {
    fault: "spoke-group-referenced",
    verdict: "lost-after-target",
    first: changed,
    at: /^SecurityGroupIngressRule spoke-\S+-in-icmp-/,
  },
  { fault: "spoke-cidr-taken", verdict: "lost-after-target", first: "VPC_CIDRS_OVERLAP", onlyLive: true },
  { fault: "share-not-accepted", verdict: "inspected" },
];

/** Those between a VPC and the internet, where that is inspected; they concern the pairs with an end in the internet. */
export const internetFaultCases: FaultCase[] = [
  { fault: "ingress-route-removed", verdict: "one-way", first: "CHANGED_OUTSIDE_PULUMI" },
  { fault: "internet-routes-straight", verdict: "bypassed", first: "CHANGED_OUTSIDE_PULUMI" },
  { fault: "endpoint-way-out-removed", verdict: "lost-after-target", first: "CHANGED_OUTSIDE_PULUMI" },
];

/** Of the way to the hosts. */
export const accessFaultCases: Record<"ssm" | "ssh", FaultCase[]> = {
  ssm: [
    { fault: "ssm-policy-detached", verdict: "inconclusive", first: "CHANGED_OUTSIDE_PULUMI" },
    { fault: "ssm-not-allowed-out", verdict: "inconclusive", first: "CHANGED_OUTSIDE_PULUMI" },
    { fault: "ssm-endpoint-closed", verdict: "inconclusive", first: "CHANGED_OUTSIDE_PULUMI" },
  ],
  ssh: [
    { fault: "ssh-not-allowed", verdict: "inconclusive", first: "CHANGED_OUTSIDE_PULUMI" },
    { fault: "sshd-stopped", verdict: "inconclusive", first: "HOST_UNREACHABLE" },
  ],
};
