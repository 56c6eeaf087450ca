import { expect } from "chai";
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { AccessError, type RunOptions } from "../../../verification/access";
import { localAccess } from "../../../verification/localAccess";

const options: RunOptions = { timeout: 10, sudo: false };

/** What a script's run fails with. */
async function failureOf(running: Promise<unknown>): Promise<AccessError> {
  try {
    await running;
  } catch (error) {
    if (error instanceof AccessError) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

/** A script that leaves a background process, which writes its id to `file` first, and never ends. */
function endless(): { script: string; started: () => Promise<number>; remove: () => void } {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "gwlb-inspection-local-"));
  const file = path.join(folder, "pid");
  return {
    script: `sleep 1000 & echo $! >"${file}.new"; mv "${file}.new" "${file}"; wait`,
    started: async () => {
      for (const deadline = Date.now() + 10_000; !fs.existsSync(file);) {
        if (Date.now() > deadline) throw new Error("the script has not started");
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return Number(fs.readFileSync(file, "utf8"));
    },
    remove: () => fs.rmSync(folder, { recursive: true }),
  };
}

/** Gone, or dead and not yet waited for by whoever has it now. */
async function untilGone(pid: number): Promise<void> {
  const state = (): string | undefined => {
    try {
      return fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.[0];
    } catch {
      return undefined;
    }
  };
  for (const deadline = Date.now() + 10_000; ![undefined, "Z"].includes(state());) {
    if (Date.now() > deadline) throw new Error(`process ${pid} still runs`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe("Scripts on the machine that measures", () => {
  it("get their arguments as they are, and give output, errors and exit code", async () => {
    const script = 'printf "%s|" "$@"; echo said >&2; cat; exit 3';
    const result = await localAccess.run(script, ["it's", "$HOME", ""], { ...options, stdin: "in\n" });
    expect(result).to.deep.equal({ stdout: "it's|$HOME||in\n", stderr: "said\n", exitCode: 3 });
  });

  it("see nothing of our environment but where programs are", async () => {
    process.env["GWLB_SECRET"] = "hunter2";
    const { stdout } = await localAccess.run("env", [], options);
    delete process.env["GWLB_SECRET"];
    expect(stdout).to.include("PATH=").and.not.include("hunter2");
  });

  it("end where they print more than they may, and of standard error the end is kept", async () => {
    const error = await failureOf(localAccess.run("yes", [], options));
    expect([error.failure, error.message]).to.deep.equal([
      "output-too-long",
      "the command on this machine printed more than 1048576 bytes, expected at most these",
    ]);
    const { stdout, stderr } = await localAccess.run("seq 1 50000 >&2; seq 1 100", [], { ...options, longest: 292 });
    expect([stdout.length, stderr.length]).to.deep.equal([292, 16_384]);
    expect(stderr).to.match(/\n49999\n50000\n$/);
  });

  it("end at their deadline, with all that they have started", async () => {
    const { script, started, remove } = endless();
    const failed = failureOf(localAccess.run(script, [], { ...options, timeout: 0.2 }));
    const pid = await started();
    expect((await failed).failure).to.equal("timeout");
    await untilGone(pid);
    remove();
  });

  it("end when the measurement is interrupted, and do not begin after that", async () => {
    const { script, started, remove } = endless();
    const abort = new AbortController();
    const failed = failureOf(localAccess.run(script, [], { ...options, signal: abort.signal }));
    const pid = await started();
    abort.abort();
    expect((await failed).failure).to.equal("aborted");
    await untilGone(pid);
    remove();
    const later = await failureOf(localAccess.run("exit 0", [], { ...options, signal: abort.signal }));
    expect(later.failure).to.equal("aborted");
  });

  it("end when we are killed", async () => {
    const { script, started, remove } = endless();
    const program = `require("./verification/localAccess").localAccess.run(process.argv[1], [], { timeout: 60, sudo: false })`;
    const measurer = spawn(process.execPath, ["--require", "tsx/cjs", "--eval", program, "--", script], {
      cwd: path.join(__dirname, "../../.."),
      stdio: "ignore",
    });
    const pid = await started();
    measurer.kill("SIGKILL");
    await untilGone(pid);
    remove();
  });

  it("are not run as root", async () => {
    let error: unknown;
    try {
      await localAccess.run("exit 0", [], { ...options, sudo: true });
    } catch (thrown) {
      error = thrown;
    }
    expect(String(error)).to.match(/Nothing runs as root/);
  });
});
