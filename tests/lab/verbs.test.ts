import { expect } from "chai";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { FailoverReport } from "../../lab/commands/failover/table";
import type { FabricEntry } from "../../lab/fabric/inspect";
import type { GatewayCounters } from "../../lab/gateway/config";
import { parseHistory } from "../../path/render";
import { stateDirectory, until } from "../../lab/world/world";
import { decodePcap } from "../../path/net/pcap";
import type { PathReport } from "../../path/proof/pathReport";
import { parseCommandEvents } from "../fixtures/commandEvents";
import { commandLine, type Outcome } from "./commandLine";
import { NamedLab } from "./namedLab";

const lab = new NamedLab(`verbs-${process.pid}`);
const root = path.resolve(__dirname, "../..");
const [source, destination] = ["system-source-apne1-az4", "system-destination-apne1-az4"];

const succeed = async (verb: string, ...args: string[]): Promise<string> => (await lab.succeed(verb, ...args)).stdout;

/** Round trip times in milliseconds of answered pings. */
async function ping(count: number): Promise<number[]> {
  const address = (await entry(destination)).address ?? "";
  const { stdout } = await lab.run("exec", source, "--", "ping", "-c", String(count), "-i", "0.1", address);
  return [...stdout.matchAll(/time=([\d.]+) ms/g)].map((match) => Number(match[1]));
}

async function entry(name: string): Promise<FabricEntry> {
  const found = (await lab.inspect()).find((each) => each.name === name && each.kind !== "subnet");
  if (found === undefined) throw new Error(`lab inspect does not show ${name}`);
  return found;
}

/** `lab capture` under way, as typed into a terminal. */
async function capture(...args: string[]) {
  const main = ["--import", "tsx", path.join(root, "cli/main.ts"), "lab", "capture", "--name", lab.name];
  const child = spawn(process.execPath, [...main, ...args], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  const stdout: Buffer[] = [];
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const closed = once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>;
  await until(() => stderr.includes("listening on") || child.exitCode !== null, 20_000, "tcpdump to listen");
  return {
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    ended: closed.then(([exitCode]) => ({ exitCode, stdout: Buffer.concat(stdout), stderr })),
    printed: () => Buffer.concat(stdout).length,
  };
}

/** tcpdumps that `lab capture` runs in namespaces of this lab's world; instances have their own. */
function tcpdumps(): string {
  const world = JSON.parse(fs.readFileSync(`/run/gwlb-inspection/${lab.name}/world.json`, "utf8")) as { init: number };
  const namespace = fs.readlinkSync(`/proc/${world.init}/ns/pid`);
  return execFileSync("sh", [
    "-c",
    `for each in $(pgrep -x tcpdump); do [ "$(readlink /proc/$each/ns/pid)" != "${namespace}" ] || echo $each; done`,
  ]).toString();
}

/** `lab up` that is killed in the middle of deploying. */
async function killedUp(): Promise<void> {
  const main = ["--import", "tsx", path.join(root, "cli/main.ts"), "lab", "up", "--name", lab.name];
  const child = spawn(process.execPath, main, { cwd: root, stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const closed = once(child, "close");
  await until(() => stderr.includes("created LoadBalancer") || child.exitCode !== null, 90_000, "a load balancer");
  child.kill("SIGKILL");
  expect(await closed, stderr).to.deep.equal([null, "SIGKILL"]);
}

describe("the lab's verbs", function () {
  this.timeout(120_000);
  let folder: string;

  before(async function () {
    this.timeout(240_000);
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "gwlb-inspection-verbs-"));
    await killedUp();
    // Takes up what the killed one has left, half deployed as it is.
    await succeed("up");
  });

  after(async () => {
    await succeed("down");
    fs.rmSync(folder, { recursive: true });
  });

  describe("capture", () => {
    it("writes what passes a GWLB endpoint's TUN: request and reply, before and after inspection", async () => {
      const file = path.join(folder, "endpoint.pcap");
      const running = await capture("system-apne1-az4", "--write", file, "--filter", "icmp", "--count", "8");
      expect(await ping(2)).to.have.length(2);
      const { exitCode, stderr } = await running.ended;
      expect(exitCode, stderr).to.equal(0);
      expect(decodePcap(fs.readFileSync(file)).packets).to.have.length(8);
    });

    it("writes packet by packet, and a whole file when it is interrupted", async () => {
      const file = path.join(folder, "router.pcap");
      const running = await capture("system", "--write", file, "--filter", "icmp");
      const before = fs.statSync(file).size;
      await ping(1);
      await until(() => fs.statSync(file).size > before, 5_000, "the packets to be written");
      running.kill("SIGINT");
      expect((await running.ended).exitCode).to.equal(0);
      // Four for each of request and reply: in and out of the router, before and after inspection.
      const lines = execFileSync("tcpdump", ["-n", "-r", file], { stdio: ["ignore", "pipe", "ignore"] }).toString();
      expect(lines.trim().split("\n")).to.have.length(8);
      expect(tcpdumps()).to.equal("");
    });

    it("shows live lines of a load balancer's ENIs, and GENEVE in them", async () => {
      const balancer = (await lab.inspect()).find(({ kind }) => kind === "load-balancer");
      const running = await capture(balancer?.name ?? "", "--filter", "udp port 6081");
      await ping(1);
      await until(() => running.printed() > 0, 5_000, "a line");
      running.kill("SIGTERM");
      const { exitCode, stdout } = await running.ended;
      expect(exitCode).to.equal(0);
      expect(stdout.toString()).to.match(/\.6081: Geneve/);
    });

    it("pipes pcap through standard output", async () => {
      const running = await capture(source, "--write", "-", "--filter", "icmp", "--count", "2");
      await ping(1);
      const { exitCode, stdout } = await running.ended;
      expect(exitCode).to.equal(0);
      expect(decodePcap(stdout).packets).to.have.length(2);
    });

    it("leaves no process when it is killed", async () => {
      const running = await capture(source);
      expect(tcpdumps()).not.to.equal("");
      running.kill("SIGKILL");
      await running.ended;
      await until(() => tcpdumps() === "", 5_000, "tcpdump to end");
    });

    it("refuses what is no node, and what is no filter", async () => {
      const unknown = await lab.run("capture", "system-apne-az4");
      expect(unknown.exitCode).to.equal(64);
      expect(unknown.stderr).to.match(/node "system-apne-az4": .*system-apne1-az4/);
      const file = path.join(folder, "none.pcap");
      const filter = await lab.run("capture", source, "--write", file, "--filter", "-w /etc/gwlb-inspection-test");
      expect(filter.exitCode).to.equal(64);
      expect(filter.stderr).to.match(/--filter "-w .*": .*syntax error.*: expected an expression of pcap-filter\(7\)/);
      expect(fs.existsSync(file)).to.be.false;
      expect(fs.existsSync("/etc/gwlb-inspection-test")).to.be.false;
      for (const count of ["0", "1.5", "many"]) {
        expect((await lab.run("capture", source, "--count", count)).exitCode, count).to.equal(64);
      }
    });
  });

  describe("shell", () => {
    const pulumi = (...args: string[]): Promise<Outcome> => lab.run("shell", "--", "pulumi", ...args);

    it("lets plain pulumi see the stacks", async () => {
      const { exitCode, stdout, stderr } = await pulumi("stack", "ls", "--json");
      expect(exitCode, stderr).to.equal(0);
      const stacks = JSON.parse(stdout) as { name: string }[];
      expect(stacks.map(({ name }) => name)).to.deep.equal(["security", "system"]);
      expect((await pulumi("stack", "export", "--stack", "system")).stdout).to.include("vpc-");
    });

    it("lets it refresh and preview a destroy without the program", async () => {
      const refreshed = await pulumi("refresh", "-s", "security", "--yes", "--skip-preview", "--non-interactive");
      expect(refreshed.exitCode, refreshed.stdout + refreshed.stderr).to.equal(0);
      const destroy = await pulumi("destroy", "-s", "system", "--preview-only", "--non-interactive");
      expect(destroy.exitCode, destroy.stdout + destroy.stderr).to.equal(0);
      expect(destroy.stdout).to.match(/\d+ to delete/);
    });

    it("lets it preview where there is a language host, and says so where there is none", async () => {
      const { exitCode, stdout, stderr } = await pulumi("preview", "-s", "security", "--non-interactive");
      if (stderr.includes("no Node language host")) {
        expect(exitCode).to.equal(1);
        expect(stdout + stderr).to.include("pulumi-language-nodejs");
      } else {
        expect(exitCode, stdout + stderr).to.equal(0);
        expect(stdout).to.include("unchanged");
      }
    });

    it("writes nothing into the program's folder", () => {
      const status = execFileSync("git", ["status", "--short", "--", "Pulumi.security.yaml", "Pulumi.system.yaml"], {
        cwd: root,
      });
      expect(status.toString()).to.equal("");
    });

    it("passes the exit code on", async () => {
      expect((await lab.run("shell", "--", "sh", "-c", "exit 5")).exitCode).to.equal(5);
    });
  });

  describe("impair", () => {
    it("delays each way through inspection, and repair ends it", async () => {
      await succeed("impair", "--delay", "50");
      const delayed = await ping(3);
      expect(delayed).to.have.length(3);
      // Timers of a loaded machine are late, never more than a millisecond early.
      for (const rtt of delayed) expect(rtt).to.be.within(98, 1000);
      await succeed("repair");
      expect(Math.min(...(await ping(3)))).to.be.lessThan(50);
    });

    it("drops its share, counts it, and the path is partial", async () => {
      const { stderr } = await lab.run("impair", "--loss", "10", "--seed", "7");
      expect(stderr).to.include("seed 7");
      const { exitCode, stdout } = await lab.run("verify", "--format", "json");
      const { verdict } = JSON.parse(stdout) as PathReport;
      expect(verdict).to.equal("partial");
      expect(exitCode).to.equal(1);
      const gateways = JSON.parse(await succeed("counters", "--format", "json")) as Record<string, GatewayCounters>;
      const [counters] = Object.values(gateways);
      if (counters === undefined) throw new Error("no gateway");
      const { received, fromTargets, forwarded, returned, held, dropped } = counters;
      expect(dropped.impaired).to.be.greaterThan(0);
      const lost = Object.values(dropped).reduce((sum, each) => sum + each, 0);
      expect(received + fromTargets).to.equal(forwarded + returned + held + lost);
      await succeed("impair", "--none");
      expect(await ping(5)).to.have.length(5);
    });

    it("refuses bad values by name", async () => {
      for (const args of [
        ["--loss", "101"],
        ["--delay", "-1"],
        ["--delay", "soon"],
        ["--seed", "x", "--loss", "1"],
      ]) {
        const { exitCode, stderr } = await lab.run("impair", ...args);
        expect(exitCode, args.join(" ")).to.equal(64);
        expect(stderr)
          .to.include(args[0])
          .and.to.match(/Expected/);
      }
      expect((await lab.run("impair")).exitCode).to.equal(64);
      expect((await lab.run("impair", "--none", "--loss", "3")).exitCode).to.equal(64);
    });
  });

  it("failover stops a target: without rebalance its flows wait for it, with it they move; all is as it was in the end", async () => {
    const events = ["--event", "stop", "--cross-zone", "on"];
    const { measured } = JSON.parse(await succeed("failover", ...events, "--format", "json")) as FailoverReport;
    const [kept, moved] = measured;
    if (kept === undefined || moved === undefined) throw new Error("expected both values of the target failover");
    // It is healed after six seconds.
    expect([kept.failover, kept.moved, kept.figures.cut]).to.deep.equal(["no_rebalance", 0, 0]);
    expect(kept.figures.without).to.be.greaterThan(6);
    expect([moved.failover, moved.figures.cut]).to.deep.equal(["rebalance", 0]);
    expect(moved.moved).to.be.at.least(1);
    // As long as the GWLB takes to find it out, however busy the machine is.
    expect(moved.figures.without).to.be.within(0.3, kept.figures.without);
    for (const { figures, state, unhealthyAfter } of measured) {
      expect(figures.lost).to.be.greaterThan(2);
      expect(figures.wentOn + figures.stalled).to.equal(10);
      // The other AZ's target is there for them.
      expect(figures.opened).to.be.greaterThan(0);
      expect(unhealthyAfter).to.be.lessThan(60);
      expect(state).to.be.oneOf(["unhealthy", "unused"]);
    }
    const log = fs.readFileSync(path.join(stateDirectory(lab.name), "requests.jsonl"), "utf8");
    const requests = log.split("\n").filter((line) => /:(ModifyTarget|ModifyLoad|RevokeSecurity)/.test(line));
    const last = requests.slice(-4).join("\n");
    expect(last.match(/"no_rebalance"/g)).to.have.length(2);
    expect(last)
      .to.include('"Value":"false"')
      .and.include("RevokeSecurityGroupEgress")
      .and.include("RevokeSecurityGroupIngress");
  });

  it("verify --report writes a page with every pair's path drawn, the report it speaks of, and each target's capture", async () => {
    const directory = path.join(folder, "report");
    await succeed("verify", "--report", directory);
    const report = JSON.parse(fs.readFileSync(path.join(directory, "report.json"), "utf8")) as PathReport;
    expect(report.verdict).to.equal("inspected");
    const page = fs.readFileSync(path.join(directory, "index.html"), "utf8");
    // One for each pair, and one of everything.
    expect(page.match(/<svg/g)).to.have.length(report.pairs.length + 1);
    for (const { source, destination } of report.pairs)
      expect(page).to.include(source.name).and.include(destination.name);
    const captures = fs.readdirSync(directory).filter((file) => file.endsWith(".pcap"));
    expect(captures.map((file) => file.replace(/^capture-\d-/, "")).sort()).to.deep.equal([
      "security-target-apne1-az1.pcap",
      "security-target-apne1-az4.pcap",
    ]);
    for (const file of captures) {
      expect(page).to.include(`href="${file}"`);
      // Two pairs through each target, five pings, there and back, in and out.
      const { packets } = decodePcap(fs.readFileSync(path.join(directory, file)));
      expect(packets.length, file).to.be.at.least(2 * 5 * 4);
    }
  });

  it("verify prints its verdict and ends with it where the report cannot be written in the end", async () => {
    const directory = path.join(folder, "unwritable");
    fs.mkdirSync(path.join(directory, "report.json"), { recursive: true });
    const { exitCode, stdout, stderr } = await lab.run("verify", "--report", directory);
    expect(exitCode, stderr).to.equal(0);
    expect(stdout).to.match(/Verdict: inspected/);
    expect(stderr).to.match(/error: The report could not be written to .*unwritable: .*report\.json/);
  });

  it("graph draws what is deployed, as Mermaid or into an SVG file", async () => {
    const mermaid = await succeed("graph");
    expect(mermaid)
      .to.match(/^---\n[^]*\n---\nflowchart LR\n/)
      .and.include(source)
      .and.include("PrivateLink");
    const file = path.join(folder, "graph.svg");
    expect(await succeed("graph", "--format", "svg", "--output", file)).to.equal("");
    expect(fs.readFileSync(file, "utf8"))
      .to.match(/^<svg /)
      .and.include(source);
    expect((await lab.run("graph", "--format", "png")).exitCode).to.equal(64);
  });

  it("verify --watch says what a fault changes and that the repair mends it, and ends with Ctrl-C", async () => {
    const main = ["--import", "tsx", path.join(root, "cli/main.ts"), "lab", "verify", "--name", lab.name];
    const kept = path.join(folder, "history");
    const child = spawn(process.execPath, [...main, "--watch", "--interval", "1", "--json", "--report", kept], {
      cwd: root,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let printed = "";
    child.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
    const closed = once(child, "close");
    /** Of every pair, as it was told last. */
    const verdicts = (): string[] => {
      const told = parseCommandEvents(printed.slice(0, printed.lastIndexOf("\n") + 1)).flatMap((event) =>
        event.kind === "measured" ? event.changes : [],
      );
      return [
        ...new Map(told.map(({ source: from, destination: to, to: verdict }) => [`${from} ${to}`, verdict])).values(),
      ];
    };
    const all = (wanted: (verdict: string) => boolean, what: string): Promise<void> =>
      until(() => (verdicts().length === 4 && verdicts().every(wanted)) || child.exitCode !== null, 60_000, what);
    const inspected = (verdict: string): boolean => verdict === "inspected";
    try {
      await all(inspected, "the proof");
      await succeed("break", "hairpin-flushed");
      // Old state may carry the pings, for they go on; flows that are new to the targets are kept.
      await all((verdict) => ["partial", "lost-at-target"].includes(verdict), "the fault");
      expect(printed).to.include("HAIRPIN_RULE_MISSING");
      await succeed("repair", "hairpin-flushed");
      await all(inspected, "the repair");
    } finally {
      child.kill("SIGINT");
    }
    expect(await closed, printed).to.deep.equal([0, null]);
    expect(parseCommandEvents(printed).at(-1)).to.deep.equal({ kind: "exit", code: 0 });
    const rounds = parseHistory(fs.readFileSync(path.join(kept, "history.jsonl"), "utf8"));
    expect(rounds[0]).to.include({ stack: "system", verdict: "inspected", proven: true });
    expect(rounds.at(-1)).to.include({ verdict: "inspected", proven: true });
    const changed = rounds.flatMap(({ page }) => page ?? []);
    expect(changed.length).to.be.at.least(3);
    expect(fs.readFileSync(path.join(kept, "index.html"), "utf8")).to.include(`href="${changed[0]}"`);
    expect(fs.readdirSync(path.join(kept, path.dirname(changed[0] ?? ""))).join()).to.match(/capture-1-.*\.pcap/);
  });

  it("another tool deploys, measures, traces and asks how its stacks stand, by the package's name", async () => {
    const tool = path.join(folder, "path-guard");
    fs.cpSync(path.join(root, "examples/path-guard"), tool, { recursive: true });
    fs.mkdirSync(path.join(tool, "node_modules"));
    fs.symlinkSync(root, path.join(tool, "node_modules/gwlb-inspection"));
    // Its paths are for the editor: here the package is to be found by its name.
    fs.rmSync(path.join(tool, "tsconfig.json"));
    const program = path.join(folder, "program");
    fs.cpSync(path.join(stateDirectory(lab.name), "settings"), program, { recursive: true });
    const run = [process.execPath, "--import", require.resolve("tsx").replace(/^/, "file://")];
    const stdout = await succeed("shell", "--", ...run, path.join(tool, "main.ts"), program, "security", "system");
    const { resources, ...rest } = JSON.parse(stdout) as { resources: Record<string, number> };
    expect(rest).to.deep.equal({ failed: [], bad: [], expected: "inspected" });
    expect(Object.keys(resources)).to.deep.equal(["security", "system"]);
    expect(Math.min(...Object.values(resources))).to.be.greaterThan(50);
  });

  it("inspect shows what the kernel has: namespace, link and address of every interface", async () => {
    for (const { kind, namespace, link, address } of await lab.inspect()) {
      if (kind !== "instance" && kind !== "load-balancer") continue;
      const shown = await succeedInWorld("ip", "-n", namespace, "-o", "-4", "address", "show", "dev", link ?? "");
      expect(shown).to.include(` ${address}/`);
    }
  });

  it("a second start of the same lab is refused, with what to do", async () => {
    const { exitCode, stderr } = await lab.run("start");
    expect(exitCode).to.equal(1);
    expect(stderr).to.include(`Lab "${lab.name}" is already up`).and.to.include(`lab down --name ${lab.name}`);
  });

  it("names and formats that cannot be are usage errors", async () => {
    for (const name of ["Lab", "../etc", "a".repeat(32)]) {
      const { exitCode, stderr } = await commandLine("lab", "inspect", "--name", name);
      expect(exitCode, name).to.equal(64);
      expect(stderr).to.include(`Lab name "${name}"`);
    }
    expect((await lab.run("inspect", "--format", "csv")).exitCode).to.equal(64);
    for (const verb of ["break", "repair"]) {
      const misspelled = await lab.run(verb, "hairpin-flushd");
      expect(misspelled.exitCode, misspelled.stderr).to.equal(64);
      expect(misspelled.stderr)
        .to.include('fault "hairpin-flushd": did you mean hairpin-flushed')
        .and.not.include("routes-");
    }
    for (const verb of [
      ["exec", "nobody", "--", "true"],
      ["reboot", "nobody"],
      ["ssh", "nobody"],
      ["capture", "nobody"],
    ]) {
      const { exitCode, stderr } = await lab.run(...(verb as [string, ...string[]]));
      expect(exitCode, stderr).to.equal(64);
    }
  });

  // The last describe: those follow all tests outside of them.
  describe("down", () => {
    it("ends a lab whose daemon was stopped, and who was at work in it says so", async () => {
      const started = { exec: false, up: false };
      const running = (verb: "exec" | "up", ...args: string[]): Promise<Outcome> => {
        const main = ["--import", "tsx", path.join(root, "cli/main.ts"), "lab", verb, "--name", lab.name];
        const child = spawn(process.execPath, [...main, ...args], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
        let [stdout, stderr] = ["", ""];
        child.stdout.on("data", (chunk: Buffer) => ((started[verb] = true), (stdout += chunk.toString())));
        child.stderr.on("data", (chunk: Buffer) => ((started[verb] = true), (stderr += chunk.toString())));
        return once(child, "close").then(([exitCode]) => ({ exitCode: exitCode as number | null, stdout, stderr }));
      };
      const commands = [running("exec", source, "--", "sh", "-c", "echo here; sleep 1000"), running("up")];
      await until(() => started.exec && started.up, 60_000, "the commands to be at work");
      const world = JSON.parse(fs.readFileSync(`/run/gwlb-inspection/${lab.name}/world.json`, "utf8")) as {
        init: number;
      };
      const [daemon] = fs.readFileSync(`/proc/${world.init}/task/${world.init}/children`, "utf8").split(" ");
      process.kill(Number(daemon), "SIGSTOP");
      await succeed("down");
      const [exec, up] = await Promise.all(commands);
      const said = `error: Lab "${lab.name}" was taken down meanwhile.`;
      expect([exec?.exitCode, exec?.stderr.trim()]).to.deep.equal([137, said]);
      expect(up?.exitCode, up?.stderr).to.equal(1);
      expect(up?.stderr).to.include(said);
    });
  });
});

/** Runs a command in the lab's own namespaces. */
function succeedInWorld(...command: string[]): Promise<string> {
  const world = JSON.parse(fs.readFileSync(`/run/gwlb-inspection/${lab.name}/world.json`, "utf8")) as { init: number };
  const enter = ["--target", String(world.init), "--mount", "--net", "--"];
  return Promise.resolve(execFileSync("nsenter", [...enter, ...command]).toString());
}
