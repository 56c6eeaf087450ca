/** Why the gateway drops a packet: the names that its counters use, as docs/lab.md lists them. */
export const dropReasons = {
  "over-8500-bytes": "the inner packet is larger than GWLB's 8500 bytes, on its way to a target or back",
  "malformed-packet":
    "the inner packet has no valid IP header or, on its way back, not the IP version of its GENEVE header",
  "link-scope": "multicast, broadcast or link-local: never leaves its link",
  "no-eni-in-az": "the GWLB has no network interface in the endpoint's AZ",
  "no-target": "no target is registered in the AZ, or with cross-zone in any, or there is no listener",
  "flow-table-full": "a new flow while the gateway knows 100,000",
  impaired: "by `lab impair`: by chance, or since more than 1000 packets were being held",
  "send-failed": "the kernel did not take the datagram for the target, as when there is no route to it",
  "malformed-geneve": "what came back is no GENEVE with 32 bytes of options",
  canary:
    "a measurement's own datagram, by which a target shows that its capture sees anything: it is meant to end here",
  "unknown-cookie": "what came back has a flow cookie that no living flow has",
  "header-changed": "what came back has a GENEVE header other than the flow's",
  "source-port-changed": "what came back has a UDP source port other than the flow's",
  "wrong-gateway-address": "what came back was sent to another AZ's GWLB address than it came from",
  "not-from-a-target": "what came back is from an address that is no target's",
  "endpoint-down": "the endpoint's device is not up yet, or gone",
} as const;

export type DropReason = keyof typeof dropReasons;
