import type { Client, ClientChannel } from "ssh2";
import { AccessError, type LeaseTerms, type RemoteAccess, type RunOptions, type RunResult } from "./access";
import { ErrorOutput, Output, tooLong } from "./hostOutput";
import { pause } from "./pause";
import { commandFor, stdinFor, timeoutExitCodes } from "./remoteScript";
import type { SshHost } from "../path/proof/request";
import { checkKeys, dial, forward, portOf } from "./sshDial";

/** How long connecting may take. */
export interface SshOptions {
  /** Seconds during which connecting is tried again while nobody answers. @default 30 */
  connectDeadline?: number;
  /**
   * Seconds during which a host that answers is tried again though it has another key or refuses the log-in, as one that boots may.
   * @default 0, such an answer is final
   */
  refusalDeadline?: number;
}

/** Milliseconds. */
const firstPause = 100;
const longestPause = 1000;
/** After a refusal: who is refused too often may be locked out. */
const refusalPause = 5000;
/** Seconds that we wait over and above the host's own `timeout`, which kills after 5. */
const grace = 10;
/** A renewal is one more command on a connection that is there. */
const lease: LeaseTerms = { seconds: 8, every: 2 };

/** ssh connections of one verification. Hosts behind the same bastion share the connection to it. */
export class SshConnections {
  private readonly clients = new Map<string, Promise<Client>>();
  private readonly connectDeadline: number;
  private readonly refusalDeadline: number;

  constructor(options: SshOptions = {}) {
    this.connectDeadline = options.connectDeadline ?? 30;
    this.refusalDeadline = options.refusalDeadline ?? 0;
  }

  /**
   * Connects, retrying until the deadlines. A key that cannot be read is final at once.
   * @throws AccessError
   */
  async open(host: SshHost, signal?: AbortSignal): Promise<RemoteAccess> {
    checkKeys(host);
    const client = await this.connected(host, signal);
    return {
      lease,
      run: (script, args, options) => run(client, host, script, args, options),
      close: () => end(client),
    };
  }

  /** Ends every connection, bastions last. */
  async close(): Promise<void> {
    const clients = [...this.clients.values()].reverse();
    this.clients.clear();
    for (const client of clients) {
      await client.then(end, () => undefined);
    }
  }

  private connected(host: SshHost, signal?: AbortSignal): Promise<Client> {
    const key = JSON.stringify([host.address, portOf(host), host.user, host.hostKey, host.privateKey, host.via]);
    const client = this.clients.get(key);
    if (client !== undefined) return client;
    const connecting = this.untilDeadline(host, signal);
    this.clients.set(key, connecting);
    const forget = (): void => {
      if (this.clients.get(key) === connecting) this.clients.delete(key);
    };
    connecting.then((client) => client.once("close", forget), forget);
    return connecting;
  }

  private async untilDeadline(host: SshHost, signal?: AbortSignal): Promise<Client> {
    const deadline = Date.now() + this.connectDeadline * 1000;
    let refusedSince: number | undefined;
    for (let wait = firstPause; ; wait = Math.min(longestPause, wait * 2)) {
      // A bastion that cannot be reached has had its own attempts.
      const bastion = host.via === undefined ? undefined : await this.connected(host.via, signal);
      const seconds = (deadline - Date.now()) / 1000;
      try {
        const sock = bastion === undefined ? undefined : await forward(bastion, host, seconds, signal);
        return await dial(host, sock, seconds, signal);
      } catch (error) {
        if (!(error instanceof AccessError) || signal?.aborted === true) throw error;
        if (error.failure === "unreachable") {
          refusedSince = undefined;
          if (Date.now() + wait >= deadline)
            throw new AccessError(error.failure, `${error.message}; given up after ${this.connectDeadline} s`);
          await pause(wait, signal);
        } else {
          if (!["authentication-refused", "host-key-differs"].includes(error.failure)) throw error;
          if (this.refusalDeadline === 0) throw error;
          refusedSince ??= Date.now();
          if (Date.now() + refusalPause >= refusedSince + this.refusalDeadline * 1000)
            throw new AccessError(error.failure, `${error.message}; so for ${this.refusalDeadline} s`);
          await pause(refusalPause, signal);
        }
      }
    }
  }
}

function run(client: Client, host: SshHost, script: string, args: string[], options: RunOptions): Promise<RunResult> {
  const { signal, timeout } = options;
  const name = `${host.user}@${host.address}`;
  return new Promise<RunResult>((resolve, reject) => {
    let channel: ClientChannel | undefined;
    let settled = false;
    const settle = (action: () => void): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      client.removeListener("close", onLost);
      action();
    };
    const fail = (error: AccessError): void =>
      settle(() => {
        channel?.destroy();
        reject(error);
      });
    const onAbort = (): void => fail(new AccessError("aborted", `the command on ${name} was interrupted`));
    const onLost = (): void => fail(new AccessError("connection-lost", `the connection to ${name} was lost`));
    const timedOut = (): void =>
      fail(new AccessError("timeout", `the command on ${name} did not end within ${timeout} s`));
    const timer = setTimeout(timedOut, (timeout + grace) * 1000);
    if (signal?.aborted === true) return onAbort();
    signal?.addEventListener("abort", onAbort, { once: true });
    client.once("close", onLost);

    const started = (error: Error | undefined, opened: ClientChannel): void => {
      if (error !== undefined) return fail(new AccessError("connection-lost", `${name}: ${error.message}`));
      if (settled) return void opened.destroy();
      channel = opened;
      const stdout = new Output(options.longest);
      const stderr = new ErrorOutput();
      let exitCode: number | undefined;
      let killedBy: string | undefined;
      opened.on("data", (data: Buffer) => {
        if (!stdout.add(data)) fail(tooLong(`the command on ${name}`, stdout.longest));
      });
      opened.stderr.on("data", (data: Buffer) => stderr.add(data));
      opened.on("exit", (code: number | null, signalName?: string) => {
        exitCode = code ?? undefined;
        killedBy = signalName;
      });
      // A host that ends the command at once (a log-in shell that refuses) leaves us writing into the void.
      opened.on("error", (cause: Error) => fail(new AccessError("connection-lost", `${name}: ${cause.message}`)));
      opened.on("close", () => {
        if (exitCode === undefined) {
          const how = killedBy === undefined ? "ended without a result" : `was ended by signal ${killedBy}`;
          return fail(new AccessError("connection-lost", `the command on ${name} ${how}`));
        }
        if (timeoutExitCodes.includes(exitCode)) return timedOut();
        const result = { stdout: stdout.text(), stderr: stderr.text(), exitCode };
        settle(() => resolve(result));
      });
      opened.end(stdinFor(script, options.stdin));
    };
    try {
      client.exec(commandFor(args, options), started);
    } catch (error) {
      // ssh2 throws when the connection is already gone.
      const reason = error instanceof Error ? error.message : String(error);
      fail(new AccessError("connection-lost", `${name}: ${reason}`));
    }
  });
}

function end(client: Client): Promise<void> {
  return new Promise((resolve) => {
    // The other side may be gone, and a connection that is already closed says nothing more.
    const timer = setTimeout(() => {
      client.destroy();
      resolve();
    }, 1000);
    client.once("close", () => {
      clearTimeout(timer);
      resolve();
    });
    client.end();
  });
}
