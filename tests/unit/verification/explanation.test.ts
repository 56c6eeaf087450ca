import { expect } from "chai";
import {
  finding,
  hostFindings,
  type HostEvidence,
  type PairReport,
  type PathReport,
  type TargetExercise,
} from "../../../path/proof";
import { explained } from "../../../verification/explanation";
import { healthyEvidence } from "./fakeHosts";

const gatewayAddresses = { "apne1-az4": "10.1.1.27" };
const address = "10.1.1.10";
const counts = { requestIn: 3, requestOut: 3, replyIn: 3, replyOut: 3 };
const nothing = { requestIn: 0, requestOut: 0, replyIn: 0, replyOut: 0 };

/** What becomes of one pair with what its only target says of itself. */
function explainedPair(
  pair: Pick<PairReport, "verdict"> & Partial<PairReport>,
  evidence: Partial<HostEvidence>,
  hairpin = true,
  exercise?: TargetExercise[],
): PairReport {
  const report: PathReport = {
    verdict: pair.verdict,
    ...(exercise && { exercise }),
    measuredAt: "2026-01-02T03:04:05.000Z",
    pairs: [
      {
        source: { name: "source", azId: "apne1-az4", address: "10.0.1.10" },
        destination: { name: "destination", address: "10.0.3.10" },
        expectReply: true,
        findings: [],
        targets: [{ target: "target-1", azId: "apne1-az4", ...counts }],
        ...pair,
      },
    ],
  };
  const told = { ...healthyEvidence(address, ["10.1.1.27"]), ...evidence };
  const healthQuestion = { port: 80, path: "/", timeout: 5 };
  const expected = { address, gatewayAddresses: ["10.1.1.27"], healthPort: 80, hairpin, healthQuestion };
  const found = hostFindings("target-1", told, expected);
  const host = { instanceId: "i-0123456789abcdef0", region: "ap-northeast-1" };
  const targets = [{ name: "target-1", azId: "apne1-az4", address, host, ...(hairpin ? {} : { hairpin }) }];
  const [judged] = explained(report, { hosts: { "target-1": told }, found }, { gatewayAddresses, targets }).pairs;
  if (judged === undefined) throw new Error("no pair");
  return judged;
}
const codesOf = ({ findings }: PairReport): string[] => findings.map(({ code }) => code);

describe("A report with what targets say of themselves", () => {
  const unseen = { targets: [{ target: "target-1", azId: "apne1-az4", ...nothing }] };
  const fastPath = { xdp: ["ens5"] };
  const flows = { target: "target-1", azId: "apne1-az4", gatewayAzId: "apne1-az4", usable: true, exercised: true };

  it("takes packets that no capture may see for no bypass", () => {
    for (const verdict of ["bypassed", "one-way", "lost-before-target", "lost-at-target"] as const) {
      const pair = explainedPair({ verdict, ...unseen }, fastPath);
      expect(pair.verdict).to.equal("inconclusive");
      expect(codesOf(pair)).to.deep.equal(["INTERFACE_OUT_OF_SIGHT"]);
    }
    expect(explainedPair({ verdict: "bypassed", ...unseen }, {}).verdict).to.equal("bypassed");
  });

  it("takes packets for no proof where new flows may fare otherwise: a full table, rules by state that no flow has crossed", () => {
    const full = explainedPair({ verdict: "inspected" }, { connections: { known: 10, most: 10 } });
    expect([full.verdict, ...codesOf(full)]).to.deep.equal([
      "inconclusive",
      "CONNECTIONS_FULL",
      "CARRIED_BY_OLD_STATE",
    ]);
    const rules = [
      ...(healthyEvidence(address, ["10.1.1.27"]).rules ?? []),
      "filter [0:0] -A FORWARD -m conntrack --ctstate NEW -j DROP",
    ];
    const byState = explainedPair({ verdict: "inspected" }, { rules });
    expect(byState.verdict).to.equal("inconclusive");
    expect(codesOf(byState)).to.include("RULES_FOR_NEW_FLOWS");
  });

  it("names filters of traffic control where packets were kept, and not where they came through", () => {
    const filters = { trafficControl: ["ingress filter u32"] };
    const kept = finding("NOT_SENT_BACK", "target-1", "requests 3 in / 0 out");
    expect(codesOf(explainedPair({ verdict: "lost-at-target", findings: [kept] }, filters))[0]).to.equal(
      "TRAFFIC_CONTROL",
    );
    expect(codesOf(explainedPair({ verdict: "inspected" }, filters))).to.deep.equal([]);
  });

  it("names flows that old state keeps where a target keeps packets and tells no other reason", () => {
    const kept = finding("NOT_SENT_BACK", "target-1", "requests 3 in / 0 out");
    const strays = { strayFlows: 18 };
    const first = (evidence: Partial<HostEvidence>, hairpin = true): string | undefined =>
      codesOf(explainedPair({ verdict: "lost-at-target", findings: [kept] }, evidence, hairpin))[0];
    expect(first(strays)).to.equal("KEPT_BY_OLD_STATE");
    expect(first({ ...strays, ipForward: 0 })).to.equal("IP_FORWARDING_OFF");
    expect(first(strays, false)).to.equal("NOT_SENT_BACK");
    expect(codesOf(explainedPair({ verdict: "inspected" }, strays))).to.deep.equal([]);
  });

  it("blames no old state where a target keeps flows that began in this measurement", () => {
    const kept = finding("NOT_SENT_BACK", "target-1", "requests 3 in / 0 out");
    const codes = (flowsOut: number): string[] => {
      const exercise = [{ ...flows, flowsSent: 16, flowsIn: 16, flowsOut, exercised: flowsOut > 0 }];
      const told = { strayFlows: 18, foreignTables: null };
      return codesOf(explainedPair({ verdict: "lost-at-target", findings: [kept] }, told, true, exercise));
    };
    expect(codes(16)[0]).to.equal("KEPT_BY_OLD_STATE");
    expect(codes(0)).to.deep.equal(["NOT_SENT_BACK", "RULES_NOT_SEEN"]);
  });

  it("puts what keeps a target's own datagrams before the capture that did not see one", () => {
    const blind = finding("CAPTURE_BLIND", "target-1", "nothing");
    const { rules = [] } = healthyEvidence(address, ["10.1.1.27"]);
    const first = (evidence: Partial<HostEvidence>): string[] =>
      codesOf(explainedPair({ verdict: "inconclusive", findings: [blind] }, evidence)).slice(0, 2);
    const withRules = (...more: string[]): Partial<HostEvidence> => ({ rules: [...(rules ?? []), ...more] });
    const keeping: Partial<HostEvidence>[] = [
      withRules("mangle [0:0] -A POSTROUTING -p udp -m udp --dport 6081 -j DROP"),
      withRules("raw [0:0] -A OUTPUT -d 10.1.0.0/16 -j DROP"),
      withRules("filter :OUTPUT DROP [0:0]"),
      withRules("mangle :EDGE - [0:0]", "mangle [0:0] -A POSTROUTING -j EDGE", "mangle [0:0] -A EDGE -o ens5 -j DROP"),
      { foreignTables: ["inet fw", "inet fw out: udp dport 6081 drop"] },
    ];
    for (const evidence of keeping) expect(first(evidence)).to.deep.equal(["OTHER_RULES_IN_FORCE", "CAPTURE_BLIND"]);
    expect(first({ trafficControl: ["egress filter u32"] })).to.deep.equal(["TRAFFIC_CONTROL", "CAPTURE_BLIND"]);
    const others = withRules(
      "filter [0:0] -A FORWARD -p udp -m udp --dport 6081 -j DROP",
      "mangle [0:0] -A POSTROUTING -o eth1 -j DROP",
      "filter [0:0] -A OUTPUT -p tcp -j DROP",
    );
    expect(first(others)[0]).to.equal("CAPTURE_BLIND");
  });

  it("names a target's own answer to the health check where AWS finds it unhealthy, and not where it is healthy", () => {
    const wrong = { healthAnswer: "HTTP/1.1 404 Not Found" };
    const unhealthy = finding("TARGET_UNHEALTHY", "target-1", "unhealthy, Target.ResponseCodeMismatch");
    const pair = explainedPair({ verdict: "inspected", findings: [unhealthy] }, wrong);
    expect([pair.verdict, ...codesOf(pair)]).to.deep.equal(["inspected", "HEALTH_CHECK_ANSWER_WRONG", unhealthy.code]);
    expect(codesOf(explainedPair({ verdict: "inspected" }, wrong))).to.deep.equal([]);
  });

  it("has no doubts where every packet was seen, and of flows that began in this measurement, too", () => {
    const exercise = [{ ...flows, flowsSent: 16, flowsIn: 16, flowsOut: 16 }];
    const told = { ...fastPath, foreignTables: null };
    const pair = explainedPair({ verdict: "inspected" }, told, true, exercise);
    expect([pair.verdict, ...codesOf(pair)]).to.deep.equal(["inspected"]);
    // An appliance has rules of its own, and no old state of the hairpin's.
    expect(explainedPair({ verdict: "inspected" }, told, false).verdict).to.equal("inspected");
  });

  it("takes packets for no proof where rules could not be read and no flow has crossed: they may keep new ones", () => {
    for (const hidden of [{ foreignTables: null }, { unreadTables: ["raw"] }]) {
      const pair = explainedPair({ verdict: "inspected" }, hidden);
      expect([pair.verdict, ...codesOf(pair)]).to.deep.equal(["inconclusive", "RULES_NOT_SEEN"]);
    }
  });

  it("does not look for the hairpin on a target that is two-armed, whoever set it up", () => {
    const twoArmed = finding("TWO_ARMED_APPLIANCE", "target-1", "requests 0 in / 3 out");
    const pair = explainedPair({ verdict: "inspected", findings: [twoArmed] }, { rules: [], savedRules: null });
    expect([pair.verdict, ...codesOf(pair)]).to.deep.equal(["inspected", "TWO_ARMED_APPLIANCE"]);
    expect(codesOf(explainedPair({ verdict: "inspected" }, { rules: [] }))).to.include("CARRIED_BY_OLD_STATE");
  });

  it("advises to overwrite no appliance", () => {
    const kept = finding("NOT_SENT_BACK", "target-1", "requests 3 in / 0 out");
    const remedies = (hairpin: boolean): string =>
      explainedPair(
        { verdict: "lost-at-target", findings: [kept] },
        { ipForward: 0, ipForwardAtBoot: 0, rules: ["filter :FORWARD DROP"], listening: [] },
        hairpin,
      )
        .findings.map(({ remedy }) => remedy)
        .join();
    expect(remedies(false)).not.to.include("hairpin.sh");
    expect(remedies(true)).to.include("hairpin.sh");
  });
});
