import { expect } from "chai";
import { findingKinds, type FindingKind } from "../../../../path/proof/findings";
import { traceFindingKinds } from "../../../../path/proof/traceFindingKinds";
import type { ResourceState } from "../../../../path/topology";
import { deployedStates, Deployment, otherTarget, source, target } from "./deployment";
import { openSource, type Case } from "./findingCase";
import { internetCases } from "./internetCases";

const sourceTable = "system-source-apne1-az4";
const endpoint = "system-apne1-az4";
const otherEndpoint = "system-apne1-az1";
const toDestination = "system-source-apne1-az4-to-apne1-az1";
const toSource = "system-destination-apne1-az1-to-apne1-az4";
const outside = "192.0.2.1";

function toInternet(made: Deployment, destinationCidrBlock = "0.0.0.0/0"): Deployment {
  return openSource(made).route(sourceTable, destinationCidrBlock, { gatewayId: made.id("gateway", "system") });
}

/** A network ACL of one subnet that allows everything but what is given. */
function acl(made: Deployment, subnet: string, denied: { ingress?: object; egress?: object }): Deployment {
  const all = { protocol: "-1", action: "allow", cidrBlock: "0.0.0.0/0", fromPort: 0, toPort: 0, ruleNo: 200 };
  const list = (entry: object | undefined): object[] => [
    all,
    ...(entry === undefined ? [] : [{ ...all, action: "deny", ruleNo: 100, ...entry }]),
  ];
  return made.add("acl", `acl-${subnet}`, `acl-${subnet}`, {
    vpcId: made.output("subnet", subnet, "vpcId"),
    subnetIds: [made.id("subnet", subnet)],
    ingress: list(denied.ingress),
    egress: list(denied.egress),
  });
}

const bypass = (made: Deployment): Deployment => made.remove("route", toDestination).remove("route", toSource);

/** Of both ends' subnets, where the VPC has a block. */
function ipv6(made: Deployment, block: string): Deployment {
  return made
    .change("vpc", "system", { ipv6CidrBlock: "2600:1f14:aa00::/56" })
    .change("subnet", "system-source-apne1-az4", { ipv6CidrBlock: "2600:1f14:aa00:10::/64" })
    .change("subnet", "system-destination-apne1-az1", { ipv6CidrBlock: block });
}

const cases: Case[] = [
  {
    code: "IPV6_NOT_INSPECTED",
    when: "both subnets have IPv6, which the local route leads",
    fault: (made) => ipv6(made, "2600:1f14:aa00:21::/64"),
    verdict: "inspected",
    nearMiss: (made) => ipv6(made, ""),
  },
  {
    code: "NO_ROUTE_TO_DESTINATION",
    when: "no route covers an address outside of the VPC",
    fault: openSource,
    request: { destination: outside },
    verdict: "lost-before-target",
    nearMiss: (made) => toInternet(made, "192.0.2.0/31"),
    nearRequest: { destination: outside },
    nearVerdict: "lost-before-target",
  },
  {
    code: "BAD_STATE_ROUTE",
    when: "the route is a blackhole",
    fault: (made) => made.change("route", toDestination, { state: "blackhole" }),
    verdict: "lost-before-target",
    nearMiss: (made) => made.route(sourceTable, "10.2.0.0/17", { gatewayId: "igw-gone", state: "blackhole" }),
  },
  {
    code: "MORE_SPECIFIC_ROUTE",
    when: "the GWLB's subnet has a route for the target's subnet",
    fault: (made) => made.route("security-gwlb-apne1-az4", "10.1.20.0/24", { networkInterfaceId: "eni-1" }),
    verdict: "lost-before-target",
    nearMiss: (made) => made.route("security-gwlb-apne1-az4", "10.1.21.0/24", { networkInterfaceId: "eni-1" }),
  },
  {
    code: "BAD_STATE",
    when: "the endpoint has failed",
    fault: (made) => made.change("endpoint", endpoint, { state: "failed" }),
    verdict: "lost-before-target",
    nearMiss: (made) => made.change("endpoint", otherEndpoint, { state: "failed" }),
  },
  {
    code: "ENDPOINT_REJECTED",
    when: "the endpoint was rejected",
    fault: (made) => made.change("endpoint", endpoint, { state: "rejected" }),
    verdict: "lost-before-target",
    nearMiss: (made) => made.change("endpoint", otherEndpoint, { state: "rejected" }),
  },
  {
    code: "ENDPOINT_REJECTED",
    when: "the endpoint was rejected and AWS shows its routes as blackholes",
    fault: (made) =>
      made.change("endpoint", endpoint, { state: "Rejected" }).change("route", toDestination, { state: "blackhole" }),
    verdict: "lost-before-target",
    nearMiss: (made) => made.change("endpoint", otherEndpoint, { state: "rejected" }),
  },
  {
    code: "BAD_STATE",
    when: "the service is being deleted",
    fault: (made) => made.change("service", "security", { state: "Deleting" }),
    verdict: "lost-before-target",
    nearMiss: (made) => made.change("service", "security", { state: "available" }),
  },
  {
    code: "BAD_STATE",
    when: "the target is stopped",
    fault: (made) => made.change("instance", target, { instanceState: "stopped" }),
    verdict: "lost-before-target",
    nearMiss: (made) => made.change("instance", otherTarget, { instanceState: "stopped" }),
  },
  {
    code: "BAD_STATE",
    when: "the destination is stopped",
    fault: (made) => made.change("instance", "system-destination-apne1-az1", { instanceState: "stopped" }),
    verdict: "lost-after-target",
    nearMiss: (made) => made.change("instance", "system-destination-apne1-az4", { instanceState: "stopped" }),
  },
  {
    code: "BAD_STATE",
    when: "the internet gateway is attached to another VPC",
    fault: (made) => toInternet(made).change("gateway", "system", { vpcId: "vpc-other" }),
    request: { destination: outside },
    verdict: "lost-before-target",
    nearMiss: toInternet,
    nearRequest: { destination: outside },
    nearVerdict: "lost-before-target",
  },
  {
    code: "NO_POSSIBLE_DESTINATION",
    when: "nobody has the address",
    fault: () => undefined,
    request: { destination: "10.2.21.99" },
    verdict: "lost-after-target",
    nearMiss: () => undefined,
    nearRequest: { destination: "10.2.21.16" },
  },
  {
    code: "UNKNOWN_RESOURCE",
    when: "the security stack's states are not there",
    fault: (made) => (made.states = made.states.filter(({ urn }) => urn.startsWith("urn:pulumi:system:"))),
    verdict: "inconclusive",
    nearMiss: (made) => (made.states = made.states.reverse()),
  },
  {
    code: "UNKNOWN_RESOURCE",
    when: "a route leads to a NAT gateway",
    fault: (made) => openSource(made).route(sourceTable, "0.0.0.0/0", { natGatewayId: "nat-1" }),
    request: { destination: outside },
    verdict: "inconclusive",
    nearMiss: (made) => made.route(sourceTable, "0.0.0.0/0", { natGatewayId: "nat-1" }),
  },
  {
    code: "ENI_SG_RULES_MISMATCH",
    when: "the target's group does not let GENEVE in from this GWLB address",
    fault: (made) => made.remove("ingress", `${target}-in-udp-6081-10.1.10.0-24`),
    verdict: "lost-before-target",
    nearMiss: (made) => made.remove("ingress", `${target}-in-udp-6081-10.1.11.0-24`),
  },
  {
    code: "ENI_SG_RULES_MISMATCH",
    when: "the target's group does not let GENEVE out, for its reply is a flow of its own",
    fault: (made) => made.remove("egress", `${target}-out-udp-6081-10.1.10.0-24`),
    verdict: "lost-after-target",
    nearMiss: (made) => made.remove("egress", `${target}-out-udp-6081-10.1.11.0-24`),
  },
  {
    code: "ENI_SG_RULES_MISMATCH",
    when: "the destination's group does not let the source in",
    fault: (made) => made.remove("ingress", "system-destination-apne1-az1-in-icmp-10.2.10.0-24"),
    verdict: "lost-after-target",
    // Answers pass by the flow's state: no rule lets the destination's replies into the source.
    nearMiss: (made) => made.remove("ingress", "system-destination-apne1-az1-in-icmp-10.2.11.0-24"),
  },
  {
    code: "SG_HAS_NO_RULES",
    when: "the source may send nothing at all",
    fault: (made) => made.remove("egress", /^system-source-apne1-az4-out-/),
    verdict: "lost-before-target",
    nearMiss: (made) => made.remove("egress", /^system-source-apne1-az4-out-icmp-10\.2\.21/),
    nearVerdict: "lost-before-target",
  },
  {
    code: "SG_REFERENCES_NOT_PRESERVED",
    when: "the destination's rule names the source's group",
    fault: nameSourceGroup,
    verdict: "lost-after-target",
    nearMiss: (made) => bypass(nameSourceGroup(made)),
    nearVerdict: "bypassed",
  },
  {
    code: "ENI_SOURCE_DEST_CHECK_RESTRICTION",
    when: "a route leads to an instance that checks addresses",
    fault: (made) => throughBastion(made, true),
    verdict: "lost-before-target",
    nearMiss: (made) => throughBastion(made, false),
    nearVerdict: "inconclusive",
  },
  {
    code: "SUBNET_ACL_RESTRICTION",
    when: "the destination's subnet denies the request",
    fault: (made) => acl(made, "system-destination-apne1-az1", { ingress: { cidrBlock: "10.2.10.0/24" } }),
    verdict: "lost-after-target",
    nearMiss: (made) => acl(made, "system-destination-apne1-az1", { ingress: { cidrBlock: "10.2.11.0/24" } }),
  },
  {
    code: "SUBNET_ACL_RESTRICTION",
    when: "the destination's subnet denies only the reply, for network ACLs keep no state",
    fault: (made) =>
      acl(made, "system-destination-apne1-az1", { egress: { protocol: "1", icmpType: 0, icmpCode: -1 } }),
    verdict: "lost-after-target",
    nearMiss: (made) =>
      acl(made, "system-destination-apne1-az1", { egress: { protocol: "1", icmpType: 8, icmpCode: -1 } }),
  },
  {
    code: "SUBNET_ACL_RESTRICTION",
    when: "the target's subnet denies GENEVE",
    fault: (made) =>
      acl(made, "security-target-apne1-az4", { ingress: { protocol: "17", fromPort: 6081, toPort: 6081 } }),
    verdict: "lost-before-target",
    nearMiss: (made) =>
      acl(made, "security-target-apne1-az4", { ingress: { protocol: "17", fromPort: 6082, toPort: 6082 } }),
  },
  {
    code: "SUBNET_ACL_RESTRICTION",
    when: "the target's subnet denies GENEVE on its way back",
    fault: (made) =>
      acl(made, "security-target-apne1-az4", {
        egress: { protocol: "17", fromPort: 6081, toPort: 6081, cidrBlock: "10.1.10.0/24" },
      }),
    verdict: "lost-after-target",
    nearMiss: (made) =>
      acl(made, "security-target-apne1-az4", {
        egress: { protocol: "17", fromPort: 6081, toPort: 6081, cidrBlock: "10.1.11.0/24" },
      }),
  },
  {
    code: "SUBNET_ACL_RESTRICTION",
    when: "the source's subnet denies what goes to the internet",
    fault: (made) => acl(toInternet(made), sourceTable, { egress: { cidrBlock: "192.0.2.0/24" } }),
    request: { destination: outside },
    verdict: "lost-before-target",
    nearMiss: (made) => acl(toInternet(made), sourceTable, { egress: { cidrBlock: "192.0.3.0/24" } }),
    nearRequest: { destination: outside },
    nearVerdict: "lost-before-target",
  },
  {
    code: "MORE_SPECIFIC_ROUTE",
    when: "the target's subnet has a route for the GWLB's subnet",
    fault: (made) => made.route(target, "10.1.10.0/24", { networkInterfaceId: "eni-1" }),
    verdict: "lost-after-target",
    nearMiss: (made) => made.route(target, "10.1.11.0/24", { networkInterfaceId: "eni-1" }),
  },
  {
    code: "SUBNET_ACL_RESTRICTION",
    when: "a deny entry comes before the allow entry",
    fault: (made) => acl(made, "system-endpoint-apne1-az4", { egress: { ruleNo: 199 } }),
    verdict: "lost-after-target",
    nearMiss: (made) => acl(made, "system-endpoint-apne1-az4", { egress: { ruleNo: 201 } }),
  },
  {
    code: "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS",
    when: "the source has no public address",
    fault: toInternet,
    request: { destination: outside },
    verdict: "lost-before-target",
    nearMiss: (made) => toInternet(made).change("instance", source, { publicIp: "198.51.100.7" }),
    nearRequest: { destination: outside },
    nearVerdict: "bypassed",
  },
  ...internetCases,
  {
    code: "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS",
    when: "a private address is routed to the internet gateway",
    fault: toInternet,
    request: { destination: "172.16.0.1" },
    verdict: "lost-before-target",
    nearMiss: toInternet,
    nearRequest: { destination: "172.32.0.1" },
    nearVerdict: "lost-before-target",
  },
  {
    code: "VPCE_SERVICE_NOT_INSTALLED_IN_AZ",
    when: "the GWLB is not in the endpoint's AZ",
    fault: (made) =>
      made.change("loadBalancer", "security", { subnets: [made.id("subnet", "security-gwlb-apne1-az1")] }),
    verdict: "lost-before-target",
    nearMiss: (made) =>
      made.change("loadBalancer", "security", { subnets: [made.id("subnet", "security-gwlb-apne1-az4")] }),
  },
  {
    code: "ELBV2_LISTENERS_MISMATCH",
    when: "there is no listener",
    fault: (made) => made.remove("listener", "security"),
    verdict: "lost-before-target",
    nearMiss: (made) => made.add("listener", "second", "listener-2", { loadBalancerArn: "other", defaultActions: [] }),
  },
  {
    code: "ELBV2_LISTENER_HAS_NO_TG",
    when: "no target is registered",
    fault: (made) => made.remove("attachment", /./),
    verdict: "lost-before-target",
    nearMiss: (made) => made.remove("attachment", otherTarget),
  },
  {
    code: "ELBV2_NO_TARGETS_IN_AZ",
    when: "the only target is in another AZ",
    fault: (made) => made.remove("attachment", target),
    verdict: "lost-before-target",
    nearMiss: (made) =>
      made.remove("attachment", target).change("loadBalancer", "security", { enableCrossZoneLoadBalancing: true }),
  },
  {
    code: "GWLB_DESTINATION_PORT_RESTRICTION",
    when: "the target group has another port",
    fault: (made) => made.change("targetGroup", "security", { port: 6082 }),
    verdict: "lost-before-target",
    nearMiss: (made) => made.change("targetGroup", "security", { port: "6081" }),
  },
  {
    code: "ENDPOINT_PENDING_ACCEPTANCE",
    when: "nobody has accepted the endpoint",
    fault: (made) => made.change("endpoint", endpoint, { state: "pendingAcceptance" }),
    verdict: "lost-before-target",
    nearMiss: (made) =>
      made.change("endpoint", endpoint, { state: "pendingAcceptance" }).add("accepter", "accepter", "accepter", {
        vpcEndpointId: made.id("endpoint", endpoint),
        vpcEndpointState: "available",
      }),
  },
  {
    code: "ENDPOINT_PRINCIPAL_NOT_ALLOWED",
    when: "the consumer's account is no principal any more, which stops nothing",
    fault: (made) => allowed(made, ["arn:aws:iam::111111111111:root"]),
    verdict: "inspected",
    nearMiss: (made) => allowed(made, ["*"]),
  },
  {
    code: "HEALTH_CHECK_BLOCKED",
    when: "the target's group does not let health checks in",
    fault: (made) => made.remove("ingress", `${target}-in-tcp-80-10.1.10.0-24`),
    // With all targets unhealthy the GWLB goes on.
    verdict: "inspected",
    nearMiss: (made) => made.remove("ingress", `${target}-in-tcp-80-10.1.11.0-24`),
  },
  {
    code: "HEALTH_CHECK_BLOCKED",
    when: "the target's subnet does not let the health checks' answers out",
    fault: (made) =>
      acl(made, "security-target-apne1-az4", { egress: { protocol: "6", fromPort: 1024, toPort: 65535 } }),
    verdict: "inspected",
    nearMiss: (made) =>
      acl(made, "security-target-apne1-az4", { egress: { protocol: "6", fromPort: 1, toPort: 1023 } }),
  },
  {
    code: "ALL_TARGETS_UNHEALTHY",
    when: "the AZ's only target is unhealthy",
    fault: (made) => made.health(target, "unhealthy"),
    verdict: "inspected",
    nearMiss: (made) => made.health(otherTarget, "unhealthy"),
  },
  {
    code: "TARGET_UNHEALTHY",
    when: "one of two targets in reach is unhealthy",
    fault: (made) =>
      made.health(target, "unhealthy").change("loadBalancer", "security", { enableCrossZoneLoadBalancing: true }),
    verdict: "inspected",
    nearMiss: (made) =>
      made.health(target, "healthy").change("loadBalancer", "security", { enableCrossZoneLoadBalancing: true }),
  },
  {
    code: "IP_FORWARDING_OFF",
    when: "the target says so",
    fault: (made) => made.report(target, { ipForward: false }),
    verdict: "lost-at-target",
    nearMiss: (made) => made.report(otherTarget, { ipForward: false }),
  },
  {
    code: "HAIRPIN_RULE_MISSING",
    when: "the target has rules for the other AZ's address only",
    fault: (made) => made.report(target, { gateways: ["10.1.11.16"] }),
    verdict: "lost-at-target",
    nearMiss: (made) => made.report(target, { gateways: ["10.1.10.16"] }),
  },
  {
    code: "TARGET_SETUP_UNKNOWN",
    when: "nothing of this program set the target up",
    fault: (made) => made.remove("hairpin", `${target}-hairpin`),
    verdict: "inconclusive",
    nearMiss: (made) => made.remove("hairpin", `${otherTarget}-hairpin`),
  },
  {
    code: "FORWARDING_LOOP",
    when: "the endpoint's subnet sends packets into the endpoint again",
    fault: (made) =>
      made.route("system-endpoint-apne1-az4", "10.2.21.0/24", { vpcEndpointId: made.id("endpoint", endpoint) }),
    // As of a measurement: the targets see more packets than were sent.
    verdict: "inconclusive",
    nearMiss: (made) =>
      made.route("system-endpoint-apne1-az4", "10.2.20.0/24", { vpcEndpointId: made.id("endpoint", endpoint) }),
  },
  {
    code: "INSPECTED_MORE_THAN_ONCE",
    when: "the endpoint's subnet sends packets into the other endpoint",
    fault: (made) =>
      made.route("system-endpoint-apne1-az4", "10.2.21.0/24", { vpcEndpointId: made.id("endpoint", otherEndpoint) }),
    verdict: "inconclusive",
    nearMiss: (made) =>
      made.route("system-endpoint-apne1-az4", "10.2.20.0/24", { vpcEndpointId: made.id("endpoint", otherEndpoint) }),
  },
  {
    code: "RETURN_THROUGH_OTHER_ENDPOINT",
    when: "the destination's route leads to the endpoint of its own AZ",
    fault: (made) => made.change("route", toSource, { vpcEndpointId: made.id("endpoint", otherEndpoint) }),
    verdict: "asymmetric",
    nearMiss: (made) =>
      made.change("route", "system-destination-apne1-az4-to-apne1-az4", {
        vpcEndpointId: made.id("endpoint", otherEndpoint),
      }),
  },
  {
    code: "FORWARD_PATH_BYPASSES_ENDPOINT",
    when: "the source's route is missing",
    fault: (made) => made.remove("route", toDestination),
    verdict: "one-way",
    nearMiss: (made) => made.remove("route", toSource),
    nearVerdict: "one-way",
  },
  {
    code: "RETURN_PATH_BYPASSES_ENDPOINT",
    when: "the destination's route is missing",
    fault: (made) => made.remove("route", toSource),
    verdict: "one-way",
    nearMiss: (made) => made.remove("route", toDestination),
    nearVerdict: "one-way",
  },
];

function nameSourceGroup(made: Deployment): Deployment {
  const name = "system-destination-apne1-az1-in-icmp-10.2.10.0-24";
  return made.change("ingress", name, { cidrIpv4: "", referencedSecurityGroupId: made.id("group", source) });
}

function throughBastion(made: Deployment, sourceDestCheck: boolean): Deployment {
  const networkInterfaceId = String(made.output("instance", "system-bastion", "primaryNetworkInterfaceId"));
  return made
    .change("instance", "system-bastion", { sourceDestCheck })
    .change("route", toDestination, { networkInterfaceId, vpcEndpointId: "" });
}

function allowed(made: Deployment, principals: string[]): Deployment {
  return made.remove("principal", /222222222222/).change("service", "security", { allowedPrincipals: principals });
}

/** "Path is not reachable" of docs.aws.amazon.com/vpc/latest/reachability/explanation-codes.html, those that could concern a path here. */
const awsCodes = new Set([
  ...[
    "BAD_STATE",
    "BAD_STATE_ATTACHMENT",
    "BAD_STATE_ROUTE",
    "CANNOT_ROUTE",
    "ELB_INSTALLED_AZ_RESTRICTION",
    "ELB_NOT_CROSSZONE",
  ],
  ...["ELBV2_LISTENER_HAS_NO_TG", "ELBV2_LISTENERS_MISMATCH", "ELBV2_NO_TARGETS_IN_AZ", "ENI_ADDRESS_RESTRICTION"],
  ...[
    "ENI_SG_RULES_MISMATCH",
    "ENI_SOURCE_DEST_CHECK_RESTRICTION",
    "GWLB_DESTINATION_PORT_RESTRICTION",
    "GWLB_PROTOCOL_RESTRICTION",
  ],
  ...["IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS", "INGRESS_RTB_NO_PUBLIC_IP", "INGRESS_RTB_TRAFFIC_REDIRECTION"],
  ...["HIGHER_PRIORITY_ROUTE", "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS", "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"],
  ...[
    "MORE_SPECIFIC_ROUTE",
    "NO_POSSIBLE_DESTINATION",
    "NO_ROUTE_TO_DESTINATION",
    "SG_HAS_NO_RULES",
    "SG_REFERENCES_NOT_PRESERVED",
  ],
  ...["SUBNET_ACL_RESTRICTION", "UNKNOWN_RESOURCE", "VPCE_SERVICE_NOT_INSTALLED_IN_AZ"],
  ...["SG_REFERENCING_SUPPORT", "TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION"],
  ...["TGW_ROUTE_AZ_RESTRICTION", "TGW_RTB_BAD_STATE_ROUTE", "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT"],
  "TGW_RTB_ROUTES_ARE_UNKNOWN",
]);

describe("findings of a trace", function () {
  let states: readonly ResourceState[];
  before(async () => (states = await deployedStates()));

  it("has nothing to find on the program's own path", () => {
    const result = new Deployment(states).trace();
    expect(result.findings).to.deep.equal([]);
    expect(result.possibleVerdicts).to.deep.equal(["inspected"]);
  });

  for (const each of cases) {
    it(`${each.code}: ${each.when}`, () => {
      const faulty = new Deployment(states);
      each.fault(faulty);
      const found = faulty.trace(each.request);
      expect(found.findings[0]?.code, JSON.stringify(found.findings)).to.equal(each.code);
      expect(found.verdict).to.equal(each.verdict);

      const harmless = new Deployment(states);
      each.nearMiss(harmless);
      const result = harmless.trace(each.nearRequest);
      expect(result.findings.map(({ code }) => code)).not.to.include(each.code);
      expect(result.verdict).to.equal(each.nearVerdict ?? "inspected");
    });
  }

  it("has a case for each of its codes", () => {
    const tested = new Set<string>(cases.map(({ code }) => code));
    expect(Object.keys(traceFindingKinds).filter((code) => !tested.has(code))).to.deep.equal([]);
  });

  it("says of no code that it is AWS's which is not", () => {
    for (const [code, { aws }] of Object.entries<FindingKind>(findingKinds)) {
      expect(awsCodes.has(code), code).to.equal(aws === true);
    }
  });
});
