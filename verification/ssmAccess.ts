import {
  CancelCommandCommand,
  DescribeInstanceInformationCommand,
  GetCommandInvocationCommand,
  SendCommandCommand,
  type GetCommandInvocationCommandOutput,
  type SSMClient,
} from "@aws-sdk/client-ssm";
import { gunzipSync } from "node:zlib";
import { AccessError, type LeaseTerms, type RemoteAccess, type RunOptions, type RunResult } from "./access";
import { describeCredentials } from "./credentials";
import { longestOutput, tooLong } from "./hostOutput";
import { pause } from "./pause";
import { timeoutExitCodes } from "./remoteScript";
import type { SsmHost } from "../path/proof/request";
import { accessErrorOf, ssmClient } from "./ssmClient";
import { parseOutput, pieceLength, sentScript } from "./ssmScript";

/** How long an agent is waited for. */
export interface SsmOptions {
  /** Seconds during which a host may come online. @default 30 */
  connectDeadline?: number;
}

/** Milliseconds between two questions after a state: the first, and what it grows to. */
const pauses = { online: [500, 5_000], invocation: [100, 2_000] } as const;
/** Seconds that SSM has to hand a command to the agent; 30 is its least (SendCommand, TimeoutSeconds). */
const deliverySeconds = 60;
/** Seconds that a command may take over and above its script: `timeout` kills after 5, then output is compressed. */
const grace = 60;
/** Seconds for fetching a piece of output, and for all pieces together. */
const pieceSeconds = 30;
const fetchSeconds = 300;
/** Milliseconds after an interruption in which SSM may still answer that it has taken a command, which is then cancelled. */
const lastWord = 3_000;
/** Seconds during which SSM may not yet know a command that it has just taken. */
const newCommandSeconds = 30;
/** There is no connection: each renewal is a command, which may wait some seconds for the agent. */
const lease: LeaseTerms = { seconds: 15, every: 4 };

/** SSM clients of one verification, one for each account and Region; a host is waited for once. */
export class SsmConnections {
  private readonly clients = new Map<string, SSMClient>();
  private readonly online = new Map<string, Promise<void>>();
  private readonly connectDeadline: number;

  constructor(options: SsmOptions = {}) {
    this.connectDeadline = options.connectDeadline ?? 30;
  }

  /**
   * Resolves when the host's agent is online.
   * @throws AccessError that says what there must be for it, when it is not before the deadline
   */
  async open(host: SsmHost, signal?: AbortSignal): Promise<RemoteAccess> {
    const client = this.client(host);
    const key = JSON.stringify([host.instanceId, host.region, host.profile, host.assumeRole]);
    const online = this.online.get(key) ?? this.untilOnline(client, host, signal);
    this.online.set(key, online);
    online.catch(() => this.online.delete(key));
    await online;
    return {
      lease,
      run: (script, args, options) => runScript(client, host, script, args, options),
      close: () => Promise.resolve(),
    };
  }

  /** Ends all connections. */
  close(): Promise<void> {
    for (const client of this.clients.values()) client.destroy();
    this.clients.clear();
    return Promise.resolve();
  }

  private client(host: SsmHost): SSMClient {
    const key = JSON.stringify([host.region, host.profile, host.assumeRole]);
    const client = this.clients.get(key) ?? ssmClient(host);
    this.clients.set(key, client);
    return client;
  }

  private async untilOnline(client: SSMClient, host: SsmHost, signal: AbortSignal | undefined): Promise<void> {
    const deadline = Date.now() + this.connectDeadline * 1000;
    for (const wait of growing(pauses.online)) {
      const status = await pingStatus(client, host, deadline, signal);
      if (status === "Online") return;
      if (Date.now() + wait >= deadline) {
        const seen = status ?? "SSM does not know it";
        throw new AccessError(
          "unreachable",
          `${host.instanceId} is not online in SSM of ${host.region} after ${this.connectDeadline} s: ${seen}, with ` +
            `credentials of ${describeCredentials(host)}. Expected: those of its own account; AmazonSSMManagedInstanceCore ` +
            "on the role of its instance profile; a route, and TCP 443 out of its security group and into theirs, to the " +
            "interface endpoints ssm and ssmmessages with private DNS; a running amazon-ssm-agent",
        );
      }
      await pause(wait, signal);
    }
  }
}

/** `Online`, or what is seen instead; undefined for an instance that never registered, or another account's. */
async function pingStatus(
  client: SSMClient,
  host: SsmHost,
  deadline: number,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  try {
    const filters = [{ Key: "InstanceIds", Values: [host.instanceId] }];
    const { InstanceInformationList: found = [] } = await client.send(
      new DescribeInstanceInformationCommand({ Filters: filters }),
      { abortSignal: abortedAt(deadline, signal) },
    );
    const status = found.find(({ InstanceId: id }) => id === host.instanceId)?.PingStatus;
    return status === undefined || status === "Online" ? status : `its agent's PingStatus is ${status}`;
  } catch (error) {
    if (Date.now() >= deadline && signal?.aborted !== true) return "SSM has not answered";
    if (error instanceof Error && error.name === "InvalidInstanceId") return undefined;
    throw accessErrorOf(error, host, signal);
  }
}

async function runScript(
  client: SSMClient,
  host: SsmHost,
  script: string,
  args: string[],
  options: RunOptions,
): Promise<RunResult> {
  const sent = sentScript(script, args, options);
  const { signal, timeout, longest = longestOutput } = options;
  const first = await invoke(client, host, sent.command, { timeout, signal });
  if (timeoutExitCodes.includes(first.exitCode)) throw timedOut(host, timeout);
  const { size, piece } = outputOf(host, first);
  // What cannot be compressed grows a little, and by a third in base64.
  if (size > longest * 1.4 + pieceLength) throw tooLong(`the command on ${host.instanceId}`, longest);
  const deadline = Date.now() + fetchSeconds * 1000;
  const pieces = [piece];
  for (let offset = pieceLength; offset < size; offset += pieceLength) {
    const next = await invoke(client, host, sent.piece(offset, size), { timeout: pieceSeconds, deadline, signal });
    if (next.exitCode !== 0) throw lost(host, `its output is gone: ${next.stderr.trim()}`);
    pieces.push(outputOf(host, next).piece);
  }
  const base64 = pieces.join("");
  if (base64.length !== size) throw lost(host, `${base64.length} of ${size} characters of its output came`);
  return { stdout: decompressed(host, base64, longest), stderr: first.stderr, exitCode: first.exitCode };
}

function decompressed(host: SsmHost, base64: string, longest: number): string {
  try {
    return gunzipSync(Buffer.from(base64, "base64"), { maxOutputLength: longest }).toString("utf8");
  } catch (error) {
    if (error instanceof RangeError) throw tooLong(`the command on ${host.instanceId}`, longest);
    throw lost(host, `its output is not compressed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function outputOf(host: SsmHost, ended: RunResult): ReturnType<typeof parseOutput> {
  try {
    return parseOutput(ended.stdout);
  } catch (error) {
    const said = ended.stderr.trim();
    const reason = error instanceof Error ? error.message : String(error);
    throw lost(host, `exit code ${ended.exitCode}, ${reason}${said === "" ? "" : `: ${said}`}`);
  }
}

interface Invocation {
  /** Seconds, on the host. */
  timeout: number;
  /** When it is over in any case, as `Date.now()` has it. @default when it has been handed over and its time is up */
  deadline?: number;
  signal?: AbortSignal | undefined;
}

/** One command from SendCommand to its end. @throws AccessError; a command that fails is a result */
async function invoke(
  client: SSMClient,
  host: SsmHost,
  command: string,
  { timeout, signal, deadline = Infinity }: Invocation,
): Promise<RunResult> {
  const { instanceId } = host;
  const seconds = Math.ceil(timeout) + grace;
  const last = Math.min(deadline, Date.now() + (deliverySeconds + seconds) * 1000);
  let commandId: string | undefined;
  try {
    commandId = await send(client, host, command, seconds, last, signal);
    return await untilEnded(client, host, commandId, last, timeout, signal);
  } catch (error) {
    const late = Date.now() >= last && signal?.aborted !== true;
    const failure = late ? timedOut(host, timeout) : accessErrorOf(error, host, signal);
    // Nothing is to go on there when we are gone; whether that comes through changes nothing here.
    if (commandId !== undefined && failure.failure !== "connection-lost") {
      await client
        .send(new CancelCommandCommand({ CommandId: commandId, InstanceIds: [instanceId] }), {
          abortSignal: AbortSignal.timeout(lastWord),
        })
        .catch(() => undefined);
    }
    throw failure;
  }
}

/** SendCommand, whose answer is waited for even after an interruption: without it nothing could be cancelled. */
async function send(
  client: SSMClient,
  host: SsmHost,
  command: string,
  seconds: number,
  deadline: number,
  signal: AbortSignal | undefined,
): Promise<string> {
  signal?.throwIfAborted();
  const giveUp = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const interrupted = (): void => void (timer = setTimeout(() => giveUp.abort(), lastWord));
  signal?.addEventListener("abort", interrupted, { once: true });
  try {
    const { Command: sent } = await client.send(
      new SendCommandCommand({
        DocumentName: "AWS-RunShellScript",
        InstanceIds: [host.instanceId],
        Parameters: { commands: [command], executionTimeout: [String(seconds)] },
        TimeoutSeconds: deliverySeconds,
        Comment: "gwlb-inspection",
      }),
      { abortSignal: abortedAt(deadline, giveUp.signal) },
    );
    if (sent?.CommandId === undefined) throw lost(host, "SendCommand answered without a command id");
    return sent.CommandId;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", interrupted);
  }
}

async function untilEnded(
  client: SSMClient,
  host: SsmHost,
  commandId: string,
  deadline: number,
  timeout: number,
  signal: AbortSignal | undefined,
): Promise<RunResult> {
  const abortSignal = abortedAt(deadline, signal);
  const visibleBy = Date.now() + newCommandSeconds * 1000;
  for (const wait of growing(pauses.invocation)) {
    await pause(wait, signal);
    if (signal?.aborted === true) throw new AccessError("aborted", `the command on ${host.instanceId} was interrupted`);
    if (Date.now() >= deadline) break;
    let invocation: GetCommandInvocationCommandOutput;
    try {
      const asked = { CommandId: commandId, InstanceId: host.instanceId };
      invocation = await client.send(new GetCommandInvocationCommand(asked), { abortSignal });
    } catch (error) {
      // Usual right after a command was sent.
      if (error instanceof Error && error.name === "InvocationDoesNotExist" && Date.now() < visibleBy) continue;
      throw error;
    }
    const ended = resultOf(host, invocation, timeout);
    if (ended !== undefined) return ended;
  }
  throw timedOut(host, timeout);
}

/** Aborted with the signal, and at the deadline: the SDK tries again for longer where nobody answers. */
function abortedAt(deadline: number, signal: AbortSignal | undefined): AbortSignal {
  const late = AbortSignal.timeout(Math.max(0, deadline - Date.now()));
  return signal === undefined ? late : AbortSignal.any([late, signal]);
}

/** Undefined while it goes on. Statuses: Systems Manager User Guide, "Understanding command statuses". */
function resultOf(
  host: SsmHost,
  invocation: GetCommandInvocationCommandOutput,
  timeout: number,
): RunResult | undefined {
  const { Status: status, StatusDetails: details, ResponseCode: exitCode = -1 } = invocation;
  const { StandardOutputContent: stdout = "", StandardErrorContent: stderr = "" } = invocation;
  switch (status) {
    case "Pending":
    case "InProgress":
    case "Delayed":
    case "Cancelling":
    case undefined:
      return undefined;
    case "Success":
    case "Failed":
      if (exitCode >= 0) return { stdout, stderr, exitCode };
      throw lost(host, `it ended as ${details ?? status} without an exit code: ${stderr.trim() || "it said nothing"}`);
    case "TimedOut":
      if (details === "Execution Timed Out" || details === "ExecutionTimedOut") throw timedOut(host, timeout);
      throw lost(host, `it ended as ${details ?? status}: the agent did not take it within ${deliverySeconds} s`);
    case "Cancelled":
      throw lost(host, `it ended as ${details ?? status}`);
  }
}

function timedOut(host: SsmHost, timeout: number): AccessError {
  return new AccessError("timeout", `the command on ${host.instanceId} did not end within ${timeout} s`);
}

function lost(host: SsmHost, how: string): AccessError {
  return new AccessError("connection-lost", `the command on ${host.instanceId} by SSM: ${how}`);
}

function* growing([first, most]: readonly [number, number]): Generator<number> {
  for (let wait = first; ; wait = Math.min(most, wait * 1.5)) yield wait;
}
