import { expect } from "chai";
import type { Verdict } from "../../../../path/proof";
import { topologyFromAnswers, trace, type Leg, type ResourceState, type TraceResult } from "../../../../path/topology";
import { topologyGraph } from "../../../../path/render/diagram/topologyGraph";
import { centralised, withEgress } from "./centralised";
import { deployedStates, type Deployment } from "./deployment";

const outside = "192.0.2.10";
const natTable = /^inspection-nat-/;

const wayOf = (leg: Leg | undefined): string[] =>
  (leg?.hops ?? []).flatMap(({ kind, azId, decidedBy }) =>
    ["vpc-endpoint", "nat-gateway", "internet-gateway", "transit-gateway-route-table"].includes(kind)
      ? [[kind, azId, decidedBy?.kind === "address-translation" ? decidedBy.text : ""].filter(Boolean).join(" ")]
      : [],
  );

describe("NAT gateways behind an inspection VPC's endpoints", () => {
  let states: readonly ResourceState[];
  before(async () => {
    states = await deployedStates();
  });

  const traced = (fault: (made: Deployment) => unknown = () => undefined): TraceResult => {
    const made = withEgress(centralised(states));
    fault(made);
    return trace(made.topology, { source: "a", destination: outside, protocol: "icmp" });
  };

  it("translate what a spoke sends, and its answers back before the endpoint of the same AZ", () => {
    const result = traced();
    expect(result.possibleVerdicts, JSON.stringify(result.findings)).to.deep.equal(["inspected"]);
    expect(new Set(result.paths.flatMap(({ request }) => request.endpointIds)).size).to.equal(2);
    expect(wayOf(result.paths[0]?.request).filter((each) => /gateway /.test(each))).to.deep.equal([
      "nat-gateway apne1-az1 10.3.4.10 becomes 10.2.71.4",
      "internet-gateway 10.2.71.4 becomes 198.51.100.71",
    ]);
    expect(wayOf(result.paths[0]?.reply)).to.deep.equal([
      "internet-gateway 198.51.100.71 becomes 10.2.71.4",
      "nat-gateway apne1-az1 10.2.71.4 becomes 10.3.4.10",
      "vpc-endpoint apne1-az1",
      "vpc-endpoint apne1-az1",
      "transit-gateway-route-table",
    ]);
    expect(result.assumptions).to.include("NAT gateway inspection-nat-apne1-az1 is available");
  });

  it("are led what is for a spoke where nothing leads there from the endpoint: it goes round, as nobody's packets to a capture", () => {
    const made = withEgress(centralised(states)).remove("route", /^system-endpoint-.*-10\.[34]\.0\.0\/16$/);
    const result = trace(made.topology, { source: "a", destination: "b", protocol: "icmp" });
    expect(result.findings.map(({ code }) => code)).to.include("FORWARDING_LOOP");
    expect(result.possibleVerdicts).to.deep.equal(["lost-after-target"]);
  });

  const cases: { what: string; fault: (made: Deployment) => unknown; verdict: Verdict; code: string; hop: RegExp }[] = [
    {
      what: "whose subnets have no route back to the endpoint",
      fault: (made) => made.remove("route", /^inspection-nat-.*-10\.0\.0\.0\/8$/),
      verdict: "lost-after-target",
      code: "NAT_WITHOUT_WAY_BACK",
      hop: natTable,
    },
    {
      what: "whose subnets lead answers past the endpoint",
      fault: (made) => {
        made.remove("route", /^inspection-nat-.*-10\.0\.0\.0\/8$/);
        for (const azId of ["apne1-az4", "apne1-az1"])
          made.route(`inspection-nat-${azId}`, "10.0.0.0/8", { transitGatewayId: "tgw-1" });
      },
      verdict: "one-way",
      code: "RETURN_PATH_BYPASSES_ENDPOINT",
      hop: natTable,
    },
    {
      what: "whose subnets have no way to the internet",
      fault: (made) => made.remove("route", /^inspection-nat-.*-0\.0\.0\.0\/0$/),
      verdict: "lost-after-target",
      code: "NO_ROUTE_TO_DESTINATION",
      hop: natTable,
    },
    {
      what: "that are private",
      fault: (made) => {
        for (const azId of ["apne1-az4", "apne1-az1"])
          made.change("natGateway", `inspection-nat-${azId}`, { connectivityType: "private" });
      },
      verdict: "lost-after-target",
      code: "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS",
      hop: /^system$/,
    },
    {
      what: "that are in none of the states",
      fault: (made) => made.remove("natGateway", /./),
      verdict: "inconclusive",
      code: "UNKNOWN_RESOURCE",
      hop: /^nat-/,
    },
    {
      what: "whose address is not told",
      fault: (made) => {
        for (const azId of ["apne1-az4", "apne1-az1"])
          made.change("natGateway", `inspection-nat-${azId}`, { privateIp: undefined });
      },
      verdict: "inconclusive",
      code: "UNKNOWN_RESOURCE",
      hop: natTable,
    },
  ];
  for (const { what, fault, verdict, code, hop } of cases) {
    it(`${what} are ${verdict}: ${code}`, () => {
      const result = traced(fault);
      expect(result.possibleVerdicts).to.deep.equal([verdict]);
      expect(result.findings[0]?.code).to.equal(code);
      expect(result.findings[0]?.hop).to.match(hop);
    });
  }

  it("that do not work are named with their state, and no route that leads to them is", () => {
    const { topology } = withEgress(centralised(states));
    for (const gateway of Object.values(topology.natGateways)) gateway.state = "deleting";
    for (const { routes } of Object.values(topology.routeTables)) {
      for (const route of routes) if (route.target.kind === "nat-gateway") route.state = "blackhole";
    }
    const { verdict, findings } = trace(topology, { source: "a", destination: outside, protocol: "icmp" });
    expect([verdict, findings[0]?.code, findings[0]?.hop]).to.deep.equal([
      "lost-after-target",
      "BAD_STATE",
      "inspection-nat-apne1-az1",
    ]);
  });

  it("are boxes of their subnets, and a leg goes by them", () => {
    const made = withEgress(centralised(states));
    const { topology } = made;
    const result = trace(topology, { source: "a", destination: outside, protocol: "icmp" });
    const [path] = result.paths;
    const graph = topologyGraph(topology, path && ({ path, source: "i-a", destination: outside } as never));
    expect(JSON.stringify(graph.nodes)).to.include('"NAT gateway 10.2.71.4"');
    expect(
      graph.edges.filter(({ kind, from }) => kind === "request" && from === "nat-2").map(({ to }) => to),
    ).to.deep.equal([made.id("gateway", "system")]);
  });

  it("are read from what AWS tells, with their state", () => {
    const answers = {
      source: "profile hub, ap-northeast-1",
      region: "ap-northeast-1",
      readAt: "2026-01-01T00:00:00Z",
      unread: [],
      natGateways: [
        {
          NatGatewayId: "nat-1",
          VpcId: "vpc-1",
          SubnetId: "subnet-1",
          State: "pending" as const,
          NatGatewayAddresses: [
            { PrivateIp: "10.2.0.9", PublicIp: "198.51.100.9", IsPrimary: false },
            { PrivateIp: "10.2.0.4", PublicIp: "198.51.100.4", IsPrimary: true },
          ],
          Tags: [{ Key: "Name", Value: "nat" }],
        },
        {
          NatGatewayId: "nat-2",
          ConnectivityType: "private" as const,
          NatGatewayAddresses: [{ PrivateIp: "10.2.0.5" }],
        },
      ],
    };
    const { natGateways } = topologyFromAnswers([answers]);
    expect(natGateways["nat-1"]).to.include({
      ...{ name: "nat", vpcId: "vpc-1", subnetId: "subnet-1", state: "pending" },
      ...{ address: "10.2.0.4", publicAddress: "198.51.100.4" },
    });
    expect(natGateways["nat-2"]?.publicAddress).to.equal("");
  });
});
