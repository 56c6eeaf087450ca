import { expect } from "chai";
import { gzipSync } from "node:zlib";
import { ServiceError } from "../../../lab/serviceError";
import { operatorAccount } from "../../../lab/sts/credentials";
import { AccessError, type AccessFailure, type RunOptions } from "../../../verification/access";
import { failureFinding } from "../../../verification/failures";
import type { SsmHost } from "../../../path/proof/request";
import { SsmConnections } from "../../../verification/ssmAccess";
import { FakeSsm } from "./fakeSsm";

const asRoot: RunOptions = { timeout: 20, sudo: true };

describe("SSM access", function () {
  this.timeout(20_000);
  let ssm: FakeSsm;
  let connections: SsmConnections;

  before(async () => {
    ssm = await FakeSsm.start();
  });

  beforeEach(() => {
    connections = new SsmConnections({ connectDeadline: 0.5 });
    ssm.intercept = () => undefined;
    ssm.requests.length = 0;
    ssm.assumed.length = 0;
  });

  afterEach(() => connections.close());
  after(() => ssm.stop());

  const run = async (script: string, args: string[] = [], options = asRoot, host: SsmHost = ssm.host) =>
    (await connections.open(host)).run(script, args, options);

  const failure = async (work: Promise<unknown>): Promise<AccessError> => {
    try {
      await work;
    } catch (error) {
      expect(error).to.be.instanceOf(AccessError);
      return error as AccessError;
    }
    throw new Error("expected a failure, there was none");
  };

  const expectFailure = async (work: Promise<unknown>, kind: AccessFailure, ...texts: string[]): Promise<void> => {
    const error = await failure(work);
    expect(error.failure, error.message).to.equal(kind);
    for (const text of texts) expect(error.message).to.include(text);
  };

  it("carries arguments to the host, and output, standard error and exit code back, and leaves nothing there", async () => {
    const script = `printf '%s|' "$@"; echo "it's\n\\$HOME" >&2; exit 7`;
    const result = await run(script, ["a b", "it's", "$(id)", "ü…"]);
    expect(result).to.deep.equal({ stdout: "a b|it's|$(id)|ü…|", stderr: "it's\n$HOME\n", exitCode: 7 });
    expect(ssm.leftovers()).to.deep.equal([]);
  });

  it("gives a script its standard input, and none otherwise", async () => {
    expect((await run("cat; echo end", [], { ...asRoot, stdin: "one\ntwo" })).stdout).to.equal("one\ntwo\nend\n");
    expect((await run("cat; echo end")).stdout).to.equal("end\n");
  });

  it("names account and Region by its signature, and asks for no more time than the script has", async () => {
    await run("true");
    expect(ssm.requests[0]?.caller).to.deep.equal({ accountId: "111111111111", region: "ap-northeast-1" });
    const sent = ssm.requests.find(({ operation }) => operation === "SendCommand")?.input;
    expect(sent).to.include({ DocumentName: "AWS-RunShellScript", TimeoutSeconds: 60 });
    expect(sent?.["Parameters"]).to.have.property("executionTimeout").that.deep.equals(["80"]);
  });

  it("assumes the role of the hosts' account, with a profile or with what the environment has", async () => {
    const { profile, ...host } = ssm.host;
    const assumeRole = { roleArn: "arn:aws:iam::111111111111:role/deploy", sessionName: "me@work", externalId: "acme" };
    await run("true", [], asRoot, { ...host, assumeRole });
    await run("true", [], asRoot, { ...host, profile, assumeRole: { roleArn: assumeRole.roleArn } });
    const [first, ...others] = ssm.requests.map(({ caller }) => caller);
    expect(first).to.deep.equal({ accountId: "111111111111", region: "ap-northeast-1" });
    for (const other of others) expect(other).to.deep.equal(first);
    const { sessionName, externalId, roleArn } = assumeRole;
    expect(ssm.assumed).to.deep.equal([
      { by: operatorAccount, RoleArn: roleArn, RoleSessionName: sessionName, ExternalId: externalId },
      { by: "111111111111", RoleArn: roleArn, RoleSessionName: "gwlb-inspection" },
    ]);
  });

  it("names the role that it may not assume", async () => {
    const roleArn = "arn:aws:iam::111111111111:role/other";
    const other = { ...ssm.host, assumeRole: { roleArn } };
    const refused = `AccessDenied: User: arn:aws:iam::111111111111:user/lab is not authorized to perform: sts:AssumeRole`;
    await expectFailure(run("true", [], asRoot, other), "authentication-refused", `, role ${roleArn}`, refused);
    expect(ssm.requests).to.deep.equal([]);
  });

  it("shows neither role nor profile where they are secrets, in no words of its own or of AWS", async () => {
    const assumeRole = {
      roleArn: "arn:aws:iam::111111111111:role/path/classified",
      sessionName: "hush",
      externalId: "hunter2",
    };
    const secret = { ...ssm.host, assumeRole, secret: true };
    const hidden = /classified|hush|hunter2|lab-1111/;
    const quoting = [
      "User: arn:aws:sts::111111111111:assumed-role/classified/hush may not",
      `sts:AssumeRole on ${assumeRole.roleArn} with hunter2`,
      `profile [${secret.profile ?? ""}]`,
    ];
    for (const message of quoting) {
      ssm.intercept = () => {
        throw new ServiceError("AccessDeniedException", message);
      };
      const host = message.startsWith("profile") ? { ...ssm.host, secret: true } : secret;
      const error = await failure(run("true", [], asRoot, host));
      expect(error.message)
        .to.include("refuses the credentials of the settings, which are secret")
        .and.not.match(hidden);
    }
    ssm.intercept = (operation) =>
      operation === "DescribeInstanceInformation" ? { InstanceInformationList: [] } : undefined;
    expect((await failure(run("true", [], asRoot, { ...ssm.host, secret: true }))).message).not.to.match(hidden);
  });

  it("brings back what is longer than SSM's 24,000 characters, whole, and leaves nothing there", async () => {
    const script = "head -c 60000 /dev/urandom | base64 -w 76";
    const { stdout } = await run(script);
    expect(Buffer.from(stdout, "base64").length).to.equal(60_000);
    expect(ssm.operations().filter((each) => each === "SendCommand").length).to.be.greaterThan(3);
    expect(ssm.leftovers()).to.deep.equal([]);
  });

  it("brings back the end of a long standard error, which says why", async () => {
    const { stderr, exitCode } = await run("seq 1 5000 >&2; echo the cause >&2; exit 3");
    expect(exitCode).to.equal(3);
    expect(stderr.length).to.equal(7000);
    expect(stderr).to.match(/5000\nthe cause\n$/);
  });

  it("says what a host needs that is not online before the deadline", async () => {
    ssm.intercept = (operation) =>
      operation === "DescribeInstanceInformation" ? { InstanceInformationList: [] } : undefined;
    const needs = ["AmazonSSMManagedInstanceCore", "instance profile", "route", "ssmmessages", "profile lab-1111"];
    await expectFailure(run("true"), "unreachable", ssm.host.instanceId, "0.5 s", "does not know it", ...needs);
    const finding = failureFinding(await failure(run("true")), "source", "CAPTURE_FAILED");
    expect(finding.code).to.equal("HOST_UNREACHABLE");
  });

  it("says that an agent has lost its connection", async () => {
    const lost = [{ InstanceId: ssm.host.instanceId, PingStatus: "ConnectionLost" }];
    ssm.intercept = (operation) =>
      operation === "DescribeInstanceInformation" ? { InstanceInformationList: lost } : undefined;
    await expectFailure(run("true"), "unreachable", "PingStatus is ConnectionLost");
  });

  it("waits for a host that comes online, once for all who want it", async () => {
    let asked = 0;
    ssm.intercept = (operation) =>
      operation === "DescribeInstanceInformation" && ++asked < 2 ? { InstanceInformationList: [] } : undefined;
    connections = new SsmConnections({ connectDeadline: 10 });
    await Promise.all([connections.open(ssm.host), connections.open(ssm.host)]);
    expect(asked).to.equal(2);
  });

  it("tries again when it is throttled, and when a new command is not known yet", async () => {
    const once = new Set<string>();
    const first = (operation: string): boolean => !once.has(operation) && once.add(operation).has(operation);
    ssm.intercept = (operation) => {
      if (operation === "SendCommand" && first(operation))
        throw new ServiceError("ThrottlingException", "Rate exceeded");
      if (operation === "GetCommandInvocation" && first(operation))
        throw new ServiceError("InvocationDoesNotExist", "");
      return undefined;
    };
    expect((await run("echo hello")).stdout).to.equal("hello\n");
    expect(once).to.have.length(2);
  });

  it("tells credentials that are none, or not allowed, from a host that is not there", async () => {
    const unknown = { ...ssm.host, profile: "nobody" };
    await expectFailure(run("true", [], asRoot, unknown), "authentication-refused", "profile nobody");
    for (const code of ["UnrecognizedClientException", "AccessDeniedException", "ExpiredTokenException"]) {
      ssm.intercept = () => {
        throw new ServiceError(code, "not for you");
      };
      await expectFailure(run("true"), "authentication-refused", code, "not for you", ssm.host.instanceId);
    }
  });

  it("tells a script that takes too long, on the host or for SSM", async () => {
    await expectFailure(run("sleep 60", [], { ...asRoot, timeout: 1 }), "timeout", "within 1 s");
    ssm.intercept = (operation) =>
      operation === "GetCommandInvocation" ? { Status: "TimedOut", StatusDetails: "ExecutionTimedOut" } : undefined;
    await expectFailure(run("true"), "timeout", "within 20 s");
  });

  const ends: [string, object][] = [
    ["DeliveryTimedOut", { Status: "TimedOut", StatusDetails: "DeliveryTimedOut" }],
    ["Undeliverable", { Status: "Failed", StatusDetails: "Undeliverable", ResponseCode: -1 }],
    ["Terminated", { Status: "Failed", StatusDetails: "Terminated", ResponseCode: -1 }],
    ["Cancelled", { Status: "Cancelled", StatusDetails: "Cancelled", ResponseCode: -1 }],
    ["expected its output", { Status: "Success", ResponseCode: 0, StandardOutputContent: "--output truncated--" }],
    ["0 of 40 characters", { Status: "Success", ResponseCode: 0, StandardOutputContent: "output: 40\n" }],
  ];
  for (const [what, invocation] of ends) {
    it(`takes no result from a command that ended so: ${what}`, async () => {
      ssm.intercept = (operation) => (operation === "GetCommandInvocation" ? invocation : undefined);
      await expectFailure(run("true"), "connection-lost", what);
    });
  }

  const printing = (StandardOutputContent: string) => (operation: string) =>
    operation === "GetCommandInvocation" ? { Status: "Success", ResponseCode: 0, StandardOutputContent } : undefined;

  it("fetches nothing of an output whose length nothing could have", async () => {
    for (const size of ["1000000000000000", "9".repeat(400), "1600000"]) {
      ssm.intercept = printing(`output: ${size}\n${"A".repeat(23_000)}`);
      await expectFailure(run("true"), "output-too-long", "printed more than 1048576 bytes");
      expect(ssm.operations().filter((each) => each === "SendCommand")).to.have.length(1);
      ssm.requests.length = 0;
    }
  });

  it("does not unfold what is small and says much", async () => {
    const bomb = gzipSync(Buffer.alloc(200_000_000)).toString("base64");
    let offset = 0;
    ssm.intercept = (operation) => {
      if (operation !== "GetCommandInvocation") return undefined;
      return printing(`output: ${bomb.length}\n${bomb.slice(offset, (offset += 23_000))}`)(operation);
    };
    const before = process.memoryUsage().rss;
    await expectFailure(run("true"), "output-too-long", "printed more than 1048576 bytes");
    expect(process.memoryUsage().rss - before).to.be.lessThan(150_000_000);
    ssm.intercept = printing(`output: 8\n${Buffer.from("no gzip").toString("base64").slice(0, 8)}`);
    await expectFailure(run("true"), "connection-lost", "its output is not compressed");
  });

  it("takes as much as a script may print, also where it cannot be compressed", async () => {
    const { stdout } = await run("head -c 30000 /dev/urandom | base64", [], { ...asRoot, longest: 45_000 });
    expect(Buffer.from(stdout, "base64")).to.have.length(30_000);
    const longer = run("head -c 60000 /dev/urandom | base64", [], { ...asRoot, longest: 45_000 });
    await expectFailure(longer, "output-too-long", "45000 bytes");
  });

  it("gives up at its deadline where SSM does not answer", async () => {
    const held: (() => void)[] = [];
    ssm.hold = () => new Promise((resolve) => held.push(resolve));
    try {
      const before = Date.now();
      await expectFailure(run("true"), "unreachable", "SSM has not answered");
      expect(Date.now() - before).to.be.lessThan(3_000);
    } finally {
      ssm.hold = () => Promise.resolve();
      for (const release of held) release();
    }
  });

  it("takes no result when a piece of the output is gone", async () => {
    let sent = 0;
    ssm.intercept = (operation, input) => {
      if (operation !== "SendCommand" || ++sent !== 2) return undefined;
      (input["Parameters"] as { commands: string[] }).commands.unshift(`rm -r ${ssm.directory}/gwlb-*`);
      return undefined;
    };
    await expectFailure(run("head -c 60000 /dev/urandom | base64"), "connection-lost", "output is gone");
  });

  it("cancels the command when it is interrupted", async () => {
    const controller = new AbortController();
    ssm.intercept = (operation) => {
      if (operation === "GetCommandInvocation") controller.abort();
      return undefined;
    };
    await expectFailure(run("sleep 1", [], { ...asRoot, signal: controller.signal }), "aborted", ssm.host.instanceId);
    expect(ssm.operations()).to.include("CancelCommand");
  });

  it("cancels a command that SSM was just taking when it was interrupted, and sends none after that", async () => {
    const controller = new AbortController();
    ssm.intercept = (operation) => {
      if (operation === "SendCommand") controller.abort();
      return undefined;
    };
    const options = { ...asRoot, signal: controller.signal };
    const host = await connections.open(ssm.host);
    await expectFailure(host.run("sleep 1", [], options), "aborted", ssm.host.instanceId);
    expect(ssm.operations().slice(1)).to.deep.equal(["SendCommand", "CancelCommand"]);
    await expectFailure(host.run("true", [], options), "aborted", ssm.host.instanceId);
    expect(ssm.operations()).to.have.length(3);
  });

  it("sends no script that SSM would change or may not take", async () => {
    const error = async (script: string) => run(script).catch((thrown: unknown) => thrown);
    expect(await error("echo '{{ ssm:password }}'")).to.be.instanceOf(RangeError);
    expect(await error(`echo ${"x".repeat(50_000)}`)).to.be.instanceOf(RangeError);
    expect(ssm.operations()).not.to.include("SendCommand");
  });
});
