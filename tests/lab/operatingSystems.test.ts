import { expect } from "chai";
import * as fs from "node:fs";
import * as path from "node:path";
import { imageOf } from "../../lab/cloud/ec2/images";
import type { Outcome } from "./commandLine";
import { NamedLab } from "./namedLab";
import { ProgramCopy } from "./programCopy";
import { LabHosts } from "./witnesses/labHosts";
import { scapyGateway } from "./witnesses/scapyGateway";

const target = "security-target-apne1-az1";
const script = fs.readFileSync(path.join(__dirname, "../../hosts/hairpin.sh"), "utf8");

/** The shipped stacks run with the look-alike of Amazon Linux: path.test.ts. Here the inspection side runs with Debian. */
describe("the path with Debian on the inspection side", function () {
  this.timeout(300_000);
  const program = new ProgramCopy();
  const lab = new NamedLab(`systems-${process.pid}`, program.folder);

  const onTarget = async (command: string): Promise<string> =>
    (await lab.succeed("exec", target, "--", "sh", "-euc", command)).stdout;

  const verdict = async (): Promise<string> => (await lab.verify()).report.verdict;

  /** hosts/hairpin.sh on the target, with the addresses that it was set up with. */
  async function setUp(): Promise<Outcome & { seconds: number }> {
    const rules = await onTarget("iptables-save -t nat");
    const gateways = [...rules.matchAll(/--to-destination ([\d.]+):6081/g)].map((match) => match[1] ?? "");
    expect(gateways).to.have.length(2);
    const begin = performance.now();
    const outcome = await lab.run(
      ...(["exec", target, "--", "sh", "-c", script, "hairpin.sh"] as const),
      ...gateways.flatMap((gateway) => ["--gateway-address", gateway]),
    );
    return { ...outcome, seconds: (performance.now() - begin) / 1000 };
  }

  before(async () => {
    program.set("security", "ami", imageOf("ap-northeast-1", "debian-12-amd64").id);
    program.set("security", "sshUser", "admin");
    await lab.succeed("up");
  });

  after(async () => {
    await lab.run("down");
    program.remove();
  });

  it("is proven, by targets that were set up with apt", async () => {
    expect(await onTarget("cat /etc/os-release; id -un admin")).to.match(/^ID=debian$[^]*^admin$/m);
    expect(await verdict()).to.equal("inspected");
    expect((await setUp()).stdout)
      .to.contain('"changed":false')
      .and.contain('"packageManager":"apt"');
  });

  it("is proven with no help after the targets have rebooted", async () => {
    const boot = (): Promise<string> => onTarget("systemctl show --property=UserspaceTimestampMonotonic");
    const before = await boot();
    await Promise.all(["az1", "az4"].map((zone) => lab.succeed("reboot", `security-target-apne1-${zone}`)));
    expect(await boot()).not.to.equal(before);
    expect(await verdict()).to.equal("inspected");
  });

  const faults = [
    { fault: "package-route-removed", missing: "the route to the S3 prefix list" },
    { fault: "package-endpoint-removed", missing: "the S3 gateway endpoint" },
    { fault: "package-egress-removed", missing: "the egress rule for TCP 443 to the S3 prefix list" },
  ];
  for (const { fault, missing } of faults) {
    it(`cannot be set up without ${missing}, and says soon what to look for`, async () => {
      const rules = await onTarget("iptables-save -t nat | grep ^-A");
      // As it is before the first set-up.
      await onTarget("dpkg --remove conntrack; rm /var/lib/gwlb-inspection/packages-updated");
      await lab.succeed("break", fault);
      const broken = await setUp();
      await lab.succeed("repair");
      expect(broken.exitCode).to.equal(1);
      expect(broken.seconds).to.be.lessThan(60);
      expect(broken.stdout).to.equal("");
      expect(broken.stderr).to.match(
        new RegExp(
          "hairpin: error: packages: apt-get update failed: cannot reach https://packages\\.s3\\.ap-northeast-1\\S+: " +
            "no answer from 52\\.219\\.0\\.10, TCP port 443: .* the egress rule of this host's security group " +
            ".*; the route to that prefix list in the route table .*; the S3 gateway endpoint",
        ),
      );
      expect(await onTarget("iptables-save -t nat | grep ^-A")).to.equal(rules);

      const repaired = await setUp();
      expect(repaired.stderr).to.contain("packages installed: conntrack");
      expect(repaired.exitCode).to.equal(0);
    });
  }

  describe("witnesses", () => {
    let hosts: LabHosts;
    before(async () => (hosts = await LabHosts.of(lab)));
    scapyGateway(() => hosts, "apne1-az1");
  });
});
