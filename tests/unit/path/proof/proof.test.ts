import { expect } from "chai";
import {
  isProven,
  overallVerdict,
  renderSummary,
  verdictInWords,
  verdicts,
  type PairReport,
  type PathReport,
} from "../../../../path/report";
import { inspectedReport } from "../../../fixtures/pathReports";

const [pair] = inspectedReport.pairs;

function reportOf(verdict: PairReport["verdict"], statelessAppliances?: boolean): PathReport {
  const pairs = [{ ...(pair as PairReport), verdict }];
  return { ...inspectedReport, verdict, pairs, ...(statelessAppliances !== undefined && { statelessAppliances }) };
}

describe("Proof", () => {
  it("is inspected and nothing else, and asymmetric where the settings say that the appliances keep no state", () => {
    const provenOnes = (statelessAppliances?: boolean): string[] =>
      verdicts.filter((verdict) => isProven(reportOf(verdict, statelessAppliances)));
    expect(provenOnes()).to.deep.equal(["inspected"]);
    expect(provenOnes(false)).to.deep.equal(["inspected"]);
    expect(provenOnes(true)).to.deep.equal(["inspected", "asymmetric"]);
  });

  it("says by whose word asymmetric is enough, and keeps the verdict", () => {
    for (const verdict of verdicts) {
      const inWords = verdictInWords(reportOf(verdict, true));
      if (verdict === "asymmetric") expect(inWords).to.match(/^asymmetric, .*the settings.* keep no state$/);
      else expect(inWords).to.equal(verdict);
      expect(verdictInWords(reportOf(verdict))).to.equal(verdict);
    }
    const [accepted, refused] = [reportOf("asymmetric", true), reportOf("asymmetric")];
    expect(renderSummary(accepted)).to.include("keep no state").and.include("✓ asymmetric");
    expect(renderSummary(refused)).not.to.include("keep no state");
    expect(renderSummary(refused)).to.include("✗ asymmetric");
  });

  it("is none as a whole where a target was not exercised, whatever it keeps", () => {
    const exercise = [
      {
        target: "t",
        azId: "apne1-az4",
        gatewayAzId: "apne1-az4",
        usable: true,
        exercised: false,
        flowsSent: 4,
        flowsIn: 0,
        flowsOut: 0,
      },
    ];
    expect(overallVerdict({ ...reportOf("asymmetric", true), exercise })).to.equal("inconclusive");
    expect(overallVerdict({ ...reportOf("asymmetric"), exercise })).to.equal("asymmetric");
    expect(overallVerdict({ ...reportOf("inspected"), exercise })).to.equal("inconclusive");
  });
});
