import { expect } from "chai";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { plannedStates } from "../../../cli/plannedStates";
import { azIdPrefixes } from "../../../path/net/azId";
import { parseArn, partitionOf } from "../../../path/net/partition";
import { topologyFromStates, trace, type TraceResult } from "../../../path/topology";

const root = path.join(__dirname, "../../..");
const files = ["Pulumi.security.yaml", "Pulumi.system.yaml"];

/** A folder with the project's settings in one AZ of a Region. */
function settings(region: string, azId: string, change: (text: string) => string = (text) => text): string {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "plan-"));
  fs.copyFileSync(path.join(root, "Pulumi.yaml"), path.join(directory, "Pulumi.yaml"));
  for (const file of files) {
    const text = fs
      .readFileSync(path.join(root, file), "utf8")
      .replaceAll("ap-northeast-1", region)
      .replaceAll("apne1-az4", azId)
      .replace(/^ +apne1-az1: .*\n/m, "");
    fs.writeFileSync(path.join(directory, file), change(text));
  }
  return directory;
}

async function plan<T>(directory: string, use: (directory: string) => Promise<T>): Promise<T> {
  try {
    return await use(directory);
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}

describe("a plan", function () {
  this.timeout(60_000);

  for (const [index, [region, prefix]] of Object.entries(azIdPrefixes).entries()) {
    // Five Regions of the model have just the AZs that an ordinary account sees; all of them have their first.
    const azId = `${prefix}-az${partitionOf(region).id === "aws" ? 1 : 4}`;
    const instanceType = index % 2 === 0 ? "t4g.micro" : "t3.micro";
    it(`can be made for ${region}, with ${instanceType}`, async () => {
      const directory = settings(region, azId, (text) => `${text}  gwlb-inspection:instanceType: ${instanceType}\n`);
      const states = await plan(directory, (folder) => plannedStates(folder, ["security", "system"]));
      const [source, destination] = [`system-source-${azId}`, `system-destination-${azId}`];
      expect(trace(topologyFromStates(states), { source, destination, protocol: "icmp" }).verdict).to.equal(
        "inspected",
      );
      const arns = JSON.stringify(states).match(/arn:[^"\\]+/g) ?? [];
      expect(arns.length).to.be.greaterThan(20);
      expect(new Set(arns.map((arn) => parseArn(arn)?.partition))).to.deep.equal(new Set([partitionOf(region).id]));
    });
  }

  for (const access of ["ssm", "ssh"]) {
    it(`has placeholders for what is there already, and says so, with ${access}`, async () => {
      const ids = (stack: string): string =>
        stack.includes("zones:\n    apne1-az4: { gwlb")
          ? "vpcId: vpc-0123456789abcdef0, targetGroupArn: arn:aws:elasticloadbalancing:ap-northeast-1:111111111111:targetgroup/t/0, " +
            "targets: { apne1-az4: { instanceId: i-0123456789abcdef0 } }"
          : "vpcId: vpc-0123456789abcdef1, endpointIds: { apne1-az4: vpce-0123456789abcdef0 }, routes: true, " +
            "hosts: { apne1-az4: { source: { instanceId: i-0123456789abcdef1 } } }";
      const directory = settings("ap-northeast-1", "apne1-az4", (text) =>
        `${text}  gwlb-inspection:existing: { ${ids(text)} }\n`
          .replace("target: 10.1.20.0/24", "target: 10.1.10.0/24")
          .replace("access: ssm", `access: ${access}`)
          .replace(/ {2}gwlb-inspection:bastion:\n( {4}.*\n)+/, ""),
      );
      const said: string[] = [];
      const states = await plan(directory, (folder) =>
        plannedStates(folder, ["security", "system"], (line) => said.push(line)),
      );
      const [source, destination] = ["system-source-apne1-az4", "system-destination-apne1-az4"];
      const topology = topologyFromStates(states);
      expect(trace(topology, { source, destination, protocol: "icmp" }).verdict).to.equal("inspected");
      expect(said).to.have.length(2);
      expect(said[0]).to.match(
        /^security: existing \(vpcId, targetGroupArn, targets\): placeholders stand for what is there/,
      );
      expect(said[1]).to.match(/^system: existing \(vpcId, endpointIds, routes, hosts\): placeholders .* not read/);
    });
  }

  it("refuses an `existing` that is wrong", async () => {
    const directory = settings(
      "ap-northeast-1",
      "apne1-az4",
      (text) => `${text}  gwlb-inspection:existing: { vpcId: 5 }\n`,
    );
    const refused = await plan(directory, (folder) => plannedStates(folder, ["security"]).catch(String));
    expect(refused).to.include("existing.vpcId: 5: expected a text, in quotes");
  });

  for (const namespace of ["", "mine:"]) {
    it(`is made of a project of another name with keys as ${namespace}region, each given once`, async () => {
      const rename = (text: string): string => text.replaceAll("  gwlb-inspection:", `  ${namespace}`);
      const directory = settings("eu-west-1", "euw1-az1", rename);
      const project = path.join(directory, "Pulumi.yaml");
      fs.writeFileSync(project, fs.readFileSync(project, "utf8").replace("name: gwlb-inspection", "name: mine"));
      const states = await plan(directory, async (folder) => {
        const planned = await plannedStates(folder, ["security", "system"]);
        fs.appendFileSync(path.join(folder, "Pulumi.system.yaml"), '  gwlb-inspection:accountId: "333333333333"\n');
        const refused = await plannedStates(folder, ["security", "system"]).catch(String);
        return { planned, refused };
      });
      const request = { source: "system-source-euw1-az1", destination: "system-destination-euw1-az1" };
      const traced = trace(topologyFromStates(states.planned), { ...request, protocol: "icmp" });
      expect(traced.verdict).to.equal("inspected");
      expect(states.refused).to.include("accountId: set in two namespaces, expected one");
    });
  }

  it("takes encrypted credentials and profiles of whatever name", async () => {
    const directory = settings("eu-west-1", "euw1-az1", (text) =>
      text
        .replace(/profile: .*/, "profile: acme-999999999999")
        .concat('  gwlb-inspection:assumeRole: { roleArn: { secure: "v1:a:b" } }\n')
        .concat('  gwlb-inspection:endpointAcceptance: { assumeRole: { roleArn: { secure: "v1:a:b" } } }\n')
        .concat("  gwlb-inspection:acceptanceRequired: true\n"),
    );
    const states = await plan(directory, (folder) => plannedStates(folder, ["security", "system"]));
    expect(states.map(({ type }) => type)).to.include("gwlb-inspection:index:EndpointAcceptance");
  });
});

describe("trace --plan on the command line", function () {
  this.timeout(120_000);

  const run = (directory: string, azId: string) =>
    spawnSync(
      process.execPath,
      [
        path.join(root, "bin/gwlb-inspection.mjs"),
        ...["trace", `system-source-${azId}`, `system-destination-${azId}`, "--plan", "--format", "json"],
        ...["--program", directory],
      ],
      { cwd: root, encoding: "utf8", env: { PATH: process.env["PATH"] } },
    );

  for (const [region, azId] of [
    ["cn-northwest-1", "cnnw1-az3"],
    ["us-gov-east-1", "usge1-az2"],
  ] as const) {
    it(`follows a packet in ${region}`, async () => {
      const { status, stdout, stderr } = await plan(settings(region, azId), (directory) =>
        Promise.resolve(run(directory, azId)),
      );
      expect(status, stderr).to.equal(0);
      expect((JSON.parse(stdout) as TraceResult).verdict).to.equal("inspected");
    });
  }

  for (const [what, change, message] of [
    // The consumer's account is none of the service's principals: AWS says so when the program asks for the service.
    [
      "comes through an output",
      (text: string) => text.replace('- "222222222222"', '- "444444444444"'),
      /^error: system: .*InvalidServiceName/,
    ],
    [
      "is the program's own",
      (text: string) => text.replace("10.2.20.0/24", "10.3.20.0/24"),
      /^error: system: .*10\.3\.20\.0\/24/s,
    ],
  ] as const) {
    it(`says in clear a refusal that ${what}, and exits as for wrong settings`, async () => {
      const { status, stdout, stderr } = await plan(settings("eu-west-1", "euw1-az1", change), (directory) =>
        Promise.resolve(run(directory, "euw1-az1")),
      );
      expect(stderr)
        .to.match(message)
        .and.not.match(/^ +at /m);
      expect([status, stdout]).to.deep.equal([64, ""]);
    });
  }
});
