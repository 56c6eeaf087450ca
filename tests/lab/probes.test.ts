import { expect } from "chai";
import type { PairReport } from "../../path/proof/pathReport";
import { NamedLab } from "./namedLab";
import { ProgramCopy } from "./programCopy";

/** AWS gives the first instance of a subnet its first address in the lab, always. */
const address = "10.2.20.16";

interface Told {
  verdict: string;
  first: string | undefined;
}

describe("probes other than ping in the lab", function () {
  this.timeout(300_000);
  const program = new ProgramCopy();
  const lab = new NamedLab(`probes-${process.pid}`, program.folder);
  // sshd, and a service that the test starts.
  const probes = [
    { protocol: "tcp", port: 22 },
    { protocol: "udp", port: 7007 },
  ];
  const echo = `import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 7007))
while True: s.sendto(*s.recvfrom(2000))`;
  const onDestination = (script: string) =>
    lab.succeed("exec", "system-destination-apne1-az4", "--", "sh", "-c", script);

  before(async () => {
    await lab.succeed("up");
    await onDestination(`systemd-run --quiet --unit=echo python3 -c '${echo}'`);
    const destinations = probes.map((probe) => ({ address, probe }));
    program.set("system", "verification", { count: 3, interval: 0.2, timeout: 1, destinations });
    await lab.succeed("up");
  });

  after(async () => {
    await lab.run("down");
    program.remove();
  });

  const measured = async (): Promise<PairReport[]> => (await lab.verify()).report.pairs;
  const told = ({ verdict, findings }: PairReport): Told => ({ verdict, first: findings[0]?.code });

  /** What each probe of the same source and destination is told as, ping first. */
  async function perSource(): Promise<Map<string, Told[]>> {
    const bySource = new Map<string, Told[]>();
    const pairs = (await measured()).filter((pair) => pair.destination.address === address);
    for (const pair of [...pairs.filter(({ ping }) => ping), ...pairs.filter(({ probe }) => probe)]) {
      bySource.set(pair.source.name, [...(bySource.get(pair.source.name) ?? []), told(pair)]);
    }
    return bySource;
  }

  it("are proven by their own packets, and reported", async () => {
    const pairs = (await measured()).filter(({ probe }) => probe !== undefined);
    expect(pairs).to.have.length(2 * probes.length);
    for (const {
      verdict,
      probe,
      targets,
      findings,
      destination: { name },
    } of pairs) {
      expect([verdict, ...findings]).to.deep.equal(["inspected"]);
      expect(probe?.statistics).to.include({ transmitted: 3, received: 3, loss: 0 });
      expect(probe?.statistics?.rtt?.avg).to.be.greaterThan(0);
      expect(name).to.equal(`${address} ${probe?.protocol}/${probe?.port}`);
      for (const kind of ["requestIn", "requestOut", "replyIn", "replyOut"] as const) {
        expect(
          targets.reduce((sum, each) => sum + each[kind], 0),
          kind,
        ).to.equal(3);
      }
    }
    const { stdout } = await lab.succeed("verify");
    for (const { protocol, port } of probes) {
      expect(stdout).to.match(new RegExp(`10\\.2\\.20\\.16 ${protocol}/${port} +✓ inspected +3/3`));
    }
  });

  for (const fault of ["hairpin-flushed", "source-route-removed", "listener-deleted"]) {
    it(`are told as pings are with ${fault}`, async () => {
      await lab.succeed("break", fault);
      await lab.forgetFlows();
      const sources = await perSource();
      await lab.succeed("repair");
      expect(sources.size).to.equal(2);
      for (const [ping, ...others] of sources.values()) {
        expect(ping?.verdict).not.to.equal("inspected");
        expect(others).to.deep.equal(probes.map(() => ping));
      }
    });
  }

  it("are lost behind the target where the destination's security group is closed to them, and pings are not", async () => {
    const script = `
      const { EC2Client, DescribeSecurityGroupRulesCommand, RevokeSecurityGroupIngressCommand } = require(${JSON.stringify(require.resolve("@aws-sdk/client-ec2"))});
      const ec2 = new EC2Client({ profile: "lab-222222222222", region: "ap-northeast-1" });
      (async () => {
        const { SecurityGroupRules } = await ec2.send(new DescribeSecurityGroupRulesCommand({}));
        for (const { IsEgress, FromPort, GroupId, SecurityGroupRuleId } of SecurityGroupRules) {
          if (IsEgress || !${JSON.stringify(probes.map(({ port }) => port))}.includes(FromPort)) continue;
          await ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, SecurityGroupRuleIds: [SecurityGroupRuleId] }));
        }
      })();
    `;
    await lab.succeed("shell", "--", "node", "-e", script);
    const sources = await perSource();
    await lab.succeed("shell", "--", "pulumi", "up", "--yes", "--skip-preview", "--refresh", "--stack", "system");
    for (const [ping, ...others] of sources.values()) {
      expect(ping?.verdict).to.equal("inspected");
      expect(others).to.deep.equal(
        probes.map(() => ({ verdict: "lost-after-target", first: "CHANGED_OUTSIDE_PULUMI" })),
      );
    }
  });

  it("say that the destination refuses, which is no bypass, unless the refusal came round the targets", async () => {
    await onDestination("systemctl stop echo.service ssh.socket ssh.service sshd.service 2>/dev/null || true");
    for (const pair of (await measured()).filter(({ probe }) => probe !== undefined)) {
      expect(told(pair)).to.deep.equal({ verdict: "refused", first: "DESTINATION_REFUSES" });
      expect(pair.findings.map(({ code }) => code)).not.to.include("TRACE_DISAGREES");
      expect(pair.probe?.statistics).to.include({ transmitted: 3, received: 0, refused: 3 });
    }
    await lab.succeed("break", "routes-removed");
    for (const pair of (await measured()).filter(({ probe }) => probe !== undefined)) {
      expect(pair.verdict).to.equal("bypassed");
    }
  });
});
