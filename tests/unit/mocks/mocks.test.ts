import type * as Aws from "@pulumi/aws";
import type * as Command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { Cloud } from "../../../lab/cloud/cloud";
import { cloudMocks, finishMocks, startMocks, type CloudMockOptions, type CloudMocks } from "../../../lab/mocks";
import { amazonLinux, failure, security, system, tokens } from "../cloud/topology";

/** What a program sees: both packages and a provider for each account. */
interface World {
  aws: typeof Aws;
  command: typeof Command;
  hub: pulumi.CustomResourceOptions;
  spoke: pulumi.CustomResourceOptions;
}

const run = { project: "gwlb-inspection", stack: "security" };

/** Runs a program with mocks to its end; rejects with the first error. */
async function play(program: (world: World) => void, options: CloudMockOptions = {}): Promise<[CloudMocks, Cloud]> {
  const cloud = new Cloud({
    accounts: { "111111111111": { name: "security" }, "222222222222": { name: "system" } },
    clock: { scale: 0 },
    seed: "mocks",
  });
  const mocks = cloudMocks(cloud, options);
  await startMocks(mocks, { ...run, config: { "gwlb-inspection:region": "ap-northeast-1" } });
  const aws = await import("@pulumi/aws");
  const command = await import("@pulumi/command");
  const hub = new aws.Provider("security", { region: security.region, allowedAccountIds: [security.accountId] });
  const spoke = new aws.Provider("system", {
    region: system.region,
    allowedAccountIds: [system.accountId],
    assumeRoles: [{ roleArn: `arn:aws:iam::${system.accountId}:role/deploy` }],
  });
  program({ aws, command, hub: { provider: hub }, spoke: { provider: spoke } });
  await finishMocks(mocks);
  return [mocks, cloud];
}

/** An output's value, to be read after the run. */
function read<T>(output: pulumi.Output<T>): { value?: T; known?: boolean } {
  const seen: { value?: T } = {};
  output.apply((value) => (seen.value = value));
  return seen;
}

describe("cloud mocks", () => {
  it("put each resource into the account of its provider and fill in what AWS chooses", async () => {
    let zone: { value?: string } = {};
    const [mocks, cloud] = await play(({ aws, hub, spoke }) => {
      const vpc = new aws.ec2.Vpc("hub", { cidrBlock: "10.1.0.0/16" }, hub);
      new aws.ec2.Vpc("spoke", { cidrBlock: "10.2.0.0/16" }, spoke);
      const subnet = new aws.ec2.Subnet(
        "subnet",
        { vpcId: vpc.id, cidrBlock: "10.1.1.0/24", availabilityZoneId: "apne1-az4" },
        hub,
      );
      zone = read(subnet.availabilityZone);
    });
    expect(mocks.find(tokens.vpc, "hub")).to.deep.include({ caller: security, provider: "security" });
    expect(mocks.find(tokens.vpc, "spoke")).to.deep.include({ caller: system, provider: "system" });
    const hub = mocks.find(tokens.vpc, "hub");
    expect(mocks.find(tokens.subnet, "subnet").inputs).to.deep.equal({
      vpcId: hub.id,
      cidrBlock: "10.1.1.0/24",
      availabilityZoneId: "apne1-az4",
    });
    expect(cloud.snapshot().vpcs[hub.id]?.cidrBlock).to.equal("10.1.0.0/16");
    expect(zone.value).to.match(/^ap-northeast-1[acd]$/);
  });

  it("tell parents and dependencies", async () => {
    const [mocks] = await play(({ aws, hub }) => {
      const parent = new pulumi.ComponentResource("gwlb-inspection:index:Thing", "thing");
      const vpc = new aws.ec2.Vpc("vpc", { cidrBlock: "10.1.0.0/16" }, { ...hub, parent });
      new aws.ec2.Vpc("later", { cidrBlock: "10.2.0.0/16" }, { ...hub, dependsOn: [vpc] });
    });
    const [thing] = mocks.registrations.filter(({ custom }) => !custom);
    expect(thing).to.include({ type: "gwlb-inspection:index:Thing", name: "thing" });
    const { parent } = mocks.find(tokens.vpc, "vpc");
    expect(parent).to.match(/gwlb-inspection:index:Thing::thing$/);
    expect(mocks.find(tokens.vpc, "later").dependencies.join()).to.match(/aws:ec2\/vpc:Vpc::vpc$/);
    expect(mocks.find(tokens.vpc, "later")).to.not.have.property("parent");
  });

  it("fail for the reason that AWS gives", async () => {
    const error = await failure(() =>
      play(({ aws, hub }) => {
        const vpc = new aws.ec2.Vpc("vpc", { cidrBlock: "10.1.0.0/16" }, hub);
        new aws.ec2.Subnet("subnet", { vpcId: vpc.id, cidrBlock: "10.9.0.0/24" }, hub);
      }),
    );
    expect(error.message).to.match(/^aws:ec2\/subnet:Subnet subnet: .*api error InvalidSubnet\.Range/);
  });

  it("fail for an input that the model does not have, and for a value out of range", async () => {
    const unmodelled = await failure(() =>
      play(({ aws, hub }) => void new aws.ec2.Vpc("vpc", { cidrBlock: "10.1.0.0/16", ipv4IpamPoolId: "pool" }, hub)),
    );
    expect(unmodelled.message).to.include("no input 'ipv4IpamPoolId'");
    const outOfRange = await failure(() =>
      play(({ aws, hub }) => void new aws.ec2.Vpc("vpc", { cidrBlock: "10.1.0.0/8" }, hub)),
    );
    expect(outOfRange.message).to.include("10.1.0.0/8");
  });

  it("fail for a resource or function without an explicit provider", async () => {
    const resource = await failure(() => play(({ aws }) => void new aws.ec2.Vpc("vpc", { cidrBlock: "10.1.0.0/16" })));
    expect(resource.message).to.include("default providers are disabled");
    const call = await failure(() => play(({ aws }) => void aws.getCallerIdentity({}).catch(() => undefined)));
    expect(call.message).to.include("default providers are disabled");
  });

  it("refuse a role in an account that is not allowed", async () => {
    const error = await failure(() =>
      play(({ aws }) => {
        const provider = new aws.Provider("wrong", {
          region: "ap-northeast-1",
          allowedAccountIds: [security.accountId],
          assumeRoles: [{ roleArn: `arn:aws:iam::${system.accountId}:role/deploy` }],
        });
        new aws.ec2.Vpc("vpc", { cidrBlock: "10.1.0.0/16" }, { provider });
      }),
    );
    expect(error.message).to.include("AWS account ID not allowed: 222222222222");
  });

  it("answer functions, and keep the message of an error that a program catches", async () => {
    let caught = "";
    let ami: { value?: string } = {};
    let secretValue: Promise<boolean> | undefined;
    const result = play(({ aws, hub }) => {
      const parameter = aws.ssm.getParameterOutput({ name: amazonLinux }, hub);
      ami = read(parameter.insecureValue);
      secretValue = pulumi.isSecret(parameter.value);
      void aws.ec2.getSubnet({ id: "subnet-1" }, hub).catch((error: Error) => (caught = error.message));
    });
    const error = await failure(() => result);
    expect(error.message).to.include("no matching EC2 Subnet found");
    expect(caught).to.include("no matching EC2 Subnet found");
    expect(ami.value).to.match(/^ami-0/);
    expect(await secretValue).to.equal(true);
  });

  it("keep secrets secret", async () => {
    let isSecret: Promise<boolean> | undefined;
    const [mocks] = await play(({ aws, hub }) => {
      const tags = pulumi.secret({ password: "swordfish" });
      const vpc = new aws.ec2.Vpc("vpc", { cidrBlock: "10.1.0.0/16", tags }, hub);
      isSecret = pulumi.isSecret(vpc.tags);
    });
    expect(mocks.find(tokens.vpc, "vpc").secrets).to.deep.equal(["tags"]);
    expect(mocks.find(tokens.vpc, "vpc").inputs["tags"]).to.deep.equal({ password: "swordfish" });
    expect(await isSecret).to.equal(true);
  });

  it("give a referenced stack's outputs, and no others", async () => {
    let service: { value?: unknown } = {};
    let secret: Promise<boolean> | undefined;
    const stacks = {
      "organization/gwlb-inspection/security": { outputs: { serviceName: "s", key: "k" }, secretNames: ["key"] },
    };
    await play(
      () => {
        const reference = new pulumi.StackReference("organization/gwlb-inspection/security");
        service = read(reference.getOutput("serviceName"));
        secret = pulumi.isSecret(reference.getOutput("key"));
      },
      { stacks },
    );
    expect(service.value).to.equal("s");
    expect(await secret).to.equal(true);
    const error = await failure(() => play(() => void new pulumi.StackReference("elsewhere"), { stacks }));
    expect(error.message).to.include('unknown stack "elsewhere"');
  });

  it("ask the test for the output of commands", async () => {
    let output: { value?: string } = {};
    const program = ({ command }: World): void => {
      const made = new command.remote.Command("hello", {
        connection: { host: "10.0.0.1", user: "u" },
        create: "echo hello",
      });
      output = read(made.stdout);
    };
    const [mocks] = await play(program, { command: ({ inputs }) => ({ stdout: `ran: ${String(inputs["create"])}` }) });
    expect(output.value).to.equal("ran: echo hello");
    expect(mocks.find("command:remote:Command", "hello").secrets).to.include("connection");
    const error = await failure(() => play(program));
    expect(error.message).to.include("no 'command' function");
  });

  it("leave in a preview what AWS would choose unknown, and create nothing", async () => {
    let arn: { value?: string } = {};
    let cidr: { value?: string } = {};
    const [mocks, cloud] = await play(
      ({ aws, hub }) => {
        const vpc = new aws.ec2.Vpc("vpc", { cidrBlock: "10.1.0.0/16" }, hub);
        new aws.ec2.Subnet("subnet", { vpcId: vpc.id, cidrBlock: "10.1.1.0/24" }, hub);
        arn = read(vpc.arn);
        cidr = read(pulumi.output(vpc.cidrBlock).apply(String));
      },
      { preview: true },
    );
    expect(arn).to.not.have.property("value");
    expect(cidr.value).to.equal("10.1.0.0/16");
    expect(mocks.find(tokens.subnet, "subnet").inputs["vpcId"]).to.equal("04da6b54-80e4-46f7-96ec-b56ff0331ba9");
    expect(cloud.snapshot().vpcs).to.deep.equal({});
  });

  it("read a resource that exists", async () => {
    let cidr: { value?: string } = {};
    await play(({ aws, hub }) => {
      const vpc = new aws.ec2.Vpc("vpc", { cidrBlock: "10.1.0.0/16" }, hub);
      cidr = read(vpc.id.apply((id) => aws.ec2.Vpc.get("again", id, {}, hub).cidrBlock));
    });
    expect(cidr.value).to.equal("10.1.0.0/16");
  });
});
