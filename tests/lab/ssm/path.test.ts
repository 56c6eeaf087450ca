import { expect } from "chai";
import { ssmFaultCases } from "../faultCases";
import { NamedLab } from "../namedLab";
import { ProgramCopy } from "../programCopy";

const accounts = { security: "111111111111", system: "222222222222" };
const roleIn = (accountId: string, name = "deploy") => ({ roleArn: `arn:aws:iam::${accountId}:role/${name}` });

describe("the path with access by SSM", function () {
  this.timeout(300_000);
  const program = new ProgramCopy();
  const lab = new NamedLab(`ssm-${process.pid}`, program.folder);

  before(async () => {
    // With credentials of neither account: those of the environment assume a role in each.
    for (const [stack, accountId] of Object.entries(accounts)) program.set(stack, "assumeRole", roleIn(accountId));
    await lab.succeed("up", "--access", "ssm");
  });
  after(async () => {
    await lab.run("down");
    program.remove();
  });

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

  it("is refused with a role that may not be assumed, which is named", async () => {
    const { roleArn } = roleIn(accounts.system, "other");
    program.set("system", "assumeRole", { roleArn });
    const { exitCode, stderr } = await lab.run("up");
    program.set("system", "assumeRole", roleIn(accounts.system));
    expect(exitCode).not.to.equal(0);
    expect(stderr).to.include(`IAM Role (${roleArn}) cannot be assumed.`);
    expect(stderr).to.include("999999999999:user/lab is not authorized to perform: sts:AssumeRole");
  });

  it("is proven again after all these repairs", async () => {
    expect((await lab.verify()).report.verdict).to.equal("inspected");
  });
});
