import { expect } from "chai";
import type { z } from "zod";
import { reportSchema, reportVersion, versioned, type PathReport } from "../../../../path/proof";
import { renderJson } from "../../../../path/render";
import { failingReport, inspectedReport, largeReport, refusedReport } from "../../../fixtures/pathReports";

/** Compiles only while every report that the program makes is one by the schema. */
const asWritten = (report: PathReport): Omit<z.input<typeof reportSchema>, "schemaVersion" | "hosts" | "targetGroup"> =>
  report;

describe("The report's schema", () => {
  it("takes every report that is written, and keeps all of it that it knows", () => {
    for (const report of [inspectedReport, failingReport, refusedReport, largeReport]) {
      const read = reportSchema.parse(JSON.parse(renderJson(asWritten(report))));
      expect(read.pairs.map(({ verdict, ping, probe, targets }) => ({ verdict, ping, probe, targets }))).to.deep.equal(
        report.pairs.map(({ verdict, ping, probe, targets }) => ({ verdict, ping, probe, targets })),
      );
    }
  });

  it("takes what a later program adds, and refuses another version and what has gone", () => {
    const written = JSON.parse(renderJson(inspectedReport)) as object;
    expect(reportSchema.safeParse({ ...written, further: 1 }).success).to.equal(true);
    expect(reportSchema.safeParse({ ...written, schemaVersion: reportVersion + 1 }).success).to.equal(false);
    expect(reportSchema.safeParse({ ...written, pairs: undefined }).success).to.equal(false);
    expect(reportSchema.safeParse(inspectedReport).success).to.equal(false);
    expect(Object.keys(versioned(inspectedReport))[0]).to.equal("schemaVersion");
  });
});
