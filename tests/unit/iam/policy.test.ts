import { expect } from "chai";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import {
  functionActions,
  resourceActions,
  ssmActions,
  consumerCheckActions,
  spokeCheckActions,
} from "../../../iam/permissions";
import { everyStackCalls, needs, type PolicyRole } from "../../../iam/needs";
import { policyOf } from "../../../iam/policy";
import { hub, spoke } from "../../fixtures/aws";
import { deployCentralised, previewedSpoke } from "../stacks/centralisedRun";
import { deployedSecurity, runStack, type StackRun } from "../stacks/run";

const root = path.resolve(__dirname, "../../..");
const accepting = { endpointAcceptance: { assumeRole: { roleArn: `arn:aws:iam::${hub}:role/accept-endpoints` } } };
/** As IAM compares a resource with a pattern. */
const matches = (pattern: string, arn: string): boolean =>
  new RegExp(
    `^${pattern
      .split("*")
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
      .join(".*")}$`,
  ).test(arn);
type Deploying = "security" | "system" | "transit" | "spoke";
const everyRole = Object.keys(needs) as PolicyRole[];
const sorted = (values: Iterable<string>): string[] => [...new Set(values)].sort();

describe("the IAM policies", () => {
  const runs: Record<Deploying, StackRun[]> = {
    security: [],
    system: [],
    transit: [],
    spoke: [],
  };

  before(async () => {
    for (const access of ["ssm", "ssh"]) {
      const acceptanceRequired = access === "ssm";
      const { cloud, stacks, run } = await deployedSecurity({ access, acceptanceRequired });
      runs.security.push(run);
      const config = { access, ...(acceptanceRequired && accepting) };
      runs.system.push(await runStack("system", { cloud, stacks, config }));
      const natSubnets = { "apne1-az4": "10.9.30.0/28", "apne1-az1": "10.9.31.0/28" };
      const changes = { security: { access }, transit: { natSubnets }, "spoke-a": { access } };
      const centralised = await deployCentralised(changes, "spoke-a");
      runs.transit.push(centralised.runs.transit);
      runs.spoke.push(centralised.runs["spoke-a"], await previewedSpoke(centralised, { access }));
    }
  });

  /** What the runs asked for in the accounts of a role's own. */
  const asked = (role: Deploying | "accepter" | "attachmentAccepter") => {
    const ofRole = runs[role === "accepter" ? "system" : role === "attachmentAccepter" ? "spoke" : role];
    const accepts = role === "accepter" || role === "attachmentAccepter";
    const account = accepts || role === "security" || role === "transit" ? hub : spoke;
    const registrations = ofRole.flatMap(({ mocks }) =>
      mocks.registrations.filter(({ caller }) => caller?.accountId === account),
    );
    const calls = ofRole.flatMap(({ mocks }) => mocks.calls.filter(({ caller }) => caller?.accountId === account));
    return { registrations, calls };
  };

  for (const role of ["security", "system", "accepter", "transit", "spoke", "attachmentAccepter"] as const) {
    it(`of ${role} name what its stacks ask for, no more and no less`, () => {
      const { registrations, calls } = asked(role);
      expect(sorted(needs[role].types)).to.deep.equal(sorted(registrations.map(({ type }) => type)));
      const hasHosts = ["security", "system", "spoke"].includes(role);
      const functions = [...needs[role].functions, ...(hasHosts ? everyStackCalls : [])];
      expect(sorted(functions)).to.deep.equal(sorted(calls.map(({ token }) => token)));
    });
  }

  it("of what is there already allow every function that looks something up", () => {
    const folder = path.join(root, "components");
    const sources = fs.readdirSync(folder).map((file) => fs.readFileSync(path.join(folder, file), "utf8"));
    const called = sources.flatMap((source) => [...source.matchAll(/aws\.(\w+)\.(get[A-Z]\w+?)(?:Output)?\(/g)]);
    const tokens = called.map(([, service = "", name = ""]) => `aws:${service}/${name}:${name}`);
    const others = [
      ...everyStackCalls,
      ...(["security", "system", "transit", "mirror", "prescribed"] as const).flatMap((role) => needs[role].functions),
    ];
    expect(sorted([...needs.existing.functions, ...others])).to.deep.equal(sorted([...tokens, ...others]));
    expect(needs.existing.functions.filter((token) => !tokens.includes(token))).to.deep.equal([]);
  });

  it("of traffic mirroring name what a mirror is made of, no more and no less", () => {
    const source = fs.readFileSync(path.join(root, "components/targetMirror.ts"), "utf8");
    const made = [...source.matchAll(/new aws\.ec2\.(TrafficMirror\w+)\(/g)].map(([, name = ""]) => name);
    const token = (name: string): string => `aws:ec2/${name[0]?.toLowerCase()}${name.slice(1)}:${name}`;
    expect(sorted(needs.mirror.types)).to.deep.equal(sorted(made.map(token)));
  });

  it("have no row that nothing needs", () => {
    const all = Object.values(needs);
    expect(sorted(Object.keys(resourceActions))).to.deep.equal(sorted(all.flatMap(({ types }) => types)));
    expect(sorted(Object.keys(functionActions))).to.deep.equal(
      sorted([...everyStackCalls, ...all.flatMap(({ functions }) => functions)]),
    );
  });

  it("allow nothing by wildcard, and nothing beyond its Region or its own but what has none", () => {
    for (const role of everyRole) {
      for (const { Action, Resource, Condition } of policyOf(role, hub, "ap-northeast-1").Statement) {
        expect(Action.filter((action) => action.includes("*"))).to.deep.equal([]);
        if (Resource === "*" && Condition === undefined)
          expect(Action).to.deep.equal(["route53:AssociateVPCWithHostedZone"]);
      }
    }
  });

  it("allow IAM to be changed only where the program's own roles and profiles are, and to give them only the agent's policy", async () => {
    for (const role of ["security", "system", "spoke"] as const) {
      const account = role === "security" ? hub : spoke;
      const { Statement } = policyOf(role, account, "ap-northeast-1");
      const ofIam = Statement.filter(({ Action }) => Action.some((action) => action.startsWith("iam:")));
      const own = ofIam.filter(({ Sid }) => Sid !== "ServiceLinkedRole");
      expect(own.map(({ Sid }) => Sid)).to.deep.equal(["InstanceProfiles", "PolicyOfSsmAgent", "PassToInstances"]);
      const patterns = own.flatMap(({ Resource }) => Resource);
      const [run] = runs[role];
      const made = run?.mocks.registrations.filter(({ type }) => /:Role$|:InstanceProfile$/.test(type)) ?? [];
      expect(made).to.have.length(2);
      for (const { caller, type, id } of made) {
        const arn = (caller && (await run?.cloud.read(caller, type, id)))?.outputs["arn"];
        expect(
          patterns.some((pattern) => matches(pattern, String(arn))),
          String(arn),
        ).to.equal(true);
        const kind = type.endsWith(":Role") ? "role" : "instance-profile";
        expect(patterns.some((pattern) => matches(pattern, `arn:aws:iam::${account}:${kind}/admin`))).to.equal(false);
        const alike = `arn:aws:iam::${account}:${kind}/${role}-x-hosts-admin`;
        expect(patterns.some((pattern) => matches(pattern, alike))).to.equal(false);
      }
      const attached = run?.mocks.registrations.filter(({ type }) => type.endsWith(":RolePolicyAttachment"));
      expect(attached?.map(({ inputs }) => inputs["policyArn"])).to.deep.equal([
        Statement.find(({ Sid }) => Sid === "PolicyOfSsmAgent")?.Condition?.["ArnEquals"]?.["iam:PolicyARN"],
      ]);
    }
  });

  it("allow public parameters of SSM to be read, and no others", () => {
    for (const role of ["security", "system"] as const) {
      const { Statement } = policyOf(role, hub, "ap-northeast-1");
      const reading = Statement.filter(({ Action }) => Action.includes("ssm:GetParameter"));
      expect(reading.map(({ Resource }) => Resource)).to.deep.equal([
        "arn:aws:ssm:ap-northeast-1::parameter/aws/service/*",
      ]);
      const names = asked(role)
        .calls.filter(({ token }) => token.startsWith("aws:ssm/"))
        .map(({ args }) => args["name"]);
      expect(names).not.to.be.empty;
      for (const name of names) expect(name).to.match(/^\/aws\/service\//);
    }
  });

  it("are those of the Region's partition", () => {
    for (const [region, partition, ec2] of [
      ["eu-west-1", "aws", "ec2.amazonaws.com"],
      ["cn-north-1", "aws-cn", "ec2.amazonaws.com.cn"],
      ["us-gov-west-1", "aws-us-gov", "ec2.amazonaws.com"],
    ] as const) {
      const { Statement } = policyOf("system", spoke, region);
      const arns = Statement.flatMap(({ Resource }) => Resource).filter((resource) => resource !== "*");
      expect(arns.filter((arn) => !arn.startsWith(`arn:${partition}:`))).to.deep.equal([]);
      const passing = Statement.find(({ Action }) => Action.includes("iam:PassRole"));
      expect(passing?.Condition).to.deep.equal({ StringEquals: { "iam:PassedToService": ec2 } });
    }
  });

  it("allow what the program itself asks SSM and EC2 for, no more and no less", () => {
    const folder = path.join(root, "verification");
    const sources = fs.readdirSync(folder).map((file) => fs.readFileSync(path.join(folder, file), "utf8"));
    const sent = (client: string): string[] =>
      sources
        .filter((source) => source.includes(`"@aws-sdk/client-${client}"`))
        .flatMap((source) => [...source.matchAll(/(?:new (\w+)Command|paginate(\w+))\(/g)])
        .map(([, one, all]) => `${client}:${one ?? all}`);
    expect(sorted(sent("ssm"))).to.deep.equal(sorted(ssmActions));
    expect(sorted(sent("ec2"))).to.deep.equal(sorted([...consumerCheckActions, ...spokeCheckActions]));
  });

  it("stand in docs/policies as the generator prints them", () => {
    for (const role of everyRole) {
      const file = path.join(root, `docs/policies/${role}.json`);
      const account = role === "system" || role === "spoke" ? spoke : hub;
      expect(JSON.parse(fs.readFileSync(file, "utf8")), file).to.deep.equal(policyOf(role, account, "ap-northeast-1"));
    }
  });

  it("are printed for an account and a Region, and for nothing else", () => {
    const print = (...args: string[]) =>
      spawnSync(process.execPath, ["--require", "tsx/cjs", "iam/print.ts", ...args], { cwd: root, encoding: "utf8" });
    expect(JSON.parse(print("system", spoke, "eu-west-1").stdout)).to.deep.equal(
      policyOf("system", spoke, "eu-west-1"),
    );
    const wrong = print("admin", spoke, "eu-west-1");
    expect(wrong.status).to.equal(64);
    expect(wrong.stderr).to.match(/"admin 222222222222 eu-west-1": expected ROLE ACCOUNT REGION: security, system/);
  });
});

describe("what the guide says a deployment costs", () => {
  const guide = fs.readFileSync(path.join(root, "docs/aws.md"), "utf8");

  /** `count` column of the guide's table: security, system with `access: ssm`, then both with `ssh`. */
  const row = (what: string): number[] => {
    const line = guide.split("\n").find((each) => each.startsWith(`| ${what} `)) ?? "";
    return [...line.matchAll(/\| +(\d+) +(?=\|)/g)].map(([, count]) => Number(count));
  };

  it("is counted from the resources that the example settings make", async () => {
    const counted: Record<string, number[]> = {};
    for (const access of ["ssm", "ssh"]) {
      const { cloud, stacks, run } = await deployedSecurity({ access });
      for (const { mocks } of [run, await runStack("system", { cloud, stacks, config: { access } })]) {
        const subnets = (type: string): number =>
          mocks.registrations
            .filter(({ inputs }) => inputs["vpcEndpointType"] === type)
            .reduce((sum, { inputs }) => sum + (inputs["subnetIds"] as string[]).length, 0);
        const made = (type: string): number => mocks.registrations.filter((each) => each.type === type).length;
        for (const [what, count] of [
          ["Instance (t3.micro, its volume)", made("aws:ec2/instance:Instance")],
          ["GWLB", made("aws:lb/loadBalancer:LoadBalancer")],
          ["GWLB endpoint", subnets("GatewayLoadBalancer")],
          ["Interface endpoint of SSM, per AZ", subnets("Interface")],
        ] as const) {
          (counted[what] ??= []).push(count);
        }
      }
    }
    for (const [what, counts] of Object.entries(counted)) expect(row(what), what).to.deep.equal(counts);
  });
});
