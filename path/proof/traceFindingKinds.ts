import { genevePort } from "../net/geneve";

/**
 * What a trace through the topology finds. Those with `aws` are AWS Reachability Analyzer's explanation codes, with its meaning
 * (docs.aws.amazon.com/vpc/latest/reachability/explanation-codes.html, "Path is not reachable"); the others are ours.
 */
export const traceFindingKinds = {
  NO_ROUTE_TO_DESTINATION: {
    aws: true,
    meaning: "The route table has no route for the packet's destination.",
    expected: "a route for the destination",
    remedy: "add a route for the destination, or correct the destination of the one that was meant",
  },
  BAD_STATE_ROUTE: {
    aws: true,
    meaning:
      "The route that applies leads to something that does not exist or does not work: AWS shows it as `blackhole`.",
    expected: "a route whose target exists in this VPC and is available",
    remedy: "deploy again with refresh, so that the route leads to what exists now, or delete it",
  },
  MORE_SPECIFIC_ROUTE: {
    aws: true,
    meaning: "A more specific route than `local` takes GENEVE packets between GWLB and target elsewhere.",
    expected: "the local route between the GWLB's subnets and the targets'",
    remedy: "delete that route: traffic between GWLB and targets must stay on the VPC's local route",
  },
  BAD_STATE: {
    aws: true,
    meaning: "A component is not in a functional state: an endpoint, its service or an instance.",
    expected: "an endpoint that is `available`, a service that is `Available`, an instance that is `running`",
    remedy: "find out why it is in this state; deploy again with refresh, which replaces what was deleted",
  },
  NO_POSSIBLE_DESTINATION: {
    aws: true,
    meaning: "The packet is routed into a VPC in which no known network interface has its destination's address.",
    expected: "a network interface with the destination's address",
    remedy: "check the destination's address; an instance that was replaced has another one",
  },
  UNKNOWN_RESOURCE: {
    aws: true,
    nature: "unknown",
    meaning: "The path leads on to something of which the states say nothing or too little.",
    expected: "the states of every stack on the path",
    remedy: "give the states of the other stacks, too; what no stack made cannot be traced",
  },
  ENI_SG_RULES_MISMATCH: {
    aws: true,
    meaning: "No rule of the network interface's security groups lets the packet through.",
    expected: "a security group rule for this protocol, port and peer",
    remedy:
      `add a rule; a target needs UDP ${genevePort} in from and out to the GWLB's subnets (its replies keep their ports, so to a security ` +
      "group they are no answers)",
  },
  SG_HAS_NO_RULES: {
    aws: true,
    meaning: "The network interface's security groups have no rules in this direction at all.",
    expected: "at least one rule",
    remedy: "add the rules that the instance needs",
  },
  SG_REFERENCES_NOT_PRESERVED: {
    aws: true,
    meaning:
      "The only rule that would match names a security group, and that reference is lost on the way through a GWLB endpoint.",
    expected: "a rule that names a CIDR",
    remedy: "name the peer's CIDR in the rule in place of its security group",
  },
  ENI_SOURCE_DEST_CHECK_RESTRICTION: {
    aws: true,
    meaning: "A route leads to a network interface that takes only packets for its own address.",
    expected: "source/destination check switched off on an instance that forwards",
    remedy: "switch source/destination check off on this instance, or route round it",
  },
  SUBNET_ACL_RESTRICTION: {
    aws: true,
    meaning: "A subnet's network ACL denies the packet. Network ACLs keep no state: replies need rules of their own.",
    expected: "an allow entry before any deny entry, for request and reply",
    remedy:
      `allow the packet in the subnet's network ACL; subnets of GWLB and targets need UDP ${genevePort} in and out, and replies to clients ` +
      "the ephemeral ports",
  },
  IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS: {
    aws: true,
    meaning: "The packet is routed to an internet gateway but its source has no public address.",
    expected: "a source with a public address",
    remedy: "correct the route if the destination was meant to be inside; else give the source a public address",
  },
  IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS: {
    aws: true,
    meaning: "A packet for a private address is routed to an internet gateway, which rejects it.",
    expected: "a public destination",
    remedy: "correct the route for this destination: private addresses are not reached through the internet",
  },
  IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS: {
    aws: true,
    meaning: "A packet from the internet is for something that has no public address in this VPC.",
    expected: "a destination with a public address in a VPC with an internet gateway",
    remedy: "give the destination a public address, and its VPC an internet gateway",
  },
  INGRESS_RTB_TRAFFIC_REDIRECTION: {
    aws: true,
    meaning:
      "The internet gateway's route table sends what comes in for this subnet to an endpoint, but the subnet sends straight to " +
      "the gateway, which AWS does not allow.",
    expected: "the subnet's way out through the same GWLB endpoint as its way in",
    remedy:
      "send the subnet's 0.0.0.0/0 to the GWLB endpoint, and the endpoint subnet's 0.0.0.0/0 to the internet gateway; or take the " +
      "subnet's route out of the gateway's route table",
  },
  INGRESS_BYPASSES_ENDPOINT: {
    meaning: "What comes from the internet goes to the instance past every GWLB endpoint.",
    expected: "a route for the instance's subnet to a GWLB endpoint in the internet gateway's route table",
    remedy:
      "associate a route table with the internet gateway (edge association) and give it a route for the subnet's whole CIDR to the " +
      "GWLB endpoint of the subnet's AZ",
  },
  EGRESS_BYPASSES_ENDPOINT: {
    meaning: "What goes to the internet leaves the VPC past every GWLB endpoint.",
    expected: "a route of the instance's subnet to a GWLB endpoint for what goes to the internet",
    remedy:
      "send the subnet's 0.0.0.0/0 to the GWLB endpoint of its AZ, and the endpoint subnet's 0.0.0.0/0 to the internet gateway",
  },
  IPV6_NOT_INSPECTED: {
    nature: "risk",
    meaning:
      "The subnets of both ends have IPv6, which goes past every GWLB endpoint, or goes where nobody tells: the verdict is of IPv4 alone.",
    expected: "IPv6 through GWLB endpoints of the type dualstack, both ways, as IPv4; or no IPv6 in these subnets",
    remedy:
      "give the route tables the routes for IPv6 that they have for IPv4, to endpoints of the type dualstack; or take IPv6 from the subnets, " +
      "or let security groups and network ACLs keep it away",
  },
  VPCE_SERVICE_NOT_INSTALLED_IN_AZ: {
    aws: true,
    meaning: "The endpoint's AZ is none of the Gateway Load Balancer's.",
    expected: "endpoint and GWLB in the same AZ, compared by AZ ID",
    remedy:
      "give the GWLB a subnet in this AZ or the endpoint a subnet in one of the GWLB's; AZ names differ between accounts",
  },
  ELBV2_LISTENERS_MISMATCH: {
    aws: true,
    meaning: "The Gateway Load Balancer has no listener that forwards.",
    expected: "a listener that forwards to the GENEVE target group",
    remedy: "add a listener (without protocol and port) that forwards to the target group",
  },
  ELBV2_LISTENER_HAS_NO_TG: {
    aws: true,
    meaning: "The target group that the listener forwards to has no targets.",
    expected: "at least one registered target",
    remedy: "register a target in the target group",
  },
  GWLB_DESTINATION_PORT_RESTRICTION: {
    aws: true,
    meaning: "The target group's port is not GENEVE's.",
    expected: `protocol GENEVE and port ${genevePort}`,
    remedy: `make the target group with protocol GENEVE and port ${genevePort}`,
  },
  // Ours.
  ENDPOINT_PENDING_ACCEPTANCE: {
    meaning: "The endpoint waits until its service's owner accepts it; until then routes to it fail.",
    expected: "an endpoint that is `available`",
    remedy:
      "accept the connection in the security account, or switch the service's acceptance off and make the endpoint again",
  },
  ENDPOINT_REJECTED: {
    meaning: "The endpoint's service has rejected it, which its owner may also do after it was accepted.",
    expected: "an endpoint that is `available`",
    remedy:
      "ask the service's owner why; accept the connection in the security account, then deploy again with refresh",
  },
  ENDPOINT_PRINCIPAL_NOT_ALLOWED: {
    nature: "risk",
    meaning:
      "The service does not allow the endpoint's account. An endpoint that exists goes on; a new one cannot be made.",
    expected: "`arn:aws:iam::ACCOUNT:root` of the endpoint's account among the service's allowed principals",
    remedy: "add the account to consumerAccountIds of the security stack and deploy it",
  },
  HEALTH_CHECK_BLOCKED: {
    meaning: "The GWLB's health checks cannot reach the target, which therefore becomes unhealthy.",
    expected: "security group and network ACLs that let the health check's TCP port in from the GWLB's addresses",
    remedy: "let the health check's TCP port into the target from the GWLB's subnets",
  },
  ALL_TARGETS_UNHEALTHY: {
    nature: "risk",
    meaning: "Every target that the GWLB could choose is unhealthy. It goes on forwarding to all of them.",
    expected: "at least one healthy target in the AZ, or in any AZ with cross-zone load balancing",
    remedy: "mend the targets' health check: what answers on its port, and what lets it in",
  },
  TARGET_SETUP_UNKNOWN: {
    nature: "unknown",
    meaning: "What the target does with the GWLB's packets is not known: no set-up of it was reported.",
    expected: "the report of hosts/hairpin.sh in the states",
    remedy: "measure the path with `verify`; what an appliance that this program did not set up does cannot be traced",
  },
  FORWARDING_LOOP: {
    meaning:
      "The packet comes back to an endpoint, or by a transit gateway to a VPC, that it came out of, again and again.",
    expected: "a route table of the endpoint's subnet that leads on to the destination",
    remedy:
      "give the route table of the endpoint's subnet only the local route, and what leads out of the VPC; with a transit gateway check " +
      "which of its route tables each attachment is associated with",
  },
  INSPECTED_MORE_THAN_ONCE: {
    meaning: "On its way out of one endpoint the packet is led into another one, so that it is inspected again.",
    expected: "one endpoint on each way",
    remedy: "give the route tables of the endpoints' subnets only the local route, and what leads out of the VPC",
  },
  RETURN_THROUGH_OTHER_ENDPOINT: {
    meaning:
      "Replies go through another endpoint than requests, so to the GWLB they are another flow, which may get another target: an " +
      "appliance that keeps state drops them.",
    expected: "both directions through the endpoint of the source's AZ",
    remedy:
      "let the destination subnet's route for the source subnet lead to the endpoint that the source's route leads to; where a " +
      "transit gateway leads to the endpoints, switch appliance mode on for the attachment of their VPC",
  },
} as const;
