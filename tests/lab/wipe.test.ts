import { expect } from "chai";
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { ensureImage } from "../../lab/fabric/image";
import { Lab } from "../../lab/world/lab";
import { startTimeOf } from "../../lab/processStart";
import { labNames, labsDirectory, runningWorld, stateDirectory, until } from "../../lab/world/world";
import { withLock } from "../../lab/engine/lock";
import { commandLine } from "./commandLine";
import { wipeLock } from "./wipeLock";

const suffix = process.pid;
const labs = {
  killed: `killed-${suffix}`,
  unreachable: `unreachable-${suffix}`,
  folderless: `folderless-${suffix}`,
  locked: `locked-${suffix}`,
  running: `running-${suffix}`,
  starting: `starting-${suffix}`,
};
/** Names that look like ours and are not: no lab can have them. */
const foreign = {
  cgroup: `gwlb-inspection-Not_a_lab.${suffix}`,
  similarCgroup: `gwlb-inspectionx-${suffix}`,
  file: path.join(labsDirectory, `README_${suffix}.txt`),
};

/** On the host's cgroup v2 hierarchy, which may be mounted nowhere. */
const onCgroups = (script: string): string =>
  execFileSync("unshare", ["--mount", "sh", "-euc", `mount -t cgroup2 cgroup2 /mnt && cd /mnt && ${script}`], {
    encoding: "utf8",
  });
const ours = (): string[] =>
  onCgroups("ls")
    .split("\n")
    .filter((entry) => entry.includes(String(suffix)));

function namespacesOf(pid: number): string[] {
  return ["mnt", "net", "pid"].map((kind) => fs.readlinkSync(`/proc/${pid}/ns/${kind}`));
}

/** `PID STARTTIME` of the processes in any of the namespaces, whose own numbers are given anew when they are gone. */
function processesIn(namespaces: readonly string[]): string[] {
  return fs
    .readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      try {
        const inside = namespacesOf(Number(entry)).some((namespace) => namespaces.includes(namespace));
        return inside ? [`${entry} ${startTimeOf(Number(entry))}`] : [];
      } catch {
        return [];
      }
    });
}

/** Resolves when no other test wipes, nor will before what it resolves with is called. */
function alone(): Promise<() => void> {
  return new Promise((resolve) => void withLock(wipeLock, {}, () => new Promise<void>((done) => resolve(done))));
}

describe("lab wipe", function () {
  this.timeout(60_000);
  const strangers: ChildProcess[] = [];
  const pids = new Map<string, number>();
  /** Of each lab, all that it had when it was up. */
  const processes = new Map<string, string[]>();
  let wiped: Awaited<ReturnType<typeof commandLine>>;
  let release = (): void => undefined;

  async function bareLab(name: string): Promise<void> {
    const { path: imagePath } = await ensureImage();
    const lab = await Lab.start({ name, imagePath });
    await lab.detach();
    const init = runningWorld(name);
    if (init === undefined) throw new Error(`lab ${name} does not run`);
    pids.set(name, init);
    processes.set(name, processesIn(namespacesOf(init)));
  }

  /** What the line about a lab says; undefined when there is none. */
  const lineOf = (name: string, { stderr } = wiped): string | undefined =>
    stderr.split("\n").find((line) => line.includes(`"${name}"`));

  const running = (name: string): string[] =>
    (processes.get(name) ?? []).filter((each) => {
      const [pid = "", startTime] = each.split(" ");
      return startTimeOf(Number(pid)) === startTime;
    });

  const pidOf = (name: string): number => {
    const pid = pids.get(name);
    if (pid === undefined) throw new Error(`no process of ${name}`);
    return pid;
  };

  before(async () => {
    release = await alone();
    const stranger = spawn("unshare", [
      "--mount",
      "--net",
      "sh",
      "-c",
      "mount -t tmpfs gwlb-inspection /mnt; echo; cat",
    ]);
    strangers.push(stranger);
    await once(stranger.stdout, "data");
    await Promise.all([labs.killed, labs.unreachable, labs.running].map(bareLab));
    // Killed with all its children, as by the kernel when memory is short: nobody cleans up.
    process.kill(pidOf(labs.killed), "SIGKILL");
    await until(() => runningWorld(labs.killed) === undefined, 5000, "the killed lab's first process to end");
    onCgroups(`mkdir -p ${[labs.killed, labs.folderless].map((name) => `gwlb-inspection-${name}/i-1/init`).join(" ")}`);
    // No state file tells of this one, which runs.
    fs.rmSync(stateDirectory(labs.unreachable), { recursive: true });
    fs.writeFileSync(`${stateDirectory(labs.locked)}.lock`, "4194303 1");
    fs.writeFileSync(`${stateDirectory(labs.locked)}.lock.4194303-0123abcd`, "4194303 1");

    fs.writeFileSync(`${stateDirectory(labs.starting)}.lock`, `${process.pid} ${startTimeOf(process.pid)}`);
    fs.mkdirSync(stateDirectory(labs.starting));
    onCgroups(`mkdir ${foreign.cgroup} ${foreign.similarCgroup}`);
    fs.writeFileSync(foreign.file, "not ours");
    wiped = await commandLine("lab", "wipe");
    release();
  });

  after(async () => {
    release();
    for (const stranger of strangers) stranger.kill("SIGKILL");
    fs.rmSync(foreign.file, { force: true });
    for (const entry of ours().filter((each) => Object.values(foreign).includes(each))) onCgroups(`rmdir ${entry}`);
    fs.rmSync(`${stateDirectory(labs.starting)}.lock`, { force: true });
    for (const name of labNames().filter((each) => each.endsWith(`-${suffix}`))) {
      await commandLine("lab", "down", "--name", name);
    }
  });

  it("ends well", () => {
    expect(wiped.exitCode, wiped.stderr).to.equal(0);
    expect(wiped.stdout).to.equal("");
  });

  it("removes a killed lab's folder and cgroups, and names them", () => {
    expect(fs.existsSync(stateDirectory(labs.killed))).to.be.false;
    expect(ours()).not.to.include(`gwlb-inspection-${labs.killed}`);
    expect(running(labs.killed)).to.deep.equal([]);
    expect(lineOf(labs.killed))
      .to.contain(stateDirectory(labs.killed))
      .and.contain(`cgroup gwlb-inspection-${labs.killed}`);
  });

  it("finds cgroups of which nothing else tells", () => {
    expect(ours()).not.to.include(`gwlb-inspection-${labs.folderless}`);
    expect(lineOf(labs.folderless)).to.contain(`cgroup gwlb-inspection-${labs.folderless}`);
  });

  it("ends a world, with its namespaces and mounts, of which no state file tells any more", () => {
    expect(fs.existsSync(`/proc/${pidOf(labs.unreachable)}`)).to.be.false;
    expect(running(labs.unreachable)).to.deep.equal([]);
    expect(lineOf(labs.unreachable)).to.contain(`process ${pidOf(labs.unreachable)} and all in its namespaces`);
  });

  it("removes locks of processes that have died", () => {
    expect(fs.readdirSync(labsDirectory).filter((entry) => entry.startsWith(labs.locked))).to.deep.equal([]);
    expect(lineOf(labs.locked))
      .to.contain(`${stateDirectory(labs.locked)}.lock`)
      .and.contain("0123abcd");
  });

  it("leaves a running lab alone, and says so", async () => {
    expect(runningWorld(labs.running)).to.equal(pidOf(labs.running));
    expect(await Lab.answering(labs.running)).to.be.true;
    expect(lineOf(labs.running)).to.match(/left alone.*lab down/);
  });

  it("leaves alone what another process is just starting", () => {
    expect(fs.existsSync(stateDirectory(labs.starting))).to.be.true;
    expect(lineOf(labs.starting)).to.contain(`process ${process.pid} is at work on it`);
  });

  it("leaves alone what only resembles a lab's", () => {
    expect(ours()).to.include.members([foreign.cgroup, foreign.similarCgroup]);
    expect(fs.readFileSync(foreign.file, "utf8")).to.equal("not ours");
    expect(strangers[0]?.exitCode).to.equal(null);
    expect(wiped.stderr).not.to.contain(foreign.cgroup).and.not.to.contain("README");
  });

  it("finds nothing when run again", async () => {
    const again = await commandLine("lab", "wipe");
    expect(again.exitCode, again.stderr).to.equal(0);
    expect(lineOf(labs.running, again)).to.contain("left alone");
    for (const name of [labs.killed, labs.unreachable, labs.folderless, labs.locked]) {
      expect(lineOf(name, again)).to.equal(undefined);
    }
    expect(again.stderr).to.contain("No crashed lab has left anything.");
  });

  it("names what it cannot remove, goes on with the rest and fails", async function () {
    // A process in the cgroup that belongs to no world: nobody may kill it for its cgroup's sake.
    const guest = spawn("sleep", ["infinity"]);
    strangers.push(guest);
    const name = `occupied-${suffix}`;
    onCgroups(
      `mkdir gwlb-inspection-${name} gwlb-inspection-${labs.folderless} && echo ${guest.pid} > gwlb-inspection-${name}/cgroup.procs`,
    );
    const outcome = await commandLine("lab", "wipe");
    expect(lineOf(name, outcome)).to.match(/^error: .*could not be removed.*cgroup gwlb-inspection-occupied/);
    expect(outcome.exitCode).to.equal(1);
    expect(lineOf(labs.folderless, outcome)).to.contain("Removed");
    expect(guest.exitCode).to.equal(null);
    guest.kill("SIGKILL");
    await once(guest, "exit");
  });
});
