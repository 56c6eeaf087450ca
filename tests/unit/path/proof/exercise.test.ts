import { expect } from "chai";
import {
  exercisedInWords,
  exerciseOf,
  finding,
  overallVerdict,
  withExercise,
  type ExercisedPair,
  type ExercisedTarget,
  type PairReport,
  type TargetExercise,
  type Verdict,
} from "../../../../path/proof";
import { renderPage } from "../../../../path/render/html";
import { renderSummary } from "../../../../path/render/summary";

const [az1, az4] = ["apne1-az1", "apne1-az4"];
const target = (name: string, azId: string, change: Partial<ExercisedTarget> = {}): ExercisedTarget => ({
  name,
  azId,
  unhealthy: false,
  appliance: false,
  ...change,
});
const two = [target("a", az1), target("b", az1)];

/** A pair in an AZ: flows in and out by target, and the target that its pings crossed. */
function pair(flows: Record<string, [number, number]>, pinged?: string, azId = az1): ExercisedPair {
  const none = { requestIn: 5, requestOut: 5, replyIn: 5, replyOut: 5 };
  return {
    azId,
    flowsSent: 32,
    flows: Object.entries(flows).map(([name, [flowsIn, flowsOut]]) => ({
      target: name,
      gatewayAzId: azId,
      flowsIn,
      flowsOut,
    })),
    byGateway:
      pinged === undefined ? [] : [{ target: pinged, gatewayAddress: "10.1.1.27", gatewayAzId: azId, ...none }],
  };
}

function reportOf(verdict: Verdict): PairReport {
  return {
    source: { name: "source", azId: az1, address: "10.0.1.10" },
    destination: { name: "destination", azId: az1, address: "10.0.3.10" },
    expectReply: true,
    verdict,
    targets: [],
    findings: [],
    ping: { transmitted: 5, received: 5, loss: 0 },
  };
}

function judged(targets: ExercisedTarget[], of: ExercisedPair, verdict: Verdict = "inspected", crossZone = false) {
  const exercise = exerciseOf(targets, crossZone, [of]);
  const report = withExercise(reportOf(verdict), of, exercise);
  return {
    verdict: report.verdict,
    overall: overallVerdict({ pairs: [report], exercise }),
    codes: report.findings.map(({ code, hop }) => `${code} ${hop}`),
  };
}

describe("What flows show of targets", () => {
  it("is that each of them sends back", () => {
    expect(judged(two, pair({ a: [16, 16], b: [16, 16] }, "a"))).to.deep.equal({
      verdict: "inspected",
      overall: "inspected",
      codes: [],
    });
  });

  it("is that one keeps them, all or some: the pair is partial at best", () => {
    for (const out of [0, 15]) {
      const flows = pair({ a: [16, 16], b: [16, out] }, "a");
      const codes = ["TARGET_KEEPS_FLOWS b"];
      expect(judged(two, flows)).to.deep.equal({ verdict: "partial", overall: "partial", codes });
      expect(judged(two, flows, "asymmetric").verdict).to.equal("partial");
      for (const worse of ["one-way", "lost-at-target", "bypassed", "inconclusive"] as const) {
        expect(judged(two, flows, worse).verdict).to.equal(worse);
      }
    }
  });

  it("is nothing of a target that none came to: pairs stay inspected, the whole does not", () => {
    expect(judged(two, pair({}, "a"))).to.deep.equal({
      verdict: "inspected",
      overall: "inconclusive",
      codes: ["TARGET_NOT_EXERCISED b"],
    });
    expect(judged(two, pair({ a: [32, 32] }, "a")).overall).to.equal("inconclusive");
    // Nothing is claimed that would have to be limited.
    expect(judged(two, pair({}), "lost-before-target")).to.deep.equal({
      verdict: "lost-before-target",
      overall: "lost-before-target",
      codes: [],
    });
  });

  it("is asked of no target that GWLB does not choose: in another AZ, or unhealthy while others are not", () => {
    const inOther = [target("a", az1), target("b", az4)];
    expect(judged(inOther, pair({}, "a")).overall).to.equal("inspected");
    expect(judged(inOther, pair({}, "a"), "inspected", true).overall).to.equal("inconclusive");
    const sick = { unhealthy: true };
    expect(judged([target("a", az1), target("b", az1, sick)], pair({}, "a")).overall).to.equal("inspected");
    expect(judged([target("a", az1, sick), target("b", az1, sick)], pair({}, "a")).overall).to.equal("inconclusive");
    // What they get nonetheless counts.
    expect(judged(inOther, pair({ b: [3, 2] }, "a")).codes).to.deep.equal(["TARGET_KEEPS_FLOWS b"]);
  });

  it("holds for pairs that send none, as from the machine that measures", () => {
    const flows = pair({ a: [16, 16], b: [16, 0] }, "a");
    const silent = { ...pair({}, "a"), flowsSent: 0 };
    const exercise = exerciseOf(two, false, [flows, silent]);
    expect(withExercise(reportOf("inspected"), silent, exercise).verdict).to.equal("partial");
    const elsewhere = pair({}, "c", az4);
    const both = exerciseOf([...two, target("c", az4)], false, [flows, elsewhere]);
    expect(withExercise(reportOf("inspected"), elsewhere, both).verdict).to.equal("inspected");
  });

  it("is by the GWLB address that they came from, whatever the AZ of the source", () => {
    const through4 = { ...pair({ b: [8, 8] }, undefined, az4), azId: az1 };
    const exercise = exerciseOf([target("a", az1), target("b", az4)], false, [through4]);
    expect(exercise.map((each) => [each.target, each.gatewayAzId, each.exercised])).to.deep.equal([["b", az4, true]]);
  });

  it("is an appliance's own affair, but none that sends nothing back is exercised", () => {
    const appliances = [target("a", az1, { appliance: true }), target("b", az1, { appliance: true })];
    expect(judged(appliances, pair({ a: [16, 0], b: [16, 3] }, "a"))).to.deep.equal({
      verdict: "inspected",
      overall: "inspected",
      codes: [],
    });
    expect(judged(appliances, pair({ a: [16, 0], b: [16, 0] }, "a"))).to.deep.equal({
      verdict: "inspected",
      overall: "inconclusive",
      codes: ["TARGET_NOT_EXERCISED b"],
    });
  });

  it("says once that a target sends nothing back", () => {
    const flows = pair({ a: [16, 0] });
    const exercise = exerciseOf(two, false, [flows]);
    const kept = finding("NOT_SENT_BACK", "a", "");
    const report = withExercise({ ...reportOf("lost-at-target"), findings: [kept] }, flows, exercise);
    expect(report.findings).to.deep.equal([kept]);
  });
});

describe("The report on targets", () => {
  const entry = (name: string, change: Partial<TargetExercise> = {}): TargetExercise => ({
    target: name,
    azId: az1,
    gatewayAzId: az1,
    usable: true,
    flowsSent: 32,
    flowsIn: 9,
    flowsOut: 7,
    exercised: true,
    ...change,
  });
  const exercise = [
    entry("a"),
    entry("b", { gatewayAzId: az4, flowsIn: 0, flowsOut: 0, exercised: false }),
    entry("b"),
    entry("c", { usable: false, exercised: false }),
  ];
  const report = {
    verdict: "inconclusive",
    measuredAt: "2026-01-02T03:04:05.000Z",
    pairs: [reportOf("inspected")],
  } as const;
  const whole = { ...report, pairs: [...report.pairs], exercise };

  it("counts those that were exercised from every AZ's GWLB address that may choose them", () => {
    expect(exercisedInWords(whole)).to.equal("1 of 2 targets exercised");
    expect(exercisedInWords({ ...whole, exercise: [entry("a")] })).to.equal("1 of 1 target exercised");
    expect(exercisedInWords({ ...report, pairs: [...report.pairs] })).to.equal(undefined);
  });

  it("has each one's flows, in and out, in every form", () => {
    const summary = renderSummary(whole);
    expect(summary).to.include("Verdict: inconclusive (1 pair, 1 of 2 targets exercised, 2026-01-02T03:04:05.000Z)");
    expect(summary).to.include("flows in·out: a 9·7, b from apne1-az4 0·0 not exercised, b 9·7, c 9·7");
    const page = renderPage({ stack: "system", report: whole, paths: [], drawingStyle: "", captures: [] });
    expect(page).to.include("1 pair, 1 of 2 targets exercised, measured");
    expect(page).to.match(/<th scope="row">a<\/th>.*<td class="number">9<\/td><td class="number">7<\/td><td>yes<\/td>/);
  });
});

describe("Registered targets that nobody watched", () => {
  const arn = "arn:aws:elasticloadbalancing:ap-northeast-1:111111111111:targetgroup/firewalls/0123456789abcdef";
  const watched = { id: "i-0aaaaaaaaaaaaaaa1", state: "healthy", watchedAs: "a" };
  const overall = (verdict: Verdict, ...others: { id: string; state: string }[]): Verdict =>
    overallVerdict({ pairs: [reportOf(verdict)], targetGroup: { arn, registered: [watched, ...others] } });
  const another = (state: string) => ({ id: "i-0bbbbbbbbbbbbbbb2", state });

  it("leave the whole inconclusive, where all is inspected and the next flow may be theirs", () => {
    expect(overall("inspected")).to.equal("inspected");
    expect(overall("inspected", another("healthy"))).to.equal("inconclusive");
    for (const state of ["unhealthy", "unused", "draining", "initial"]) {
      expect(overall("inspected", another(state)), state).to.equal("inspected");
    }
    expect(overall("bypassed", another("healthy"))).to.equal("bypassed");
  });

  it("get flows, too, where none is healthy", () => {
    const registered = [{ ...watched, state: "unhealthy" }, another("unhealthy")];
    expect(overallVerdict({ pairs: [reportOf("inspected")], targetGroup: { arn, registered } })).to.equal(
      "inconclusive",
    );
  });
});
