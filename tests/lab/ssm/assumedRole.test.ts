import { expect } from "chai";
import { NamedLab } from "../namedLab";
import { oneZoneProgram } from "../programCopy";

const accounts = { security: "111111111111", system: "222222222222" };
const roleIn = (accountId: string, name = "deploy") => ({ roleArn: `arn:aws:iam::${accountId}:role/${name}` });

describe("the path with hosts that SSM reaches by assumed roles", function () {
  this.timeout(300_000);
  const program = oneZoneProgram();
  const lab = new NamedLab(`roles-${process.pid}`, program.folder);

  before(async () => {
    // With credentials of neither account: those of the environment assume a role in each.
    for (const [stack, accountId] of Object.entries(accounts)) program.set(stack, "assumeRole", roleIn(accountId));
    await lab.succeed("up", "--access", "ssm");
  });
  after(async () => {
    await lab.run("down");
    program.remove();
  });

  it("is proven", async () => {
    const { exitCode, report } = await lab.verify();
    expect(report.pairs.map(({ verdict }) => verdict)).to.deep.equal(["inspected"]);
    expect(exitCode).to.equal(0);
  });

  it("is refused with a role that may not be assumed, which is named", async () => {
    const { roleArn } = roleIn(accounts.system, "other");
    program.set("system", "assumeRole", { roleArn });
    const { exitCode, stderr } = await lab.run("up");
    program.set("system", "assumeRole", roleIn(accounts.system));
    expect(exitCode).not.to.equal(0);
    expect(stderr).to.include(`IAM Role (${roleArn}) cannot be assumed.`);
    expect(stderr).to.include("999999999999:user/lab is not authorized to perform: sts:AssumeRole");
  });
});
