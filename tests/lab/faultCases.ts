import type { FindingCode, Verdict } from "../../path/proof";

/** What a fault of `lab break` must lead to, as docs/faults.md has it. */
export interface FaultCase {
  fault: string;
  verdict: Verdict;
  /** AZ ID of the sources whose pairs the fault concerns; the others are inspected. @default all */
  azId?: string;
  /** First finding of the pairs that it concerns; absent where there is nothing to find. */
  first?: FindingCode;
}

/** Faults of the path itself. Those that keep packages away: operatingSystems.test.ts. */
export const faultCases: FaultCase[] = [
  { fault: "routes-removed", verdict: "bypassed", first: "CHANGED_OUTSIDE_PULUMI" },
  { fault: "source-route-removed", verdict: "one-way", first: "CHANGED_OUTSIDE_PULUMI" },
  { fault: "destination-route-removed", verdict: "one-way", first: "CHANGED_OUTSIDE_PULUMI" },
  { fault: "source-subnet-unassociated", verdict: "one-way", first: "CHANGED_OUTSIDE_PULUMI" },
  { fault: "reply-through-other-endpoint", verdict: "asymmetric", first: "CHANGED_OUTSIDE_PULUMI" },
  { fault: "endpoint-subnet-loops", verdict: "inconclusive", first: "FORWARDING_LOOP" },
  { fault: "geneve-not-allowed", verdict: "lost-before-target", first: "CHANGED_OUTSIDE_PULUMI" },
  { fault: "geneve-reply-not-allowed", verdict: "lost-after-target", first: "CHANGED_OUTSIDE_PULUMI" },
  { fault: "health-check-not-allowed", verdict: "inspected", first: "CHANGED_OUTSIDE_PULUMI" },
  { fault: "ping-not-allowed-out", verdict: "lost-before-target", first: "CHANGED_OUTSIDE_PULUMI" },
  { fault: "ping-not-allowed-in", verdict: "lost-after-target", first: "CHANGED_OUTSIDE_PULUMI" },
  { fault: "network-acl-denies", verdict: "lost-before-target", first: "NOT_SEEN_AT_ANY_TARGET" },
  { fault: "endpoint-rejected", verdict: "lost-before-target", first: "ENDPOINT_REJECTED" },
  { fault: "acceptance-required", verdict: "inspected" },
  { fault: "target-deregistered", verdict: "lost-before-target", azId: "apne1-az1", first: "ELBV2_NO_TARGETS_IN_AZ" },
  { fault: "health-check-port-wrong", verdict: "inspected", first: "CHANGED_OUTSIDE_PULUMI" },
  { fault: "listener-deleted", verdict: "lost-before-target", first: "CHANGED_OUTSIDE_PULUMI" },
  { fault: "gateway-address-replaced", verdict: "lost-at-target", first: "UNKNOWN_GATEWAY_ADDRESS" },
  { fault: "hairpin-flushed", verdict: "lost-at-target", first: "HAIRPIN_RULE_MISSING" },
  { fault: "one-zone-rules", verdict: "lost-at-target", azId: "apne1-az1", first: "CHANGED_OUTSIDE_PULUMI" },
  { fault: "hairpin-on-other-interface", verdict: "lost-at-target", first: "HAIRPIN_RULE_MISSING" },
  { fault: "hairpin-not-saved", verdict: "lost-at-target", first: "HAIRPIN_RULE_MISSING" },
  { fault: "forwarding-off", verdict: "lost-at-target", first: "IP_FORWARDING_OFF" },
  { fault: "forwarding-not-persistent", verdict: "lost-at-target", first: "IP_FORWARDING_OFF" },
  { fault: "other-firewall", verdict: "lost-at-target", first: "OTHER_RULES_IN_FORCE" },
  { fault: "target-mtu-small", verdict: "inspected", first: "INTERFACE_MTU_TOO_SMALL" },
  { fault: "web-server-stopped", verdict: "inspected", first: "HEALTH_CHECK_PORT_CLOSED" },
  { fault: "tcpdump-removed", verdict: "inconclusive", first: "CAPTURE_FAILED" },
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
