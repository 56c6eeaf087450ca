import { expect } from "chai";
import * as fs from "node:fs";
import { setTimeout } from "node:timers/promises";
import * as path from "node:path";
import { publicKeyOf } from "../../../components/sshAccess";
import type { HostTask } from "../../../verification/hostTask";
import type { SshHost } from "../../../path/proof/request";
import { keyPair } from "../../fixtures/keyPair";
import { accessFaultCases } from "../faultCases";
import { NamedLab } from "../namedLab";
import { SecretWatch } from "../secretWatch";

const root = path.resolve(__dirname, "../../..");
const source = "system-source-apne1-az4";

describe("the path with access by ssh", function () {
  this.timeout(400_000);
  const lab = new NamedLab(`ssh-${process.pid}`);
  const keys = ["operator_key", "host_key"].map((name) => `/run/gwlb-inspection/${lab.name}/${name}`);
  const watch = new SecretWatch(keys);
  let printed: string;

  before(async () => {
    const { stdout, stderr } = await lab.succeed("up", "--access", "ssh");
    printed = stdout + stderr;
  });
  after(async () => {
    watch.stop();
    await lab.run("down");
  });

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

  it("keeps its keys out of what processes show, of what is printed, of the state and of reports", async () => {
    const { stdout, stderr } = await lab.succeed("verify", "--format", "json");
    const { looks, found } = await watch.end();
    expect(looks).to.be.greaterThan(20);
    // Pulumi's language host hands the settings to the program by its environment, which its user and root alone can read.
    expect(found.filter((each) => !/^environ of .*@pulumi\/pulumi\/cmd\/run/.test(each))).to.deep.equal([]);
    const { stdout: states } = await lab.succeed(
      "shell",
      "--",
      "sh",
      "-c",
      "cat $(find .. -name '*.json' -path '*stacks*')",
    );
    expect(states).to.include("urn:pulumi:system::");
    const lines = keys.flatMap((file) =>
      fs
        .readFileSync(file, "utf8")
        .split("\n")
        .slice(2, -2)
        .filter((line) => line.length > 20),
    );
    expect(lines.length).to.be.greaterThan(2);
    for (const line of lines) {
      for (const text of [printed, stdout, stderr, states]) {
        expect(text.includes(line)).to.equal(false);
      }
    }
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
      expect(outcome.exitCode).to.equal(64);
      expect(outcome.stderr).to.match(/instance "system": .*(system-bastion|lists)/);
    });
  });

  describe("the wait for a target before the command plugin dials it", () => {
    const target = "security-target-apne1-az4";
    let host: SshHost & { via: SshHost };

    before(async () => {
      const folder = `/run/gwlb-inspection/${lab.name}`;
      const privateKey = fs.readFileSync(`${folder}/operator_key`, "utf8");
      const hostKey = publicKeyOf(fs.readFileSync(`${folder}/host_key`, "utf8"), "the lab's host key");
      const entries = await lab.inspect();
      const entry = (name: string) => entries.find((each) => each.kind === "instance" && each.name === name);
      const end = { user: entry(target)?.user ?? "", privateKey, hostKey };
      const via = { ...end, address: entry("security-bastion")?.publicAddress ?? "" };
      host = { ...end, address: entry(target)?.address ?? "", via };
    });

    /** As the set-up's local command. Seconds and what it said. */
    async function wait(
      waited: SshHost,
      deadlines: { connectDeadline: number; refusalDeadline: number },
    ): Promise<{ exitCode: number | null; stderr: string; seconds: number }> {
      const task: HostTask = { host: waited, script: "true", args: [], timeout: 10, ...deadlines };
      const file = `/run/gwlb-inspection/${lab.name}/task.json`;
      fs.writeFileSync(file, JSON.stringify(task), { mode: 0o600 });
      const program = `node ${root}/bin/localProgram.mjs verification/runOnHost <${file}; echo "$? $(($(date +%s%3N) - began))"`;
      const { stdout, stderr } = await lab.succeed("shell", "--", "sh", "-c", `began=$(date +%s%3N); ${program}`);
      const [exitCode, milliseconds] = (stdout.trim().split("\n").at(-1) ?? "").split(" ").map(Number);
      return { exitCode: exitCode ?? null, stderr, seconds: (milliseconds ?? NaN) / 1000 };
    }

    for (const [what, edit, cause] of [
      ["another host key", { hostKey: keyPair().public }, /identifies itself with SHA256:.*, expected SHA256:/],
      ["a user that it does not know", { user: "nobody" }, /nobody@\S+ refuses the log-in/],
      ["a key that it does not know", { privateKey: keyPair().private }, /ec2-user@\S+ refuses the log-in/],
    ] as const)
      for (const [where, edited] of [
        ["the target", () => ({ ...host, ...edit })],
        ["its bastion", () => ({ ...host, via: { ...host.via, ...edit } })],
      ] as const)
        it(`ends with the cause in time where ${where} has ${what}`, async () => {
          const { exitCode, stderr, seconds } = await wait(edited(), { connectDeadline: 60, refusalDeadline: 6 });
          expect([exitCode, stderr]).to.deep.include(75);
          expect(stderr).to.match(cause);
          expect(seconds).to.be.within(4, 20);
        });

    it("ends with the cause in time where a security group lets nobody through, to the target or to its bastion", async () => {
      const deadlines = { connectDeadline: 12, refusalDeadline: 60 };
      const behind = await wait({ ...host, port: 2222 }, deadlines);
      await lab.succeed("break", "ssh-not-allowed");
      const before = await wait(host, deadlines).finally(() => lab.succeed("repair"));
      const cause = /ec2-user@10\S+:2222 via \S+: no answer within .*; given up after 12 s/;
      expect(behind.stderr).to.match(cause);
      expect(before.stderr).to.match(/ec2-user@198\S+:22 did not answer within .*; given up after 12 s/);
      for (const { exitCode, seconds } of [behind, before]) {
        expect(exitCode).to.equal(75);
        expect(seconds).to.be.within(8, 25);
      }
    });

    it("goes on where the target lets nobody in while it boots", async () => {
      const inTarget = (command: string) => lab.succeed("exec", target, "--", "sh", "-c", command);
      await inTarget("echo booting >/run/nologin");
      const waiting = wait(host, { connectDeadline: 60, refusalDeadline: 60 });
      await setTimeout(8000);
      await inTarget("rm /run/nologin");
      const { exitCode, stderr, seconds } = await waiting;
      expect([exitCode, stderr]).to.deep.include(0);
      expect(seconds).to.be.greaterThan(3);
    });

    it("tells whoever deploys the cause, and leaves a stack that has nothing to do", async () => {
      const up = "pulumi up --yes --skip-preview --non-interactive --stack security";
      const { exitCode, stdout } = await lab.run("shell", "--", "sh", "-c", `${up} --config sshUser=nobody 2>&1`);
      expect(exitCode, stdout).to.not.equal(0);
      expect(stdout).to.match(/nobody@\S+ refuses the log-in: .*; so for 60 s/);
      expect(stdout).to.not.include("handshake failed");
      await lab.succeed(
        "shell",
        "--",
        "sh",
        "-c",
        `pulumi config rm sshUser --stack security; ${up} --expect-no-changes`,
      );
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
