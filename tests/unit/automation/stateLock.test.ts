import { expect } from "chai";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { EngineCommand } from "../../../automation/engine/engineCommand";
import { fileBackend, locksOf, removeStaleLocks } from "../../../automation/engine/stateLock";

describe("a stack's locks", () => {
  let root: string;
  let engine: EngineCommand;
  const folder = (): string => path.join(root, ".pulumi", "locks", "organization", "project", "system");
  const since = "2026-01-01T00:00:00Z";
  const lock = (name: string, pid: number, hostname = os.hostname()): void => {
    fs.mkdirSync(folder(), { recursive: true });
    const content = JSON.stringify({ pid, username: "root", hostname, timestamp: since });
    fs.writeFileSync(path.join(folder(), `${name}.json`), content);
  };
  /** Process id of a process that has ended. */
  const dead = (): number => spawnSync("true").pid;

  beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), "lock-test-"));
    engine = new EngineCommand("pulumi", root, { PULUMI_BACKEND_URL: `file://${root}` });
  });
  afterEach(() => fs.rmSync(root, { recursive: true }));

  it("are stale when their process, of this machine, has ended", async () => {
    const pid = dead();
    lock("a", process.pid);
    lock("b", pid);
    lock("c", pid, "another-machine");
    expect((await locksOf(engine, "project", "system"))?.map(({ holder, stale }) => [holder, stale])).to.deep.equal([
      [`root@${os.hostname()} (pid ${process.pid})`, false],
      [`root@${os.hostname()} (pid ${pid})`, true],
      [`root@another-machine (pid ${pid})`, false],
    ]);
  });

  it("are removed when they are stale, and only then", async () => {
    const pid = dead();
    lock("a", process.pid);
    lock("b", pid);
    lock("c", pid, "another-machine");
    expect(await removeStaleLocks(engine, "project", "system")).to.deep.equal([
      `root@${os.hostname()} (pid ${pid}) at ${since}`,
    ]);
    expect(fs.readdirSync(folder())).to.deep.equal(["a.json", "c.json"]);
    expect(await removeStaleLocks(engine, "project", "system")).to.deep.equal([]);
  });

  it("are also what a run has left that was killed while it locked", async () => {
    const pid = dead();
    lock("a", pid);
    fs.renameSync(path.join(folder(), "a.json"), path.join(folder(), "a.json.1.tmp"));
    fs.writeFileSync(path.join(folder(), "a.json.attrs"), "");
    fs.writeFileSync(path.join(folder(), "b.json.2.tmp"), "");
    const anonymous = "a process that has not written its name";
    expect((await locksOf(engine, "project", "system"))?.map(({ holder, stale }) => [holder, stale])).to.deep.equal([
      [`root@${os.hostname()} (pid ${pid})`, true],
      [anonymous, false],
    ]);
    const old = new Date(Date.now() - 120_000);
    fs.utimesSync(path.join(folder(), "b.json.2.tmp"), old, old);
    expect(await removeStaleLocks(engine, "project", "system")).to.deep.equal([
      `root@${os.hostname()} (pid ${pid}) at ${since}`,
      `${anonymous} at ${old.toISOString()}`,
    ]);
    expect(fs.readdirSync(folder())).to.deep.equal(["a.json.attrs"]);
  });

  it("are none when nobody ever locked it, and another stack's are not its own", async () => {
    expect(await locksOf(engine, "project", "system")).to.deep.equal([]);
    lock("b", dead());
    expect(await locksOf(engine, "project", "system-tokyo")).to.deep.equal([]);
  });

  it("are unknown where the state is not in files", async () => {
    const cloud = new EngineCommand("pulumi", root, { PULUMI_BACKEND_URL: "s3://bucket" });
    expect(await locksOf(cloud, "project", "system")).to.equal(undefined);
    expect(await removeStaleLocks(cloud, "project", "system")).to.deep.equal([]);
  });

  it("are where the backend's URL says", () => {
    expect(fileBackend("file:///var/state")).to.equal("/var/state");
    expect(fileBackend("file:///var/state?no_tmp_dir=true")).to.equal("/var/state");
    expect(fileBackend("file://~")).to.equal(os.homedir());
    expect(fileBackend("file://~/state")).to.equal(path.join(os.homedir(), "state"));
    expect(fileBackend("https://api.pulumi.com")).to.equal(undefined);
  });
});
