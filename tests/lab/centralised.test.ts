import { expect } from "chai";
import * as path from "node:path";
import type { PolicyRole } from "../../iam/needs";
import { internetHostAddress } from "../../lab/fabric/addresses";
import type { PairReport, PathReport } from "../../path/proof/pathReport";
import { transitFaultCases } from "./faultCases";
import { NamedLab } from "./namedLab";
import { ProgramCopy } from "./programCopy";
import { notAllowed, operationsOf } from "./operations";

const root = path.join(__dirname, "../..");

const isEgress = ({ destination }: Pick<PairReport, "destination">): boolean =>
  destination.address === internetHostAddress;

/** Source and destination AZ of a host's name. */
const zoneOf = (name: string): string => name.replace(/^spoke-[ab]-host-/, "");

describe("the centralised design in the lab", function () {
  this.timeout(600_000);
  const program = new ProgramCopy();
  const lab = new NamedLab("centralised", program.folder);
  before(async () => {
    program.set("transit", "natSubnets", { "apne1-az4": "10.9.30.0/28", "apne1-az1": "10.9.31.0/28" });
    program.set("spoke-a", "egressTo", [internetHostAddress]);
    await lab.succeed("up", "--design", "centralised");
  });
  after(async () => {
    await lab.run("down");
    program.remove();
  });

  it("is proven: both directions of each pair cross one target, also between AZs", async () => {
    const { exitCode, report } = await lab.verify();
    expect(exitCode).to.equal(0);
    expect(report.verdict).to.equal("inspected");
    expect(report.pairs).to.have.length(10);
    expect(report.pairs.filter(isEgress).map(({ source }) => source.name)).to.have.members([
      "spoke-a-host-apne1-az4",
      "spoke-a-host-apne1-az1",
    ]);
    const betweenZones = report.pairs
      .filter((pair) => !isEgress(pair))
      .filter(({ source, destination }) => zoneOf(source.name) !== zoneOf(destination.name));
    expect(betweenZones).to.have.length(4);
    for (const { source, destination, targets } of report.pairs) {
      const crossed = targets.filter(({ requestIn, replyIn }) => requestIn + replyIn > 0);
      expect(crossed, `${source.name} → ${destination.name}`).to.have.length(1);
      expect(crossed[0]).to.include({ requestIn: 5, requestOut: 5, replyIn: 5, replyOut: 5 });
    }
  });

  const found = transitFaultCases.filter(({ first, onlyLive }) => first !== undefined && onlyLive !== true);
  for (const { fault, verdict, first, at = /./, betweenZones, egress } of found) {
    it(`reports ${fault} as ${verdict}, ${first} first, and nothing that doubts trace or captures`, async () => {
      await lab.succeed("break", fault);
      const { exitCode, report } = await lab.verify();
      await lab.succeed("repair");
      expect(exitCode).to.equal(1);
      expect(report.verdict).to.equal(verdict);
      for (const each of report.pairs) {
        const { source, destination, verdict: found, findings } = each;
        const pair = `${source.name} → ${destination.name}`;
        // What other faults do to them is not what they do between spokes.
        if (isEgress(each) !== (egress === true)) {
          if (egress === true) expect(found, pair).to.equal("inspected");
          continue;
        }
        if (betweenZones === true && zoneOf(source.name) === zoneOf(destination.name)) {
          expect(found, pair).to.equal("inspected");
          continue;
        }
        expect([found, findings[0]?.code], pair).to.deep.equal([verdict, first]);
        expect(findings[0]?.hop, pair).to.match(at);
        expect(
          findings.map(({ code }) => code),
          pair,
        ).not.to.include.oneOf(["TRACE_DISAGREES", "CAPTURE_BLIND", "CAPTURE_FAILED"]);
      }
    });
  }

  it("reports by what AWS tells that another VPC at the transit gateway has taken a spoke's CIDR", async () => {
    const [source, destination] = ["spoke-a-host-apne1-az1", "spoke-b-host-apne1-az1"];
    const program = [path.join(root, "loader.cjs"), path.join(root, "cli/main.ts")];
    const accounts = ["111111111111", "222222222222", "333333333333"].map((id) => `lab-ap-northeast-1-${id}`);
    const ends = ["--source", source, "--destination", destination, "--format", "json"];
    await lab.succeed("break", "spoke-cidr-taken");
    const outcome = await lab.run(
      "shell",
      "--",
      "node",
      "--require",
      ...program,
      "verify",
      "--live",
      ...accounts,
      ...ends,
    );
    await lab.succeed("repair");
    const { pairs } = JSON.parse(outcome.stdout) as PathReport;
    const [pair] = pairs;
    expect([pair?.verdict, pair?.findings[0]?.code]).to.deep.equal(["lost-after-target", "VPC_CIDRS_OVERLAP"]);
    expect(pair?.findings.map(({ code }) => code)).not.to.include("TRACE_DISAGREES");
  });

  it("does not destroy the hub while spokes are attached, and names them before anything is touched", async () => {
    const destroy = ["pulumi", "destroy", "--stack", "transit", "--yes", "--non-interactive", "--skip-preview"];
    const { exitCode, stdout, stderr } = await lab.run("shell", "--", ...destroy);
    expect(exitCode).not.to.equal(0);
    const said = stdout + stderr;
    expect(said).to.match(/Spokes are attached to transit gateway tgw-\w+: nothing was deleted/);
    for (const [account, stack] of [
      ["222222222222", "spoke-a"],
      ["333333333333", "spoke-b"],
    ]) {
      expect(said).to.match(new RegExp(`tgw-attach-\\w+ of account ${account}: vpc vpc-\\w+ available`));
      expect(said).to.include(`to remove: pulumi destroy --stack ${stack}`);
    }
    expect(said).not.to.match(/\d+ deleted/);
  });

  it("is proven again when all of them are taken back, with nothing to do in a second run, whatever becomes of the share", async () => {
    await lab.succeed("break", "share-not-accepted");
    const { stdout, stderr } = await lab.succeed("up", "--design", "centralised");
    const done = (stdout + stderr).split("\n").filter((line) => /: \d+ (created|updated|replaced|deleted)/.test(line));
    expect(done).to.deep.equal([]);
    expect((await lab.verify()).report.verdict).to.equal("inspected");
    await lab.succeed("repair");
  });

  it("asks the provider for nothing that the roles' policies do not allow", () => {
    const records = operationsOf(lab.name);
    expect(records.map(({ type }) => type)).to.include(
      "aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter",
    );
    const roles: Record<string, PolicyRole[]> = {
      "111111111111": ["security", "accepter", "transit", "attachmentAccepter"],
      "222222222222": ["spoke"],
      "333333333333": ["spoke"],
    };
    expect(notAllowed(records, roles)).to.deep.equal([]);
  });
});
