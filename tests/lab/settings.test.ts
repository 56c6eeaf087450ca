import { expect } from "chai";
import * as fs from "node:fs";
import * as path from "node:path";
import { internetHostAddress, workstationAddress } from "../../lab/fabric/addresses";
import type { PairReport, PathReport } from "../../path/proof/pathReport";
import { internetFaultCases } from "./faultCases";
import { NamedLab } from "./namedLab";
import { ProgramCopy } from "./programCopy";

// Four captures at once keep a busy machine for more than a second; once one is answered, ping waits for its last answer only as
// long as the interval.
const quick = { count: 3, interval: 1, timeout: 5 };

describe("stacks with other settings in the lab", function () {
  this.timeout(300_000);
  const program = new ProgramCopy();
  const lab = new NamedLab(`settings-${process.pid}`, program.folder);

  before(() => {
    // New flows go to all four targets.
    program.set("security", "targetsPerAz", 2);
    program.set("security", "crossZone", true);
    program.set("security", "healthCheck", { protocol: "HTTP", port: 8080, path: "/healthz", interval: 5, timeout: 2 });
    // Of an inspected subnet, and nobody's.
    program.set("system", "verification", { ...quick, destinations: [{ address: "10.1.21.200" }] });
  });

  after(async () => {
    await lab.run("down");
    program.remove();
  });

  it("can be measured again, with a diagnosis, where the very first proof fails", async () => {
    const outcome = await lab.run("up");
    expect(outcome.exitCode).to.equal(1);
    expect(outcome.stderr).to.match(/Verdict: lost-after-target/);
    const { report, exitCode } = await lab.verify();
    expect(exitCode).to.equal(1);
    const failed = report.pairs.filter(({ destination }) => destination.address === "10.1.21.200");
    expect(failed.map(({ verdict, ping }) => [verdict, ping?.received])).to.deep.equal([
      ["lost-after-target", 0],
      ["lost-after-target", 0],
    ]);
    for (const { findings } of failed) expect(findings).not.to.deep.equal([]);
  });

  it("prove the original procedure: a ping to the target's own address, which nobody answers", async () => {
    const address = /10\.1\.20\.\d+/.exec(JSON.stringify((await lab.verify()).report))?.[0];
    if (address === undefined) throw new Error("the report names no target in 10.1.20.0/24");
    const verification = { ...quick, destinations: [{ address, expectReply: false }] };
    program.set("system", "verification", verification);
    await lab.succeed("up");
    const { report } = await lab.verify();
    const pairs = report.pairs.filter((pair) => pair.destination.address === address);
    expect(pairs).to.have.length(2);
    for (const { verdict, ping, targets } of pairs) {
      expect(verdict).to.equal("inspected");
      expect(ping).to.include({ transmitted: 3, received: 0 });
      expect(targets.reduce((sum, { requestIn }) => sum + requestIn, 0)).to.equal(3);
      expect(targets.reduce((sum, { requestOut }) => sum + requestOut, 0)).to.equal(3);
    }
  });

  it("exercise every target with cross-zone on, and tell of one that does not send back wherever the pings went", async () => {
    const good = (await lab.verify()).report;
    expect(good.verdict).to.equal("inspected");
    const check = { protocol: "HTTP", port: 8080, path: "/healthz", matcher: "200-399" };
    expect(good.targetGroup?.healthCheck).to.include(check);
    const codes = good.pairs.flatMap(({ findings }) => findings.map(({ code }) => code));
    expect(codes).not.to.include("TARGET_UNHEALTHY");
    expect(good.exercise).to.have.length(8);
    for (const { exercised, flowsIn, flowsOut } of good.exercise ?? []) {
      expect(flowsIn).to.be.greaterThan(0).and.equal(flowsOut);
      expect(exercised).to.equal(true);
    }
    const broken = "security-target-apne1-az1-2";
    await lab.succeed("exec", broken, "--", "sh", "-c", "iptables -t nat -F; conntrack --flush");
    const { report, exitCode } = await lab.verify();
    expect(exitCode).to.equal(1);
    for (const { verdict, ping, findings } of report.pairs.filter(({ expectReply }) => expectReply)) {
      const pinged = (ping?.received ?? 0) > 0;
      expect(verdict).to.equal(pinged ? "partial" : "lost-at-target");
      expect(findings[0]).to.include({ code: "HAIRPIN_RULE_MISSING", hop: broken });
      const symptom = pinged ? "TARGET_KEEPS_FLOWS" : "NOT_SENT_BACK";
      expect(findings.find(({ code }) => code === symptom)?.hop).to.equal(broken);
      expect(findings.map(({ code }) => code)).not.to.include("TRACE_DISAGREES");
    }
    // What began without the rules would go on so.
    const restore =
      "iptables-restore <$(ls /etc/sysconfig/iptables /etc/iptables/rules.v4 2>/dev/null | head -n 1); conntrack --flush";
    await lab.succeed("exec", broken, "--", "sh", "-c", restore);
  });

  it("tell of targets whose web server is stopped, by the port and path of their health check", async () => {
    await lab.succeed("break", "web-server-stopped");
    const findings = (await lab.verify()).report.pairs.flatMap((pair) => pair.findings);
    await lab.succeed("repair");
    const expected = "healthy: HTTP GET /healthz on port 8080 answered with 200-399";
    expect(findings.find(({ code }) => code === "TARGET_UNHEALTHY")).to.include({ expected });
    expect(findings.find(({ code }) => code === "HEALTH_CHECK_PORT_CLOSED")?.expected).to.include("listens on 8080");
  });

  it("fail with AWS's error when the consumer's principal is not allowed, and are proven again when it is", async () => {
    program.set("security", "consumerAccountIds", ["333333333333"]);
    const outcome = await lab.run("up");
    expect(outcome.exitCode).to.equal(1);
    expect(outcome.stderr).to.match(/InvalidServiceName/);
    expect(outcome.stderr).to.match(/The Vpc Endpoint Service 'com\.amazonaws\.vpce\.[^']*' does not exist/);
    program.set("security", "consumerAccountIds", ["222222222222"]);
    await lab.succeed("up");
    expect((await lab.succeed("verify")).stdout).to.match(/Verdict: inspected/);
  });

  it("prove that what an internet-facing host exchanges with the internet is inspected, and say when it is not", async () => {
    program.set("system", "internetInspection", {
      subnets: { "apne1-az4": "10.2.40.0/24" },
      egressTo: [internetHostAddress],
      ingressFrom: workstationAddress,
    });
    await lab.succeed("up");
    const measure = async (): Promise<PairReport[]> => {
      const { pairs } = (await lab.verify()).report;
      const ofInternet = ({ source, destination }: PairReport): boolean =>
        source.name === workstationAddress || destination.address === internetHostAddress;
      for (const pair of pairs) if (!ofInternet(pair)) expect(pair.verdict).to.equal("inspected");
      expect(pairs.filter(ofInternet)).to.have.length(2);
      return pairs.filter(ofInternet);
    };
    const proven = await measure();
    for (const { verdict, ping, targets, findings } of proven) {
      expect(verdict).to.equal("inspected");
      expect(findings).to.deep.equal([]);
      for (const kind of ["requestIn", "requestOut", "replyIn", "replyOut"] as const) {
        expect(
          targets.reduce((sum, counts) => sum + counts[kind], 0),
          kind,
        ).to.equal(ping?.transmitted);
      }
    }
    const [host] = proven.map(({ source }) => source.address).filter((address) => address.startsWith("10.2.40."));
    const inwards = proven.find(({ source }) => source.address === workstationAddress);
    expect(inwards?.destination).to.include({ address: host });
    expect(inwards?.destination.publicAddress).to.match(/^198\.51\.100\./);
    for (const { fault, verdict, first } of internetFaultCases) {
      await lab.succeed("break", fault);
      const broken = await measure();
      await lab.succeed("repair");
      expect(broken.map((pair) => [fault, pair.verdict, pair.findings[0]?.code])).to.deep.equal(
        broken.map(() => [fault, verdict, first]),
      );
    }
  });

  it("are refused before anything is touched when they are wrong", async () => {
    program.set("system", "zones", {
      "use1-az1": { source: "10.2.10.0/24", destination: "10.9.20.0/24", endpoint: "10.2.30.0/28" },
    });
    const outcome = await lab.run("up");
    expect(outcome.exitCode).to.equal(1);
    expect(outcome.stderr).to.match(/use1-az1/);
    expect(outcome.stderr).to.match(/10\.9\.20\.0\/24/);
    expect(outcome.stderr).not.to.match(/system: (created|updated|deleted|replaced) (?!Stack)/);
  });

  it("fail with the verdict when the path is not inspected, and measure again the next time", async () => {
    program.restore("system");
    const file = path.join(program.folder, "report.json");
    const verification = { ...quick, reportFile: file };
    program.set("system", "verification", verification);
    await lab.succeed("up");
    expect((JSON.parse(fs.readFileSync(file, "utf8")) as PathReport).verdict).to.equal("inspected");

    // `up` sets changed targets up again, but leaves rules alone that are somebody else's.
    await lab.succeed("break", "other-firewall");
    await lab.forgetFlows();
    program.set("system", "verification", { ...verification, runId: "second" });
    const outcome = await lab.run("up");
    expect(outcome.exitCode).to.equal(1);
    expect(outcome.stderr).to.match(/lost-at-target/);
    expect((JSON.parse(fs.readFileSync(file, "utf8")) as PathReport).verdict).to.equal("lost-at-target");

    await lab.succeed("repair");
    await lab.succeed("up");
    expect((JSON.parse(fs.readFileSync(file, "utf8")) as PathReport).verdict).to.equal("inspected");
  });
});
