/** What a trace finds on its way through transit gateways, and back to spokes from a NAT gateway behind one; `aws` as in {@link traceFindingKinds}. */
export const transitGatewayFindingKinds = {
  BAD_STATE_ATTACHMENT: {
    aws: true,
    meaning: "A transit gateway's attachment is not in a functional state, as one that waits to be accepted.",
    expected: "an attachment that is `available`",
    remedy:
      "accept the attachment in the account of the transit gateway; make one that was rejected, deleted or has failed again",
  },
  TGW_ROUTE_AZ_RESTRICTION: {
    aws: true,
    meaning:
      "The packet is routed to a transit gateway from an AZ in which the VPC's attachment has no subnet: it does not get there.",
    expected: "a subnet of the attachment in each AZ that sends packets to the transit gateway",
    remedy: "add a subnet of this AZ to the attachment",
  },
  TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION: {
    aws: true,
    meaning: "The attachment that the packet came in by is associated with no route table of the transit gateway.",
    expected: "an association with the route table that is meant for this VPC",
    remedy: "associate the attachment with a route table of the transit gateway",
  },
  TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT: {
    aws: true,
    meaning: "The transit gateway's route table has no route for the packet's destination.",
    expected: "a propagated or static route for the destination",
    remedy:
      "let the destination's attachment propagate into this route table, or give it a static route; check that the attachment is " +
      "associated with the right one",
  },
  TGW_RTB_BAD_STATE_ROUTE: {
    aws: true,
    meaning: "The transit gateway's route that applies is a blackhole: it was made as one, or its attachment is gone.",
    expected: "a route to an attachment",
    remedy: "delete the blackhole, or make the attachment and the route again",
  },
  TGW_RTB_ROUTES_ARE_UNKNOWN: {
    aws: true,
    nature: "unknown",
    meaning: "The path leads to a transit gateway whose route tables, or routes, are not known.",
    expected: "the route tables of the transit gateway, which only its own account is told",
    remedy: "give the states, or the credentials, of the account that owns the transit gateway, too",
  },
  VPC_CIDRS_OVERLAP: {
    meaning:
      "VPCs that are attached to one transit gateway have CIDRs that overlap. AWS propagates the routes of the one that was attached first " +
      "only: packets for the other one are led there too, and a host there that has the same address answers in its place.",
    expected: "CIDRs that do not overlap",
    remedy: "give one of the VPCs another CIDR, or detach it",
  },
  SG_REFERENCING_SUPPORT: {
    aws: true,
    meaning:
      "The only rule that would match names a security group of another VPC, and transit gateway or attachment do not support that.",
    expected:
      "security group referencing switched on for the transit gateway and both attachments, or a rule that names a CIDR",
    remedy: "name the peer's CIDR in the rule in place of its security group",
  },
  APPLIANCE_MODE_OFF: {
    meaning:
      "The transit gateway takes requests and replies into different AZs of the VPC with the endpoints, since its attachment has no appliance " +
      "mode. So they cross different endpoints and may get different targets: an appliance that keeps state drops them.",
    expected: "appliance mode on the attachment of the VPC with the endpoints",
    remedy: "switch appliance mode on (ApplianceModeSupport) on that VPC's attachment, and on no other",
  },
  NAT_WITHOUT_WAY_BACK: {
    meaning:
      "What answers through the NAT gateway is not led on to those who asked: its subnet has no route to them, or the one to the internet " +
      "gateway applies, which takes nothing for private addresses.",
    expected: "a route for the askers' CIDR to the GWLB endpoint of the AZ in the NAT gateway's subnet",
    remedy:
      "add a route for the askers' CIDR to the GWLB endpoint of its AZ to the route table of the NAT gateway's subnet",
  },
} as const;
