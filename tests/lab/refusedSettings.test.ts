import { expect } from "chai";
import * as fs from "node:fs";
import * as path from "node:path";
import { ensureImage } from "../../lab/fabric/image";
import { Lab } from "../../lab/world/lab";
import { commandLine, type Outcome } from "./commandLine";
import { NamedLab } from "./namedLab";
import { oneZoneProgram } from "./programCopy";

/** What a user types with settings that are wrong: plain `pulumi` in the project's folder. What is right, AWS in the lab would answer. */
describe("plain pulumi with wrong settings", function () {
  this.timeout(300_000);
  const program = oneZoneProgram();
  const name = `refused-${process.pid}`;
  const lab = new NamedLab(name, program.folder);
  /** The stacks' settings as they are right, with what the engine keeps in them. */
  const right: Record<string, string> = {};
  const fileOf = (stack: string): string => path.join(program.folder, `Pulumi.${stack}.yaml`);
  const pulumi = (script: string): Promise<Outcome> =>
    lab.run("shell", "--", "sh", "-ec", `cd ${program.folder}; ${script}`);

  before(async () => {
    await commandLine("lab", "setup");
    await (await Lab.start({ name, imagePath: (await ensureImage()).path })).detach();
    await lab.succeed("shell", "--", "cp", "Pulumi.security.yaml", "Pulumi.system.yaml", program.folder);
    for (const stack of ["security", "system"]) right[stack] = fs.readFileSync(fileOf(stack), "utf8");
  });

  after(async () => {
    await lab.run("down");
    program.remove();
  });

  afterEach(() => {
    for (const [stack, text] of Object.entries(right)) fs.writeFileSync(fileOf(stack), text);
  });

  /** Changes lines of a stack's settings as an editor does, by key. */
  function edit(stack: string, changes: Record<string, string>): void {
    let text = right[stack] ?? "";
    for (const [key, value] of Object.entries(changes)) {
      const line = `  gwlb-inspection:${key}: ${value}`;
      const old = new RegExp(`^ {2}gwlb-inspection:${key}:.*\\n( {4}.*\\n)*`, "m");
      text = old.test(text) ? text.replace(old, `${line}\n`) : text.replace(/^config:$/m, `config:\n${line}`);
    }
    fs.writeFileSync(fileOf(stack), text);
  }

  async function timed(stack: string): Promise<Outcome & { seconds: number }> {
    const start = process.hrtime.bigint();
    const outcome = await pulumi(`pulumi preview --non-interactive --stack ${stack}`);
    return { ...outcome, seconds: Number(process.hrtime.bigint() - start) / 1e9 };
  }

  async function refusal(stack: string): Promise<string> {
    const { exitCode, stdout, stderr } = await timed(stack);
    expect(exitCode, stdout).to.not.equal(0);
    expect(stdout + stderr).not.to.match(/^\s+at .*:\d+:\d+\)?$|node_modules|unhandled|package\.json/m);
    return stdout;
  }

  it("tells all that is wrong at once, in about the time of a preview that works", async () => {
    const works = await timed("security");
    expect(works.exitCode, works.stdout).to.equal(0);
    edit("security", { accountId: "012345678901", crossZone: "yes", tcpIdleTimeout: "1_0", region: "" });
    const start = process.hrtime.bigint();
    const printed = await refusal("security");
    const seconds = Number(process.hrtime.bigint() - start) / 1e9;
    for (const line of [
      'accountId: account ID "12345678901" is not an AWS account ID, expected 12 digits, in quotes, as "012345678901"',
      "region: missing: expected one as ap-northeast-1",
      'crossZone: "yes": expected true or false',
      "tcpIdleTimeout: 10: expected 60 to 6000",
    ]) {
      expect(printed).to.include(line);
    }
    expect(seconds).to.be.lessThan(2 * works.seconds + 5);
  });

  it("tells what an id without quotes has become", async () => {
    edit("security", { accountId: "011111111111" });
    expect(await refusal("security")).to.match(/accountId: account ID "1227133513" .* as .*"011111111111"/);
  });

  it("tells what a look-up finds wrong", async () => {
    edit("security", { existing: "{ vpcId: vpc-0123456789abcdef0 }" });
    expect(await refusal("security")).to.match(
      /existing\.vpcId: "vpc-0123456789abcdef0": .*: expected a VPC of this account/,
    );
    edit("system", { securityStack: "nobody" });
    expect(await refusal("system")).to.include(
      'securityStack: "nobody": unknown stack "nobody": expected a security stack, deployed before this one',
    );
  });

  it("tells that Amazon's newest image cannot be read, before anything is registered", async () => {
    const zones = "{ euw9-az1: { gwlb: 10.1.10.0/24, target: 10.1.20.0/24 } }";
    edit("security", { region: "eu-west-9", zones, bastion: "{}" });
    const printed = await refusal("security");
    expect(printed).to.match(/ami: "": .*ParameterNotFound.*: expected an AMI id/);
    expect(printed).to.match(/\+ [12] to create/);
  });

  it("has a secret nowhere in clear, neither in an error nor in the state", async () => {
    const shown = await pulumi(
      `pulumi config set --secret --stack security assumeRole '{"roleArn": "arn:aws:iam::333333333333:role/classified"}'
       pulumi preview --non-interactive --stack security || true`,
    );
    expect(shown.stdout).to.include("assumeRole.roleArn: (a secret): expected arn:aws:iam::111111111111:role/NAME");
    expect(shown.stdout + shown.stderr).not.to.include("classified");
    fs.writeFileSync(fileOf("security"), right["security"] ?? "");
    const { exitCode, stdout, stderr } = await pulumi(
      `pulumi config set --secret --stack security profile classified-111111111111
       pulumi up --yes --skip-preview --non-interactive --stack security --target '**pulumi:providers:aws**' >&2
       pulumi stack export --stack security`,
    );
    expect(exitCode, stderr).to.equal(0);
    expect(stdout).to.include("pulumi:providers:aws").and.not.include("classified");
  });
});
