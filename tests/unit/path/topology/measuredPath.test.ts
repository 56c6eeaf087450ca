import { expect } from "chai";
import { requestOf, type ReadAccount } from "../../../../live";
import { diagnoseLive, measuredPath, TraceError, type ResourceState, type Topology } from "../../../../path/topology";
import { finding, type PairReport, type PathReport } from "../../../../path/proof";
import { checkRequest } from "../../../../path/proof/requestSchema";
import { deployedStates, Deployment, destination, otherTarget, source, target } from "./deployment";

const ping = { count: 3, interval: 0.2, timeout: 1 };

/** As AWS tells it: of no stack, and nothing of what runs on hosts. */
function live({ topology }: Deployment): Topology {
  const text = JSON.stringify(topology, (key, value: unknown) =>
    key === "stack" || key === "hairpin" ? undefined : value,
  );
  return { ...(JSON.parse(text) as Topology), origin: "live" };
}

describe("the path that a flow is measured on, by what AWS tells", () => {
  let states: readonly ResourceState[];
  before(async () => (states = await deployedStates()));
  const made = (): Deployment => new Deployment(states);
  const found = (of: Deployment, ends = { source, destination }) => measuredPath(live(of), ends);
  const refused = (of: Deployment, why: RegExp, ends?: { source: string; destination: string }): void => {
    expect(() => found(of, ends)).to.throw(TraceError, why);
  };

  it("is that which its routes lead to", () => {
    const path = found(made());
    expect(path.source).to.deep.include({ name: source, address: "10.2.10.16", azId: "apne1-az4" });
    expect(path.destination).to.deep.include({ name: destination, address: "10.2.21.16", azId: "apne1-az1" });
    expect(path.loadBalancer.gatewayAddresses).to.deep.equal({ "apne1-az4": "10.1.10.16", "apne1-az1": "10.1.11.16" });
    expect(path.targets.map(({ instance, address, azId }) => [instance.name, address, azId])).to.have.deep.members([
      [target, "10.1.20.16", "apne1-az4"],
      [otherTarget, "10.1.21.16", "apne1-az1"],
    ]);
  });

  it("is that of the VPC's endpoints where no route leads to one", () => {
    const bypassed = made().remove("route", /^system-(source|destination)/);
    expect(found(bypassed).targetGroup.id).to.equal(found(made()).targetGroup.id);
  });

  it("has instances for a group of addresses", () => {
    const of = made();
    const ids = Object.fromEntries(
      [target, otherTarget].map((name) => [of.id("instance", name), of.output("instance", name, "privateIp")]),
    );
    for (const state of of.states.filter(({ type }) => type.endsWith(":TargetGroupAttachment"))) {
      state.outputs = { ...state.outputs, targetId: ids[String(state.outputs?.["targetId"])] };
    }
    expect(found(of).targets.map(({ instance }) => instance.name)).to.have.members([target, otherTarget]);
  });

  it("is refused with what was looked for where something of it is not there", () => {
    refused(made(), /source "nobody" is no instance that is known, expected/, { source: "nobody", destination });
    refused(made(), /is no instance that is known, did you mean .*\? Expected/, { source: `${source}x`, destination });
    refused(made(), /destination "nobody" is no instance/, { source, destination: "nobody" });
    refused(made(), /source "198\.51\.100\.1" is in the internet, expected an instance/, {
      source: "198.51.100.1",
      destination: made().id("instance", destination),
    });
    refused(
      made().remove("endpoint", /./),
      /no endpoint of a Gateway Load Balancer: neither the routes from system-source-apne1-az4 to .* nor has vpc-\w+ any/,
    );
    refused(
      made().remove("service", "security"),
      /of service com\.amazonaws\.vpce\..*which none of these accounts has/,
    );
    refused(made().remove("loadBalancer", "security"), /is of arn:.*: expected one that AWS tells of/);
    refused(made().remove("listener", /./), /load balancer security forwards to no target group/);
    refused(made().remove("attachment", /./), /target group security: no target is registered/);
    refused(made().remove("instance", /^security-target/), /none of its targets i-\w+, i-\w+ is an instance of these/);
    const bypassed = made().remove("route", /^system-(source|destination)/);
    const another = bypassed.change("endpoint", "system-apne1-az1", { serviceName: "com.amazonaws.vpce.x.vpce-svc-0" });
    refused(another, /are of services com\.amazonaws\.vpce\..*: expected one/);
  });

  describe("as a measurement", () => {
    const accounts = (of: Deployment): ReadAccount[] =>
      (["security", "system"] as const).map((profile) => ({
        credentials: { region: "ap-northeast-1", profile },
        answers: {
          source: profile,
          region: "ap-northeast-1",
          readAt: "",
          unread: [],
          instances: of.states
            .filter(({ type, urn }) => type.endsWith(":Instance") && urn.startsWith(`urn:pulumi:${profile}:`))
            .map(({ id = "" }) => ({ InstanceId: id })),
          ...(profile === "security" && {
            targetGroups: [
              {
                TargetGroupArn: of.id("targetGroup", "security"),
                HealthCheckProtocol: "HTTP" as const,
                HealthCheckPort: "traffic-port",
                HealthCheckPath: "/health",
                HealthCheckIntervalSeconds: 5,
                HealthyThresholdCount: 3,
              },
            ],
          }),
        },
      }));

    it("is valid, by SSM with the credentials that each host was told of by, and asks for no rules of the program's", () => {
      const of = made();
      const request = requestOf(found(of), accounts(of), ping);
      expect(checkRequest(JSON.parse(JSON.stringify(request)))).to.deep.equal(request);
      expect(request.targets.map(({ host, hairpin }) => ({ host, hairpin }))).to.have.deep.members(
        [target, otherTarget].map((name) => ({
          host: { instanceId: of.id("instance", name), region: "ap-northeast-1", profile: "security" },
          hairpin: false,
        })),
      );
      expect(request.pairs[0]?.source.host).to.deep.include({ profile: "system" });
      expect(request.targetGroup).to.deep.include({ ours: false, profile: "security" });
      expect(request.health).to.deep.equal({
        port: 6081,
        protocol: "HTTP",
        path: "/health",
        interval: 5,
        threshold: 3,
        deadline: 45,
      });
    });

    it("is refused without the account of a host", () => {
      const of = made();
      const [security] = accounts(of) as [ReadAccount];
      expect(() => requestOf(found(of), [security], ping)).to.throw(TraceError, /instance i-\w+ was told of by none/);
    });
  });

  describe("diagnosed", () => {
    const codes = (of: Deployment, pair: Partial<PairReport>): string[] => {
      const ends = {
        source: { name: source, azId: "apne1-az4", address: "10.2.10.16" },
        destination: { name: destination, azId: "apne1-az1", address: "10.2.21.16" },
      };
      const whole: PairReport = {
        ...ends,
        expectReply: true,
        verdict: "inspected",
        targets: [],
        findings: [],
        ...pair,
      };
      const report: PathReport = { verdict: whole.verdict, measuredAt: "", pairs: [whole] };
      return diagnoseLive(report, live(of)).pairs.flatMap(({ findings }) => findings.map(({ code }) => code));
    };

    it("has the cause that a trace through what AWS tells has, and none of what Pulumi has recorded", () => {
      const of = made().remove("ingress", /^security-target-apne1-az4-in-udp-6081/);
      const lost: Partial<PairReport> = {
        verdict: "lost-before-target",
        findings: [finding("NOT_SEEN_AT_ANY_TARGET", "pair", "0 of 3")],
      };
      expect(codes(of, lost)).to.deep.equal(["ENI_SG_RULES_MISMATCH", "NOT_SEEN_AT_ANY_TARGET"]);
    });

    it("has no doubt of a trace that takes for true what a target does", () => {
      const kept: Partial<PairReport> = {
        verdict: "lost-at-target",
        findings: [finding("NOT_SENT_BACK", target, "3 in, 0 out")],
      };
      expect(codes(made(), kept)).to.deep.equal(["NOT_SENT_BACK"]);
    });
  });
});
