import { expect } from "chai";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { SettingsError } from "../../../automation";
import { plannedStates } from "../../../cli/plannedStates";
import { parseProtocol, traceExitCode } from "../../../cli/trace";
import { traceText } from "../../../cli/traceText";
import type { Verdict } from "../../../path/proof";
import {
  parseStackExport,
  topologyFromStates,
  trace,
  type ResourceState,
  type TraceResult,
} from "../../../path/topology";
import { schemaProblems } from "../../fixtures/writtenJson";
import { deployedStates, Deployment, destination, source } from "../path/topology/deployment";

const root = path.join(__dirname, "../../..");
const stacks = ["security", "system"];
const scratch = (): string => fs.mkdtempSync(path.join(os.tmpdir(), "trace-"));

describe("trace on the command line", () => {
  it("exits by what holds for every target that may be chosen", () => {
    const codeOf = (...possibleVerdicts: Verdict[]): number => traceExitCode({ possibleVerdicts });
    expect(codeOf("inspected")).to.equal(0);
    expect(codeOf("inspected", "lost-at-target")).to.equal(1);
    expect(codeOf("inspected", "inconclusive")).to.equal(2);
    expect(codeOf("bypassed", "inconclusive")).to.equal(1);
  });

  it("takes icmp, tcp:PORT and udp:PORT for a protocol", () => {
    expect(parseProtocol("icmp")).to.equal("icmp");
    expect(parseProtocol("tcp:443")).to.deep.equal({ protocol: "tcp", port: 443 });
    for (const wrong of ["tcp", "udp:0", "tcp:65536", "sctp:5", "tcp:44a", ""]) {
      expect(() => parseProtocol(wrong), wrong).to.throw(SettingsError, `--protocol "${wrong}"`);
    }
  });

  describe("with deployed states", () => {
    let states: readonly ResourceState[];
    before(async () => (states = await deployedStates()));

    it("shows the verdict first, then findings with remedy, hops and assumptions", () => {
      const text = traceText(new Deployment(states).remove("route", "system-source-apne1-az4-to-apne1-az1").trace());
      expect(text)
        .to.include("10.2.0.0/16 → local")
        .and.include("FORWARD_PATH_BYPASSES_ENDPOINT at system-source-apne1-az4");
      expect(text)
        .to.match(/remedy: +give the source subnet/)
        .and.match(/Assumed:\n {2}target security-target/);
      expect(text)
        .to.include("[10.1.10.16 > 10.1.20.16:6081]")
        .and.match(/^Expected: one-way \(system-source-apne1-az4 10\.2\.10\.16 → .*\)\n\n\S*FORWARD_PATH/);
      expect(text).not.to.include("\u001b");
      const made = new Deployment(states).change("loadBalancer", "security", { enableCrossZoneLoadBalancing: true });
      const several = traceText(made.report("security-target-apne1-az1", { gateways: [] }).trace());
      expect(several).to.include("Path 2 of 2, by security-target-apne1-az1: lost-at-target");
      expect(several).to.match(/Expected: lost-at-target, depending on the target: inspected, lost-at-target/);
    });

    it("shows no control character of a state", () => {
      const hostile = "\u001b[2J\u009b1A\u007f\u202e\n";
      const spoilt = JSON.parse(
        JSON.stringify(states).replaceAll("security-target-apne1-az4", `$&${JSON.stringify(hostile).slice(1, -1)}`),
      ) as ResourceState[];
      const traced = new Deployment(spoilt).trace();
      expect(JSON.stringify(traced)).to.include("\u202e");
      const text = traceText(traced);
      expect(text)
        .to.include("\\u{1b}[2J\\u{9b}1A\\u{7f}\\u{202e}")
        .and.not.match(/(?!\n)[\p{Cc}\p{Cf}]/u);
    });

    it("reads exports from files, whichever of them comes first, and refuses what is none", () => {
      const directory = scratch();
      try {
        const files = ["urn:pulumi:system:", "urn:pulumi:security:"].map((prefix) => {
          const file = path.join(directory, `${prefix.split(":")[2]}.json`);
          const resources = states.filter(({ urn }) => urn.startsWith(prefix));
          fs.writeFileSync(file, JSON.stringify({ version: 3, deployment: { resources } }));
          return file;
        });
        const main = path.join(root, "cli/main.ts");
        const run = (...further: string[]) =>
          spawnSync(process.execPath, ["--import", "tsx", main, "trace", source, destination, ...further], {
            cwd: root,
            encoding: "utf8",
            env: { PATH: process.env["PATH"] },
          });
        const traced = run("--format", "json", "--state", ...files);
        expect(traced.status, traced.stderr).to.equal(0);
        expect((JSON.parse(traced.stdout) as TraceResult).verdict).to.equal("inspected");
        expect(schemaProblems("trace.v1.json", JSON.parse(traced.stdout))).to.deep.equal([]);
        const wrong = run("--state", path.join(root, "package.json\u009b\u202e"));
        expect(wrong.status).to.equal(64);
        expect(wrong.stderr).to.match(/--state ".*package\.json\\u\{9b\}\\u\{202e\}": expected a file/);
        const other = path.join(directory, "none.json");
        fs.writeFileSync(other, "{}");
        expect(() => parseStackExport(fs.readFileSync(other, "utf8"), `--state "${other}"`)).to.throw(
          /none\.json" is not the export of a stack/,
        );
      } finally {
        fs.rmSync(directory, { recursive: true });
      }
    });
  });

  describe("before a deployment", () => {
    it("follows the centralised design, whose stack that measures has no account", async () => {
      const states = await plannedStates(root, ["security", "transit", "spoke-a", "spoke-b", "proof"]);
      const [one, other] = ["spoke-a-host-apne1-az4", "spoke-b-host-apne1-az1"];
      const planned = topologyFromStates(states, "plan");
      const { verdict, paths } = trace(planned, { source: one, destination: other, protocol: "icmp" });
      expect(verdict).to.equal("inspected");
      expect(paths[0]?.request.hops.map(({ kind }) => kind)).to.include("transit-gateway-route-table");
    });

    it(`has the hops that the deployed stacks have, and says that addresses are examples`, async () => {
      const directory = settings("ssm");
      const planned = topologyFromStates(await plannedStates(directory, stacks), "plan");
      fs.rmSync(directory, { recursive: true });
      const request = { source, destination, protocol: "icmp" } as const;
      const hops = (result: TraceResult): unknown[] =>
        result.paths.flatMap(({ request: there, reply }) =>
          [...there.hops, ...(reply?.hops ?? [])].map(({ kind, name, verdict, accountId }) => [
            kind,
            name,
            verdict,
            accountId,
          ]),
        );
      const result = trace(planned, request);
      expect(hops(result)).to.deep.equal(hops(trace(topologyFromStates(await deployedStates("ssm")), request)));
      expect(result.verdict).to.equal("inspected");
      expect(result.assumptions.join("\n"))
        .to.match(/addresses and ids .* are examples/)
        .and.match(/forwards packets/);
    });

    it("needs no secret, and none of its settings' passphrase", async () => {
      const directory = settings(
        "ssh",
        (text) => `${text}\n  gwlb-inspection:sshPrivateKey: { secure: "v1:abc:def" }\n`,
      );
      try {
        const planned = topologyFromStates(await plannedStates(directory, stacks), "plan");
        expect(trace(planned, { source, destination, protocol: "icmp" }).verdict).to.equal("inspected");
      } finally {
        fs.rmSync(directory, { recursive: true });
      }
    });

    it("refuses what AWS would, naming the stack", async () => {
      const directory = settings("ssm", (text) => text.replace("10.2.20.0/24", "10.3.20.0/24"));
      try {
        const refused = await plannedStates(directory, stacks).then(
          () => undefined,
          (error: unknown) => error,
        );
        expect(refused).to.be.instanceOf(SettingsError);
        expect((refused as Error).message).to.match(/^system: .*10\.3\.20\.0\/24/s);
        const missing = await plannedStates(directory, ["security", "system-tokyo"]).catch((error: unknown) => error);
        expect(missing)
          .to.be.instanceOf(SettingsError)
          .with.property("message")
          .that.matches(/Pulumi\.system-tokyo\.yaml is missing/);
      } finally {
        fs.rmSync(directory, { recursive: true });
      }
    });
  });
});

/** A folder with the project's settings, those of the system stack changed. */
function settings(access: "ssm" | "ssh", change: (text: string) => string = (text) => text): string {
  const directory = scratch();
  fs.copyFileSync(path.join(root, "Pulumi.yaml"), path.join(directory, "Pulumi.yaml"));
  for (const file of ["Pulumi.security.yaml", "Pulumi.system.yaml"]) {
    const text = fs.readFileSync(path.join(root, file), "utf8").replace("access: ssm", `access: ${access}`);
    fs.writeFileSync(path.join(directory, file), file === "Pulumi.system.yaml" ? change(text) : text);
  }
  return directory;
}
