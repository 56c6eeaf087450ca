import { expect } from "chai";
import { NamedLab } from "./namedLab";
import { ProgramCopy } from "./programCopy";

interface Exported {
  deployment: { resources: { urn: string }[] };
}

const inner = { "apne1-az4": "10.2.20.16", "apne1-az1": "10.2.21.16" };

/** What packets feel of a change: pings of each AZ's source to its own AZ's destination, as long as the change takes. */
describe("changes of deployed stacks in the lab", function () {
  this.timeout(400_000);
  const program = new ProgramCopy();
  const lab = new NamedLab(`order-${process.pid}`, program.folder);

  before(() => lab.succeed("up"));

  after(async () => {
    await lab.run("down");
    program.remove();
  });

  /** @returns what the change returns; no packet that was sent meanwhile may be missing */
  async function withPackets<T>(change: () => Promise<T>): Promise<T> {
    const streams = Object.entries(inner).map(([azId, address]) =>
      lab.succeed("exec", `system-source-${azId}`, "--", "sh", "-c", `${pingUntilTold} ${address}`),
    );
    try {
      return await change();
    } finally {
      await Promise.all(
        Object.keys(inner).map((azId) => lab.succeed("exec", `system-source-${azId}`, "--", "touch", stop)),
      );
      for (const { stdout } of await Promise.all(streams)) {
        const sent = Number(/(\d+) packets transmitted/.exec(stdout)?.[1]);
        expect(sent, stdout.slice(-300)).to.be.greaterThan(20);
        const answered = new Set([...stdout.matchAll(/icmp_seq=(\d+) ttl=/g)].map(([, sequence]) => Number(sequence)));
        // ping is stopped in its tracks: the last of them have no time to be answered.
        const sequences = Array.from({ length: sent - inFlight }, (_, index) => index + 1);
        expect(sequences.filter((sequence) => !answered.has(sequence))).to.deep.equal([]);
      }
    }
  }

  const pulumi = (...args: string[]) => lab.run("shell", "--", "pulumi", ...args);
  const inspected = async (pairs: number): Promise<void> => {
    const { report } = await lab.verify();
    expect([report.verdict, report.pairs.length]).to.deep.equal(["inspected", pairs]);
  };
  const operations = (output: string, of: string): string[] =>
    [...output.matchAll(new RegExp(` s {2}${of}: ((?:created|updated|deleted|replaced)[^\\n]*)`, "g"))].map(
      ([, operation = ""]) => operation.replace(/ \([\d.]+ s\)$/, ""),
    );

  it("to destroy the hub is refused before anything is deleted while consumers are connected, naming who they are", async () => {
    const before = await lab.inspect();
    const { exitCode, stdout } = await withPackets(() =>
      pulumi("destroy", "--yes", "--skip-preview", "--non-interactive", "--stack", "security"),
    );
    expect(exitCode, stdout).not.to.equal(0);
    const endpoints = before.filter(({ kind }) => kind === "gwlb-endpoint");
    expect(endpoints).to.have.length(2);
    for (const { id } of endpoints) expect(stdout).to.contain(`${id} of account 222222222222: available`);
    expect(stdout).to.contain("pulumi destroy --stack system");
    expect(stdout).not.to.match(/ deleted \(|\d+ deleted/);
    expect(await lab.inspect()).to.deep.equal(before);
    const { stderr } = await lab.succeed("up");
    expect(operations(stderr, "security")).to.deep.equal([]);
  });

  it("where there is no guard AWS's refusal comes before any part of the path is deleted, too", async () => {
    const before = await lab.inspect();
    const { resources } = (JSON.parse((await pulumi("stack", "export", "--stack", "security")).stdout) as Exported)
      .deployment;
    const guard = resources.find(({ urn }) => urn.endsWith("::security-consumers") && urn.includes("Command"))?.urn;
    const { stdout } = await withPackets(async () => {
      await pulumi("state", "delete", "--yes", "--stack", "security", guard ?? "none");
      return pulumi("destroy", "--yes", "--skip-preview", "--non-interactive", "--stack", "security");
    });
    expect(stdout).to.contain("ExistingVpcEndpointConnections");
    expect(await lab.inspect()).to.deep.equal(before);
    // Brings guard and principals back.
    await lab.succeed("up");
  });

  const replaced = ["LoadBalancer", "TargetGroup", "Listener", "VpcEndpointService", "Vpc"];
  it(`to replace any of ${replaced.join(", ")} is refused as long, with nothing changed`, async () => {
    const before = await lab.inspect();
    const { resources } = (JSON.parse((await pulumi("stack", "export", "--stack", "security")).stdout) as Exported)
      .deployment;
    await withPackets(async () => {
      for (const type of replaced) {
        const urn = resources.find((each) => each.urn.endsWith(`:${type}::security`))?.urn ?? "none";
        const args = ["--yes", "--skip-preview", "--non-interactive", "--stack", "security", "--replace", urn];
        const { exitCode, stdout } = await pulumi("up", ...args);
        expect(exitCode, stdout).not.to.equal(0);
        for (const { id } of before.filter(({ kind }) => kind === "gwlb-endpoint")) {
          expect(stdout).to.contain(`${id} of account 222222222222: available`);
        }
        expect(stdout).to.contain("pulumi destroy --stack system");
        expect(stdout, type).not.to.match(/ (deleted|created|updated|replaced) \(/);
        expect(await lab.inspect(), type).to.deep.equal(before);
      }
    });
    await inspected(4);
  });

  it("a listener that somebody deleted is made again meanwhile: that replaces nothing", async () => {
    await lab.succeed("break", "listener-deleted");
    const args = ["--yes", "--skip-preview", "--non-interactive", "--stack", "security", "--refresh"];
    const { exitCode, stdout } = await pulumi("up", ...args);
    expect(exitCode, stdout).to.equal(0);
    expect(stdout).to.match(/:Listener security created/);
    await inspected(4);
  });

  it("a third AZ of the hub is added in place, then the consumer's", async () => {
    program.set("security", "zones.apne1-az2", { gwlb: "10.1.12.0/24", target: "10.1.22.0/24" });
    const hub = await withPackets(() => lab.succeed("up"));
    const done = operations(hub.stderr, "security");
    expect(done).to.include("updated LoadBalancer security in 111111111111");
    expect(done).to.include("updated VpcEndpoint security-ssm in 111111111111");
    expect(done).to.include("created TargetGroupAttachment security-target-apne1-az2 in 111111111111");
    expect(done.filter((each) => /^(deleted|replaced)/.test(each))).to.deep.equal([]);
    const spoke = { source: "10.2.12.0/24", destination: "10.2.22.0/24", endpoint: "10.2.32.0/28" };
    program.set("system", "zones.apne1-az2", spoke);
    const consumer = await withPackets(() => lab.succeed("up"));
    expect(operations(consumer.stderr, "system")).to.include("created VpcEndpoint system-apne1-az2 in 222222222222");
    await inspected(9);
  });

  it("to take an AZ away from the hub is refused with nothing changed, and back again there is nothing to do", async () => {
    const before = await lab.inspect();
    program.delete("security", "zones.apne1-az1");
    const { exitCode, stderr } = await withPackets(() => lab.run("up"));
    expect(exitCode).to.equal(1);
    expect(stderr).to.contain("zones.apne1-az1: missing: expected gwlb 10.1.11.0/24, where the deployed GWLB is");
    expect(operations(stderr, "security")).to.deep.equal([]);
    expect(await lab.inspect()).to.deep.equal(before);
    program.set("security", "zones.apne1-az1", { gwlb: "10.1.11.0/24", target: "10.1.21.0/24" });
    expect(operations((await lab.succeed("up")).stderr, "security")).to.deep.equal([]);
  });

  it("an AZ is taken away from the consumer, the others' packets unharmed", async () => {
    program.delete("system", "zones.apne1-az2");
    const { stderr } = await withPackets(() => lab.succeed("up"));
    const done = operations(stderr, "system");
    expect(done).to.include("updated VpcEndpoint system-ssm in 222222222222");
    expect(done).to.include("deleted VpcEndpoint system-apne1-az2 in 222222222222");
    await inspected(4);
  });

  it("a consumer's endpoint moves into another subnet, and its packets with it", async () => {
    program.set("system", "zones.apne1-az4.endpoint", "10.2.33.0/28");
    const { stderr } = await withPackets(() => lab.succeed("up"));
    const done = operations(stderr, "system").filter((each) =>
      / (Subnet system-endpoint|VpcEndpoint system-apne1)/.test(each),
    );
    const made = done.findIndex((each) => each.startsWith("created (replacement) VpcEndpoint system-apne1-az4"));
    expect(made, stderr).to.be.greaterThan(-1);
    expect(done.findIndex((each) => each.startsWith("deleted"))).to.be.greaterThan(made);
    await inspected(4);
  });

  it("another instance takes a target's place before that goes", async () => {
    program.set("security", "zones.apne1-az1.target", "10.1.31.0/24");
    const done = operations((await lab.succeed("up")).stderr, "security");
    const at = (what: string): number => done.findIndex((each) => each.startsWith(what));
    for (const each of ["Subnet", "Instance", "TargetGroupAttachment"]) {
      expect(at(`created (replacement) ${each} security-target-apne1-az1`), each).to.be.greaterThan(-1);
      expect(at(`deleted (replaced) ${each} security-target-apne1-az1`), each).to.be.greaterThan(
        at("created (replacement) TargetGroupAttachment security-target-apne1-az1"),
      );
    }
    await inspected(4);
  });

  it("another type of instance is another instance, of the image for its architecture: nobody stops a target", async () => {
    program.set("security", "instanceType", "t4g.micro");
    const { stdout } = await pulumi("preview", "--diff", "--non-interactive", "--stack", "security");
    expect(stdout.match(/\+- ?replace|\+-.*Instance/g) ?? [], stdout).to.have.length.greaterThan(1);
    expect(stdout).to.match(/ami +: "ami-[0-9a-f]+" => "ami-[0-9a-f]+"/);
    program.set("security", "instanceType", "t3.micro");
  });

  it("with no consumer left, the GWLB and its listener are replaced", async () => {
    await pulumi("destroy", "--yes", "--skip-preview", "--non-interactive", "--stack", "system");
    const { resources } = (JSON.parse((await pulumi("stack", "export", "--stack", "security")).stdout) as Exported)
      .deployment;
    for (const type of ["Listener", "LoadBalancer"]) {
      const urn = resources.find((each) => each.urn.endsWith(`:${type}::security`))?.urn ?? "none";
      const args = ["--yes", "--skip-preview", "--non-interactive", "--stack", "security", "--replace", urn];
      const { exitCode, stdout } = await pulumi("up", ...args);
      expect(exitCode, stdout).to.equal(0);
      expect(stdout, type).to.match(new RegExp(`:${type} security replaced`));
    }
  });
});

/** Requests of the last 0.2 s. */
const inFlight = 4;
const stop = "/run/stop-pinging";
/** Until the file is there; ping itself counts, and tells at its end. */
const pingUntilTold = `rm -f ${stop}; (while [ ! -e ${stop} ]; do sleep 0.1; done; pkill -INT -x ping) & exec ping -i 0.05 -w 300`;
