import { expect } from "chai";
import { spawn, type ChildProcess } from "node:child_process";
import * as path from "node:path";
import { text } from "node:stream/consumers";
import { parseHostTask, type HostTask } from "../../../verification/hostTask";
import { FakeSsm } from "./fakeSsm";

const root = path.join(__dirname, "../../..");

interface Ended {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** The program as the set-up starts it. */
function start(input: string): { child: ChildProcess; ended: Promise<Ended> } {
  const argv = ["--require", "tsx/cjs", "verification/runOnHost.ts"];
  const child = spawn(process.execPath, argv, { cwd: root, stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.end(input);
  const exit = new Promise<number | null>((resolve) => child.once("close", resolve));
  const ended = Promise.all([exit, text(child.stdout), text(child.stderr)]);
  return { child, ended: ended.then(([exitCode, stdout, stderr]) => ({ exitCode, stdout, stderr })) };
}

describe("the program that runs a script on a host", function () {
  this.timeout(20_000);
  let ssm: FakeSsm;

  before(async () => {
    ssm = await FakeSsm.start();
  });

  beforeEach(() => {
    ssm.intercept = () => undefined;
    ssm.requests.length = 0;
  });

  after(() => ssm.stop());

  const task = (changes: Partial<HostTask> = {}): string =>
    JSON.stringify({ host: ssm.host, script: "true", args: [], timeout: 20, connectDeadline: 1, ...changes });

  it("ends as the script does: its output, its standard error, its exit code", async () => {
    const script = `printf '%s|' "$@"; echo "it's \\"said\\"" >&2; exit 3`;
    expect(await start(task({ script, args: ["--gateway-address", "10.1.10.16"] })).ended).to.deep.equal({
      exitCode: 3,
      stdout: "--gateway-address|10.1.10.16|",
      stderr: 'it\'s "said"\n',
    });
    expect(ssm.leftovers()).to.deep.equal([]);
  });

  it("shows what the host printed as a terminal may, in lines that the command plugin can read", async () => {
    const script = `printf 'a\\033[2J\\n'; head -c 200000 /dev/zero | tr '\\0' x; printf '\\302\\233\\r\\n' >&2`;
    const { exitCode, stdout, stderr } = await start(task({ script })).ended;
    expect(exitCode).to.equal(0);
    expect(stdout).to.match(/^a\\u\{1b\}\[2J\nx{4096}…$/);
    expect(stderr).to.equal("\\u{9b}\\u{d}\n");
  });

  it("ends with 75 and says why when the host does not come online, or the task is wrong", async () => {
    ssm.intercept = (operation) =>
      operation === "DescribeInstanceInformation" ? { InstanceInformationList: [] } : undefined;
    const [offline, wrong] = await Promise.all([start(task()).ended, start(task({ timeout: 0 })).ended]);
    expect([offline, wrong].map(({ exitCode, stdout }) => [exitCode, stdout])).to.deep.equal(Array(2).fill([75, ""]));
    expect(offline.stderr).to.match(
      /^i-0123456789abcdef0 is not online in SSM of ap-northeast-1 after 1 s: SSM does not/,
    );
    expect(wrong.stderr).to.equal("The task is not valid:\n  timeout: expected at least 1 s\n");
    expect(ssm.operations()).not.to.include("SendCommand");
    expect(() => parseHostTask('"-----BEGIN OPENSSH')).to.throw(
      /^The task is not valid: expected JSON, got 19 characters/,
    );
  });

  it("cancels the command when it is asked to end, and ends with 75", async () => {
    const CommandId = "11111111-2222-4333-8444-555555555555";
    const sent = new Promise<void>((resolve) => {
      ssm.intercept = (operation) => {
        if (operation === "GetCommandInvocation") resolve();
        return operation === "SendCommand" ? { Command: { CommandId } } : undefined;
      };
    });
    const { child, ended } = start(task({ script: "sleep 600" }));
    await sent;
    child.kill("SIGTERM");
    const { exitCode, stderr } = await ended;
    expect([exitCode, stderr]).to.deep.equal([75, `the command on ${ssm.host.instanceId} was interrupted\n`]);
    expect(ssm.requests.at(-1)).to.deep.include({
      operation: "CancelCommand",
      input: { CommandId, InstanceIds: [ssm.host.instanceId] },
    });
  });
});
