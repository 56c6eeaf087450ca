import { expect } from "chai";
import { execFileSync } from "node:child_process";
import type { PathReport, PairReport } from "../../path/proof/pathReport";
import { accessFaultCases, faultCases } from "./faultCases";
import { NamedLab } from "./namedLab";

const lab = new NamedLab(`path-${process.pid}`);
/** As the examples have it, or as this run of all lab tests was asked for. */
const access = process.env["GWLB_INSPECTION_ACCESS"] === "ssh" ? "ssh" : "ssm";

/** What of the host this lab could leave behind. Other labs, and whoever else works here, must not matter. */
function hostState(): Record<string, string> {
  const shell = (command: string): string => execFileSync("sh", ["-c", command], { encoding: "utf8" });
  return {
    links: shell("ip -o link | cut -d: -f2"),
    rules: shell("ip rule; ip route show table all | sort"),
    namespaces: shell("ip netns"),
    mounts: shell("cut -d' ' -f2 /proc/mounts | sort"),
    cgroups: shell(`find /sys/fs/cgroup -name 'gwlb-inspection-${lab.name}*'`),
    processes: shell(`pgrep -f '/run/gwlb-inspection/[p]ath-${process.pid}/' || true`),
    state: shell(`ls -d /run/gwlb-inspection/${lab.name} 2>/dev/null || true`),
    etc: shell("find /etc | sort | sha256sum"),
  };
}

const sum = (pair: PairReport, field: "requestIn" | "requestOut" | "replyIn" | "replyOut"): number =>
  pair.targets.reduce((total, target) => total + target[field], 0);

function expectProof(report: PathReport): void {
  expect(report.verdict).to.equal("inspected");
  expect(report.pairs).to.have.length(4);
  for (const pair of report.pairs) {
    const count = pair.ping?.transmitted ?? 0;
    expect(count, "pings sent").to.be.greaterThan(0);
    expect(pair.ping?.received).to.equal(count);
    for (const field of ["requestIn", "requestOut", "replyIn", "replyOut"] as const) {
      expect(sum(pair, field), `${pair.source.name} to ${pair.destination.name}: ${field}`).to.equal(count);
    }
  }
}

/** A program in Perl that takes GENEVE (RFC 8926) and sends the packet that was inside. */
const unwrapping = `
  use Socket;
  socket(my $in, PF_INET, SOCK_DGRAM, getprotobyname("udp")) or die $!;
  bind($in, pack_sockaddr_in(6081, INADDR_ANY)) or die $!;
  socket(my $out, PF_INET, SOCK_RAW, 255) or die $!;
  while (defined recv($in, my $datagram, 65535, 0)) {
    my $inner = substr($datagram, 8 + 4 * (ord($datagram) & 63));
    my $to = substr($inner, 16, 4);
    send($out, $inner, 0, pack_sockaddr_in(0, $to));
  }
`;

describe("the path in the lab", function () {
  this.timeout(300_000);
  let hostBefore: Record<string, string>;

  before(async () => {
    hostBefore = hostState();
    await lab.succeed("up");
  });

  after(async () => {
    await lab.succeed("down");
    expect(hostState()).to.deep.equal(hostBefore);
  });

  it("is proven for every source and destination pair, by packets seen on the targets", async () => {
    const { exitCode, report } = await lab.verify();
    expectProof(report);
    expect(exitCode).to.equal(0);
    const pairs = report.pairs.map((pair) => `${pair.source.azId} ${pair.destination.azId}`).sort();
    expect(pairs).to.deep.equal([
      "apne1-az1 apne1-az1",
      "apne1-az1 apne1-az4",
      "apne1-az4 apne1-az1",
      "apne1-az4 apne1-az4",
    ]);
  });

  it("sends each source's packets through the target of the source's AZ while cross-zone is off", async () => {
    const { report } = await lab.verify();
    for (const pair of report.pairs) {
      const used = pair.targets.filter((target) => target.requestIn + target.replyIn > 0).map((target) => target.azId);
      expect(used).to.deep.equal([pair.source.azId]);
    }
  });

  it("is deployed again without a change", async () => {
    const { stdout, stderr } = await lab.succeed("up");
    const output = stdout + stderr;
    expect(output).to.match(/security.*unchanged/);
    expect(output).not.to.match(/[1-9]\d* (created|updated|replaced|deleted)/);
  });

  for (const { fault, verdict: atOnce, later, forgotten, noticedLater, azId, first } of [
    ...faultCases,
    ...accessFaultCases[access],
  ]) {
    const verdict = later ?? atOnce;
    it(`reports ${fault} as ${verdict}${first === undefined ? "" : `, ${first} first`}`, async () => {
      await lab.succeed("break", fault);
      if (later !== undefined || forgotten === true) await lab.forgetFlows();
      let { report, exitCode } = await lab.verify();
      const deadline = Date.now() + 20_000;
      while (noticedLater === true && report.pairs.some(({ findings }) => findings.length === 0)) {
        if (Date.now() > deadline) throw new Error(`${fault} was not noticed within 20 s`);
        ({ report, exitCode } = await lab.verify());
      }
      await lab.succeed("repair");
      const concerned = report.pairs.filter(({ source }) => azId === undefined || source.azId === azId);
      expect(concerned).to.have.length(azId === undefined ? 4 : 2);
      for (const pair of report.pairs) {
        const what = `${pair.source.name} → ${pair.destination.name}: ${pair.findings.map(({ code }) => code).join()}`;
        expect(pair.verdict, what).to.equal(concerned.includes(pair) ? verdict : "inspected");
        if (concerned.includes(pair)) expect(pair.findings[0]?.code, what).to.equal(first);
      }
      expect(exitCode).to.equal(verdict === "inspected" ? 0 : verdict === "inconclusive" ? 2 : 1);
    });
  }

  it("takes nothing that old state carries for a proof: rules that are gone are named while pings still pass", async () => {
    const alive = "sysctl -qw net.netfilter.nf_conntrack_udp_timeout=600";
    for (const azId of ["apne1-az1", "apne1-az4"]) {
      await lab.succeed("exec", `security-target-${azId}`, "--", "sh", "-c", alive);
    }
    expectProof((await lab.verify()).report);
    await lab.succeed("break", "rule-before-hairpin");
    const { report } = await lab.verify();
    await lab.succeed("repair");
    for (const { verdict, ping, findings } of report.pairs) {
      expect(ping?.received, "pings that old state carries").to.equal(ping?.transmitted);
      expect(verdict).to.equal("partial");
      expect(findings.map(({ code }) => code)).to.deep.equal(["HAIRPIN_RULE_OVERRIDDEN", "TARGET_KEEPS_FLOWS"]);
    }
  });

  for (const [fault, azId] of [["listener-deleted"], ["target-deregistered", "apne1-az1"]] as const) {
    it(`takes no flow that the GWLB still knows for a proof: ${fault}, at once`, async () => {
      const { report: before } = await lab.verify();
      expectProof(before);
      // Somebody's traffic keeps them known.
      const sources = [...new Set(before.pairs.map(({ source }) => source.name))];
      for (const { source, destination } of before.pairs) {
        await lab.succeed(
          "exec",
          source.name,
          "--",
          ...["systemd-run", "--quiet", "--unit", `known-${destination.azId}`],
          ...["ping", "-q", "-i", "0.2", destination.address],
        );
      }
      await lab.succeed("break", fault);
      const { report } = await lab.verify();
      for (const source of sources) await lab.succeed("exec", source, "--", "systemctl", "stop", "known-*");
      await lab.succeed("repair");
      for (const { source, verdict, ping, findings } of report.pairs) {
        const codes = findings.map(({ code }) => code);
        if (azId !== undefined && source.azId !== azId) expect(verdict).to.equal("inspected");
        else {
          expect(ping?.received, "pings that a known flow carries").to.equal(ping?.transmitted);
          expect(verdict).to.equal("inconclusive");
          expect(codes).to.include("NO_NEW_FLOWS").and.not.to.include("TRACE_DISAGREES");
          expect(findings[0]?.nature).to.equal("cause");
        }
      }
    });
  }

  /** In the first AZ. */
  const target = "security-target-apne1-az1";
  const onTarget = (command: string): Promise<unknown> => lab.succeed("exec", target, "--", "sh", "-euc", command);

  it("names a two-armed appliance, which takes GENEVE and sends on what was inside it, and nothing as missing there", async () => {
    // In the hairpin's place a program that unwraps.
    await onTarget(
      "iptables-save >/root/rules; iptables -t nat -F; conntrack -F 2>/dev/null; " +
        `printf %s '${Buffer.from(unwrapping).toString("base64")}' | base64 -d >/root/unwrap.pl; ` +
        "systemd-run --unit=two-armed perl /root/unwrap.pl",
    );
    const { report } = await lab.verify();
    await onTarget("systemctl stop two-armed; iptables-restore </root/rules");
    for (const { source, verdict, findings } of report.pairs) {
      if (!target.endsWith(source.azId)) continue;
      expect(verdict).to.equal("lost-after-target");
      expect(findings[0]?.code).to.equal("TWO_ARMED_APPLIANCE");
      const text = JSON.stringify(findings);
      expect(text).not.to.match(/HAIRPIN_|TRACE_DISAGREES|NOT_SENT_BACK|hairpin\.sh/);
    }
  });

  it("is proven again after all these repairs", async () => {
    expectProof((await lab.verify()).report);
  });

  it("is proven with no help after the targets have rebooted", async () => {
    const targets = ["security-target-apne1-az1", "security-target-apne1-az4"];
    await Promise.all(targets.map((target) => lab.succeed("reboot", target)));
    expectProof((await lab.verify()).report);
  });

  it("brings removed routes back by `up`, which reads the real state first", async () => {
    await lab.succeed("break", "routes-removed");
    expect((await lab.verify()).report.verdict).to.equal("bypassed");
    await lab.succeed("up");
    expectProof((await lab.verify()).report);
  });
});
