import { SSMClient, type SSMClientConfig } from "@aws-sdk/client-ssm";
import * as ssm from "@aws-sdk/client-ssm";
import { expect } from "chai";
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { serveApi } from "../../../lab/api/server";
import type { ManagedInstance } from "../../../lab/cloud/ssm/managedInstance";
import { execute } from "../../../lab/fabric/execute";
import { Agents } from "../../../lab/ssm/agents";
import { RunCommand } from "../../../lab/ssm/runCommand";
import type { LoopbackServer } from "../../../lab/loopbackServer";
import { Identities } from "../../../lab/sts/identities";
import { amazonLinux, Builder, newCloud, security, tokens } from "../../unit/cloud/topology";

const instanceId = "i-0123456789abcdef0";
const accessKeyOf = (account: string): string => `AKIALAB0${account}`;

/** One host, which is this machine. */
class OneHost {
  permitted = true;
  addresses = { ssm: ["10.0.0.1", "10.0.0.2"], ssmmessages: ["10.0.0.3"] };
  reachable = new Set(["10.0.0.2", "10.0.0.3"]);
  exists = true;
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "agent-"));

  readonly agents = new Agents({
    managedInstance: (id) =>
      id === instanceId && this.exists
        ? ({
            instance: { accountId: "111111111111", region: "ap-northeast-1" },
            permitted: this.permitted,
            endpointAddresses: this.addresses,
          } as ManagedInstance)
        : undefined,
    reaches: (_, address) => Promise.resolve(this.reachable.has(address)),
    exec: (_, argv, stdin) =>
      execute(
        argv.map((each) => each.replace("/var/lib/amazon", this.folder)),
        { stdin },
      ),
  });
}

describe("the lab's SSM", function () {
  this.timeout(20_000);
  let host: OneHost;
  let server: LoopbackServer;

  beforeEach(async () => {
    host = new OneHost();
    const runCommand = new RunCommand(host.agents);
    server = await serveApi({
      services: {
        ssm: (action) =>
          RunCommand.has(action)
            ? { call: ({ accountId, region }, input) => runCommand.handle({ accountId, region }, action, input) }
            : undefined,
      },
      identities: new Identities(["111111111111", "222222222222"]),
      log: () => undefined,
    });
  });

  afterEach(async () => {
    await server.close();
    fs.rmSync(host.folder, { recursive: true, force: true });
  });

  const client = (changes: SSMClientConfig = {}): SSMClient =>
    new SSMClient({
      endpoint: server.url,
      region: "ap-northeast-1",
      credentials: { accessKeyId: accessKeyOf("111111111111"), secretAccessKey: "lab" },
      ...changes,
    });
  const stranger = { credentials: { accessKeyId: accessKeyOf("222222222222"), secretAccessKey: "lab" } };

  const send = (commands: string[], changes: Partial<ssm.SendCommandCommandInput> = {}, by = client()) =>
    by.send(
      new ssm.SendCommandCommand({
        DocumentName: "AWS-RunShellScript",
        InstanceIds: [instanceId],
        Parameters: { commands },
        ...changes,
      }),
    );
  const get = (CommandId: string | undefined, by = client()) =>
    by.send(new ssm.GetCommandInvocationCommand({ CommandId, InstanceId: instanceId }));
  const ended = async (CommandId: string | undefined) => {
    for (;;) {
      const invocation = await get(CommandId);
      if (!["Pending", "InProgress", "Cancelling"].includes(invocation.Status ?? "")) return invocation;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const online = async (by = client()) => {
    const found = await by.send(
      new ssm.DescribeInstanceInformationCommand({ Filters: [{ Key: "InstanceIds", Values: [instanceId] }] }),
    );
    return found.InstanceInformationList?.map(({ PingStatus }) => PingStatus);
  };
  /** The agents' answers are remembered for a moment. */
  const forgotten = () => new Promise((resolve) => setTimeout(resolve, 310));
  const codeOf = async (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => "none",
      (error: unknown) => (error instanceof Error ? error.name : String(error)),
    );

  it("runs commands with the SDK as its client: output, standard error, exit code", async () => {
    const { Command } = await send(["echo out", "echo err >&2", "exit 7"]);
    const invocation = await ended(Command?.CommandId);
    expect(invocation).to.include({
      Status: "Failed",
      StatusDetails: "Failed",
      ResponseCode: 7,
      StandardOutputContent: "out\n",
      StandardErrorContent: "err\n",
    });
    expect(fs.existsSync(path.join(host.folder, "ssm/orchestration", Command?.CommandId ?? ""))).to.equal(false);
  });

  it("shows nothing of a command that has not ended, and cuts off what is longer than AWS gives", async () => {
    const { Command } = await send(["head -c 30000 /dev/zero | tr '\\0' x; head -c 9000 /dev/zero | tr '\\0' y >&2"]);
    const during = await get(Command?.CommandId);
    if (during.Status === "InProgress") expect(during.StandardOutputContent).to.equal("");
    const { StandardOutputContent: stdout = "", StandardErrorContent: stderr = "" } = await ended(Command?.CommandId);
    expect([stdout.length, stderr.length]).to.deep.equal([24_000, 8_000]);
    expect(stdout).to.match(/x--output truncated--$/);
  });

  it("ends a command after its executionTimeout, and one that is cancelled", async () => {
    const slow = await send(["sleep 60"], { Parameters: { commands: ["sleep 60"], executionTimeout: ["1"] } });
    expect(await ended(slow.Command?.CommandId)).to.include({ Status: "TimedOut", ResponseCode: -1 });
    const file = path.join(host.folder, "pid");
    const other = await send([`echo $$ >${file}; sleep 60; :`]);
    while (!fs.existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 10));
    await client().send(new ssm.CancelCommandCommand({ CommandId: other.Command?.CommandId }));
    expect(await ended(other.Command?.CommandId)).to.include({ Status: "Cancelled" });
    const gone = spawn("kill", ["-0", fs.readFileSync(file, "utf8").trim()]);
    expect(await new Promise((resolve) => gone.on("close", resolve))).to.equal(1);
  });

  const ways: [string, (one: OneHost) => void][] = [
    ["whose role lacks the policy", (one) => (one.permitted = false)],
    ["without an endpoint for ssm", (one) => (one.addresses.ssm = [])],
    ["without an endpoint for ssmmessages", (one) => (one.addresses.ssmmessages = [])],
    ["whose packets reach no endpoint", (one) => one.reachable.clear()],
    ["whose packets reach one endpoint of the two", (one) => one.reachable.delete("10.0.0.3")],
    ["that there is not", (one) => (one.exists = false)],
  ];
  for (const [what, spoil] of ways) {
    it(`does not know an instance ${what}, and takes no command for it`, async () => {
      spoil(host);
      expect(await online()).to.deep.equal([]);
      expect(await codeOf(send(["true"]))).to.equal("InvalidInstanceId");
    });
  }

  it("says that an agent which was online has lost its connection, and finds it again", async () => {
    expect(await online()).to.deep.equal(["Online"]);
    host.reachable.clear();
    await forgotten();
    expect(await online()).to.deep.equal(["ConnectionLost"]);
    expect(await codeOf(send(["true"]))).to.equal("InvalidInstanceId");
    host.reachable = new Set(["10.0.0.1", "10.0.0.3"]);
    await forgotten();
    expect(await online()).to.deep.equal(["Online"]);
  });

  it("tells nobody of another account's or Region's instances and commands", async () => {
    const { Command } = await send(["true"]);
    for (const by of [client(stranger), client({ region: "us-east-1" })]) {
      expect(await online(by)).to.deep.equal([]);
      expect(await codeOf(send(["true"], {}, by))).to.equal("InvalidInstanceId");
      expect(await codeOf(get(Command?.CommandId, by))).to.equal("InvocationDoesNotExist");
      const cancel = new ssm.CancelCommandCommand({ CommandId: Command?.CommandId });
      expect(await codeOf(by.send(cancel))).to.equal("InvalidCommandId");
    }
  });

  it("refuses what AWS refuses", async () => {
    const parameters = (values: Record<string, string[]>) => send([], { Parameters: values });
    expect(await codeOf(send(["true"], { DocumentName: "Mine" }))).to.equal("InvalidDocument");
    expect(await codeOf(parameters({ command: ["true"] }))).to.equal("InvalidParameters");
    expect(await codeOf(parameters({ commands: ["true"], executionTimeout: ["0"] }))).to.equal("InvalidParameters");
    expect(await codeOf(send(["true"], { TimeoutSeconds: 5 }))).to.equal("ValidationException");
    expect(await codeOf(send(["true"], { InstanceIds: ["x"] }))).to.equal("ValidationException");
    const unfiltered = new ssm.DescribeInstanceInformationCommand({});
    expect(await codeOf(client().send(unfiltered))).to.equal("InvalidFilterKey");
    const unmodelled = new ssm.ListCommandsCommand({});
    expect(await codeOf(client().send(unmodelled))).to.equal("UnknownOperationException");
    const foreign = client({ credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "x" } });
    expect(await codeOf(online(foreign))).to.equal("UnrecognizedClientException");
    const unsigned = await fetch(server.url, { method: "POST", body: "{}" });
    expect([unsigned.status, await unsigned.json()]).to.deep.equal([
      403,
      { __type: "MissingAuthenticationTokenException", message: "Missing Authentication Token" },
    ]);
  });
});

describe("a managed instance of the cloud", () => {
  async function host(endpoint: { service?: string; privateDnsEnabled?: boolean } = {}) {
    const cloud = newCloud();
    const builder = new Builder(cloud);
    const create = builder.create.bind(builder, security);
    const vpc = await create(tokens.vpc, { cidrBlock: "10.1.0.0/16", enableDnsHostnames: true });
    const place = { vpcId: vpc.id, cidrBlock: "10.1.1.0/24", availabilityZoneId: "apne1-az4" };
    const subnet = await create(tokens.subnet, place);
    const role = await create(tokens.role, { assumeRolePolicy: "{}" });
    const profile = await create(tokens.profile, { role: role.id });
    const { insecureValue: ami } = await cloud.invoke(security, "aws:ssm/getParameter:getParameter", {
      name: amazonLinux,
    });
    const instance = await create(tokens.instance, {
      ami,
      instanceType: "t3.micro",
      subnetId: subnet.id,
      iamInstanceProfile: profile.id,
    });
    const { service = "ssm", privateDnsEnabled = true } = endpoint;
    await create(tokens.endpoint, {
      vpcId: vpc.id,
      serviceName: `com.amazonaws.ap-northeast-1.${service}`,
      vpcEndpointType: "Interface",
      subnetIds: [subnet.id],
      privateDnsEnabled,
    });
    const policy = (policyArn: string) => create(tokens.rolePolicy, { role: role.id, policyArn });
    return { managed: () => cloud.managedInstance(instance.id), policy };
  }

  it("is permitted by AmazonSSMManagedInstanceCore on the role of its profile, and by no other policy", async () => {
    const { managed, policy } = await host();
    expect(managed()?.permitted).to.equal(false);
    await policy("arn:aws:iam::aws:policy/ReadOnlyAccess");
    await policy("arn:aws:iam::111111111111:policy/AmazonSSMManagedInstanceCore");
    expect(managed()?.permitted).to.equal(false);
    await policy("arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore");
    expect(managed()?.permitted).to.equal(true);
  });

  it("finds interface endpoints by their private names, and others not at all", async () => {
    const addresses = async (endpoint: Parameters<typeof host>[0]) =>
      (await host(endpoint)).managed()?.endpointAddresses;
    expect(await addresses({})).to.deep.equal({ ssm: ["10.1.1.17"], ssmmessages: [] });
    expect(await addresses({ service: "ssmmessages" })).to.deep.equal({ ssm: [], ssmmessages: ["10.1.1.17"] });
    expect(await addresses({ service: "ec2messages" })).to.deep.equal({ ssm: [], ssmmessages: [] });
    expect(await addresses({ privateDnsEnabled: false })).to.deep.equal({ ssm: [], ssmmessages: [] });
  });
});
