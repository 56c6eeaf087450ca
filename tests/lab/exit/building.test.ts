import { expect } from "chai";
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { ensureImage } from "../../../lab/fabric/image";
import { until } from "../../../lab/world/world";

const engineModule = path.resolve(__dirname, "../../../lab/engine/build.ts");
const imageModule = path.resolve(__dirname, "../../../lab/fabric/image.ts");

/** Command lines of all processes that name the folder. */
function processesWith(directory: string): string[] {
  return fs.readdirSync("/proc").flatMap((entry) => {
    try {
      const command = /^\d+$/.test(entry) ? fs.readFileSync(`/proc/${entry}/cmdline`, "utf8") : "";
      return command.includes(directory) && Number(entry) !== process.pid ? [command.replaceAll("\0", " ")] : [];
    } catch {
      return [];
    }
  });
}

const mountsOf = (directory: string): string[] =>
  fs
    .readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .filter((line) => line.includes(directory));

const mmdebstrapFiles = (): string[] => fs.readdirSync(os.tmpdir()).filter((entry) => entry.startsWith("mmdebstrap"));

/** Packages are being unpacked. */
function unpacking(cacheDirectory: string): boolean {
  return fs.readdirSync(cacheDirectory).some((entry) => fs.existsSync(path.join(cacheDirectory, entry, "root/etc")));
}

describe("building the image, interrupted", function () {
  this.timeout(120_000);
  let cacheDirectory: string;
  let temporaryBefore: string[];

  beforeEach(() => {
    temporaryBefore = mmdebstrapFiles();
    cacheDirectory = fs.mkdtempSync(path.join(os.tmpdir(), "gwlb-inspection-exit-"));
  });

  afterEach(() => {
    expect(mmdebstrapFiles()).to.deep.equal(temporaryBefore);
    fs.rmSync(cacheDirectory, { recursive: true, force: true });
  });

  it("leaves nothing after an abort", async () => {
    const interruption = new AbortController();
    const built = ensureImage({ cacheDirectory, signal: interruption.signal }).then(
      () => "built",
      (error: unknown) => error,
    );
    await until(() => unpacking(cacheDirectory), 60_000, "the first packages");
    interruption.abort(new Error("enough"));
    expect(await built).to.equal(interruption.signal.reason);
    expect(fs.readdirSync(cacheDirectory)).to.deep.equal([]);
    expect(processesWith(cacheDirectory)).to.deep.equal([]);
    expect(mountsOf(cacheDirectory)).to.deep.equal([]);
  });

  it("leaves a part after SIGKILL that nobody works on, and that the next build removes", async () => {
    const code = `require(${JSON.stringify(imageModule)}).ensureImage({ cacheDirectory: process.env.CACHE })`;
    const child = spawn(process.execPath, ["--require", require.resolve("tsx/cjs"), "-e", code], {
      stdio: "ignore",
      env: { ...process.env, CACHE: cacheDirectory },
    });
    await until(() => unpacking(cacheDirectory), 60_000, "the first packages");
    child.kill("SIGKILL");
    await until(() => processesWith(cacheDirectory).length === 0, 10_000, "the build to end");
    expect(mountsOf(cacheDirectory)).to.deep.equal([]);
    const left = fs.readdirSync(cacheDirectory).find((entry) => entry.startsWith("partial-")) ?? "";
    expect(left).to.match(/^partial-/);

    const interruption = new AbortController();
    const next = ensureImage({ cacheDirectory, signal: interruption.signal }).catch(() => undefined);
    await until(() => !fs.existsSync(path.join(cacheDirectory, left)), 10_000, "it to be removed");
    interruption.abort();
    await next;
    expect(fs.readdirSync(cacheDirectory)).to.deep.equal([]);
  });
});

describe("building the engine, interrupted", () => {
  it("ends the compilers after SIGKILL", async () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "gwlb-inspection-exit-"));
    const go = path.join(directory, "go");
    // As Go does: the build is the work of programs that it starts.
    const compile = 'if [ "$1" = env ]; then echo go1.26.0; echo auto; else sh -c "sleep 300; : $0" & wait; fi';
    fs.writeFileSync(go, `#!/bin/sh\n${compile}\n`, { mode: 0o755 });
    const code = `require(${JSON.stringify(engineModule)}).buildEngine(process.env.OUTPUT, { go: process.env.PROGRAM })`;
    const child = spawn(process.execPath, ["--require", require.resolve("tsx/cjs"), "-e", code], {
      stdio: "ignore",
      env: { ...process.env, OUTPUT: directory, PROGRAM: go },
    });
    try {
      await until(() => processesWith(`sleep 300; : ${go}`).length > 0, 20_000, "a compiler");
      child.kill("SIGKILL");
      await until(() => processesWith(directory).length === 0, 10_000, "the build to end");
    } finally {
      child.kill("SIGKILL");
      fs.rmSync(directory, { recursive: true });
    }
  });
});
