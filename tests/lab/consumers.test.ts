import { expect } from "chai";
import { needs, type PolicyRole } from "../../iam/needs";
import type { OperationRecord } from "../../lab/providers/operationRecord";
import type { PathReport } from "../../path/proof/pathReport";
import { NamedLab } from "./namedLab";
import { notAllowed, operationsOf } from "./operations";
import { ProgramCopy } from "./programCopy";

const accounts = { security: "111111111111", system: "222222222222", further: "333333333333" };
/** The consumers of examples/two-consumers. */
const first = "system-red";
const further = "system-blue";

/** What was done to which stack's resources, `VERB TYPE NAME`; nothing is said of what stayed as it was. */
function operations(stderr: string): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  const line = /^ *[\d.]+ s {2}(\S+): ((?:created|updated|deleted|replaced|discarded)(?: \([a-z]+\))? \S+ \S+)/gm;
  for (const [, stack = "", operation = ""] of stderr.matchAll(line)) (found[stack] ??= []).push(operation);
  return found;
}

/** A service that requires acceptance, and two consumers in two accounts with the very same addresses. */
describe("adding and removing a consumer in the lab", function () {
  this.timeout(300_000);
  const program = new ProgramCopy("two-consumers");
  const lab = new NamedLab(`consumers-${process.pid}`, program.folder);

  const up = async (): Promise<Record<string, string[]>> => operations((await lab.succeed("up")).stderr);

  before(() => {
    // One of the two to begin with.
    program.leaveOut(further);
    program.set("security", "consumerAccountIds", [accounts.system]);
  });

  after(async () => {
    await lab.run("down");
    program.remove();
  });

  it("the first consumer accepts its own endpoint in the security account, and is proven", async () => {
    const { stderr, exitCode } = await lab.run("up");
    expect(exitCode, stderr).to.equal(0);
    expect(stderr).to.contain(
      `${first}: created VpcEndpointConnectionAccepter ${first}-apne1-az4 in ${accounts.security}`,
    );
    const inSecurity = operations(stderr)[first]?.filter((each) => each.includes("Accepter"));
    expect(inSecurity).to.have.length(1);
  });

  it("a further one adds a principal to the security stack, its own stack, and nothing else", async () => {
    for (const stack of [further, "security"]) program.restore(stack);
    const preview = await lab.succeed("shell", "--", "pulumi", "preview", "--stack", "security");
    expect(preview.stdout).to.match(/\+ 1 to create\n/);
    // The service's name stays known: no consumer is told that all of its path may become another.
    expect(preview.stdout).not.to.contain("Outputs:");
    const done = await up();
    expect(Object.keys(done)).to.have.members(["security", further]);
    expect(done["security"]).to.deep.equal([`created VpcEndpointServiceAllowedPrinciple security-${accounts.further}`]);
    expect(done[further]).to.include(`created VpcEndpointConnectionAccepter ${further}-apne1-az4`);
    expect(done[further]?.filter((each) => !each.startsWith("created "))).to.deep.equal([]);
  });

  it("both are inspected, each by its own packets", async () => {
    const { stdout } = await lab.succeed("verify", "--format", "json");
    const reports = JSON.parse(stdout) as Record<string, PathReport>;
    expect(Object.entries(reports).map(([stack, { verdict }]) => [stack, verdict])).to.have.deep.members([
      [first, "inspected"],
      [further, "inspected"],
    ]);
  });

  it("leaves with its own stack, then with its principal, and the other is still inspected", async () => {
    const destroyed = await lab.succeed(
      "shell",
      "--",
      "pulumi",
      "destroy",
      "--yes",
      "--skip-preview",
      "--stack",
      further,
    );
    expect(destroyed.stdout).to.match(/- +aws:ec2:VpcEndpoint +system-blue-apne1-az4 +deleted/);
    expect(destroyed.stdout).not.to.match(/ (security|system)-(?!blue)/);
    program.leaveOut(further);
    program.set("security", "consumerAccountIds", [accounts.system]);
    expect(await up()).to.deep.equal({
      security: [`deleted VpcEndpointServiceAllowedPrinciple security-${accounts.further}`],
    });
    expect((JSON.parse((await lab.succeed("verify", "--format", "json")).stdout) as PathReport).verdict).to.equal(
      "inspected",
    );
  });

  it("what the engine asks the provider for, to the end of all stacks, is what the roles' policies allow", async () => {
    const destroy = "pulumi destroy --yes --skip-preview --refresh --stack";
    await lab.succeed("shell", "--", "sh", "-c", `${destroy} ${first} && ${destroy} security`);
    const records = operationsOf(lab.name);
    const consumer: PolicyRole[] = ["system"];
    const roles: Record<string, PolicyRole[]> = {
      [accounts.security]: ["security", "accepter"],
      [accounts.system]: consumer,
      [accounts.further]: consumer,
    };
    expect(notAllowed(records, roles)).to.deep.equal([]);

    const types = (account: string, operation: OperationRecord["operation"]): string[] => {
      const some = records.filter((record) => record.accountId === account && record.operation === operation);
      return [...new Set(some.map(({ type }) => type))].sort();
    };
    const accepter: string[] = needs.accepter.types;
    for (const account of [accounts.security, accounts.system, accounts.further]) {
      const made = types(account, "create");
      expect(made, account).to.include("aws:ec2/vpc:Vpc");
      expect(types(account, "delete"), account).to.deep.equal(made.filter((type) => !accepter.includes(type)));
      // The further consumer was destroyed as it stood.
      if (account !== accounts.further) expect(types(account, "read"), account).to.include.members(made);
    }
    expect(types(accounts.security, "create")).to.include.members(accepter);
  });
});
