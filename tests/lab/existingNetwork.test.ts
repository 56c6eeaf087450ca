import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { ensureImage } from "../../lab/fabric/image";
import { Lab } from "../../lab/world/lab";
import type { PathReport } from "../../path/proof/pathReport";
import { commandLine, type Outcome } from "./commandLine";
import { filledIn } from "./docs/commands";

const lab = `existing-${process.pid}`;
const root = path.resolve(__dirname, "../..");
const somebody = path.join(__dirname, "fixtures", "somebody");

interface Ids {
  hub: { vpcId: string; targetGroupArn: string; serviceName: string; target: string };
  spoke: { vpcId: string; endpoint: string; source: string; destination: string };
}

const labCommand = (...args: string[]): Promise<Outcome> => commandLine("lab", ...args);

async function succeed(verb: string, ...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await labCommand(verb, "--name", lab, ...args);
  expect(exitCode, `lab ${verb} ${args.join(" ")}\n${stdout}\n${stderr}`).to.equal(0);
  return stdout;
}

/** Plain pulumi on one stack of a folder. */
const pulumi = (program: string, stack: string, ...args: string[]): Promise<string> =>
  succeed("shell", "--program", program, "--", "pulumi", ...args, "--stack", stack);

/** Settings of our two stacks that name everything of somebody's path, so that nothing is left to be made: those of examples/existing-path. */
function settings({ hub, spoke }: Ids, mirror = false): Record<string, string> {
  const ids = {
    "vpc-0a1b2c3d4e5f60001": hub.vpcId,
    "arn:aws:elasticloadbalancing:ap-northeast-1:111111111111:targetgroup/appliances/0123456789abcdef":
      hub.targetGroupArn,
    "com.amazonaws.vpce.ap-northeast-1.vpce-svc-0a1b2c3d4e5f60002": hub.serviceName,
    "i-0a1b2c3d4e5f60003 }": `${hub.target}${mirror ? ", mirror: true" : ""} }`,
    "vpc-0a1b2c3d4e5f60004": spoke.vpcId,
    "vpce-0a1b2c3d4e5f60005": spoke.endpoint,
    "i-0a1b2c3d4e5f60006": spoke.source,
    "i-0a1b2c3d4e5f60007": spoke.destination,
  };
  const texts = ["security", "system"].map((stack) => {
    const file = path.join(root, `examples/existing-path/Pulumi.${stack}.yaml`);
    return [stack, filledIn(fs.readFileSync(file, "utf8"), ids)] as const;
  });
  return Object.fromEntries(texts);
}

describe("a path that somebody else made", function () {
  this.timeout(300_000);
  let folder: string;
  let ids: Ids;
  /** Everything that the lab shows without our stacks. */
  let seenBefore: string;

  function write(given: Record<string, string>): void {
    for (const [stack, text] of Object.entries(given))
      fs.writeFileSync(path.join(folder, `Pulumi.${stack}.yaml`), text);
  }

  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "gwlb-inspection-existing-"));
    fs.copyFileSync(path.join(root, "Pulumi.yaml"), path.join(folder, "Pulumi.yaml"));
    for (const name of ["node_modules", "loader.cjs", "package.json"])
      fs.symlinkSync(path.join(root, name), path.join(folder, name));
    fs.writeFileSync(
      path.join(folder, "index.ts"),
      `export = require(${JSON.stringify(path.join(root, "index.ts"))});\n`,
    );
    await commandLine("lab", "setup");
    await (await Lab.start({ name: lab, imagePath: (await ensureImage()).path })).detach();
    await succeed("up", "--program", somebody);
    ids = JSON.parse(await pulumi(somebody, "security-somebody", "stack", "output", "--json")) as Ids;
    seenBefore = await succeed("inspect", "--format", "json");
    write(settings(ids));
  });

  after(async () => {
    await labCommand("down", "--name", lab);
    fs.rmSync(folder, { recursive: true });
  });

  it("is proven to be inspected, by ids alone, and nothing but the measurement is made", async () => {
    await succeed("up", "--program", folder);
    expect(JSON.parse(await pulumi(folder, "system", "stack", "output", "--json"))).to.include({
      verdict: "inspected",
    });
    expect(await succeed("inspect", "--format", "json")).to.equal(seenBefore);
  });

  async function verify(): Promise<{ exitCode: number | null; report: PathReport }> {
    const { exitCode, stdout } = await labCommand("verify", "--name", lab, "--program", folder, "--format", "json");
    return { exitCode, report: JSON.parse(stdout) as PathReport };
  }

  /** With nothing but credentials: no stack, no settings. */
  async function verifyLive(...accounts: string[]): Promise<Outcome> {
    const main = ["node", "--require", path.join(root, "loader.cjs"), path.join(root, "cli/main.ts")];
    const ends = ["--source", ids.spoke.source, "--destination", ids.spoke.destination, "--format", "json"];
    const command = [...main, "verify", "--live", ...accounts.map((each) => `${each}@ap-northeast-1`), ...ends];
    return labCommand("shell", "--name", lab, "--program", somebody, "--", ...command);
  }

  it("is found and measured by what AWS tells, without stack and settings", async () => {
    const { exitCode, stdout, stderr } = await verifyLive("security", "system");
    expect(exitCode, stderr).to.equal(0);
    const report = JSON.parse(stdout) as PathReport;
    expect(report.pairs[0]?.targets[0]).to.include({ requestIn: 5, requestOut: 5, replyIn: 5, replyOut: 5 });
    expect(report.targetGroup?.arn).to.equal(ids.hub.targetGroupArn);
    const alone = await verifyLive("system");
    expect(alone.exitCode).to.equal(64);
    expect(alone.stderr).to.include(`${ids.spoke.endpoint} is of service ${ids.hub.serviceName}, which none of these`);
  });

  it("shows what is wrong with it when it breaks", async () => {
    await succeed("exec", "hers-target", "--", "iptables", "-t", "nat", "-F");
    const { exitCode, report: broken } = await verify();
    expect(exitCode).to.equal(1);
    expect(broken.verdict).to.equal("lost-at-target");
    expect(broken.pairs.map(({ ping }) => ping?.received)).to.deep.equal([0]);
    // Of what we did not set up nobody knows which rules it should have, and none are advised.
    const findings = broken.pairs[0]?.findings ?? [];
    expect(findings.map(({ code }) => code)).to.include("NOT_SENT_BACK");
    expect(JSON.stringify(findings)).not.to.match(/HAIRPIN_|hairpin\.sh|TRACE_DISAGREES/);
    const live = await verifyLive("security", "system");
    expect(live.exitCode, live.stderr).to.equal(1);
    const [pair] = (JSON.parse(live.stdout) as PathReport).pairs;
    expect(pair?.verdict).to.equal("lost-at-target");
    expect(JSON.stringify(pair?.findings))
      .to.include("NOT_SENT_BACK")
      .and.not.to.match(/HAIRPIN_|TRACE_DISAGREES/);
  });

  /** Her second target is registered, and the first one fails the health checks, so that all goes through the second. */
  it("is neither inspected nor bypassed where a target inspects that the settings do not list, and AWS says who is healthy", async () => {
    const commands = [
      "pulumi config set second true --stack security-somebody",
      "pulumi up --yes --skip-preview --stack security-somebody",
    ];
    await succeed("shell", "--program", somebody, "--", "sh", "-euc", commands.join("\n"));
    seenBefore = await succeed("inspect", "--format", "json");
    const { exitCode, report } = await verify();
    const [pair] = report.pairs;
    expect(pair?.ping?.received, "answered through the second target").to.equal(3);
    expect(pair?.verdict).to.equal("inconclusive");
    expect(exitCode).to.equal(2);
    const seen = Object.fromEntries((pair?.findings ?? []).map((each) => [each.code, each.seen]));
    expect(seen["TARGETS_NOT_WATCHED"]).to.match(/^1 of 2 registered targets watched; not i-[0-9a-f]+ \(healthy\)$/);
    expect(seen["TARGET_UNHEALTHY"]).to.match(/^unhealthy, Target.ResponseCodeMismatch/);
    expect(seen["HEALTH_CHECK_ANSWER_WRONG"]).to.match(
      /^GET \/inspecting on port 80, asked on the target: HTTP\S* 404/,
    );
    expect(report.targetGroup?.healthCheck).to.include({ protocol: "HTTP", port: 80, path: "/inspecting" });
  });

  describe("through a black box", () => {
    const codesIn = ({ pairs }: PathReport): string[] => (pairs[0]?.findings ?? []).map(({ code }) => code);

    before(async () => {
      const commands = [
        "pulumi config set second false --stack security-somebody",
        "pulumi config set blackBox true --stack security-somebody",
        "pulumi up --yes --skip-preview --stack security-somebody",
      ];
      await succeed("shell", "--program", somebody, "--", "sh", "-euc", commands.join("\n"));
      seenBefore = await succeed("inspect", "--format", "json");
      // Her rules are there again, and nobody gets in any more: no agent, no sshd, nothing that captures.
      const close = [
        "iptables-restore </etc/sysconfig/iptables",
        "systemctl stop ssh.service ssh.socket sshd.service 2>/dev/null || true",
        'rm -f "$(command -v tcpdump)"',
      ];
      await succeed("exec", "hers-target", "--", "sh", "-euc", close.join("\n"));
      write(settings(ids, true));
    });

    it("is proven by a mirror of its interface", async () => {
      await succeed("up", "--program", folder);
      const { exitCode, report } = await verify();
      expect(codesIn(report)).to.deep.equal([]);
      expect(report.verdict).to.equal("inspected");
      expect(exitCode).to.equal(0);
      const [pair] = report.pairs;
      const counts = { requestIn: 3, requestOut: 3, replyIn: 3, replyOut: 3 };
      expect(pair?.targets[0]).to.include({ mirrored: true, ...counts });
      expect(pair?.targets[0]?.samples?.[0]?.outerDestination).to.match(/:6081$/);
      expect(report.hosts, "nobody was asked for its rules").to.deep.equal({});
    });

    it("shows that it keeps what comes to it", async () => {
      await succeed("exec", "hers-target", "--", "iptables", "-t", "nat", "-F");
      const { report } = await verify();
      await succeed("exec", "hers-target", "--", "sh", "-c", "iptables-restore </etc/sysconfig/iptables");
      expect(report.verdict, codesIn(report).join()).to.equal("lost-at-target");
      expect(codesIn(report)).to.include("NOT_SENT_BACK");
      expect(report.pairs[0]?.targets[0]).to.include({ requestIn: 3, requestOut: 0 });
    });

    it("is inconclusive where no copies come, as without the session, though all is answered", async () => {
      const session = ["destroy", "--yes", "--skip-preview", "--target", "**TrafficMirrorSession**"];
      await pulumi(folder, "security", ...session);
      const { exitCode, report } = await verify();
      expect(report.pairs[0]?.ping?.received).to.equal(3);
      expect(report.verdict).to.equal("inconclusive");
      expect(codesIn(report)).to.include("MIRROR_BLIND");
      expect(exitCode).to.equal(2);
    });
  });

  // In a suite of its own: mocha has a suite's tests before the suites in it.
  describe("in the end", () => {
    it("is left as it was when our stacks are destroyed", async () => {
      // One shell for all: each takes seconds to begin.
      const printed = await succeed(
        ...(["shell", "--program", folder, "--", "sh", "-euc"] as const),
        [
          "for stack in security system; do pulumi stack export --stack $stack; echo ---; done",
          "for stack in system security; do pulumi destroy --yes --skip-preview --stack $stack >&2; done",
          "pulumi refresh --yes --skip-preview --expect-no-changes --stack security-somebody >&2",
        ].join("\n"),
      );
      const [security, system] = printed.split("---\n").map((exported) => {
        if (exported.trim() === "") return [];
        const { deployment } = JSON.parse(exported) as { deployment: { resources: { type: string }[] } };
        return deployment.resources.map(({ type }) => type).filter((type) => /^(aws|command):/.test(type));
      });
      // The collector and its sessions, and nothing of hers.
      const ofCollector = /:(TrafficMirror\w+|Instance|SecurityGroup\w*|Role|RolePolicyAttachment|InstanceProfile)$/;
      expect(security?.filter((type) => !ofCollector.test(type))).to.deep.equal([]);
      expect(security?.filter((type) => type.endsWith(":Instance"))).to.have.length(1);
      expect(system).to.deep.equal(["command:local:Command"]);
      expect(await succeed("inspect", "--format", "json")).to.equal(seenBefore);
    });
  });
});
