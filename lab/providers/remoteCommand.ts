import { setTimeout as delay } from "node:timers/promises";
import type { Client, ClientChannel } from "ssh2";
import type { CommandInputs } from "./commandInputs";
import type { CommandOutput } from "./commandOutput";
import { goContextError, goQuote } from "./goText";
import type { Call } from "./providerBackend";
import { dial } from "./sshDial";

/** How long a cancelled command may take to end by itself. */
const TERMINATION_GRACE_MS = 2000;

/**
 * Runs a command on the host of `inputs.connection` and feeds what it writes into `output`.
 *
 * As in the real plugin, a timeout of the resource ends the dialling but not a command that runs. Unlike there, the engine's
 * cancellation ends the command and what it started, too.
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
    await execute(call, connection.client, command, inputs.stdin, environment, output);
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
  const channel = await open(client, `/bin/sh -c '${tests}'`, environment);
  const chunks: Buffer[] = [];
  channel.on("data", (chunk: Buffer) => chunks.push(chunk));
  channel.stderr.resume();
  await new Promise((resolve) => channel.once("close", resolve));
  return Buffer.concat(chunks)
    .toString("utf8")
    .split("\n")
    .filter((name) => names.includes(name));
}

function open(client: Client, command: string, env: Record<string, string>): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.exec(command, { env }, (error, channel) => (error === undefined ? resolve(channel) : reject(error)));
  });
}

async function execute(
  call: Call,
  client: Client,
  command: string,
  stdin: string,
  environment: Record<string, string>,
  output: CommandOutput,
): Promise<void> {
  const channel = await open(client, command, environment);
  let exit: { code: number | null; signal?: string; description?: string } | undefined;
  let refused: Error | undefined;
  const closed = new Promise<void>((resolve) => channel.once("close", () => resolve()));
  // A connection that breaks closes no channel.
  const lost = new Promise<void>((resolve) => client.once("close", () => resolve()));

  const stop = (): void => void terminate(client, channel, closed);
  const feed = (stream: "stdout" | "stderr") => (chunk: Buffer) => {
    try {
      if (refused === undefined) output.add(stream, chunk);
    } catch (error) {
      refused = error instanceof Error ? error : new Error(String(error));
      stop();
    }
  };
  channel.on("data", feed("stdout"));
  channel.stderr.on("data", feed("stderr"));
  channel.on("exit", (code: number | null, signal?: string, _core?: boolean, description?: string) => {
    exit = { code, signal, description };
  });
  // A command may end without having read its input.
  channel.on("error", () => undefined);
  channel.end(stdin);

  call.signal.addEventListener("abort", stop, { once: true });
  if (call.signal.aborted) stop();
  await Promise.race([closed, lost]);
  call.signal.removeEventListener("abort", stop);
  output.end();

  if (refused !== undefined) throw refused;
  const failure = call.signal.aborted ? goContextError(call.signal) : exitFailure(exit);
  if (failure !== undefined) throw new Error(`${failure}: running ${goQuote(command)}:\n${output.combined()}`);
}

/** How a remote command ended, in the words of Go's `x/crypto/ssh`; undefined: well. */
function exitFailure(
  exit: { code: number | null; signal?: string; description?: string } | undefined,
): string | undefined {
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

/**
 * Ends every process that hangs on the same ssh connection. A signal by way of ssh reaches only processes of the
 * user, and not what runs under sudo; so the processes under the connection's server are looked up and ended with whatever
 * rights the user has.
 */
const TERMINATE = `
descendants() {
  ps -e -o pid= -o ppid= | awk -v root="$1" -v skip="$$" '
    { parent[$1] = $2 }
    END { for (p in parent) for (q = p; q in parent && q != skip; q = parent[q]) if (parent[q] == root) { print p; break } }'
}
server=$PPID
for signal in TERM KILL; do
  pids=$(descendants "$server")
  [ -n "$pids" ] || break
  kill -s "$signal" $pids 2>/dev/null || sudo -n kill -s "$signal" $pids 2>/dev/null
  [ "$signal" = KILL ] || sleep 1
done
`;

async function terminate(client: Client, channel: ClientChannel, closed: Promise<void>): Promise<void> {
  const settle = (): Promise<void> => Promise.race([closed, delay(TERMINATION_GRACE_MS, undefined, { ref: false })]);
  try {
    channel.signal("TERM");
    const cleaner = await Promise.race([open(client, "exec /bin/sh", {}), delay(TERMINATION_GRACE_MS, undefined)]);
    if (cleaner !== undefined) {
      cleaner.resume();
      cleaner.stderr.resume();
      cleaner.end(TERMINATE);
      const cleaned = new Promise<void>((resolve) => cleaner.once("close", () => resolve()));
      await Promise.race([cleaned, delay(2 * TERMINATION_GRACE_MS, undefined, { ref: false })]);
    }
    channel.signal("KILL");
    await settle();
  } catch {
    // The host may be gone, or refuse a second channel: the connection's end is all that is left.
  } finally {
    client.end();
    client.destroy();
  }
}
