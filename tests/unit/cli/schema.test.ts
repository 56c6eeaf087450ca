import { expect } from "chai";
import type { z } from "zod";
import type { eventSchema } from "../../../cli/eventSchema";
import type { CommandEvent } from "../../../cli/jsonEvents";
import { jsonSchemas } from "../../../cli/schema";
import { historyLine, renderJson, roundOf } from "../../../path/render";
import type { checkSchema, CheckResult, traceSchema, TraceResult } from "../../../path/topology";
import { failingReport, inspectedReport, largeReport, refusedReport } from "../../fixtures/pathReports";
import { readSchema, schemaFiles, schemaProblems } from "../../fixtures/writtenJson";

const reports = [inspectedReport, failingReport, refusedReport, largeReport];

/** Compile only while what the program writes is as the schemas say. */
const asWritten = {
  trace: (result: TraceResult): Omit<z.input<typeof traceSchema>, "schemaVersion"> => result,
  check: (result: CheckResult): Omit<z.input<typeof checkSchema>, "schemaVersion"> => result,
  kind: (kind: CommandEvent["kind"]): z.input<typeof eventSchema>["kind"] => kind,
};

describe("JSON Schemas in the package", () => {
  it("are those of this program; `npm run schemas` writes them", () => {
    const made = jsonSchemas();
    expect(asWritten.kind("exit")).to.equal("exit");
    expect(schemaFiles).to.have.members(Object.keys(made));
    for (const [file, schema] of Object.entries(made)) {
      expect(readSchema(file), file).to.deep.equal(JSON.parse(JSON.stringify(schema)));
    }
  });

  it("demand their version, forbid nothing new, and use what both draft 7 and 2020-12 have", () => {
    for (const file of schemaFiles) {
      const text = JSON.stringify(readSchema(file));
      expect(text, file).to.include('"$schema":"https://json-schema.org/draft/2020-12/schema"');
      expect(text, file).to.match(/"schemaVersion":\{"type":"number","const":\d+\}/);
      expect(text, file).not.to.match(/"additionalProperties":false|"(prefixItems|unevaluated\w+|\$dynamic\w+)"/);
    }
  });

  it("describe every report and round that is written, whole", () => {
    for (const report of reports) {
      expect(schemaProblems("report.v1.json", JSON.parse(renderJson(report)))).to.deep.equal([]);
      for (const page of [undefined, "x/index.html"]) {
        const line = historyLine(roundOf("system", report, page));
        expect(schemaProblems("history.v1.json", JSON.parse(line))).to.deep.equal([]);
      }
    }
  });

  it("refuse what has another version, lacks something or has something that they do not tell of", () => {
    const written = JSON.parse(renderJson(inspectedReport)) as object;
    for (const wrong of [{ schemaVersion: 2 }, { verdict: "fine" }, { pairs: undefined }, { further: 1 }]) {
      const given: unknown = JSON.parse(JSON.stringify({ ...written, ...wrong }));
      expect(schemaProblems("report.v1.json", given), JSON.stringify(wrong)).to.have.length.above(0);
    }
  });
});
