import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { isMap, parseDocument } from "yaml";
import { imageOf } from "../../lab/cloud/images";
import type { PathReport } from "../../report/pathReport";
import { commandLine, type Outcome } from "./commandLine";

const lab = `systems-${process.pid}`;
const root = path.resolve(__dirname, "../..");
const target = "security-target-apne1-az1";
const script = fs.readFileSync(path.join(root, "hosts/hairpin.sh"), "utf8");

/** The shipped stacks run with the look-alike of Amazon Linux: path.test.ts. Here the inspection side runs with Debian. */
describe("the path with Debian on the inspection side", function () {
  this.timeout(300_000);
  let folder: string;

  const labCommand = (command: string, ...args: string[]): Promise<Outcome> =>
    commandLine("lab", command, "--name", lab, ...args);

  async function succeed(command: string, ...args: string[]): Promise<string> {
    const outcome = await labCommand(command, ...args);
    if (outcome.exitCode !== 0) throw new Error(`lab ${command}: exit ${outcome.exitCode}\n${outcome.stderr}`);
    return outcome.stdout;
  }

  const onTarget = (command: string): Promise<string> => succeed("exec", target, "--", "sh", "-euc", command);

  const verdict = async (): Promise<string> =>
    (JSON.parse(await succeed("verify", "--program", folder, "--format", "json")) as PathReport).verdict;

  /** hosts/hairpin.sh on the target, with the addresses that it was set up with. */
  async function setUp(): Promise<Outcome & { seconds: number }> {
    const rules = await onTarget("iptables-save -t nat");
    const gateways = [...rules.matchAll(/--to-destination ([\d.]+):6081/g)].map((match) => match[1] ?? "");
    expect(gateways).to.have.length(2);
    const begin = performance.now();
    const outcome = await labCommand(
      ...(["exec", target, "--", "sh", "-c", script, "hairpin.sh"] as const),
      ...gateways.flatMap((gateway) => ["--gateway-address", gateway]),
    );
    return { ...outcome, seconds: (performance.now() - begin) / 1000 };
  }

  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "gwlb-inspection-systems-"));
    for (const file of ["Pulumi.yaml", "Pulumi.security.yaml", "Pulumi.system.yaml"]) {
      fs.copyFileSync(path.join(root, file), path.join(folder, file));
    }
    fs.writeFileSync(
      path.join(folder, "index.ts"),
      `export = require(${JSON.stringify(path.join(root, "index.ts"))});\n`,
    );
    const file = path.join(folder, "Pulumi.security.yaml");
    const document = parseDocument(fs.readFileSync(file, "utf8"));
    if (!isMap(document.get("config"))) throw new Error(`${file} has no config`);
    document.setIn(["config", "gwlb-inspection:ami"], imageOf("ap-northeast-1", "debian-12-amd64").id);
    document.setIn(["config", "gwlb-inspection:sshUser"], "admin");
    fs.writeFileSync(file, document.toString());
    await succeed("up", "--program", folder);
  });

  after(async () => {
    await commandLine("lab", "down", "--name", lab);
    fs.rmSync(folder, { recursive: true });
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
    await Promise.all(["az1", "az4"].map((zone) => succeed("reboot", `security-target-apne1-${zone}`)));
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
      await succeed("break", fault);
      const broken = await setUp();
      await succeed("repair");
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
});
