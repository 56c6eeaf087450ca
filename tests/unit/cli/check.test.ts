import { expect } from "chai";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { checkText } from "../../../cli/checkText";
import { check, type CheckResult, type ResourceState } from "../../../path/topology";
import { schemaProblems } from "../../fixtures/writtenJson";
import { deployedStates, Deployment } from "../path/topology/deployment";

const root = path.join(__dirname, "../../..");

describe("check on the command line", function () {
  this.timeout(60_000);
  let states: readonly ResourceState[];
  let directory: string;
  before(async () => {
    states = await deployedStates("ssm");
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "check-"));
  });
  after(() => fs.rmSync(directory, { recursive: true }));

  const run = (resources: readonly ResourceState[], command: string, ...further: string[]) => {
    const file = path.join(directory, "state.json");
    fs.writeFileSync(file, JSON.stringify({ version: 3, deployment: { resources } }));
    const main = ["--import", "tsx", path.join(root, "cli/main.ts")];
    return spawnSync(process.execPath, [...main, command, ...further, "--state", file], {
      cwd: root,
      encoding: "utf8",
      env: { PATH: process.env["PATH"] },
    });
  };

  it("exits 0 where there is nothing to mend", () => {
    const done = run(states, "check");
    expect(done.status, done.stderr).to.equal(0);
    expect(done.stdout).to.match(
      /^0 findings to mend, 0 risks, 0 unknown \(10 subnets of 6 kinds, \d+ flows traced\)/m,
    );
  });

  it("exits 2 where there is nothing to look at, as where all was destroyed", () => {
    const done = run([], "check");
    expect(done.status, done.stderr).to.equal(2);
    expect(done.stdout).to.match(/^There is no subnet to look at: expected deployed stacks/m);
  });

  it("exits 1 with what is to be mended, and a witness that one can type", () => {
    const broken = new Deployment(states).remove("route", "system-source-apne1-az4-to-apne1-az1").states;
    const done = run(broken, "check", "--json");
    expect(done.status, done.stderr).to.equal(1);
    expect(schemaProblems("check.v1.json", JSON.parse(done.stdout))).to.deep.equal([]);
    const { findings } = JSON.parse(done.stdout) as CheckResult;
    expect(findings.map(({ code }) => code)).to.deep.equal(["ONE_WAY_ROUTES"]);
    const typed = /witness: +trace (\S+) (\S+) \(one-way\)/.exec(checkText(check(new Deployment(broken).topology)));
    const [, source = "", destination = ""] = typed ?? [];
    const traced = run(broken, "trace", source, destination, "--format", "json");
    expect(traced.status, traced.stderr).to.equal(1);
    expect(schemaProblems("trace.v1.json", JSON.parse(traced.stdout))).to.deep.equal([]);
    expect((JSON.parse(traced.stdout) as { verdict: string }).verdict).to.equal("one-way");
  });

  it("reads states of Terraform, alone and beside others, and refuses what is none with the file's name", () => {
    const fixture = path.join(root, "tests/fixtures/terraform/appliance.tfstate");
    const main = ["--import", "tsx", path.join(root, "cli/main.ts")];
    const terraform = (...further: string[]) =>
      spawnSync(process.execPath, [...main, ...further], {
        cwd: root,
        encoding: "utf8",
        env: { PATH: process.env["PATH"] },
      });
    const alone = terraform("trace", "client", "server", "--terraform", fixture);
    expect(alone.status, alone.stderr).to.equal(0);
    expect(alone.stdout).to.match(/Expected: inspected/);
    const beside = run(states, "check", "--terraform", fixture);
    expect(beside.status, beside.stderr).to.equal(0);
    expect(beside.stdout).to.match(/\(16 subnets of \d+ kinds/);
    const wrong = terraform("graph", "--terraform", path.join(root, "package.json"));
    expect(wrong.status).to.equal(64);
    expect(wrong.stderr).to.match(
      /error: --terraform ".*package\.json" is no state of Terraform or OpenTofu, expected/,
    );
    const missing = terraform("check", "--terraform", "none.tfstate");
    expect(missing.status).to.equal(64);
    expect(missing.stderr).to.include('--terraform "none.tfstate": expected a file that Terraform or OpenTofu wrote');
    expect(terraform("check", "--plan", "--terraform", fixture).status).to.equal(64);
  });

  it("exits 2 where a flow cannot be followed", () => {
    const made = new Deployment(states).route("system-source-apne1-az4", "0.0.0.0/0", { natGatewayId: "nat-1" });
    const done = run(made.states, "check");
    expect(done.status, done.stderr).to.equal(2);
    expect(done.stdout).to.match(/Could not be told:\n {2}UNKNOWN_RESOURCE at nat-1: /);
  });
});
