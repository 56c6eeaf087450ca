import { randomUUID } from "node:crypto";
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { serveApi } from "../../../lab/api/server";
import { operatorAccount, profileOf, sdkEnvironment } from "../../../lab/sts/credentials";
import type { SsmCaller } from "../../../lab/ssm/runCommand";
import type { LoopbackServer } from "../../../lab/loopbackServer";
import { Identities } from "../../../lab/sts/identities";
import { stsService } from "../../../lab/sts/service";
import type { SsmHost } from "../../../path/proof/request";

interface Invocation {
  Status: string;
  StatusDetails: string;
  ResponseCode: number;
  StandardOutputContent: string;
  StandardErrorContent: string;
}

/** Answers instead of the usual one; undefined for the usual one. */
export type Interception = (operation: string, input: Record<string, unknown>) => object | undefined;

const accountId = "111111111111";
/** Characters that GetCommandInvocation gives, and what stands at the end of what is cut off. */
const longest = { stdout: 24_000, stderr: 8_000 };

/**
 * SSM over real HTTP, with the AWS SDK as its client. Scripts really run, on this machine, with a folder of the test's in
 * place of /run; what a test wants to go wrong it puts in the way.
 */
export class FakeSsm {
  readonly requests: { caller: SsmCaller; operation: string; input: Record<string, unknown> }[] = [];
  /** What roles were asked for, by which accounts. */
  readonly assumed: Record<string, string>[] = [];
  intercept: Interception = () => undefined;
  /** What every answer waits for. */
  hold = (): Promise<void> => Promise.resolve();
  private readonly invocations = new Map<string, Invocation>();
  private readonly before = { ...process.env };

  private server?: LoopbackServer;

  private constructor(readonly directory: string) {}

  static async start(): Promise<FakeSsm> {
    const identities = new Identities([accountId, operatorAccount]);
    const fake = new FakeSsm(fs.mkdtempSync(path.join(os.tmpdir(), "fake-ssm-")));
    const sts = stsService(identities, [accountId]);
    fake.server = await serveApi({
      identities,
      log: () => undefined,
      services: {
        ssm: (action) => ({
          call: (caller, input) =>
            fake.handle(
              { accountId: caller.accountId, region: caller.region },
              action,
              input as Record<string, unknown>,
            ),
        }),
        sts: (action) => {
          const operation = sts(action);
          return (
            operation && {
              ...operation,
              call: (caller, input) => {
                fake.assumed.push({ by: caller.accountId, ...input });
                return operation.call(caller, input);
              },
            }
          );
        },
      },
    });
    Object.assign(process.env, sdkEnvironment(fake.directory, [accountId], fake.server.url));
    return fake;
  }

  async stop(): Promise<void> {
    for (const key of Object.keys(process.env)) {
      if (/^(AWS_|NO_PROXY$|no_proxy$)/.test(key)) Reflect.deleteProperty(process.env, key);
    }
    Object.assign(process.env, this.before);
    await this.server?.close();
    fs.rmSync(this.directory, { recursive: true, force: true });
  }

  get host(): SsmHost {
    return { instanceId: "i-0123456789abcdef0", region: "ap-northeast-1", profile: profileOf(accountId) };
  }

  /** Folders that scripts have left behind. */
  leftovers(): string[] {
    return fs.readdirSync(this.directory).filter((name) => name.startsWith("gwlb-inspection-command-"));
  }

  operations(): string[] {
    return this.requests.map(({ operation }) => operation);
  }

  private async handle(caller: SsmCaller, operation: string, input: Record<string, unknown>): Promise<object> {
    this.requests.push({ caller, operation, input });
    await this.hold();
    return this.intercept(operation, input) ?? this.usual(operation, input);
  }

  private usual(operation: string, input: Record<string, unknown>): object {
    switch (operation) {
      case "DescribeInstanceInformation":
        return { InstanceInformationList: [{ InstanceId: this.host.instanceId, PingStatus: "Online" }] };
      case "SendCommand":
        return { Command: { CommandId: this.run(input["Parameters"] as { commands: string[] }) } };
      case "GetCommandInvocation":
        return this.invocations.get(String(input["CommandId"])) ?? {};
      default:
        return {};
    }
  }

  private run({ commands }: { commands: string[] }): string {
    const id = randomUUID();
    const script = commands.join("\n").replaceAll("/run/", `${this.directory}/`);
    const invocation = { Status: "InProgress", StatusDetails: "InProgress", ResponseCode: -1 };
    const silent = { StandardOutputContent: "", StandardErrorContent: "" };
    this.invocations.set(id, { ...invocation, ...silent });
    execFile("sh", ["-c", script], { maxBuffer: 1e8 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code);
      const status = code === 0 ? "Success" : "Failed";
      this.invocations.set(id, {
        Status: status,
        StatusDetails: status,
        ResponseCode: code,
        StandardOutputContent: stdout.slice(0, longest.stdout),
        StandardErrorContent: stderr.slice(0, longest.stderr),
      });
    });
    return id;
  }
}
