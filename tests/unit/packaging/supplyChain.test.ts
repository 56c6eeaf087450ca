import { expect } from "chai";
import { judgeAudit } from "../../../packaging/audit";
import { licenceProblems } from "../../../packaging/licences";

const problems = (license: string | undefined, manifest?: unknown): string[] =>
  licenceProblems(
    {
      packages: { "": {}, lab: {}, "node_modules/x": { version: "1.0.0", ...(license !== undefined && { license }) } },
    },
    () => manifest,
  );

describe("licences of what the packages bring with them", () => {
  for (const license of ["MIT", "EPL-2.0 OR GPL-3.0-or-later", "(BSD-3-Clause AND Apache-2.0)"]) {
    it(`may be ${license}`, () => expect(problems(license)).to.deep.equal([]));
  }

  for (const license of ["GPL-3.0-only", "MIT AND GPL-3.0-only", "UNLICENSED", "SEE LICENSE IN LICENSE"]) {
    it(`may not be ${license}`, () => expect(problems(license)[0]).to.match(/^x@1\.0\.0: .*: expected one of/));
  }

  it("are read from an older package's own manifest, or missed", () => {
    expect(problems(undefined, { licenses: [{ type: "MIT" }] })).to.deep.equal([]);
    expect(problems(undefined, { licenses: [{ type: "GPL-2.0" }] })).to.have.length(1);
    expect(problems(undefined)).to.deep.equal(["x@1.0.0: names no licence"]);
  });
});

describe("an audit of what the packages bring with them", () => {
  const found = (severity: string) => ({ vulnerabilities: { x: { name: "x", severity, range: "<2" } } });

  it("stops a change for what is high or critical", () => {
    expect(judgeAudit(found("high"))).to.deep.equal({ ok: false, lines: ["x <2: high"] });
    expect(judgeAudit(found("moderate")).ok).to.equal(true);
  });

  it("says so where no registry answers", () => {
    const { ok, lines } = judgeAudit({ message: "405 Method Not Allowed" });
    expect(ok).to.equal(true);
    expect(lines).to.deep.equal(["Not audited, no registry answers: 405 Method Not Allowed"]);
  });
});
