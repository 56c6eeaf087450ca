import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { Cloud } from "../../../lab/cloud/cloud";
import { AwsError } from "../../../lab/cloud/core/errors";
import { findEngine } from "../../../lab/engine/engine";
import { serveAws } from "../../../lab/providers/aws";
import type { ServedProvider } from "../../../lab/providers/providerServer";
import type { SshPeer } from "../../unit/providers/sshPeer";
import { sshPeer } from "../../unit/providers/sshPeer";
import { Stack } from "./engineRun";
import type { Settings } from "./program";
import { SECURITY, SYSTEM } from "./program";

describe("the lab's providers under the real engine", function () {
  this.timeout(600_000);

  const settings: Settings = {
    systemRole: `arn:aws:iam::${SYSTEM}:role/deploy`,
    securityCidr: "10.1.0.0/16",
    name: "first",
    policy: "AmazonSSMManagedInstanceCore",
  };
  let engine: string;
  let cloud: Cloud;
  let aws: ServedProvider;
  let host: SshPeer;
  let stack: Stack;

  before(async () => {
    engine = (await findEngine({ onProgress: (line) => console.log(line) })).path;
    host = await sshPeer({ user: "ec2-user", password: "host-password-7" });
  });
  after(() => host.close());

  async function start(scale: number): Promise<void> {
    cloud = new Cloud({
      clock: { scale },
      accounts: { [SECURITY]: { name: "security" }, [SYSTEM]: { name: "system" } },
    });
    aws = await serveAws(cloud);
    stack = await Stack.create(engine, aws.port);
  }
  afterEach(async () => {
    await aws.close();
    await stack.remove();
  });

  const vpcs = (): string[] => Object.values(cloud.snapshot().vpcs).map((vpc) => `${vpc.accountId} ${vpc.cidrBlock}`);
  const own = (steps: string[]): string[] => steps.map((step) => step.split(" ").slice(0, 2).join(" "));

  it("previews with unknowns, creates in both accounts, then finds nothing to do", async () => {
    await start(0);
    const preview = await stack.run("preview", settings);
    expect(preview.error).to.equal(undefined);
    expect(own(preview.steps)).to.include.members(["create hub", "create spoke"]);
    expect(vpcs()).to.deep.equal([]);

    const up = await stack.run("up", settings);
    expect(up.error).to.equal(undefined);
    expect(vpcs()).to.have.members([`${SECURITY} 10.1.0.0/16`, `${SYSTEM} 10.2.0.0/16`]);
    expect(up.outputs.hub).to.match(new RegExp(`^arn:aws:ec2:ap-northeast-1:${SECURITY}:vpc/vpc-0[0-9a-f]+$`));
    expect(up.outputs.spoke).to.contain(`:${SYSTEM}:`);
    expect(up.outputs.spoke).to.contain(up.outputs.subnetVpc);
    expect(up.outputs.hub).to.contain(up.outputs.hubOfSpoke);
    expect(up.outputs.caller).to.equal(SYSTEM);

    const again = await stack.run("up", settings);
    expect([again.error, again.steps]).to.deep.equal([undefined, []]);
  });

  it("updates in place, replaces, deletes before replacing where AWS needs it, and destroys", async () => {
    await start(0);
    await stack.run("up", settings);
    const renamed = await stack.run("up", { ...settings, name: "second" });
    expect(own(renamed.steps)).to.deep.equal(["update hub"]);
    expect(Object.values(cloud.snapshot().vpcs).some((vpc) => vpc.tags.Name === "second")).to.equal(true);

    const moved = await stack.run("up", { ...settings, name: "second", securityCidr: "10.9.0.0/16" });
    expect(own(moved.steps)).to.deep.equal([
      "create-replacement hub",
      "replace hub",
      "update spoke",
      "delete-replaced hub",
    ]);
    expect(vpcs()).to.have.members([`${SECURITY} 10.9.0.0/16`, `${SYSTEM} 10.2.0.0/16`]);

    const policy = { ...settings, name: "second", securityCidr: "10.9.0.0/16", policy: "ReadOnlyAccess" };
    const attached = await stack.run("up", policy);
    expect([attached.error, own(attached.steps)]).to.deep.equal([
      undefined,
      ["delete-replaced host", "replace host", "create-replacement host"],
    ]);

    const gone = await stack.run("destroy", policy);
    expect(gone.error).to.equal(undefined);
    expect(vpcs()).to.deep.equal([]);
  });

  it("sees on refresh what was changed and deleted behind its back, and mends it", async () => {
    await start(0);
    await stack.run("up", settings);
    const snapshot = cloud.snapshot();
    const [subnet] = Object.values(snapshot.subnets).filter(({ cidrBlock }) => cidrBlock === "10.2.1.0/24");
    const [hub] = Object.values(snapshot.vpcs).filter(({ accountId }) => accountId === SECURITY);
    const caller = (accountId: string): { accountId: string; region: string } => ({
      accountId,
      region: "ap-northeast-1",
    });
    await cloud.delete(caller(SYSTEM), "aws:ec2/subnet:Subnet", subnet?.id ?? "", {});
    await cloud.update(
      caller(SECURITY),
      "aws:ec2/vpc:Vpc",
      hub?.id ?? "",
      {},
      {
        cidrBlock: "10.1.0.0/16",
        tags: { Name: "somebody" },
      },
    );
    const refreshed = await stack.run("refresh", settings);
    expect(refreshed.error).to.equal(undefined);
    const mended = await stack.run("up", settings);
    expect(own(mended.steps)).to.have.members(["update hub", "create spoke"]);
    expect(mended.steps.join()).to.contain("create spoke aws:ec2/subnet:Subnet");
    expect(Object.values(cloud.snapshot().subnets).map(({ cidrBlock }) => cidrBlock)).to.include("10.2.1.0/24");
    expect((await stack.run("up", settings)).steps).to.deep.equal([]);
  });

  it("refuses the wrong account before anything is created in it", async () => {
    await start(0);
    const wrong = await stack.run("up", { ...settings, systemRole: "arn:aws:iam::333333333333:role/deploy" });
    expect(wrong.error).to.contain("AWS account ID not allowed: 333333333333");
    expect(vpcs().filter((vpc) => !vpc.startsWith(SECURITY))).to.deep.equal([]);
  });

  it("gives the user AWS's error, and keeps what was created", async () => {
    await start(0);
    const failed = await stack.run("up", { ...settings, secondSubnet: "10.2.1.128/25" });
    expect(failed.error).to.contain("api error InvalidSubnet.Conflict");
    const ofSecond = failed.diagnostics.filter(({ urn }) => urn.endsWith("::second")).map(({ message }) => message);
    expect(ofSecond.join("\n")).to.contain("creating");
    const mended = await stack.run("up", { ...settings, secondSubnet: "10.2.2.0/24" });
    expect([mended.error, own(mended.steps)]).to.deep.equal([undefined, ["create second"]]);
  });

  it("says beside AWS's refusal what can be done about it, once", async () => {
    await start(0);
    const create = cloud.create.bind(cloud);
    cloud.create = (caller, type, ...more) => {
      if (caller.accountId !== SYSTEM || type !== "aws:ec2/vpc:Vpc") return create(caller, type, ...more);
      const code = "VpcLimitExceeded";
      const answered = `api error ${code}: The maximum number of VPCs has been reached.`;
      return Promise.reject(new AwsError(code, `creating EC2 VPC: operation error EC2: CreateVpc, ${answered}`));
    };
    const refused = await stack.run("up", { ...settings, tellsRemedies: true });
    expect(refused.error).to.contain("api error VpcLimitExceeded");
    const remedies = refused.diagnostics.filter(({ message }) =>
      message.includes("Vpc spoke: quota reached: Amazon VPC, VPCs per Region"),
    );
    expect(remedies, JSON.stringify(refused.diagnostics)).to.have.length(1);
    cloud.create = create;
    const mended = await stack.run("up", { ...settings, tellsRemedies: true });
    expect([mended.error, own(mended.steps).includes("create hub")]).to.deep.equal([undefined, false]);
  });

  it("ends waiting and commands when the run is interrupted, and loses nothing", async () => {
    await start(0.25);
    const seconds = `400.${process.pid}`;
    const running = (): boolean =>
      execFileSync("ps", ["-e", "-o", "args="], { encoding: "utf8" }).includes(`sleep ${seconds}`);
    const slow = { ...settings, slowEndpoint: true, local: { create: `echo started; exec sleep ${seconds}` } };
    const began = Date.now();
    const interrupted = await stack.run("up", slow, async (said, interrupt) => {
      const pending = (): boolean =>
        Object.values(cloud.snapshot().vpcEndpoints).some(({ state }) => state === "pending");
      while (!(pending() && said().includes("started"))) {
        if (Date.now() - began > 50_000) throw new Error(`no endpoint is pending:\n${said()}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      interrupt();
    });
    expect(interrupted.error).to.be.a("string");
    expect(running()).to.equal(false);
    const [endpoint] = Object.values(cloud.snapshot().vpcEndpoints);
    expect(await stack.state()).to.contain(endpoint?.id ?? "no endpoint");
    // The stack is not locked, and what was cut short is known to it.
    const gone = await stack.run("destroy", settings);
    expect(gone.error).to.equal(undefined);
    expect(vpcs()).to.deep.equal([]);
  });

  it("runs commands: output, log, triggers, update, delete, secrets encrypted", async () => {
    await start(0);
    const marker = "printed $PULUMI_COMMAND_STDOUT";
    const local = { create: "echo made", update: `echo "${marker}"`, delete: "echo removing", triggers: ["a"] };
    const remote = {
      connection: { host: "127.0.0.1", port: host.port, user: "ec2-user", password: "host-password-7" },
      create: "echo from the host",
    };
    const up = await stack.run("up", { ...settings, local, remote });
    expect([up.error, up.outputs.printed]).to.deep.equal([undefined, "made"]);
    const logged = up.diagnostics.filter(({ ephemeral }) => ephemeral).map(({ message }) => message.trim());
    expect(logged).to.include.members(["made", "from the host"]);
    const state = await stack.state();
    expect(state).to.contain("from the host").and.not.contain("host-password-7");

    expect((await stack.run("up", { ...settings, local, remote })).steps).to.deep.equal([]);
    const changed = { ...local, create: "echo remade" };
    const updated = await stack.run("up", { ...settings, local: changed, remote });
    expect([own(updated.steps), updated.outputs.printed]).to.deep.equal([["update local"], "printed made"]);
    const triggered = await stack.run("up", { ...settings, local: { ...changed, triggers: ["b"] }, remote });
    expect([own(triggered.steps), triggered.outputs.printed]).to.deep.equal([["update local"], "printed printed made"]);
    const without = await stack.run("up", { ...settings, local: { ...changed, triggers: undefined }, remote });
    expect(own(without.steps)).to.deep.equal(["create-replacement local", "replace local", "delete-replaced local"]);
    expect(without.outputs.printed).to.equal("remade");
    const gone = await stack.run("destroy", settings);
    expect(gone.error).to.equal(undefined);
    expect(gone.diagnostics.map(({ message }) => message.trim())).to.include("removing");
  });

  it("brings a long failure of a command to the user whole", async () => {
    await start(0);
    const failed = await stack.run("up", { ...settings, local: { create: "seq 1 60000; exit 4", logging: "none" } });
    expect(failed.error).to.contain("exit status 4: running").and.contain(" 59999\n");
  });
});
