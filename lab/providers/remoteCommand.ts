import type { Client, ClientChannel } from "ssh2";
import type { CommandInputs } from "./commandInputs";
import type { CommandOutput } from "./commandOutput";
import { goQuote } from "./goText";
import type { Call } from "./providerBackend";
import { dial } from "./sshDial";

/**
 * Runs a command on the host of `inputs.connection` and feeds what it writes into `output`.
 *
 * As in the real plugin (pulumi-command 1.2.1 remote/commandOutputs.go), cancellation or a timeout of the resource ends the dialling
 * but not a command that runs.
 *
 * @param previous variables that are passed if the host accepts them
 * @throws Error when the host cannot be reached, or the command fails
 */
export async function runRemote(
  call: Call,
  command: string,
  inputs: CommandInputs,
  previous: Record<string, string>,
  output: CommandOutput,
): Promise<void> {
  if (inputs.connection === undefined) throw new Error("connection: is required");
  const { log } = call.instance;
  const dialling =
    call.timeout > 0 ? AbortSignal.any([call.signal, AbortSignal.timeout(call.timeout * 1000)]) : call.signal;
  const connection = await dial(inputs.connection, {
    signal: dialling,
    onRetry: (message) => log.write("info", message, call.urn, true),
  });
  try {
    const environment = { ...inputs.environment, ...previous };
    for (const name of await refusedVariables(connection.client, environment)) {
      const required = name in inputs.environment;
      log.write(required ? "error" : "warning", refusal(name), call.urn, false);
      if (required) throw new Error(`could not set environment variable ${goQuote(name)}: ssh: setenv failed`);
    }
    await execute(connection.client, command, inputs.stdin, environment, output);
  } finally {
    connection.close();
  }
}

function refusal(name: string): string {
  return (
    `Unable to set '${name}'. This only works if your SSH server is configured to accept these variables via AcceptEnv. ` +
    "Alternatively, if a Bash-like shell runs the command on the remote host, you could prefix the command itself with the " +
    "variables in the form 'VAR=value command'"
  );
}

/** ssh2 does not tell which variables a server refuses, so the host is asked which of them arrive. */
async function refusedVariables(client: Client, environment: Record<string, string>): Promise<string[]> {
  const names = Object.keys(environment);
  if (names.length === 0) return [];
  const bad = names.find((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
  if (bad !== undefined) throw new Error(`environment: ${goQuote(bad)} is no variable's name`);
  const tests = names.map((name) => `[ "\${${name}+set}" ] || echo ${name}`).join("; ");
  const { channel, closed } = await open(client, `/bin/sh -c '${tests}'`, environment);
  const chunks: Buffer[] = [];
  channel.on("data", (chunk: Buffer) => chunks.push(chunk));
  channel.stderr.resume();
  channel.end();
  await closed;
  return Buffer.concat(chunks)
    .toString("utf8")
    .split("\n")
    .filter((name) => names.includes(name));
}

interface Exit {
  code: number | null;
  signal?: string;
  description?: string;
}

interface RemoteProcess {
  channel: ClientChannel;
  /** How it ended; undefined before, and when the host did not say. */
  exit: Exit | undefined;
  /** Resolves when the channel is closed, or the connection is lost. */
  closed: Promise<void>;
}

function open(client: Client, command: string, env: Record<string, string>): Promise<RemoteProcess> {
  return new Promise((resolve, reject) => {
    client.exec(command, { env }, (error, channel) => {
      if (error !== undefined) {
        return reject(error);
      }
      // Listeners are set here and now: a quick command's end can be in the same packet as its beginning.
      const remote: RemoteProcess = {
        channel,
        exit: undefined,
        closed: new Promise((done) => {
          channel.once("close", done);
          // A connection that breaks closes no channel.
          client.once("close", done);
        }),
      };
      channel.on("exit", (code: number | null, signal?: string, _core?: boolean, description?: string) => {
        remote.exit = { code, signal, description };
      });
      // A command may end without having read its input.
      channel.on("error", () => undefined);
      resolve(remote);
    });
  });
}

async function execute(
  client: Client,
  command: string,
  stdin: string,
  environment: Record<string, string>,
  output: CommandOutput,
): Promise<void> {
  const remote = await open(client, command, environment);
  const { channel } = remote;
  let refused: Error | undefined;
  const feed = (stream: "stdout" | "stderr") => (chunk: Buffer) => {
    try {
      if (refused === undefined) output.add(stream, chunk);
    } catch (error) {
      refused = error instanceof Error ? error : new Error(String(error));
      channel.close();
    }
  };
  channel.on("data", feed("stdout"));
  channel.stderr.on("data", feed("stderr"));
  channel.end(stdin);
  await remote.closed;
  output.end();

  if (refused !== undefined) throw refused;
  const failure = exitFailure(remote.exit);
  if (failure !== undefined) throw new Error(`${failure}: running ${goQuote(command)}:\n${output.combined()}`);
}

/** How a remote command ended, in the words of Go's `x/crypto/ssh`; undefined: well. */
function exitFailure(exit: Exit | undefined): string | undefined {
  if (exit === undefined) return "wait: remote command exited without exit status or exit signal";
  if (exit.code !== null) return exit.code === 0 ? undefined : `Process exited with status ${exit.code}`;
  const signal = (exit.signal ?? "").replace(/^SIG/, "");
  const description =
    exit.description === undefined || exit.description === "" ? "" : `. Reason was: ${exit.description}`;
  return `Process exited with status ${128 + (SIGNAL_NUMBERS[signal] ?? 0)} from signal ${signal}${description}`;
}

const SIGNAL_NUMBERS: Partial<Record<string, number>> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ILL: 4,
  ABRT: 6,
  FPE: 8,
  KILL: 9,
  USR1: 10,
  SEGV: 11,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
};
