import { expect } from "chai";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import type { PathReport } from "../../../path/proof";
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
    expect(stderr).to.include("pinging 4 pairs").and.not.include("PRIVATE KEY");
  });

  it("exits with 1 and sums up on standard output when it is not, with 2 when nobody can tell", async () => {
    hosts.behaviour = { ...good, inspects: { request: false, reply: false } };
    const bypassed = await run(JSON.stringify(hosts.request()));
    expect(bypassed.code).to.equal(1);
    expect(bypassed.stdout)
      .to.match(/^Verdict: bypassed \(4 pairs/)
      .and.include("FORWARD_PATH_BYPASSES_ENDPOINT");
    // The engine shows both streams in one: what is told on one of them is not told on the other.
    expect(bypassed.stderr).not.to.match(/bypassed|BYPASSES/i);

    hosts.overrides.set("capture.sh stop target-1", () => ({ exitCode: 1 }));
    const file = path.join(folder, "made/too/inconclusive.json");
    const inconclusive = await run(JSON.stringify(hosts.request()), ["--report", file]);
    expect(inconclusive.code).to.equal(2);
    expect(inconclusive.stdout)
      .to.match(/^Verdict: inconclusive/)
      .and.include(file);
    expect((JSON.parse(readFileSync(file, "utf8")) as PathReport).verdict).to.equal("inconclusive");
  });

  it("leaves no report of an earlier measurement where this one comes to no end", async () => {
    const file = path.join(folder, "report.json");
    writeFileSync(file, JSON.stringify({ verdict: "inspected" }));
    const killed = new Promise<void>((resolve) => {
      hosts.overrides.set("ping.sh source-1", () => {
        resolve();
        return new Promise(() => undefined);
      });
    });
    const child = spawn(process.execPath, ["--require", "tsx/cjs", program, "--report", file]);
    child.stdin.end(JSON.stringify(hosts.request()));
    await killed;
    // As Ctrl-C in `pulumi up` does.
    child.kill("SIGKILL");
    await new Promise((resolve) => child.on("close", resolve));
    expect(existsSync(file)).to.equal(false);
  });

  it("exits with 1 when replies take another endpoint, and with 0 where the appliances keep no state, the verdict being the same", async () => {
    hosts.behaviour = { ...good, replyEndpoint: 2n };
    const asymmetric = await run(JSON.stringify(hosts.request()));
    expect(asymmetric.code).to.equal(1);
    expect(asymmetric.stdout).to.match(/^Verdict: asymmetric \(/);
    const stateless = await run(JSON.stringify({ ...hosts.request(), statelessAppliances: true }));
    expect(stateless.code).to.equal(0);
    const report = JSON.parse(stateless.stdout) as PathReport;
    expect(report).to.deep.include({ verdict: "asymmetric", statelessAppliances: true });
    expect(report.pairs[0]?.findings.map(({ code }) => code)).to.include("RETURN_THROUGH_OTHER_ENDPOINT");

    // Of a target that nothing came to nobody knows, whatever it keeps.
    hosts.behaviour = { ...hosts.behaviour, flows: { ...good.flows, to: ["target-1"] } };
    const unknown = await run(JSON.stringify({ ...hosts.request(), crossZone: true, statelessAppliances: true }));
    expect(unknown.code, unknown.stdout).to.equal(2);
  });

  it("measures nothing when there is no place for the report, and says why", async () => {
    writeFileSync(path.join(folder, "file"), "");
    for (const [file, why] of [
      [folder, /is a folder, expected a file/],
      [path.join(folder, "file/r.json"), /file is a file, expected a folder/],
    ] as const) {
      const { code, stdout, stderr } = await run(JSON.stringify(hosts.request()), ["--report", file]);
      expect([code, stdout]).to.deep.equal([64, ""]);
      expect(stderr).to.match(why).and.include(file);
    }
    expect(hosts.events).to.deep.equal([]);
  });

  it("exits as the verdict is when the report cannot be written in the end", async () => {
    const file = path.join(folder, "report.json");
    // While it pings, something else takes the place.
    const taken = () => {
      mkdirSync(file, { recursive: true });
      return { exitCode: 1 };
    };
    for (const source of ["source-1", "source-2"]) hosts.overrides.set(`ping.sh ${source}`, taken);
    const { code, stdout, stderr } = await run(JSON.stringify(hosts.request()), ["--report", file]);
    expect(code).to.equal(2);
    expect(stdout)
      .to.match(/^Verdict: inconclusive/)
      .and.not.include("The whole report is in");
    expect(stderr).to.include(`could not be written to ${file}: EISDIR`);
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
