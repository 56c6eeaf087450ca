import { expect } from "chai";
import { finding, type HostEvidence, type PairReport, type PathReport, type Verdict } from "../../../../path/proof";
import { diagnose, type ResourceState } from "../../../../path/topology";
import { outsideChanges } from "../../../../path/topology/read/outsideChanges";
import { healthyEvidence } from "../../verification/fakeHosts";
import { deployedStates, Deployment, destination, otherTarget, source, target } from "./deployment";
import { facingInternet } from "./internetCases";

const measured = (verdict: Verdict, findings: PairReport["findings"] = []): PairReport => ({
  source: { name: source, azId: "apne1-az4", address: "10.2.10.16" },
  destination: { name: destination, azId: "apne1-az1", address: "10.2.21.16" },
  expectReply: true,
  verdict,
  targets: [],
  findings,
});

describe("Diagnosis", () => {
  let states: readonly ResourceState[];
  before(async () => (states = await deployedStates()));

  function found(
    pair: PairReport,
    change: (actual: Deployment) => unknown = () => undefined,
    hosts?: Record<string, HostEvidence>,
  ): PairReport["findings"] {
    const actual = new Deployment(states);
    change(actual);
    const report: PathReport = { verdict: pair.verdict, measuredAt: "", pairs: [pair], ...(hosts && { hosts }) };
    const [result] = diagnose(report, { recorded: states, actual: actual.states }).pairs;
    return result?.findings ?? [];
  }
  const codes = (...of: Parameters<typeof found>): string[] => found(...of).map(({ code }) => code);

  it("leaves a pair alone that is inspected and has nothing to find", () => {
    expect(found(measured("inspected"), (actual) => actual.remove("route", /^system-source/))).to.deep.equal([]);
  });

  it("names first what somebody else deleted on the pair's way, with both values", () => {
    const bypass = finding("FORWARD_PATH_BYPASSES_ENDPOINT", "route", "none seen");
    const [first, ...more] = found(measured("one-way", [bypass]), (actual) => actual.remove("route", /^system-source/));
    expect(first).to.deep.include({
      code: "CHANGED_OUTSIDE_PULUMI",
      hop: "Route system-source-apne1-az4-to-apne1-az1",
      seen: "it does not exist",
    });
    expect(first?.expected).to.match(/^as deployed: .*destinationCidrBlock: 10\.2\.21\.0\/24.*vpcEndpointId: vpce-/);
    // Routes of other pairs went, too; they are not this pair's concern.
    expect(more.filter(({ code }) => code === "CHANGED_OUTSIDE_PULUMI")).to.deep.equal([]);
    expect(more).to.deep.include(bypass);
  });

  it("names a rule that now names a security group, which is lost on the way, as changed", () => {
    const lost = measured("lost-after-target", [finding("DESTINATION_DOES_NOT_ANSWER", "pair", "0 of 5")]);
    const [first, second] = found(lost, (actual) => {
      const rule = actual.find("ingress", "system-destination-apne1-az1-in-icmp-10.2.10.0-24");
      const peer = { cidrIpv4: undefined, referencedSecurityGroupId: actual.id("group", source) };
      Object.assign(rule, { inputs: { ...rule.inputs, ...peer }, outputs: { ...rule.outputs, ...peer } });
    });
    expect(first?.code).to.equal("CHANGED_OUTSIDE_PULUMI");
    expect(first?.seen).to.match(/^referencedSecurityGroupId: sg-/);
    expect(first?.expected).to.match(/^as deployed: cidrIpv4: 10\./);
    expect(second).to.include({ code: "SG_REFERENCES_NOT_PRESERVED", nature: "symptom" });
  });

  it("names the rule that is missing where the trace stops", () => {
    const lost = measured("lost-before-target", [finding("NOT_SEEN_AT_ANY_TARGET", "pair", "0 of 5")]);
    const all = codes(lost, (actual) => actual.remove("ingress", /^security-target-apne1-az4-in-udp-6081/));
    expect(all).to.include.members(["CHANGED_OUTSIDE_PULUMI", "ENI_SG_RULES_MISMATCH"]);
    expect(all.at(-1)).to.equal("NOT_SEEN_AT_ANY_TARGET");
    expect(all).not.to.include("TRACE_DISAGREES");
  });

  it("tells of a target's registration that is gone in the pairs that got that target, and in no other", () => {
    const actual = new Deployment(states).remove("attachment", /apne1-az4/);
    const lost = measured("lost-before-target", [finding("NOT_SEEN_AT_ANY_TARGET", "pair", "0 of 5")]);
    const well: PairReport = {
      ...measured("inspected", [finding("ALL_TARGETS_UNHEALTHY", "security", "one is unhealthy")]),
      source: { name: "system-source-apne1-az1", azId: "apne1-az1", address: "10.2.11.16" },
    };
    const report: PathReport = { verdict: "lost-before-target", measuredAt: "", pairs: [lost, well] };
    const [first, second] = diagnose(report, { recorded: states, actual: actual.states }).pairs.map(({ findings }) =>
      findings.filter(({ nature }) => nature === "cause").map(({ code, hop }) => `${code} ${hop.split(" ")[0] ?? ""}`),
    );
    expect(first).to.deep.equal(["CHANGED_OUTSIDE_PULUMI TargetGroupAttachment"]);
    expect(second).to.deep.equal([]);
  });

  it("takes what the targets tell now for what their set-up reported", () => {
    const off: HostEvidence = { ...healthyEvidence("10.1.20.16", ["10.1.10.16", "10.1.11.16"]), ipForward: 0 };
    const lost = measured("lost-at-target", [finding("IP_FORWARDING_OFF", target, "0")]);
    expect(codes(lost, undefined, { [target]: off })).not.to.include("TRACE_DISAGREES");
    expect(codes(lost, undefined, { [target]: { ...off, ipForward: 1 } })).to.include("TRACE_DISAGREES");
  });

  it("looks for no hairpin on a two-armed appliance, and has no doubt of what a trace cannot know", () => {
    const without: HostEvidence = { ...healthyEvidence("10.1.20.16", []), ipForward: 0 };
    for (const verdict of ["lost-after-target", "inspected"] as const) {
      const twoArmed = measured(verdict, [finding("TWO_ARMED_APPLIANCE", target, "outside GENEVE")]);
      expect(codes(twoArmed, undefined, { [target]: without }), verdict).to.deep.equal(["TWO_ARMED_APPLIANCE"]);
    }
  });

  it("takes a path that flows cross in part for what it foretold, where they may go to targets that keep them, only", () => {
    const on = healthyEvidence("10.1.20.16", ["10.1.10.16", "10.1.11.16"]);
    const off = { ...healthyEvidence("10.1.21.16", ["10.1.10.16", "10.1.11.16"]), ipForward: 0 };
    const crossing = (crossZone: boolean) => (actual: Deployment) =>
      actual.change("loadBalancer", "security", { enableCrossZoneLoadBalancing: crossZone });
    const partly = measured("partial", [finding("TARGET_KEEPS_FLOWS", otherTarget, "8 flows in, 0 out")]);
    const hosts = { [target]: on, [otherTarget]: off };
    expect(codes(partly, crossing(true), hosts)).not.to.include("TRACE_DISAGREES");
    expect(codes(partly, crossing(false), hosts)).to.include("TRACE_DISAGREES");
  });

  const gatewaysOf = ["10.1.10.16", "10.1.11.16"];

  it("names first the cause whose repair heals, before a change that was not to blame", () => {
    const missing = finding("HAIRPIN_RULE_MISSING", target, "no DNAT rule for 10.1.10.16");
    const kept = finding("NOT_SENT_BACK", target, "from 10.1.10.16");
    const lost = measured("lost-at-target", [missing, kept]);
    const crossing = (actual: Deployment): void => {
      const crossZone = { enableCrossZoneLoadBalancing: true };
      const balancer = actual.change("loadBalancer", "security", crossZone).find("loadBalancer", "security");
      balancer.inputs = { ...balancer.inputs, ...crossZone };
    };
    const hosts = {
      [target]: healthyEvidence("10.1.20.16", []),
      [otherTarget]: healthyEvidence("10.1.21.16", gatewaysOf),
    };
    expect(codes(lost, crossing, hosts).slice(0, 2)).to.deep.equal(["HAIRPIN_RULE_MISSING", "CHANGED_OUTSIDE_PULUMI"]);
    // The other way round: the target is well enough, for nothing comes to it.
    const unseen = measured("lost-before-target", [
      finding("HEALTH_CHECK_PORT_CLOSED", target, "listening TCP ports: 22"),
      finding("NOT_SEEN_AT_ANY_TARGET", "pair", "0 of 5"),
    ]);
    const closed = (actual: Deployment): unknown => actual.remove("ingress", /^security-target-apne1-az4-in-udp-6081/);
    expect(codes(unseen, closed)[0]).to.equal("CHANGED_OUTSIDE_PULUMI");
  });

  it("names of two faults the one that keeps packets from getting further, and the other as a cause, too", () => {
    const missing = finding("IP_FORWARDING_OFF", target, "net.ipv4.ip_forward is 0");
    const astray = measured("inconclusive", [missing, finding("EVIDENCE_CONTRADICTS_ITSELF", "pair", "replies only")]);
    const hosts = { [target]: { ...healthyEvidence("10.1.20.16", gatewaysOf), ipForward: 0 } };
    const all = found(astray, (actual) => actual.remove("route", /^system-source/), hosts);
    expect(all.filter(({ nature }) => nature === "cause").map(({ code }) => code)).to.have.members([
      "CHANGED_OUTSIDE_PULUMI",
      "IP_FORWARDING_OFF",
    ]);
  });

  it("takes what is found no more without a change for its symptom: one fault, one cause", () => {
    const lost = measured("lost-before-target", [finding("NOT_SEEN_AT_ANY_TARGET", "pair", "0 of 5")]);
    const all = found(lost, (actual) => actual.remove("ingress", /^security-target-apne1-az4-in-udp-6081/));
    expect(all.map(({ code, nature }) => `${nature} ${code}`)).to.deep.equal([
      "cause CHANGED_OUTSIDE_PULUMI",
      "symptom ENI_SG_RULES_MISMATCH",
      "symptom NOT_SEEN_AT_ANY_TARGET",
    ]);
  });

  it("has no doubt of the trace where a target tells itself why it keeps packets", () => {
    const kept = finding("NOT_SENT_BACK", target, "from 10.1.10.16");
    const other = finding("OTHER_RULES_IN_FORCE", target, "raw -A PREROUTING -j DROP");
    expect(codes(measured("lost-at-target", [kept, other]))).not.to.include("TRACE_DISAGREES");
    expect(codes(measured("lost-at-target", [kept]))).to.include("TRACE_DISAGREES");
    // As by a TTL of 1: packets leave the target, and end behind it.
    const lost = finding("DESTINATION_DOES_NOT_ANSWER", destination, "requests 5 in / 5 out, replies 0 in / 0 out");
    expect(codes(measured("lost-after-target", [other, lost]))).to.deep.equal([other.code, lost.code]);
    expect(codes(measured("lost-after-target", [lost]))).to.include("TRACE_DISAGREES");
    const elsewhere = finding("SENT_BACK_ELSEWHERE", target, "5 packets left by another interface");
    expect(codes(measured("lost-after-target", [elsewhere, lost]))).to.deep.equal([elsewhere.code, lost.code]);
    const twice = ["EVIDENCE_CONTRADICTS_ITSELF", "PACKETS_DUPLICATED"] as const;
    const copies = twice.map((code) => finding(code, "pair", "request 1 out 2 times"));
    expect(codes(measured("inconclusive", [other, ...copies]))).not.to.include("TRACE_DISAGREES");
    expect(codes(measured("inconclusive", copies))).to.include("TRACE_DISAGREES");
  });

  it("sees that a target without a way back to the gateway keeps its packets", () => {
    const noWay = finding("NO_WAY_BACK_TO_GATEWAY", target, "10.1.10.16: no route leads there");
    const routes = gatewaysOf.map((gateway) => ({ gateway, interface: null, address: null, forwarded: null }));
    const hosts = { [target]: { ...healthyEvidence("10.1.20.16", gatewaysOf), routes } };
    expect(codes(measured("lost-at-target", [noWay]), undefined, hosts)).to.deep.equal(["NO_WAY_BACK_TO_GATEWAY"]);
  });

  it("does not doubt the trace where a target keeps packets and not all of its rules could be looked at", () => {
    const kept = finding("NOT_SENT_BACK", target, "from 10.1.10.16: requests 5 in / 0 out");
    const hidden = finding("RULES_NOT_SEEN", target, "nftables' own");
    expect(codes(measured("lost-at-target", [kept, hidden]))).to.deep.equal(["NOT_SENT_BACK", "RULES_NOT_SEEN"]);
    expect(codes(measured("lost-at-target", [kept]))).to.include("TRACE_DISAGREES");
  });

  it("says with both values where packets fare otherwise than traced", () => {
    const disagreement = found(measured("lost-before-target")).find(({ code }) => code === "TRACE_DISAGREES");
    expect(disagreement?.seen).to.equal("measured: lost-before-target");
    expect(disagreement?.expected).to.equal("inspected, by what AWS and the targets report");
    expect(codes(measured("inconclusive"))).not.to.include("TRACE_DISAGREES");
  });

  it("explains a pair from the internet, which knows the public address alone, by the route that is gone at the edge", () => {
    const faced = facingInternet(new Deployment(states), "in", "out");
    const report: PathReport = {
      verdict: "one-way",
      measuredAt: "",
      pairs: [
        {
          source: { name: "192.0.2.1", azId: "apne1-az4", address: "192.0.2.1" },
          destination: { name: source, azId: "apne1-az4", address: "10.2.10.16", publicAddress: "198.51.100.7" },
          expectReply: true,
          verdict: "one-way",
          targets: [],
          findings: [finding("FORWARD_PATH_BYPASSES_ENDPOINT", "route", "none seen")],
        },
      ],
    };
    const actual = new Deployment(faced.states).remove("route", /^edge-/);
    const [pair] = diagnose(report, { recorded: faced.states, actual: actual.states }).pairs;
    expect(pair?.findings.map(({ code, hop }) => `${code} ${hop}`)).to.deep.equal([
      "CHANGED_OUTSIDE_PULUMI Route edge-10.2.10.0/24",
      "INGRESS_BYPASSES_ENDPOINT edge",
      "FORWARD_PATH_BYPASSES_ENDPOINT route",
    ]);
  });

  it("finds a loop that somebody made by hand, by what a refresh says of the route table", () => {
    const contradiction = finding("EVIDENCE_CONTRADICTS_ITSELF", "pair", "a target saw 300 packets of one direction");
    const all = found(measured("inconclusive", [contradiction]), (actual) =>
      actual.change("table", "system-endpoint-apne1-az4", {
        routes: [{ cidrBlock: "10.2.21.0/24", vpcEndpointId: actual.id("endpoint", "system-apne1-az4") }],
      }),
    );
    expect(all.map(({ code }) => code)).to.deep.equal(["FORWARDING_LOOP", "EVIDENCE_CONTRADICTS_ITSELF"]);
  });

  it("names what is not as deployed off the way where nothing on it is a cause: what cannot be told is none", async () => {
    const recorded = new Deployment(await deployedStates("ssm"));
    const all = (deployed: Deployment): string[] => {
      const actual = new Deployment(deployed.states).remove("ingress", "security-ssm-tcp-443");
      const unreachable = measured("inconclusive", [finding("HOST_UNREACHABLE", target, "not online in SSM")]);
      const report: PathReport = { verdict: "inconclusive", measuredAt: "", pairs: [unreachable] };
      const [pair] = diagnose(report, { recorded: deployed.states, actual: actual.states }).pairs;
      return pair?.findings.map(({ code, hop }) => `${code} ${hop}`) ?? [];
    };
    const known = [
      "CHANGED_OUTSIDE_PULUMI SecurityGroupIngressRule security-ssm-tcp-443",
      `HOST_UNREACHABLE ${target}`,
    ];
    expect(all(recorded)).to.deep.equal(known);
    const appliance = new Deployment(recorded.states).remove("hairpin", /./);
    expect(all(appliance)).to.deep.equal([...known, `TARGET_SETUP_UNKNOWN ${target}`]);
  });

  it("leaves a pair of other stacks as it was measured", () => {
    const foreign = { ...measured("bypassed"), source: { name: "elsewhere", azId: "apne1-az4", address: "10.9.9.9" } };
    expect(found(foreign)).to.deep.equal([]);
  });
});

describe("Changes made outside Pulumi", () => {
  const resource = (inputs: Record<string, unknown>, more: Partial<ResourceState> = {}): ResourceState => ({
    urn: "urn:pulumi:system::p::aws:ec2/route:Route::r",
    type: "aws:ec2/route:Route",
    id: "r-1",
    inputs,
    ...more,
  });
  const changes = (recorded: ResourceState, ...actual: ResourceState[]): ReturnType<typeof outsideChanges> =>
    outsideChanges([recorded], actual);

  it("are inputs that read otherwise now, with both values", () => {
    expect(
      changes(resource({ vpcEndpointId: "vpce-1", a: 1 }), resource({ vpcEndpointId: "vpce-2", a: 1 })),
    ).to.deep.equal([
      {
        urn: resource({}).urn,
        id: "r-1",
        name: "r",
        type: "Route",
        seen: "vpcEndpointId: vpce-2",
        expected: "vpcEndpointId: vpce-1",
      },
    ]);
  });

  it("are no defaults that AWS adds, but each of what the program set", () => {
    const given = (encrypted: boolean): ResourceState => resource({ disk: { encrypted }, list: [{ port: 80 }] });
    const now = resource({ disk: { encrypted: true, size: 8 }, list: [{ port: 80, action: "x" }], more: true });
    expect(changes(given(true), now)).to.deep.equal([]);
    expect(changes(given(false), now)).to.have.length(1);
    expect(changes(given(true), resource({ disk: { encrypted: true }, list: [{ port: 81 }] }))).to.have.length(1);
    expect(changes(given(true), resource({ disk: { encrypted: true }, list: [] }))).to.have.length(1);
  });

  it("are no labels, no order, no outputs, no inputs that the provider does not report, and no secrets", () => {
    const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:x" };
    const recorded = resource(
      { tags: { a: "b" }, list: ["x", "y"], silent: 1, key: secret },
      { outputs: { state: "a" } },
    );
    const actual = resource({ tags: {}, list: ["y", "x"], key: "[secret]" }, { outputs: { state: "b" } });
    expect(changes(recorded, actual)).to.deep.equal([]);
  });

  it("are not looked for in what is no resource of AWS, or waits to be deleted", () => {
    expect(changes(resource({}, { type: "command:remote:Command" }))).to.deep.equal([]);
    expect(changes(resource({}, { delete: true }))).to.deep.equal([]);
  });
});
