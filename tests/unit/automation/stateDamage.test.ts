import { expect } from "chai";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { EngineCommand } from "../../../automation/engine/engineCommand";
import { orDamage, refuseDamage, restoreState } from "../../../automation/engine/stateDamage";

const urn = (name: string): string => `urn:pulumi:system::project::aws:ec2/vpc:Vpc::${name}`;

/** A state as pulumi 3.259 writes it. */
function state(resources: string[], creating: string[] = []): string {
  const latest = {
    manifest: { time: "2026-01-01T00:00:00Z", magic: "00", version: "v3.259.0" },
    ...(resources.length > 0 && { resources: resources.map((name) => ({ urn: urn(name), type: "aws:ec2/vpc:Vpc" })) }),
    ...(creating.length > 0 && {
      pending_operations: creating.map((name) => ({ type: "creating", resource: { urn: urn(name) } })),
    }),
  };
  return JSON.stringify({ version: 3, checkpoint: { stack: "organization/project/system", latest } });
}

const attributes = JSON.stringify({ "user.content_type": "text/plain; charset=utf-8", md5: "AA==" });
const temporary = "system.json.18eab5c0e5a7804f.tmp";

describe("a state's files after an engine was killed", () => {
  let root: string;
  let engine: EngineCommand;
  const folder = (): string => path.join(root, ".pulumi", "stacks", "project");
  const at = (name: string): string => path.join(folder(), name);
  const read = (name: string): string => fs.readFileSync(at(name), "utf8");
  /** Files in the order in which the engine writes them. */
  const left = (files: Record<string, string>): void => {
    let second = 0;
    for (const [name, content] of Object.entries(files)) {
      fs.writeFileSync(at(name), content);
      fs.utimesSync(at(name), new Date(), new Date(Date.UTC(2026, 0, 1, 0, 0, second++)));
    }
  };
  const restore = () => restoreState(engine, "project", "system");
  const complaint = async (): Promise<string | undefined> => {
    try {
      await refuseDamage(engine, "project", "system");
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  };
  const lock = (pid: number, hostname = os.hostname()): string => {
    const locks = path.join(root, ".pulumi", "locks", "organization", "project", "system");
    fs.mkdirSync(locks, { recursive: true });
    const file = path.join(locks, "a.json");
    fs.writeFileSync(file, JSON.stringify({ pid, username: "root", hostname, timestamp: "2026-01-01T00:00:00Z" }));
    return file;
  };

  beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), "state-test-"));
    fs.mkdirSync(folder(), { recursive: true });
    engine = new EngineCommand("pulumi", root, { PULUMI_BACKEND_URL: `file://${root}` });
  });
  afterEach(() => fs.rmSync(root, { recursive: true }));

  it("are left alone where the state can be read, whatever lies beside it", async () => {
    const files = {
      "system.json": state(["a"]),
      "system.json.attrs": attributes,
      "system.json.bak": state(["a", "b"]),
      "system.json.bak.attrs": "",
      [temporary]: state(["a"]).slice(0, 40),
    };
    left(files);
    expect(await restore()).to.equal(undefined);
    expect(await complaint()).to.equal(undefined);
    expect(Object.fromEntries(fs.readdirSync(folder()).map((name) => [name, read(name)]))).to.deep.equal(files);
  });

  it("keep a whole state whose attributes were being written, and tell what it was about to be", async () => {
    left({
      "system.json": state(["a"], ["b"]),
      "system.json.bak": state(["a"]),
      [temporary]: state(["a", "b", "c"]),
      "system.json.attrs": "",
    });
    expect(await complaint()).to.match(/system\.json is whole.*system\.json\.attrs.*`deploy --recover`/);
    expect(await restore()).to.deep.equal({ file: at("system.json"), from: "itself", unsaved: [urn("c")] });
    expect(read("system.json")).to.equal(state(["a"], ["b"]));
    expect(fs.existsSync(at("system.json.attrs"))).to.equal(false);
    expect(await complaint()).to.equal(undefined);
    expect(await restore()).to.equal(undefined);
  });

  it("give a missing state back from its backup, and name what was not saved", async () => {
    left({ "system.json.bak": state(["a"], ["b"]), [temporary]: state(["a", "b"], ["c"]), "system.json.attrs": "" });
    expect(await complaint()).to.match(/system\.json is missing.*--recover.*on purpose, delete .*system\.json\.bak/);
    expect(await restore()).to.deep.equal({ file: at("system.json"), from: "backup", unsaved: [urn("c")] });
    expect(read("system.json")).to.equal(state(["a"], ["b"]));
    expect(await complaint()).to.equal(undefined);
  });

  for (const [what, content] of [
    ["cut short", state(["a", "b"]).slice(0, 50)],
    ["empty", ""],
    ["of zeros", "\0\0\0\0"],
  ] as const) {
    it(`keep a state that is ${what} beside the backup that takes its place`, async () => {
      left({ [temporary]: state(["old"]), "system.json.bak": state(["a"]), "system.json": content });
      expect(await complaint()).to.match(/system\.json cannot be read: `deploy --recover`/);
      expect(await restore()).to.deep.equal({ file: at("system.json"), from: "backup", unsaved: [] });
      expect(read("system.json")).to.equal(state(["a"]));
      expect(read("system.json.unreadable")).to.equal(content);
    });
  }

  it("are not touched where the backup cannot be read either, and older copies are named", async () => {
    left({ "system.json.bak": "{", "system.json": "" });
    expect(await restore()).to.equal(undefined);
    expect(read("system.json")).to.equal("");
    expect(await complaint())
      .to.contain(`nor can its backup`)
      .and.contain(`${root}/.pulumi/backups/project/system`);
  });

  it("do not bring a removed stack back: its backup names no resources", async () => {
    left({ "system.json.bak": state([]), "system.json.bak.attrs": attributes });
    expect(await restore()).to.equal(undefined);
    expect(await complaint()).to.equal(undefined);
    expect(fs.existsSync(at("system.json"))).to.equal(false);
  });

  it("are not touched while somebody holds the lock, or may hold it", async () => {
    left({ "system.json.bak": state(["a"]), "system.json": "" });
    for (const [pid, host] of [
      [process.pid, os.hostname()],
      [spawnSync("true").pid, "another-machine"],
    ] as const) {
      const file = lock(pid, host);
      expect(await restore()).to.equal(undefined);
      expect(read("system.json")).to.equal("");
      expect(await complaint())
        .to.contain(`root@${host} (pid ${pid}) has locked the stack`)
        .and.contain(file);
    }
  });

  it("are nobody's business where the state is elsewhere, or compressed", async () => {
    left({ "system.json.bak": state(["a"]), "system.json.gz": "" });
    expect(await complaint()).to.equal(undefined);
    const elsewhere = new EngineCommand("pulumi", root, { PULUMI_BACKEND_URL: "s3://bucket" });
    expect(await restoreState(elsewhere, "project", "system")).to.equal(undefined);
  });

  it("explain the engine's error where it could not load or find the stack, and no other", async () => {
    left({ "system.json": "" });
    const said = async (text: string) => (await orDamage(new Error(text), engine, "project", "system")).message;
    expect(await said("failed to load checkpoint: EOF")).to.contain("cannot be read");
    expect(await said("no stack named 'system' found")).to.contain("cannot be read");
    expect(await said("incorrect passphrase")).to.equal("incorrect passphrase");
    left({ "system.json": state(["a"]) });
    expect(await said("failed to load checkpoint: EOF")).to.equal("failed to load checkpoint: EOF");
  });
});
