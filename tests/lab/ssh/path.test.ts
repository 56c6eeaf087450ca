import { expect } from "chai";
import * as fs from "node:fs";
import { accessFaultCases } from "../faultCases";
import { NamedLab } from "../namedLab";

const source = "system-source-apne1-az4";

describe("the path with access by ssh", function () {
  this.timeout(300_000);
  const lab = new NamedLab(`ssh-${process.pid}`);

  before(() => lab.succeed("up", "--access", "ssh"));
  after(() => lab.run("down"));

  it("is proven for every pair, through bastions, and set up again without a change", async () => {
    const { exitCode, report } = await lab.verify();
    expect(report.pairs.map(({ verdict }) => verdict)).to.deep.equal(Array(4).fill("inspected"));
    expect(exitCode).to.equal(0);
    const names = (await lab.inspect()).flatMap(({ name }) => name ?? []);
    expect(names).to.include.members(["security-bastion", "system-bastion"]);
    expect(names.filter((name) => name.includes("ssm"))).to.deep.equal([]);
    const { stdout, stderr } = await lab.succeed("up", "--access", "ssh");
    expect(stdout + stderr).not.to.match(/[1-9]\d* (created|updated|replaced|deleted)/);
  });

  describe("lab ssh", () => {
    it("logs in through the bastion as the AMI's user, and passes the exit code on", async () => {
      const outcome = await lab.run("ssh", source, "--", 'echo "$(hostname) $(whoami) $SSH_CONNECTION"; exit 7');
      expect(outcome.exitCode, outcome.stderr).to.equal(7);
      const bastion = (await lab.inspect()).find(({ name }) => name === "system-bastion")?.address;
      expect(outcome.stdout).to.match(new RegExp(`^${source} ec2-user ${bastion} `));
    });

    it("does not talk to a host with another key", async () => {
      const known = `/run/gwlb-inspection/${lab.name}/ssh_known_hosts`;
      await lab.succeed("ssh", source, "--", "true");
      const key = fs.readFileSync(known, "utf8").split(" ")[2]?.trim() ?? "";
      expect(key).to.match(/^AAAA/);
      const hostKey = `/run/gwlb-inspection/${lab.name}/host_key`;
      const own = fs.readFileSync(hostKey);
      fs.copyFileSync(`/run/gwlb-inspection/${lab.name}/operator_key`, hostKey);
      try {
        const outcome = await lab.run("ssh", source, "--", "true");
        expect(outcome.exitCode).to.equal(255);
        expect(outcome.stderr).to.include("Host key verification failed");
      } finally {
        fs.writeFileSync(hostKey, own);
      }
    });

    it("refuses what is no instance", async () => {
      const outcome = await lab.run("ssh", "system", "--", "true");
      expect(outcome.exitCode).to.equal(1);
      expect(outcome.stderr).to.match(/No instance "system".*system-bastion/);
    });
  });

  for (const { fault, verdict, first } of accessFaultCases.ssh) {
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
