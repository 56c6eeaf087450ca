/** What a check of a whole topology finds, beside what a trace of its witnesses does. Part of `findingKinds`. */
export const checkFindingKinds = {
  SUBNET_BYPASSES_INSPECTION: {
    meaning:
      "A subnet sends some of its traffic through a GWLB endpoint, but reaches a destination past it to which its neighbours, subnets that " +
      "send to the same destinations, go through one.",
    expected: "a route through a GWLB endpoint, as the neighbours have it",
    remedy:
      "give the subnet's route table the route that its neighbours have, to the endpoint of its own AZ, and the destination's one back",
  },
  SUBNET_NOT_INSPECTED: {
    nature: "risk",
    meaning:
      "A subnet that sends nothing through a GWLB endpoint reaches past it what other subnets of its VPC reach through one only. It may be " +
      "meant so, as for a bastion.",
    expected: "a route through a GWLB endpoint in every subnet that reaches what is inspected",
    remedy:
      "give its route table the routes of the other subnets, or let security groups and network ACLs keep it away",
  },
  ONE_WAY_ROUTES: {
    meaning:
      "One direction of a flow goes through a GWLB endpoint, the other past it: an appliance that keeps state drops it.",
    expected: "both directions through one endpoint",
    remedy:
      "give the named route table a route for the other side's whole CIDR to the endpoint that the other direction goes through",
  },
  ENDPOINT_IN_OTHER_AZ: {
    nature: "risk",
    meaning:
      "A subnet's traffic goes through a GWLB endpoint that is neither in its own AZ nor in its destination's: it is paid for as traffic " +
      "between AZs, and when that AZ fails, this one fails with it.",
    expected: "the endpoint of the subnet's own AZ, or of the destination's",
    remedy: "let the route lead to the endpoint of the subnet's AZ, both ways; make one where there is none",
  },
  TARGETS_IN_OTHER_AZ_ONLY: {
    nature: "risk",
    meaning:
      "Behind an endpoint's AZ all targets are in other AZs, which cross-zone load balancing reaches: it is paid for as traffic between AZs, " +
      "and this AZ fails with the others.",
    expected: "a target in each AZ of an endpoint",
    remedy: "register a target in this AZ",
  },
  TARGET_NEVER_CHOSEN: {
    nature: "risk",
    meaning:
      "A target is in an AZ in which no endpoint is, of those that were read, and cross-zone load balancing is off: it gets no flow.",
    expected: "targets in the AZs of endpoints, or cross-zone load balancing",
    remedy: "make an endpoint in this AZ, switch cross-zone load balancing on, or register the target elsewhere",
  },
  ENDPOINT_WITHOUT_ROUTE: {
    nature: "risk",
    meaning:
      "No route of a route table that is in use leads to a GWLB endpoint: it costs by the hour and inspects nothing.",
    expected: "a route to each GWLB endpoint",
    remedy: "give the route tables of the subnets in its AZ the routes through it, or delete it",
  },
  PRINCIPAL_NOT_USED: {
    nature: "risk",
    meaning: "A service allows another account that has no endpoint of it in this Region.",
    expected: "an endpoint in each account that the service allows",
    remedy: "take the account out of the service's allowed principals, or make its endpoint",
  },
  SECURITY_GROUP_ALLOWS_BYPASS: {
    nature: "risk",
    meaning:
      "A security group lets traffic in that comes past the GWLB, from a subnet that is not inspected though others are: the routes do not " +
      "keep it away, nor does the group.",
    expected: "rules that let in only what was inspected: CIDRs of inspected subnets",
    remedy: "narrow the rule to the inspected subnets' CIDRs, or lead the other subnet's traffic through the endpoint",
  },
} as const;
