import { expect } from "chai";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import type { PathReport } from "../../../report";
import { FakeHosts, good } from "./fakeHosts";

const program = path.join(__dirname, "../../../verification/main.ts");

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

function run(stdin: string, args: string[] = []): Promise<Ended> {
  const child = spawn(process.execPath, ["--require", "tsx/cjs", program, ...args]);
  const ended: Ended = { code: null, stdout: "", stderr: "" };
  child.stdout.on("data", (data: Buffer) => (ended.stdout += data.toString()));
  child.stderr.on("data", (data: Buffer) => (ended.stderr += data.toString()));
  child.stdin.end(stdin);
  return new Promise((resolve) => child.on("close", (code) => resolve({ ...ended, code })));
}

describe("Verification as a program", () => {
  let hosts: FakeHosts;
  let folder: string;
  beforeEach(async () => {
    hosts = await FakeHosts.start();
    folder = mkdtempSync(path.join(tmpdir(), "verification-"));
  });
  afterEach(async () => {
    await hosts.close();
    rmSync(folder, { recursive: true });
  });

  it("prints the report, writes it to a file and exits with 0 when the path is inspected", async () => {
    const file = path.join(folder, "report.json");
    const { code, stdout, stderr } = await run(JSON.stringify(hosts.request()), ["--report", file]);
    expect(code, stderr).to.equal(0);
    expect((JSON.parse(stdout) as PathReport).verdict).to.equal("inspected");
    expect(readFileSync(file, "utf8")).to.equal(stdout);
    expect(stderr).to.include("pinging").and.not.include("PRIVATE KEY");
  });

  it("exits with 1 and shows the table when it is not, with 2 when nobody can tell", async () => {
    hosts.behaviour = { ...good, inspects: { request: false, reply: false } };
    const bypassed = await run(JSON.stringify(hosts.request()));
    expect(bypassed.code).to.equal(1);
    expect((JSON.parse(bypassed.stdout) as PathReport).verdict).to.equal("bypassed");
    expect(bypassed.stderr).to.include("FORWARD_PATH_BYPASSES_ENDPOINT").and.include("Verdict: bypassed (4 pairs");

    hosts.overrides.set("capture.sh stop target-1", () => ({ exitCode: 1 }));
    const file = path.join(folder, "inconclusive.json");
    const inconclusive = await run(JSON.stringify(hosts.request()), ["--report", file]);
    expect(inconclusive.code).to.equal(2);
    expect(inconclusive.stdout).to.equal("");
    expect((JSON.parse(readFileSync(file, "utf8")) as PathReport).verdict).to.equal("inconclusive");
    expect(inconclusive.stderr).to.include(file);
    expect(inconclusive.stderr).to.include("Verdict: inconclusive");
  });

  it("exits with 64 for a bad request or bad arguments, and prints no report", async () => {
    const request = hosts.request();
    request.targets[0]!.address = "10.1";
    const [badRequest, badArguments] = await Promise.all([
      run(JSON.stringify(request)),
      run(JSON.stringify(hosts.request()), ["--reprot", "x"]),
    ]);
    for (const { code, stdout } of [badRequest, badArguments]) {
      expect(code).to.equal(64);
      expect(stdout).to.equal("");
    }
    expect(badRequest.stderr)
      .to.include('targets[0].address: "10.1": expected an IPv4 address')
      .and.not.include("PRIVATE");
    expect(badArguments.stderr).to.include("--reprot");
  });
});
