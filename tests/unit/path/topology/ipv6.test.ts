import { expect } from "chai";
import * as fc from "fast-check";
import { finding, type Finding, type PairReport, type PathReport } from "../../../../path/proof";
import {
  check,
  diagnose,
  topologyFromAnswers,
  topologyFromStates,
  type Answers,
  type CheckFinding,
  type ResourceState,
  type Topology,
  type TraceResult,
} from "../../../../path/topology";
import { deployedStates, Deployment, destination, source } from "./deployment";
import { blocks, dualStack, inspectedIpv6, ipv6Route } from "./dualStack";

const code = "IPV6_NOT_INSPECTED";
const outside = "203.0.113.9";

const told = ({ findings }: Pick<TraceResult, "findings">): Finding[] => findings.filter((each) => each.code === code);
const seen = (result: Pick<TraceResult, "findings">): string | undefined => told(result)[0]?.seen;

describe("IPv6 beside what is inspected", () => {
  let states: readonly ResourceState[];
  before(async () => (states = await deployedStates()));

  it("is a risk where the subnets of both ends have it and the local route leads past the endpoint, whatever the verdict", () => {
    const traced = dualStack(states).trace();
    expect(traced.verdict).to.equal("inspected");
    expect(told(traced)).to.have.length(1);
    expect(told(traced)[0]).to.include({ nature: "risk", hop: "system-source-apne1-az4" });
    expect(seen(traced)).to.match(
      new RegExp(
        `^${source} → ${destination}: IPv6 goes past every endpoint \\(${blocks.vpc} → local\\); no IPv6 address`,
      ),
    );
    const bypassed = dualStack(states)
      .remove("route", /^system-(source|destination)/)
      .trace();
    expect(bypassed.verdict).to.equal("bypassed");
    expect(told(bypassed)).to.have.length(1);
  });

  it("is none without IPv6 in one of the subnets, or anywhere", () => {
    expect(told(new Deployment(states).trace())).to.deep.equal([]);
    expect(told(dualStack(states).change("subnet", "system-source-apne1-az4", { ipv6CidrBlock: "" }).trace())).to.be
      .empty;
    const far = dualStack(states).change("subnet", "system-destination-apne1-az1", { ipv6CidrBlock: undefined });
    expect(told(far.trace())).to.be.empty;
  });

  it("is none where routes lead both directions into a GWLB endpoint, and where one of IPv4 only takes none", () => {
    expect(told(inspectedIpv6(dualStack(states)).trace())).to.be.empty;
    expect(told(inspectedIpv6(dualStack(states), "ipv4").trace())).to.be.empty;
  });

  it("names the direction that goes past", () => {
    const made = inspectedIpv6(dualStack(states)).remove("route", /^system-destination-apne1-az1-2600/);
    expect(seen(made.trace())).to.match(
      /IPv6 requests go through an endpoint \(.* → vpce-.*\), replies past every endpoint/,
    );
    expect(told(made.trace())[0]?.hop).to.equal("system-destination-apne1-az1");
  });

  it("says of hosts with addresses of their own nothing but where these go", () => {
    const made = dualStack(states)
      .change("instance", source, { ipv6Addresses: ["2600:1f14:aa00:10::a"] })
      .change("instance", destination, { ipv6Addresses: ["2600:1f14:aa00:21::b"] });
    expect(seen(made.trace())).to.match(/ → local\)$/);
  });

  it("is told where nobody knows which block a subnet has: it has one", () => {
    const hidden = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    const made = dualStack(states)
      .change("vpc", "system", { ipv6CidrBlock: hidden })
      .change("subnet", "system-destination-apne1-az1", { ipv6CidrBlock: hidden });
    expect(told(made.trace())).to.have.length(1);
  });

  for (const [gateway, target] of Object.entries({ igw: "gatewayId", eigw: "egressOnlyGatewayId" })) {
    it(`is a risk of what goes to the internet by ${gateway}`, () => {
      const made = dualStack(states);
      const id = gateway === "igw" ? made.id("gateway", "system") : "eigw-0a1b";
      ipv6Route(made, "system-source-apne1-az4", "::/0", { [target]: id });
      expect(seen(made.trace({ destination: outside }))).to.include(`past every endpoint (::/0 → ${id})`);
      // Nobody in the internet begins a connection by an egress-only gateway.
      const inwards = made.trace({ source: outside, destination: source });
      expect(told(inwards)).to.have.length(gateway === "igw" ? 1 : 0);
    });
  }

  it("is none of what goes to the internet where no route leads there", () => {
    expect(told(dualStack(states).trace({ destination: outside }))).to.be.empty;
  });

  it("counts what comes back from the internet past the endpoint by which it left", () => {
    const made = dualStack(states).change("endpoint", "system-apne1-az4", { ipAddressType: "dualstack" });
    ipv6Route(made, "system-source-apne1-az4", "::/0", { vpcEndpointId: made.id("endpoint", "system-apne1-az4") });
    ipv6Route(made, "system-endpoint-apne1-az4", "::/0", { gatewayId: made.id("gateway", "system") });
    expect(seen(made.trace({ destination: outside }))).to.match(
      /requests go through an endpoint .*, replies past every endpoint/,
    );
    made.add("table", "edge", "rtb-edge", { vpcId: made.id("vpc", "system") });
    made.add("association", "edge", "rtbassoc-edge", {
      routeTableId: "rtb-edge",
      gatewayId: made.id("gateway", "system"),
    });
    ipv6Route(made, "edge", blocks.source, { vpcEndpointId: made.id("endpoint", "system-apne1-az4") });
    expect(told(made.trace({ destination: outside }))).to.be.empty;
  });

  it("reads routes that stand in the table's own state, and does not take a black hole for a way", () => {
    const made = dualStack(states);
    const vpcEndpointId = made.id("endpoint", "system-apne1-az4");
    const inline = (ipv6CidrBlock: string): object => ({ routes: [{ ipv6CidrBlock, vpcEndpointId }] });
    made.change("table", "system-source-apne1-az4", { ...inline(blocks.destination) });
    made.change("table", "system-destination-apne1-az1", { ...inline(blocks.source) });
    expect(told(made.trace())).to.be.empty;
    const out = ipv6Route(dualStack(states), "system-source-apne1-az4", "::/0", {
      gatewayId: made.id("gateway", "system"),
      state: "blackhole",
    });
    expect(told(out.trace({ destination: outside }))).to.be.empty;
  });

  describe("in a check", () => {
    const found = (made: Deployment): CheckFinding[] =>
      check(made.topology).findings.filter((each) => each.code === code);

    it("is told of subnets whose IPv4 is inspected, once for each route table", () => {
      expect(found(new Deployment(states))).to.be.empty;
      const all = found(dualStack(states));
      expect(all.map(({ hop }) => hop).sort()).to.deep.equal([
        "system-destination-apne1-az1",
        "system-source-apne1-az4",
      ]);
      expect(all[0]).to.include({ nature: "risk" });
      expect(all[0]?.witness?.verdict).to.equal("inspected");
      expect(found(inspectedIpv6(dualStack(states)))).to.be.empty;
      expect(found(dualStack(states).remove("route", /^system-(source|destination)/)), "nothing is inspected").to.be
        .empty;
    });

    it("is told of one subnet with IPv6 among others that routes and AZ make equal", () => {
      const made = dualStack(states).change("subnet", "system-source-apne1-az4", { ipv6CidrBlock: "" });
      const more = { ...made.find("subnet", "system-source-apne1-az4").outputs, tags: { Name: "more" } };
      made.add("subnet", "more", "subnet-more", { ...more, cidrBlock: "10.2.12.0/24", ipv6CidrBlock: blocks.source });
      const routeTableId = made.id("table", "system-source-apne1-az4");
      made.add("association", "more", "rtbassoc-more", { routeTableId, subnetId: "subnet-more" });
      const to = { vpcEndpointId: made.id("endpoint", "system-apne1-az4") };
      made.route("system-destination-apne1-az1", "10.2.12.0/24", to);
      expect(found(made).flatMap(({ subnetIds }) => subnetIds)).to.include("subnet-more");
    });
  });

  describe("in a diagnosis", () => {
    const pair: PairReport = {
      source: { name: source, azId: "apne1-az4", address: "10.2.10.16" },
      destination: { name: destination, azId: "apne1-az1", address: "10.2.21.16" },
      expectReply: true,
      verdict: "inspected",
      targets: [],
      findings: [],
    };
    const diagnosed = (findings: Finding[], actual: Deployment): Finding[] => {
      const report: PathReport = { verdict: "inspected", measuredAt: "", pairs: [{ ...pair, findings }] };
      return diagnose(report, { recorded: states, actual: actual.states }).pairs[0]?.findings ?? [];
    };

    it("is told of a pair that is inspected, once, and nothing else with it", () => {
      const old = finding(code, "rtb-0", "as it was deployed");
      for (const findings of [[], [old]]) {
        const [first, ...more] = diagnosed(findings, dualStack(states));
        expect(first).to.include({ code, hop: "system-source-apne1-az4" });
        expect(more).to.deep.equal([]);
      }
      expect(diagnosed([old], new Deployment(states))).to.deep.equal([old]);
    });

    it("is told beside what is wrong, behind it", () => {
      const bad = finding("FORWARD_PATH_BYPASSES_ENDPOINT", "route", "none seen");
      const found = diagnosed([bad], dualStack(states).remove("route", /^system-source/));
      expect(found.at(-1)?.code).to.equal(code);
      expect(found.filter((each) => each.code === code)).to.have.length(1);
    });
  });

  it("changes nothing of the trace of IPv4, however it is configured, and never fails", () => {
    const text = fc.constantFrom(
      "",
      "::/0",
      "::",
      "64:ff9b::/96",
      "fe80::1%eth0",
      "2600::/129",
      "x:y",
      "2000::/3",
      ...Object.values(blocks),
    );
    const table = fc.constantFrom(
      "system-source-apne1-az4",
      "system-destination-apne1-az1",
      "system-endpoint-apne1-az4",
    );
    const route = fc.record({
      table,
      to: text,
      key: fc.constantFrom(
        "gatewayId",
        "egressOnlyGatewayId",
        "vpcEndpointId",
        "transitGatewayId",
        "vpcPeeringConnectionId",
        "natGatewayId",
        "networkInterfaceId",
      ),
      id: fc.constantFrom("igw-0", "eigw-0", "vpce-0", "tgw-0", "pcx-0", "nat-0", "eni-0", "local", ""),
    });
    const shape = fc.record({
      vpc: text,
      source: text,
      destination: text,
      addresses: fc.array(text, { maxLength: 2 }),
      type: fc.constantFrom("ipv4", "dualstack", "ipv6", ""),
      routes: fc.array(route, { maxLength: 6 }),
    });
    const flows = [{}, { destination: outside }, { source: outside, destination: source }];
    const plain = flows.map((flow) => new Deployment(states).trace(flow));
    const kinds = new Set<boolean>();
    fc.assert(
      fc.property(shape, ({ vpc, source: from, destination: to, addresses, type, routes }) => {
        const made = new Deployment(states)
          .change("vpc", "system", { ipv6CidrBlock: vpc })
          .change("subnet", "system-source-apne1-az4", { ipv6CidrBlock: from })
          .change("subnet", "system-destination-apne1-az1", { ipv6CidrBlock: to })
          .change("instance", source, { ipv6Addresses: addresses })
          .change("endpoint", "system-apne1-az4", { ipAddressType: type });
        routes.forEach(({ table: name, to: cidr, key, id }, index) =>
          made.add("route", `r${index}`, `r-${index}`, {
            routeTableId: made.id("table", name),
            destinationIpv6CidrBlock: cidr,
            [key]: id,
          }),
        );
        for (const [place, flow] of flows.entries()) {
          const { findings, ...rest } = made.trace(flow);
          const { findings: before, ...others } = plain[place]!;
          expect(rest).to.deep.equal(others);
          expect(findings.filter((each) => each.code !== code)).to.deep.equal(before);
          const found = findings.some((each) => each.code === code);
          kinds.add(found);
          if (place === 0 && (to === "" || (from === "" && addresses.every((each) => each === "")))) {
            expect(found, "without IPv6 at one end").to.equal(false);
          }
        }
      }),
      { numRuns: 60 },
    );
    expect([...kinds].sort()).to.deep.equal([false, true]);
  });

  it("is read from AWS's answers, as described, without blocks that are gone", () => {
    const association = (block: string, State = "associated"): object => ({
      Ipv6CidrBlock: block,
      Ipv6CidrBlockState: { State },
    });
    const answers = {
      source: "x",
      region: "ap-northeast-1",
      readAt: "2026-11-27T10:00:00.000Z",
      unread: [],
      vpcs: [
        {
          VpcId: "vpc-1",
          Ipv6CidrBlockAssociationSet: [association(blocks.vpc), association("2600::/56", "disassociated")],
        },
      ],
      subnets: [
        {
          SubnetId: "subnet-1",
          VpcId: "vpc-1",
          CidrBlock: "10.0.0.0/24",
          Ipv6CidrBlockAssociationSet: [association(blocks.source)],
        },
        { SubnetId: "subnet-2", VpcId: "vpc-1", CidrBlock: "10.0.1.0/24", Ipv6CidrBlockAssociationSet: [] },
      ],
      routeTables: [
        {
          RouteTableId: "rtb-1",
          VpcId: "vpc-1",
          Routes: [
            { DestinationCidrBlock: "10.0.0.0/16", GatewayId: "local", State: "active" },
            { DestinationIpv6CidrBlock: blocks.vpc, GatewayId: "local", State: "active" },
            { DestinationIpv6CidrBlock: "::/0", EgressOnlyInternetGatewayId: "eigw-1", State: "active" },
          ],
        },
      ],
      networkInterfaces: [
        {
          NetworkInterfaceId: "eni-1",
          SubnetId: "subnet-1",
          Attachment: { InstanceId: "i-1" },
          Ipv6Addresses: [{ Ipv6Address: "2600:1f14:aa00:10::a" }],
        },
      ],
      vpcEndpoints: [{ VpcEndpointId: "vpce-1", VpcEndpointType: "GatewayLoadBalancer", IpAddressType: "dualstack" }],
    } as unknown as Answers;
    const topology: Topology = topologyFromAnswers([answers]);
    expect(topology.vpcs["vpc-1"]?.ipv6CidrBlocks).to.deep.equal([blocks.vpc]);
    expect(topology.subnets["subnet-1"]?.ipv6CidrBlocks).to.deep.equal([blocks.source]);
    expect(topology.subnets["subnet-2"]).not.to.have.property("ipv6CidrBlocks");
    expect(topology.networkInterfaces["eni-1"]?.ipv6Addresses).to.deep.equal(["2600:1f14:aa00:10::a"]);
    expect(topology.endpoints["vpce-1"]?.ipAddressType).to.equal("dualstack");
    const { routes, ipv6Routes } = topology.routeTables["rtb-1"]!;
    expect(routes.map(({ destination: to }) => to)).to.deep.equal(["10.0.0.0/16"]);
    expect(ipv6Routes?.map(({ destination: to, target }) => [to, target.id])).to.deep.equal([
      [blocks.vpc, "local"],
      ["::/0", "eigw-1"],
    ]);
  });

  it("is read from states: further blocks of a VPC, addresses, rules of security groups", () => {
    const made = dualStack(states)
      .change("instance", source, { ipv6Addresses: [], ipv6AddressCount: 1 })
      .change("group", source, { ingress: [{ protocol: "-1", fromPort: 0, toPort: 0, ipv6CidrBlocks: ["::/0"] }] });
    const { networkInterfaces, securityGroups } = topologyFromStates(made.states);
    const eni = Object.values(networkInterfaces).find(({ owner }) => owner.id === made.id("instance", source));
    expect(eni?.ipv6Addresses).to.deep.equal([{ unknown: true }]);
    const rules = securityGroups[made.id("group", source)]?.rules ?? [];
    expect(rules.map(({ peer }) => (peer.kind === "cidr" ? peer.cidr : ""))).to.include("::/0");
  });
});
