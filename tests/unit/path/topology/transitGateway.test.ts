import { expect } from "chai";
import { finding, type PairReport, type PathReport, type Verdict } from "../../../../path/proof";
import { transitGatewayFindingKinds } from "../../../../path/proof/transitGatewayFindingKinds";
import {
  diagnoseLive,
  trace,
  type Leg,
  type ResourceState,
  type TraceRequest,
  type TraceResult,
} from "../../../../path/topology";
import { topologyGraph } from "../../../../path/render/diagram/topologyGraph";
import { associate, centralised, spokeA, spokeB, spokeVpc, withEgress } from "./centralised";
import { deployedStates, type Deployment } from "./deployment";

const between: TraceRequest = { source: "a", destination: "b", protocol: "icmp" };

const places = (leg: Leg | undefined): string[] =>
  (leg?.hops ?? []).map(({ kind, name, azId }) => `${kind} ${name}${azId === undefined ? "" : ` ${azId}`}`);

const attachments = (leg: Leg | undefined): string[] =>
  places(leg).filter((place) => place.startsWith("transit-gateway"));

interface Case {
  code: keyof typeof transitGatewayFindingKinds;
  when: string;
  fault: (made: Deployment) => unknown;
  request?: TraceRequest;
  verdict: Verdict;
  /** As the fault, but harmless: the code must not appear. */
  nearMiss: (made: Deployment) => unknown;
  nearVerdict?: Verdict;
}

const static4 = { destinationCidrBlock: "10.4.0.0/16", transitGatewayRouteTableId: "tgw-rtb-inspected" };

const cases: Case[] = [
  {
    code: "TGW_ROUTE_AZ_RESTRICTION",
    when: "the source's attachment has no subnet in its AZ",
    fault: (made) => made.change("transitGatewayAttachment", "a", { subnetIds: ["subnet-a-attachment-apne1-az1"] }),
    verdict: "lost-before-target",
    // Replies then leave the transit gateway in another AZ than they came in.
    nearMiss: (made) => made.change("transitGatewayAttachment", "a", { subnetIds: ["subnet-a-attachment-apne1-az4"] }),
  },
  {
    code: "TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION",
    when: "the inspection VPC's attachment is associated with no table",
    fault: (made) => made.remove("transitGatewayAssociation", "inspection-association"),
    verdict: "lost-after-target",
    nearMiss: () => undefined,
  },
  {
    code: "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT",
    when: "the destination's attachment does not propagate",
    fault: (made) => made.remove("transitGatewayPropagation", "b"),
    verdict: "lost-after-target",
    nearMiss: (made) =>
      made
        .remove("transitGatewayPropagation", "b")
        .add("transitGatewayRoute", "b", "r", { ...static4, transitGatewayAttachmentId: "tgw-attach-b" }),
  },
  {
    code: "TGW_RTB_BAD_STATE_ROUTE",
    when: "a blackhole is as long as what is propagated",
    fault: (made) => made.add("transitGatewayRoute", "b", "r", { ...static4, blackhole: true }),
    verdict: "lost-after-target",
    nearMiss: (made) =>
      made.add("transitGatewayRoute", "b", "r", {
        ...static4,
        destinationCidrBlock: "10.4.0.0/15",
        blackhole: true,
      }),
  },
  {
    code: "TGW_RTB_ROUTES_ARE_UNKNOWN",
    when: "the transit gateway's stack is not there",
    fault: (made) => {
      for (const kind of ["transitGateway", "transitGatewayTable", "transitGatewayAssociation"] as const)
        made.remove(kind, /./);
    },
    verdict: "inconclusive",
    nearMiss: (made) => made.remove("transitGateway", "hub"),
  },
  {
    code: "TGW_RTB_ROUTES_ARE_UNKNOWN",
    when: "the destination's VPC, which propagates, is not there, and no other route matches",
    fault: (made) => made.remove("vpc", "b"),
    verdict: "inconclusive",
    nearMiss: (made) =>
      made
        .remove("vpc", "b")
        .add("transitGatewayRoute", "b", "r", { ...static4, transitGatewayAttachmentId: "tgw-attach-b" }),
    // A VPC that is not there has no local route.
    nearVerdict: "lost-after-target",
  },
  {
    code: "SG_REFERENCING_SUPPORT",
    when: "the destination lets in the source's group only, and the transit gateway supports no references",
    fault: (made) => direct(referring(made)),
    verdict: "lost-before-target",
    nearMiss: (made) =>
      direct(referring(made)).change("transitGateway", "hub", { securityGroupReferencingSupport: "enable" }),
    nearVerdict: "bypassed",
  },
  {
    code: "VPC_CIDRS_OVERLAP",
    when: "another attached VPC has the destination's CIDR, and nobody tells which was attached first",
    fault: (made) => spokeVpc(made, { ...spokeB, name: "c" }),
    verdict: "inconclusive",
    nearMiss: (made) => {
      spokeVpc(made, { ...spokeB, name: "c" });
      made.add("transitGatewayRoute", "b", "r", { ...static4, transitGatewayAttachmentId: "tgw-attach-b" });
    },
  },
  {
    code: "VPC_CIDRS_OVERLAP",
    when: "another attached VPC has a part of the source's CIDR, which replies are for",
    fault: (made) => spokeVpc(made, { ...spokeA, name: "c", cidr: "10.3.64.0/18", address: "10.3.70.10" }),
    verdict: "inconclusive",
    nearMiss: (made) => spokeVpc(made, { ...spokeA, name: "c", cidr: "10.5.0.0/16", address: "10.5.4.10" }),
  },
  {
    code: "VPC_CIDRS_OVERLAP",
    when: "the route leads to a host of another VPC that has the destination's address: it is not taken for it",
    fault: (made) => {
      spokeVpc(made, { ...spokeB, name: "c" });
      made.add("transitGatewayRoute", "b", "r", { ...static4, transitGatewayAttachmentId: "tgw-attach-c" });
    },
    verdict: "lost-after-target",
    // To a host by its address alone it comes.
    nearMiss: (made) =>
      made.remove("transitGatewayPropagation", "b").add("transitGatewayRoute", "b", "r", {
        ...static4,
        transitGatewayAttachmentId: "tgw-attach-b",
      }),
  },
  {
    code: "APPLIANCE_MODE_OFF",
    when: "source and destination are in different AZs",
    fault: (made) => made.change("transitGatewayAttachment", "inspection", { applianceModeSupport: "disable" }),
    verdict: "asymmetric",
    nearMiss: (made) =>
      made
        .change("transitGatewayAttachment", "inspection", { applianceModeSupport: "disable" })
        .change("subnet", "b-host", { availabilityZoneId: spokeA.azId }),
  },
  {
    code: "NAT_WITHOUT_WAY_BACK",
    when: "the NAT gateways' subnets have no route to the spokes",
    fault: (made) => withEgress(made).remove("route", /^inspection-nat-.*-10\.0\.0\.0\/8$/),
    request: { ...between, destination: "192.0.2.10" },
    verdict: "lost-after-target",
    nearMiss: withEgress,
  },
];

/** Past the inspection VPC. */
function direct(made: Deployment): Deployment {
  for (const attachment of ["a", "b"]) {
    made.remove("transitGatewayAssociation", `${attachment}-association`);
    associate(made, attachment, "inspected");
  }
  return made;
}

function referring(made: Deployment): Deployment {
  return made.change("ingress", "b-ingress", { cidrIpv4: "", referencedSecurityGroupId: "sg-a" });
}

describe("trace through a transit gateway", () => {
  let states: readonly ResourceState[];
  before(async () => (states = await deployedStates()));
  const traced = (change: (made: Deployment) => unknown = () => undefined, request = between): TraceResult => {
    const made = centralised(states);
    change(made);
    return trace(made.topology, request);
  };

  it("goes from spoke to spoke through the inspection VPC, both ways by one endpoint, whichever AZ AWS chooses", () => {
    const { paths, verdict, findings } = traced();
    expect(findings).to.deep.equal([]);
    expect(verdict).to.equal("inspected");
    expect(paths.map(({ request, reply }) => [request.endpointIds, reply?.endpointIds])).to.deep.equal(
      ["apne1-az1", "apne1-az4"].map((azId) => {
        const endpoints = [centralised(states).id("endpoint", `system-${azId}`)];
        return [endpoints, endpoints];
      }),
    );
    expect(attachments(paths[0]?.request)).to.deep.equal([
      "transit-gateway-attachment a apne1-az4",
      "transit-gateway-route-table spokes",
      "transit-gateway-attachment inspection apne1-az1",
      "transit-gateway-attachment inspection apne1-az1",
      "transit-gateway-route-table inspected",
      "transit-gateway-attachment b apne1-az1",
    ]);
    expect(attachments(paths[0]?.reply)).to.deep.equal([
      "transit-gateway-attachment b apne1-az1",
      "transit-gateway-route-table spokes",
      "transit-gateway-attachment inspection apne1-az1",
      "transit-gateway-attachment inspection apne1-az1",
      "transit-gateway-route-table inspected",
      "transit-gateway-attachment a apne1-az1",
    ]);
  });

  it("stays in the AZ of each direction's sender without appliance mode", () => {
    const { paths } = traced((made) =>
      made.change("transitGatewayAttachment", "inspection", { applianceModeSupport: "disable" }),
    );
    expect(paths).to.have.length(1);
    const made = centralised(states);
    expect(paths[0]?.request.endpointIds).to.deep.equal([made.id("endpoint", `system-${spokeA.azId}`)]);
    expect(paths[0]?.reply?.endpointIds).to.deep.equal([made.id("endpoint", `system-${spokeB.azId}`)]);
  });

  it("is the one cause that a diagnosis names where packets have shown two endpoints, and appliance mode is off", () => {
    const codes = (applianceModeSupport: string): string[] => {
      const made = centralised(states).change("transitGatewayAttachment", "inspection", { applianceModeSupport });
      const pair: PairReport = {
        source: spokeA,
        destination: spokeB,
        expectReply: true,
        verdict: "asymmetric",
        targets: [],
        findings: [
          finding("RETURN_THROUGH_OTHER_ENDPOINT", "route b → a", "requests through one, replies through another"),
        ],
      };
      const report: PathReport = { verdict: pair.verdict, measuredAt: "", pairs: [pair] };
      return diagnoseLive(report, made.topology).pairs.flatMap(({ findings }) => findings.map(({ code }) => code));
    };
    expect(codes("disable")).to.deep.equal(["APPLIANCE_MODE_OFF"]);
    expect(codes("enable")).to.include("RETURN_THROUGH_OTHER_ENDPOINT");
  });

  it("leaves by another AZ where the attachment has no subnet in its own", () => {
    const { paths, verdict } = traced((made) =>
      made.change("transitGatewayAttachment", "inspection", {
        applianceModeSupport: "disable",
        subnetIds: ["subnet-inspection-attachment-apne1-az1"],
      }),
    );
    expect(paths.map(({ verdict: each }) => each))
      .to.deep.equal([verdict])
      .and.to.deep.equal(["inspected"]);
  });

  it("cannot tell where whether the mode is on is not known", () => {
    const { verdict, findings } = traced((made) =>
      made.change("transitGatewayAttachment", "inspection", { applianceModeSupport: undefined }),
    );
    expect(verdict).to.equal("inconclusive");
    expect(findings[0]?.code).to.equal("UNKNOWN_RESOURCE");
  });

  it("answers from where the request arrived, when it was sent to an address of another VPC", () => {
    const { verdict, paths } = traced(undefined, { ...between, destination: spokeB.address });
    expect(verdict).to.equal("inspected");
    expect(paths[0]?.reply?.hops[0]?.name).to.equal("b");
  });

  it("is taken to any host with an address that several VPCs have only where an address is all that is asked for", () => {
    const change = (made: Deployment): void => {
      spokeVpc(made, { ...spokeB, name: "c" });
      made.add("transitGatewayRoute", "b", "r", { ...static4, transitGatewayAttachmentId: "tgw-attach-c" });
    };
    const { verdict, destination } = traced(change, { ...between, destination: spokeB.address });
    expect([verdict, destination.name]).to.deep.equal(["inspected", spokeB.address]);
    const { verdict: ofHost } = traced(change, { ...between, destination: "b" });
    expect(ofHost).to.equal("lost-after-target");
  });

  it("is diagnosed for the host that was measured, though another VPC has its address", () => {
    const made = centralised(states);
    spokeVpc(made, { ...spokeB, name: "c" });
    made.add("transitGatewayRoute", "b", "r", { ...static4, transitGatewayAttachmentId: "tgw-attach-c" });
    const pair: PairReport = {
      source: spokeA,
      destination: spokeB,
      expectReply: true,
      verdict: "lost-after-target",
      targets: [],
      findings: [finding("DESTINATION_DOES_NOT_ANSWER", "b", "requests 5 in / 5 out, replies 0 in / 0 out")],
    };
    const report: PathReport = { verdict: pair.verdict, measuredAt: "", pairs: [pair] };
    const [first, ...others] = diagnoseLive(report, made.topology).pairs.flatMap(({ findings }) => findings);
    expect(first?.code).to.equal("VPC_CIDRS_OVERLAP");
    expect(others.map(({ code }) => code)).not.to.include("TRACE_DISAGREES");
  });

  it("assumes that an attachment of another account is accepted where no state tells, and says so", () => {
    const { verdict, assumptions } = traced((made) => made.remove("transitGatewayAccepter", "b"));
    expect(verdict).to.equal("inspected");
    expect(assumptions).to.include("attachment b is accepted and available");
    expect(traced().assumptions.join("; ")).not.to.contain("accepted");
  });

  it("names the transit gateway's table that leads past the inspection VPC", () => {
    const { verdict, findings } = traced(direct);
    expect(verdict).to.equal("bypassed");
    expect(findings.map(({ code, hop }) => `${code} ${hop}`)).to.deep.equal([
      "FORWARD_PATH_BYPASSES_ENDPOINT inspected",
      "RETURN_PATH_BYPASSES_ENDPOINT inspected",
    ]);
  });

  it("names the attachment subnet's table that leads past the endpoint", () => {
    const { findings } = traced((made) =>
      made
        .change("transitGatewayAttachment", "inspection", { applianceModeSupport: "disable" })
        .route("inspection-attachment-apne1-az4", spokeB.cidr, { transitGatewayId: "tgw-1" }),
    );
    expect(findings.map(({ code, hop }) => `${code} ${hop}`)).to.include(
      "FORWARD_PATH_BYPASSES_ENDPOINT inspection-attachment-apne1-az4",
    );
  });

  it("finds a loop from VPC to VPC, and one through the endpoint", () => {
    const looping = traced((made) =>
      direct(made).route("b-attachment-apne1-az4", "10.4.1.0/24", { transitGatewayId: "tgw-1" }),
    );
    expect(looping.findings[0]?.code).to.equal("FORWARDING_LOOP");
    const inspected = traced((made) => {
      made.remove("transitGatewayAssociation", "inspection-association");
      associate(made, "inspection", "spokes");
    });
    expect(inspected.findings[0]?.code).to.equal("FORWARDING_LOOP");
    expect(inspected.paths[0]?.request.seenIn).to.equal(2);
  });

  it("applies both network ACLs on the way in and the attachment's on the way out", () => {
    const denied = { protocol: "-1", action: "deny", cidrBlock: "0.0.0.0/0", fromPort: 0, toPort: 0, ruleNo: 100 };
    const allowed = { ...denied, action: "allow" };
    const acl = (made: Deployment, subnet: string, ingress: object, egress: object): unknown =>
      made.add("acl", "acl", "acl-1", { vpcId: "vpc-a", subnetIds: [subnet], ingress: [ingress], egress: [egress] });
    const codes = (subnet: string, ingress: object, egress: object): string[] =>
      traced((made) => acl(made, subnet, ingress, egress)).findings.map(({ code }) => code);
    expect(codes("subnet-a-attachment-apne1-az4", denied, allowed)).to.include("SUBNET_ACL_RESTRICTION");
    expect(codes("subnet-b-attachment-apne1-az1", allowed, denied)).to.include("SUBNET_ACL_RESTRICTION");
    // What goes to the transit gateway does not leave the attachment's subnet.
    const oneWay = traced(
      (made) => {
        for (const azId of [spokeA.azId, spokeB.azId]) acl(made, `subnet-a-attachment-${azId}`, allowed, denied);
      },
      { ...between, expectReply: false },
    );
    expect(oneWay.findings).to.deep.equal([]);
  });

  it("takes a transit gateway's default route table where nothing else is associated", () => {
    const { verdict } = traced((made) => {
      for (const name of ["a", "b"]) made.remove("transitGatewayAssociation", `${name}-association`);
      made
        .change("transitGateway", "hub", {
          defaultRouteTableAssociation: "enable",
          associationDefaultRouteTableId: "tgw-rtb-default",
        })
        .change("transitGatewayRoute", "spokes-default", { transitGatewayRouteTableId: "tgw-rtb-default" });
    });
    expect(verdict).to.equal("inspected");
  });

  for (const each of cases) {
    it(`${each.code}: ${each.when}`, () => {
      const found = traced(each.fault, each.request);
      expect(found.findings[0]?.code, JSON.stringify(found.findings)).to.equal(each.code);
      expect(found.verdict).to.equal(each.verdict);
      const near = traced(each.nearMiss, each.request);
      expect(near.findings.map(({ code }) => code)).not.to.include(each.code);
      expect(near.verdict).to.equal(each.nearVerdict ?? "inspected");
    });
  }

  it("BAD_STATE_ATTACHMENT: an attachment waits for its acceptance", () => {
    const { topology } = centralised(states);
    for (const state of ["pendingAcceptance", "rejected"]) {
      const waiting = structuredClone(topology);
      waiting.transitGatewayAttachments["tgw-attach-b"]!.state = state;
      const { findings, verdict } = trace(waiting, between);
      expect(findings.map(({ code }) => code)).to.deep.equal(["BAD_STATE_ATTACHMENT"]);
      expect(verdict).to.equal("lost-after-target");
    }
  });

  it("has a case for each of its codes", () => {
    const tested = new Set<string>([...cases.map(({ code }) => code), "BAD_STATE_ATTACHMENT"]);
    expect(Object.keys(transitGatewayFindingKinds).filter((code) => !tested.has(code))).to.deep.equal([]);
  });

  it("is drawn with the transit gateway in its account and the attachments in their subnets", () => {
    const { topology } = centralised(states);
    const [path] = trace(topology, between).paths;
    const graph = topologyGraph(topology, { path: path! });
    const ids = new Set(graph.edges.flatMap(({ from, to }) => [from, to]));
    expect(graph.nodes.filter(({ kind }) => kind === "other").map(({ id }) => id)).to.deep.equal([]);
    expect([...ids]).to.include.members(["tgw-1", "tgw-attach-a#subnet-a-attachment-apne1-az4"]);
    const request = graph.edges.filter(({ kind }) => kind === "request").map(({ from, to }) => `${from} > ${to}`);
    expect(request).to.include.members([
      "i-a > tgw-attach-a#subnet-a-attachment-apne1-az4",
      "tgw-attach-a#subnet-a-attachment-apne1-az4 > tgw-1",
      "tgw-1 > tgw-attach-inspection#subnet-inspection-attachment-apne1-az1",
    ]);
  });
});
