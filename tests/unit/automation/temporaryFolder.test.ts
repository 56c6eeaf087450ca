import { expect } from "chai";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { makeTemporaryFolder, sweepTemporaryFolders } from "../../../automation/engine/temporaryFolder";

const root = path.join(__dirname, "../../..");

describe("temporary folders", () => {
  let parent: string;
  let before: string | undefined;
  beforeEach(() => {
    before = process.env["TMPDIR"];
    parent = fs.mkdtempSync(path.join(os.tmpdir(), "folders-"));
    process.env["TMPDIR"] = parent;
  });
  afterEach(() => {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
    fs.rmSync(parent, { recursive: true });
  });

  /** Another process with a folder that it has written to. */
  async function other(): Promise<{ child: ChildProcess; folder: string }> {
    const code =
      'const folder = require("./automation/engine/temporaryFolder").makeTemporaryFolder();' +
      'require("node:fs").writeFileSync(folder + "/settings", "x"); console.log(folder); setInterval(() => 0, 1000);';
    const child = spawn(process.execPath, ["--require", "./loader.cjs", "--eval", code], { cwd: root });
    const [said] = (await once(child.stdout, "data")) as [Buffer];
    return { child, folder: said.toString().trim() };
  }

  it("of a process that was killed go with the next one's, those of processes that live stay", async function () {
    this.timeout(60_000);
    const [killed, alive] = await Promise.all([other(), other()]);
    try {
      expect(fs.readdirSync(parent)).to.have.length(2);
      killed.child.kill("SIGKILL");
      await once(killed.child, "exit");
      const own = makeTemporaryFolder();
      expect(fs.readdirSync(parent)).to.have.members([own, alive.folder].map((folder) => path.basename(folder)));
      expect(fs.readFileSync(path.join(alive.folder, "settings"), "utf8")).to.equal("x");
    } finally {
      alive.child.kill("SIGKILL");
      await once(alive.child, "exit");
    }
  });

  it("go where their process id is another process's now, and stay where they are of another container, or somebody else's", () => {
    const [, , namespace = "", pid = "", start = ""] = path.basename(makeTemporaryFolder()).split("-");
    const make = (entry: string) => fs.mkdirSync(path.join(parent, entry));
    make(`gwlb-inspection-${namespace}-${pid}-${Number(start) + 1}-aaaaaa`);
    make(`gwlb-inspection-${Number(namespace) + 1}-${pid}-${Number(start) + 1}-aaaaaa`);
    make("gwlb-inspection-mine");
    sweepTemporaryFolders();
    const left = fs.readdirSync(parent).map((entry) => entry.replace(/-\w{6}$/, ""));
    expect(left).to.have.members([
      `gwlb-inspection-${namespace}-${pid}-${start}`,
      `gwlb-inspection-${Number(namespace) + 1}-${pid}-${Number(start) + 1}`,
      "gwlb-inspection-mine",
    ]);
  });
});
