import { expect } from "chai";
import { ssmFaultCases } from "../faultCases";
import { NamedLab } from "../namedLab";

describe("the path with access by SSM", function () {
  this.timeout(300_000);
  const lab = new NamedLab(`ssm-${process.pid}`);

  before(() => lab.succeed("up", "--access", "ssm"));
  after(() => lab.run("down"));

  it("is proven for every pair, with no bastion, and set up again without a change", async () => {
    const { exitCode, report } = await lab.verify();
    expect(report.pairs.map(({ verdict }) => verdict)).to.deep.equal(Array(4).fill("inspected"));
    expect(exitCode).to.equal(0);
    const names = (await lab.inspect()).map(({ name }) => name);
    expect(names.filter((name) => name?.includes("bastion"))).to.deep.equal([]);
    const { stdout, stderr } = await lab.succeed("up", "--access", "ssm");
    expect(stdout + stderr).not.to.match(/[1-9]\d* (created|updated|replaced|deleted)/);
  });

  for (const { fault, verdict, first } of ssmFaultCases) {
    it(`reports ${fault} as ${verdict}, ${first} first`, async () => {
      await lab.succeed("break", fault);
      const { report } = await lab.verify();
      await lab.succeed("repair");
      const found = report.pairs.map((pair) => [pair.verdict, pair.findings[0]?.code]);
      expect(found).to.deep.equal(Array(4).fill([verdict, first]));
    });
  }

  it("is proven again after all these repairs", async () => {
    expect((await lab.verify()).report.verdict).to.equal("inspected");
  });
});
