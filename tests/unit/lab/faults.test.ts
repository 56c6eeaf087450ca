import { expect } from "chai";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { faults } from "../../../lab/faults/faults";
import { packageFaults } from "../../../lab/faults/packageFaults";
import { expectedVerdict } from "../../lab/expectedVerdict";
import { accessFaultCases, faultCases, internetFaultCases, transitFaultCases } from "../../lab/faultCases";

const cases = [
  ...faultCases,
  ...internetFaultCases,
  ...transitFaultCases,
  ...accessFaultCases.ssm,
  ...accessFaultCases.ssh,
];

describe("docs/faults.md", () => {
  it("lists every fault with what it changes, its verdict and its first finding, and no other", () => {
    const page = readFileSync(path.join(__dirname, "../../../docs/faults.md"), "utf8");
    const rows = [...page.matchAll(/^\| `([a-z-]+)` +\| (.*?) +\| (.*?) +\| (.*?) +\|$/gm)];
    const documented = Object.fromEntries(rows.map(([, name = "", ...cells]) => [name, cells]));
    const expected = Object.fromEntries(
      Object.entries(faults).map(([name, { what }]) => {
        const known = cases.find(({ fault }) => fault === name);
        const then = known?.later === undefined ? "" : `, then \`${known.later}\``;
        const verdict = known === undefined ? "set-up fails" : `\`${known.verdict}\`${then}`;
        return [name, [what, verdict, known?.first === undefined ? "–" : `\`${known.first}\``]];
      }),
    );
    expect(documented).to.deep.equal(expected);
  });

  it("has a case for every fault of the path", () => {
    const ofPath = Object.keys(faults).filter((name) => packageFaults[name] === undefined);
    expect(cases.map(({ fault }) => fault)).to.have.members(ofPath);
  });

  it("has for each what its effect on packets alone comes to, as for two faults at once", () => {
    for (const { fault, verdict, later = verdict, effect } of cases) {
      if (effect !== undefined) expect(expectedVerdict([effect]), fault).to.equal(later);
    }
  });
});
