import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { HostRunner } from "../../../components/hostRunner";
import type { HostTask } from "../../../verification/hostTask";
import { FakeSsm } from "../verification/fakeSsm";

const root = path.join(__dirname, "../../..");

/** Ids of this process's children that run scripts on hosts. */
function runners(): number[] {
  const children = fs.readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, "utf8").trim().split(" ");
  return children.map(Number).filter((pid) => pid > 0 && commandLine(pid).includes("verification/runOnHost"));
}

function commandLine(pid: number): string {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

describe("the process that looks at hosts while a program runs", function () {
  this.timeout(30_000);
  let ssm: FakeSsm;

  before(async () => {
    ssm = await FakeSsm.start();
  });
  after(() => ssm.stop());

  const task = (script: string): HostTask => ({ host: ssm.host, script, args: [], timeout: 20, connectDeadline: 10 });

  it("is one for all tasks at a time, each with its own answer", async () => {
    const others = runners();
    const answers = [1, 2, 3].map((exitCode) => HostRunner.get().run(task(`echo ${exitCode}; exit ${exitCode}`)));
    expect(runners().filter((pid) => !others.includes(pid))).to.have.length(1);
    expect(await Promise.all(answers)).to.deep.equal(
      [1, 2, 3].map((exitCode) => ({ stdout: `${exitCode}\n`, stderr: "", exitCode })),
    );
  });

  it("tells each task when it is killed, and another one takes the next", async () => {
    const before = HostRunner.get();
    const answers = [before.run(task("sleep 10")), before.run(task("sleep 10"))].map((answer) =>
      answer.then(String, ({ message }: Error) => message),
    );
    for (const pid of runners()) process.kill(pid, "SIGKILL");
    expect(await Promise.all(answers)).to.deep.equal(["exit code SIGKILL", "exit code SIGKILL"]);
    expect(await HostRunner.get().run(task("echo again"))).to.include({ stdout: "again\n", exitCode: 0 });
  });

  it("keeps no program from its end, and ends with it", async () => {
    const program = `
      const { HostRunner } = require("./components/hostRunner");
      console.log(HostRunner.get().child.pid);`;
    const child = spawn(process.execPath, ["--require", "./loader.cjs", "--eval", program], { cwd: root });
    const exit = once(child, "exit");
    const pid = Number(await text(child.stdout));
    expect(await exit).to.deep.equal([0, null]);
    while (commandLine(pid).includes("verification/runOnHost")) await pause(50);
  });
});
