import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Agents } from "./agents";
import { ServiceError } from "../serviceError";

/** Whose credentials a request was signed with, and for which Region. */
export interface SsmCaller {
  accountId: string;
  region: string;
}

interface Invocation extends SsmCaller {
  commandId: string;
  instanceId: string;
  documentName: string;
  requested: number;
  status: "Pending" | "InProgress" | "Success" | "Failed" | "TimedOut" | "Cancelling" | "Cancelled";
  details: string;
  exitCode: number;
  stdout: string;
  stderr: string;
}

const instanceIds = z.array(z.string().regex(/^(i-([0-9a-f]{8}|[0-9a-f]{17}))$/)).max(50);
const sendCommand = z.strictObject({
  DocumentName: z.string(),
  InstanceIds: instanceIds.min(1),
  Parameters: z.record(z.string(), z.array(z.string())),
  TimeoutSeconds: z.int().min(30).max(2_592_000).default(3600),
  Comment: z.string().max(100).optional(),
});
const runShellScript = z.strictObject({
  commands: z.array(z.string()).min(1),
  workingDirectory: z.tuple([z.string()]).optional(),
  executionTimeout: z
    .tuple([z.string().regex(/^([1-9][0-9]{0,4}|1[0-6][0-9]{4}|17[0-1][0-9]{3}|172[0-7][0-9]{2}|172800)$/)])
    .default(["3600"]),
});
const getCommandInvocation = z.strictObject({
  CommandId: z.uuid(),
  InstanceId: z.string(),
  PluginName: z.string().optional(),
});
const cancelCommand = z.strictObject({ CommandId: z.uuid(), InstanceIds: instanceIds.optional() });
const describeInstanceInformation = z.strictObject({
  Filters: z.array(z.strictObject({ Key: z.string(), Values: z.array(z.string()).min(1) })).default([]),
  MaxResults: z.int().min(5).max(50).optional(),
});

/** Characters of an answer (GetCommandInvocation, StandardOutputContent and StandardErrorContent). */
const longest = { stdout: 24_000, stderr: 8_000 } as const;
/** What amazon-ssm-agent puts at the end of what it has cut off. */
const truncated = "--output truncated--";

/**
 * Runs in the instance as the agent does: the script is a file, its process leads a group, which a cancellation ends.
 * Arguments: folder, seconds.
 */
const launcher = `
umask 077
mkdir -p "$1"
cat >"$1/_script.sh"
echo $$ >"$1/pid"
cd /
code=0
timeout --foreground --signal=KILL "$2" sh "$1/_script.sh" </dev/null || code=$?
# What the script has started outlives it, and would hold its output open.
[ "$code" -ne 137 ] || { trap '' TERM; kill -s TERM -- -$$; }
rm -rf "$1"
exit "$code"
`;
const canceller = 'kill -s TERM -- "-$(cat "$1/pid")"';

const folderOf = ({ commandId }: Invocation): string => `/var/lib/amazon/ssm/orchestration/${commandId}`;

/** Run Command for the lab's instances: the four operations that reaching a host takes, on its real processes. */
export class RunCommand {
  private readonly invocations = new Map<string, Invocation>();

  constructor(private readonly agents: Agents) {}

  /** Whether it is one of the four. */
  static has(operation: string): boolean {
    return ["DescribeInstanceInformation", "SendCommand", "GetCommandInvocation", "CancelCommand"].includes(operation);
  }

  /** @throws ServiceError */
  handle(caller: SsmCaller, operation: string, input: unknown): Promise<object> {
    switch (operation) {
      case "DescribeInstanceInformation":
        return this.describe(caller, checked(describeInstanceInformation, input));
      case "SendCommand":
        return this.send(caller, checked(sendCommand, input));
      case "GetCommandInvocation":
        return Promise.resolve(this.get(caller, checked(getCommandInvocation, input)));
      case "CancelCommand":
        return this.cancel(caller, checked(cancelCommand, input));
      default:
        // Source: AWS JSON 1.1 protocol; the operation exists, but not here.
        throw new ServiceError("UnknownOperationException", `the lab's SSM has no ${operation}`);
    }
  }

  private async describe(
    caller: SsmCaller,
    { Filters: filters }: z.infer<typeof describeInstanceInformation>,
  ): Promise<object> {
    const [filter, ...others] = filters;
    if (filter === undefined || others.length > 0 || filter.Key !== "InstanceIds") {
      // Source: Systems Manager API, DescribeInstanceInformation: InvalidFilterKey. The lab's has this one filter only.
      throw new ServiceError("InvalidFilterKey", "expected one filter, InstanceIds");
    }
    const statuses = await Promise.all(filter.Values.map((id) => this.agents.status(id)));
    const list = statuses.flatMap((status) =>
      status?.accountId === caller.accountId && status.region === caller.region
        ? [
            {
              InstanceId: status.instanceId,
              PingStatus: status.pingStatus,
              LastPingDateTime: status.lastPing / 1000,
              PlatformType: "Linux",
              ResourceType: "EC2Instance",
            },
          ]
        : [],
    );
    return { InstanceInformationList: list };
  }

  private async send(caller: SsmCaller, input: z.infer<typeof sendCommand>): Promise<object> {
    if (input.DocumentName !== "AWS-RunShellScript") {
      // Source: Systems Manager API, SendCommand: InvalidDocument.
      throw new ServiceError("InvalidDocument", `Document with name ${input.DocumentName} does not exist.`);
    }
    const parameters = runShellScript.safeParse(input.Parameters);
    if (!parameters.success) {
      // Source: Systems Manager API, SendCommand: InvalidParameters; wording UNVERIFIED.
      throw new ServiceError("InvalidParameters", z.prettifyError(parameters.error));
    }
    for (const id of input.InstanceIds) {
      const status = await this.agents.status(id);
      const own = status?.accountId === caller.accountId && status.region === caller.region;
      if (!own || status.pingStatus !== "Online") {
        const message = `Instances [[${id}]] not in a valid state for account ${caller.accountId}`;
        // Source: Systems Manager API, SendCommand: InvalidInstanceId; wording as users report it.
        throw new ServiceError("InvalidInstanceId", message);
      }
    }
    const commandId = randomUUID();
    const [seconds] = parameters.data.executionTimeout;
    for (const instanceId of input.InstanceIds) {
      const invocation: Invocation = {
        ...caller,
        commandId,
        instanceId,
        documentName: input.DocumentName,
        requested: Date.now(),
        status: "Pending",
        details: "Pending",
        exitCode: -1,
        stdout: "",
        stderr: "",
      };
      this.invocations.set(`${commandId} ${instanceId}`, invocation);
      void this.execute(invocation, parameters.data.commands.join("\n"), seconds);
    }
    return {
      Command: {
        CommandId: commandId,
        DocumentName: input.DocumentName,
        Comment: input.Comment ?? "",
        InstanceIds: input.InstanceIds,
        Parameters: input.Parameters,
        TimeoutSeconds: input.TimeoutSeconds,
        RequestedDateTime: Date.now() / 1000,
        Status: "Pending",
        StatusDetails: "Pending",
        TargetCount: input.InstanceIds.length,
      },
    };
  }

  private async execute(invocation: Invocation, script: string, seconds: string): Promise<void> {
    invocation.status = "InProgress";
    invocation.details = "InProgress";
    const begin = Date.now();
    const argv = ["setsid", "--wait", "sh", "-euc", launcher, "agent", folderOf(invocation), seconds];
    const result = await this.agents.exec(invocation.instanceId, argv, script).catch(() => undefined);
    const end = (status: Invocation["status"], details: string): void => {
      invocation.status = status;
      invocation.details = details;
    };
    if (result === undefined || result.exitCode < 0) {
      return this.isCancelling(invocation) ? end("Cancelled", "Cancelled") : end("TimedOut", "DeliveryTimedOut");
    }
    invocation.stdout = cutOff(result.stdout, longest.stdout);
    invocation.stderr = cutOff(result.stderr, longest.stderr);
    if (this.isCancelling(invocation)) return end("Cancelled", "Cancelled");
    if (result.exitCode === 137 && Date.now() - begin >= Number(seconds) * 1000) {
      return end("TimedOut", "ExecutionTimedOut");
    }
    invocation.exitCode = result.exitCode;
    end(result.exitCode === 0 ? "Success" : "Failed", result.exitCode === 0 ? "Success" : "Failed");
  }

  /** It may have changed while the script ran. */
  private isCancelling({ status }: Invocation): boolean {
    return status === "Cancelling";
  }

  private get(
    caller: SsmCaller,
    { CommandId: commandId, InstanceId: instanceId }: z.infer<typeof getCommandInvocation>,
  ): object {
    const found = this.invocations.get(`${commandId} ${instanceId}`);
    if (found === undefined || found.accountId !== caller.accountId || found.region !== caller.region) {
      // Source: Systems Manager API, GetCommandInvocation: InvocationDoesNotExist.
      throw new ServiceError("InvocationDoesNotExist", "");
    }
    const ended = found.status === "Success" || found.status === "Failed";
    return {
      CommandId: commandId,
      InstanceId: instanceId,
      DocumentName: found.documentName,
      PluginName: "aws:runShellScript",
      Status: found.status,
      StatusDetails: found.details,
      ResponseCode: found.exitCode,
      // "If the command hasn't finished running, this string is empty" (GetCommandInvocation).
      StandardOutputContent: ended ? found.stdout : "",
      StandardErrorContent: ended ? found.stderr : "",
    };
  }

  private async cancel(
    caller: SsmCaller,
    { CommandId: commandId, InstanceIds: instances }: z.infer<typeof cancelCommand>,
  ): Promise<object> {
    const found = [...this.invocations.values()].filter(
      (each) =>
        each.commandId === commandId &&
        each.accountId === caller.accountId &&
        each.region === caller.region &&
        (instances === undefined || instances.includes(each.instanceId)),
    );
    if (found.length === 0) {
      // Source: Systems Manager API, CancelCommand: InvalidCommandId.
      throw new ServiceError("InvalidCommandId", "");
    }
    for (const invocation of found) {
      if (invocation.status !== "InProgress") continue;
      invocation.status = "Cancelling";
      invocation.details = "Cancelling";
      await this.agents
        .exec(invocation.instanceId, ["sh", "-c", canceller, "agent", folderOf(invocation)], "")
        .catch(() => undefined);
    }
    return {};
  }
}

function checked<T>(shape: z.ZodType<T>, input: unknown): T {
  const result = shape.safeParse(input);
  if (result.success) return result.data;
  // Source: AWS APIs, "Common errors": ValidationException; wording UNVERIFIED.
  throw new ServiceError("ValidationException", z.prettifyError(result.error));
}

function cutOff(text: string, most: number): string {
  return text.length <= most ? text : text.slice(0, most - truncated.length) + truncated;
}
