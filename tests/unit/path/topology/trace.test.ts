import { expect } from "chai";
import {
  isKnown,
  TraceError,
  type Hop,
  type Leg,
  type ResourceState,
  type TraceResult,
} from "../../../../path/topology";
import { headerInWords } from "../../../../path/topology/headers";
import { facingInternet } from "./internetCases";
import { deployedStates, Deployment, destination, otherTarget, source, target } from "./deployment";

const way = (leg: Leg | undefined): string[] => (leg?.hops ?? []).map(({ kind, name }) => `${kind} ${name}`);
const only = (result: TraceResult): TraceResult["paths"][number] => {
  expect(result.paths).to.have.length(1);
  return result.paths[0]!;
};
const crossZone = (made: Deployment): Deployment =>
  made.change("loadBalancer", "security", { enableCrossZoneLoadBalancing: true });

describe("trace", () => {
  let states: readonly ResourceState[];
  before(async () => (states = await deployedStates()));
  const made = (): Deployment => new Deployment(states);

  it("goes through endpoint, GWLB, target and back, and the reply the same way", () => {
    const { request, reply, requestTarget, replyTarget } = only(made().trace());
    const inspected = [
      "vpc-endpoint system-apne1-az4",
      "endpoint-service security",
      "load-balancer security",
      "target-group security",
      "load-balancer security",
      `security-group ${target}`,
      `instance ${target}`,
      `security-group ${target}`,
      "load-balancer security",
      "vpc-endpoint system-apne1-az4",
      "route-table system-endpoint-apne1-az4",
    ];
    const ofSource = [`instance ${source}`, `security-group ${source}`];
    const ofDestination = [`security-group ${destination}`, `instance ${destination}`];
    expect(way(request)).to.deep.equal([
      ...ofSource,
      "route-table system-source-apne1-az4",
      ...inspected,
      ...ofDestination,
    ]);
    expect(way(reply)).to.deep.equal([
      ...ofDestination.reverse(),
      "route-table system-destination-apne1-az1",
      ...inspected,
      ...ofSource.reverse(),
    ]);
    expect(requestTarget).to.equal(made().id("instance", target)).and.to.equal(replyTarget);
  });

  it("names each hop's account, the rule that decided, and the header before and after", () => {
    const { request } = only(made().trace());
    const at = (name: string, kind: Hop["kind"], place = 0): Hop =>
      request.hops.filter((hop) => hop.name === name && hop.kind === kind)[place]!;
    const table = at("system-source-apne1-az4", "route-table");
    expect(table.accountId).to.equal("222222222222");
    expect(table.decidedBy?.text).to.equal(`10.2.21.0/24 → ${made().id("endpoint", "system-apne1-az4")}`);
    const hairpin = at(target, "instance");
    expect(hairpin.accountId).to.equal("111111111111");
    expect(hairpin.azId).to.equal("apne1-az4");
    expect([hairpin.in, hairpin.out].map((header) => headerInWords(header!))).to.deep.equal([
      "10.2.10.16 > 10.2.21.16 icmp [10.1.10.16 > 10.1.20.16:6081]",
      "10.2.10.16 > 10.2.21.16 icmp [10.1.20.16 > 10.1.10.16:6081]",
    ]);
    // GWLB chooses it by the flow.
    expect(isKnown(hairpin.in?.outer?.sourcePort)).to.equal(false);
    expect(at(target, "security-group").decidedBy?.text).to.equal("udp 6081 from 10.1.10.0/24");
    expect(at("security", "load-balancer", 2).out?.outer).to.equal(undefined);
  });

  it("swaps addresses and ports for the reply", () => {
    const securityGroupId = made().id("group", destination);
    const open = { ipProtocol: "tcp", fromPort: 443, toPort: 443 };
    const { request, reply } = only(
      made()
        .add("ingress", "https", "sgr-1", { ...open, securityGroupId, cidrIpv4: "10.2.10.0/24" })
        .add("egress", "https", "sgr-2", {
          ...open,
          securityGroupId: made().id("group", source),
          cidrIpv4: "10.2.0.0/16",
        })
        .trace({ protocol: { protocol: "tcp", port: 443 } }),
    );
    expect(request.hops.at(-1)?.in).to.deep.include({ source: "10.2.10.16", destinationPort: 443 });
    expect(reply?.outcome).to.equal("delivered");
    expect(reply?.hops[0]?.out).to.deep.include({ source: "10.2.21.16", destination: "10.2.10.16", sourcePort: 443 });
    expect(isKnown(reply?.hops[0]?.out?.destinationPort ?? 0)).to.equal(false);
  });

  it("follows every target that the GWLB may choose, and says when the verdict depends on it", () => {
    const same = crossZone(made()).trace();
    expect(same.paths.map(({ requestTarget, replyTarget }) => [requestTarget, replyTarget])).to.deep.equal(
      [target, otherTarget].map((name) => [made().id("instance", name), made().id("instance", name)]),
    );
    expect(same.possibleVerdicts).to.deep.equal(["inspected"]);
    const differing = crossZone(made())
      .report(otherTarget, { gateways: ["10.1.11.16"] })
      .trace();
    expect(differing.possibleVerdicts).to.deep.equal(["inspected", "lost-at-target"]);
    expect(differing.verdict).to.equal("lost-at-target");
    expect(differing.findings.map(({ code, hop }) => [code, hop])).to.deep.equal([
      ["HAIRPIN_RULE_MISSING", otherTarget],
    ]);
  });

  it("lets a reply through another endpoint get a target of its own", () => {
    const other = made().id("endpoint", "system-apne1-az1");
    const paths = crossZone(made())
      .change("route", "system-destination-apne1-az1-to-apne1-az4", { vpcEndpointId: other })
      .trace().paths;
    const [one, two] = [target, otherTarget].map((name) => made().id("instance", name));
    expect(paths.map(({ requestTarget, replyTarget }) => [requestTarget, replyTarget])).to.deep.equal([
      [one, one],
      [one, two],
      [two, one],
      [two, two],
    ]);
  });

  it("leaves out targets that are known to be unhealthy, unless all are", () => {
    const targets = (deployment: Deployment): (string | undefined)[] =>
      deployment.trace().paths.map(({ requestTarget }) => requestTarget);
    const [one, two] = [target, otherTarget].map((name) => made().id("instance", name));
    expect(targets(crossZone(made()).health(target, "unhealthy"))).to.deep.equal([two]);
    expect(targets(crossZone(made()).health(otherTarget, "unhealthy"))).to.deep.equal([one]);
    expect(targets(crossZone(made()).health(target, "unhealthy").health(otherTarget, "unhealthy"))).to.deep.equal([
      one,
      two,
    ]);
  });

  it("says what it assumed of what the states do not tell, and nothing of what somebody found out", () => {
    expect(made().trace().assumptions).to.deep.equal([`target ${target} answers its health checks`]);
    expect(made().health(target, "healthy").trace().assumptions).to.deep.equal([]);
  });

  it("takes the request alone for the proof where no reply is expected", () => {
    // A target's own address: requests come out of the endpoint again and end there.
    const reached = made()
      .add("egress", "target", "sgr-1", {
        securityGroupId: made().id("group", source),
        ipProtocol: "-1",
        cidrIpv4: "10.1.20.16/32",
      })
      .route("system-source-apne1-az4", "10.1.20.16/32", { vpcEndpointId: made().id("endpoint", "system-apne1-az4") });
    expect(reached.trace({ destination: target, expectReply: false }).verdict).to.equal("inspected");
    expect(reached.trace({ destination: target }).verdict).to.equal("lost-after-target");
  });

  it("is inspected at the internet's edge, when requests leave and replies enter through the endpoint", () => {
    const edge = (): Deployment => {
      const vpcEndpointId = made().id("endpoint", "system-apne1-az4");
      const gatewayId = made().id("gateway", "system");
      return made()
        .add("egress", "open", "sgr-1", {
          securityGroupId: made().id("group", source),
          ipProtocol: "-1",
          cidrIpv4: "0.0.0.0/0",
        })
        .change("instance", source, { publicIp: "198.51.100.7" })
        .route("system-source-apne1-az4", "0.0.0.0/0", { vpcEndpointId })
        .route("system-endpoint-apne1-az4", "0.0.0.0/0", { gatewayId });
    };
    const withEdgeTable = (deployment: Deployment): Deployment =>
      deployment
        .add("table", "edge", "rtb-edge", { vpcId: made().output("table", "system-source-apne1-az4", "vpcId") })
        .add("association", "edge", "rtbassoc-edge", {
          routeTableId: "rtb-edge",
          gatewayId: made().id("gateway", "system"),
        })
        .route("edge", "10.2.10.0/24", { vpcEndpointId: made().id("endpoint", "system-apne1-az4") });
    const inspected = withEdgeTable(edge()).trace({ destination: "192.0.2.1" });
    expect(inspected.verdict).to.equal("inspected");
    const { request, reply } = only(inspected);
    expect(request.hops.at(-1)?.in?.source).to.equal("198.51.100.7");
    expect(way(reply).slice(0, 3)).to.deep.equal(["internet internet", "internet-gateway system", "route-table edge"]);
    // Without a table at the edge replies go straight to the source.
    const astray = edge().trace({ destination: "192.0.2.1" });
    expect(astray.verdict).to.equal("one-way");
    expect(astray.findings.map(({ code }) => code)).to.deep.equal(["INGRESS_BYPASSES_ENDPOINT"]);
  });

  it("follows what comes from the internet for a public address, and the answer, through the endpoint", () => {
    const edge = facingInternet(made(), "in", "out");
    const inspected = edge.trace({ source: "192.0.2.1", destination: "198.51.100.7" });
    expect(inspected.verdict).to.equal("inspected");
    expect(inspected.findings).to.deep.equal([]);
    expect(inspected.source).to.deep.equal({ name: "192.0.2.1", address: "192.0.2.1" });
    expect(inspected.destination.name).to.equal(source);
    const { request, reply } = only(inspected);
    expect(way(request).slice(0, 4)).to.deep.equal([
      ...["internet internet", "internet-gateway system", "route-table edge", "vpc-endpoint system-apne1-az4"],
    ]);
    expect(way(request).slice(-2)).to.deep.equal([`security-group ${source}`, `instance ${source}`]);
    expect(request.hops[0]?.out?.destination).to.equal("198.51.100.7");
    expect(request.hops.at(-1)?.in?.destination).to.equal(edge.output("instance", source, "privateIp"));
    expect(way(reply).slice(-3)).to.deep.equal([
      ...["route-table system-endpoint-apne1-az4", "internet-gateway system", "internet internet"],
    ]);
    expect(reply?.hops.at(-1)?.in?.source).to.equal("198.51.100.7");
    // By its name it is the same instance; a private address that nobody has is no host in the internet.
    expect(edge.trace({ source: "192.0.2.1", destination: source }).paths).to.deep.equal(inspected.paths);
    expect(() => edge.trace({ source: "10.2.99.9", destination: source })).to.throw(TraceError, "10.2.99.9");
    expect(() => edge.trace({ source: "192.0.2.1", destination: "192.0.2.2" })).to.throw(TraceError, "192.0.2.2");
  });

  it("never inspects within a subnet", () => {
    const subnetId = made().output("instance", source, "subnetId");
    const [first] = made().states.filter(({ type, id }) => type.includes("Subnet") && id === subnetId);
    expect(first?.outputs?.["cidrBlock"]).to.equal("10.2.10.0/24");
    const result = made()
      .add("egress", "near", "sgr-1", {
        securityGroupId: made().id("group", source),
        ipProtocol: "-1",
        cidrIpv4: "10.2.10.0/24",
      })
      .add("ingress", "near", "sgr-2", {
        securityGroupId: made().id("group", source),
        ipProtocol: "-1",
        cidrIpv4: "10.2.10.0/24",
      })
      .route("system-source-apne1-az4", "10.2.10.0/24", { vpcEndpointId: made().id("endpoint", "system-apne1-az4") })
      .add("instance", "neighbour", "i-1", {
        subnetId,
        privateIp: "10.2.10.99",
        instanceState: "running",
        vpcSecurityGroupIds: [made().id("group", source)],
      })
      .trace({ destination: "neighbour" });
    expect(result.verdict).to.equal("bypassed");
  });

  it("refuses sources and destinations that it cannot tell", () => {
    const refused = (request: object, deployment = made()): string => {
      try {
        deployment.trace(request);
      } catch (error) {
        expect(error).to.be.instanceOf(TraceError);
        return (error as Error).message;
      }
      throw new Error("expected a refusal");
    };
    expect(refused({ source: "nobody" })).to.match(/source "nobody" is no instance .* security-bastion/);
    expect(refused({ destination: "nobody" })).to.match(/destination "nobody"/);
    expect(refused({ destination: source })).to.match(/is the source itself/);
    const twin = made().add("instance", source, "i-twin", { subnetId: "subnet-1", privateIp: "10.9.9.9" });
    expect(refused({}, twin)).to.match(/is 2 instances, expected the id of one: .*\(i-.*\), .*\(i-twin\)/);
    expect(refused({}, made().change("instance", source, { privateIp: undefined }))).to.match(
      /no address that the states tell/,
    );
  });

  it("takes names, ids and addresses alike", () => {
    const byName = made().trace();
    const byId = made().trace({
      source: made().id("instance", source),
      destination: made().id("instance", destination),
    });
    const byAddress = made().trace({ source: "10.2.10.16", destination: "10.2.21.16" });
    for (const other of [byId, byAddress]) expect({ ...other, request: {} }).to.deep.equal({ ...byName, request: {} });
  });
});
