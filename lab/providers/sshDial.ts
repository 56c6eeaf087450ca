import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Duplex } from "node:stream";
import type { AuthenticationType, ConnectConfig, ParsedKey } from "ssh2";
import { Client, utils } from "ssh2";
import type { ConnectionInputs, Hop } from "./commandInputs";
import { goContextError, goErrno } from "./goText";

/** Between attempts: 100 ms, then half as long again each time, 5 s at most (pulumi `sdk/go/common/util/retry`). */
const FIRST_DELAY_MS = 100;
const DELAY_FACTOR = 1.5;
const MAX_DELAY_MS = 5000;

export interface SshConnection {
  client: Client;
  /** Ends the connection, and the one to the proxy under it. */
  close(): void;
}

interface DialOptions {
  signal: AbortSignal;
  /** Told of each failed attempt. */
  onRetry: (message: string) => void;
}

/**
 * Connects to a host, by way of its proxy if it has one. Failed attempts are repeated as often as `dialErrorLimit` says.
 *
 * As the real plugin (pulumi-command 1.2.1 remote/connection.go): `perDialTimeout` covers TCP to the host or the proxy alone, neither
 * the way on from the proxy nor a handshake; through a proxy a failed handshake is repeated on the same connection, which is dead
 * by then; cancellation is noticed between attempts.
 *
 * @throws Error in the real plugin's words; at once for a key that cannot be read
 */
export async function dial(connection: ConnectionInputs, options: DialOptions): Promise<SshConnection> {
  const config = sshConfig(connection);
  const { proxy } = connection;
  if (proxy === undefined) {
    const client = await retrying("Dial", connection.dialErrorLimit, options, async () =>
      handshake(await dialTcp(connection), config, connection),
    );
    return { client, close: () => client.end() };
  }
  const proxyConfig = prefixed("proxy", () => sshConfig(proxy));
  const proxyClient = await retrying("Dial proxy", proxy.dialErrorLimit, options, async () =>
    handshake(await dialTcp(proxy), proxyConfig, proxy),
  ).catch(rethrowProxied);
  try {
    const { dialErrorLimit } = connection;
    const bridge = await retrying("Dial from proxy", dialErrorLimit, options, () => forward(proxyClient, connection));
    let dead = false;
    const client = await retrying("Dial", dialErrorLimit, options, async () => {
      if (dead) throw new Error("ssh: handshake failed: EOF");
      // A handshake that fails closes the connection.
      dead = true;
      return handshake(bridge, config, connection);
    });
    const close = (): void => {
      client.end();
      proxyClient.end();
    };
    return { client, close };
  } catch (error) {
    proxyClient.end();
    return rethrowProxied(error);
  }
}

function rethrowProxied(error: unknown): never {
  return prefixed("proxy", () => {
    throw error;
  });
}

function prefixed<T>(prefix: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new Error(`${prefix}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

async function retrying<T>(what: string, limit: number, options: DialOptions, attempt: () => Promise<T>): Promise<T> {
  let wait = FIRST_DELAY_MS;
  for (let failed = 0; ; failed++) {
    try {
      return await attempt();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (limit > -1 && failed + 1 > limit) {
        throw new Error(`after ${failed} failed attempts: ${message}`, { cause: error });
      }
      options.onRetry(`${what} ${failed + 1}/${limit === -1 ? "inf" : limit} failed: retrying`);
    }
    await delay(wait, undefined, { signal: options.signal }).catch(() => {
      throw new Error(goContextError(options.signal));
    });
    wait = Math.min(wait * DELAY_FACTOR, MAX_DELAY_MS);
  }
}

function dialTcp({ host, port, perDialTimeout }: Hop): Promise<Duplex> {
  const address = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  return new Promise((resolve, reject) => {
    // Small packets that wait for each other's acknowledgement cost half a second for each command.
    const socket = connect({ host, port, noDelay: true });
    const timer =
      perDialTimeout > 0
        ? setTimeout(() => socket.destroy(new Error("i/o timeout")), perDialTimeout * 1000)
        : undefined;
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.removeAllListeners("error");
      resolve(socket);
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      if (error.syscall === "getaddrinfo") reject(new Error(`dial tcp: lookup ${host}: no such host`));
      else reject(new Error(`dial tcp ${address}: ${error.syscall === "connect" ? "connect: " : ""}${goErrno(error)}`));
    });
  });
}

/** RFC 4254, 5.1: why a channel was not opened, in the words of Go's `x/crypto/ssh`. */
const REJECTIONS = ["", "administratively prohibited", "connect failed", "unknown channel type", "resource shortage"];

function forward(proxy: Client, { host, port }: Hop): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    proxy.forwardOut("0.0.0.0", 0, host, port, (error, channel) => {
      if (error === undefined) return resolve(channel);
      const reason = "reason" in error && typeof error.reason === "number" ? REJECTIONS[error.reason] : undefined;
      const message = error.message.replace(/^\(SSH\) Channel open failure: /, "");
      reject(new Error(reason === undefined ? message : `ssh: rejected: ${reason} (${message})`));
    });
  });
}

function handshake(transport: Duplex, config: ConnectConfig, hop: Hop): Promise<Client> {
  return new Promise((resolve, reject) => {
    const client = new Client();
    let hostKeyRefused = false;
    const expected = hop.hostKey === undefined ? undefined : hostKeyOf(hop.hostKey).getPublicSSH();
    client.once("ready", () => {
      client.removeAllListeners("error");
      // From here on a broken connection shows in the channels that are open on it.
      client.on("error", () => undefined);
      resolve(client);
    });
    const fail = (why: string): void => {
      transport.destroy();
      reject(new Error(`ssh: handshake failed: ${why}`));
    };
    client.on("error", (error) =>
      fail(hostKeyRefused ? "ssh: host key mismatch" : handshakeFailure(error, authenticationMethods(hop))),
    );
    client.once("close", () => fail("EOF"));
    client.on("keyboard-interactive", (_name, _instructions, _language, prompts, finish) => {
      finish(prompts.map(() => hop.password ?? ""));
    });
    client.connect({
      ...config,
      sock: transport,
      readyTimeout: 0,
      hostVerifier: (key: Buffer) => {
        hostKeyRefused = expected !== undefined && !expected.equals(key);
        return !hostKeyRefused;
      },
    });
  });
}

function handshakeFailure(error: Error & { level?: string }, methods: AuthenticationType[]): string {
  if (error.level === "client-authentication") {
    return `ssh: unable to authenticate, attempted methods [${methods.join(" ")}], no supported methods remain`;
  }
  if (error.message.includes("no matching host key format")) return "ssh: no common algorithm for host key";
  return goErrno(error);
}

function sshConfig(hop: Hop): ConnectConfig {
  if (hop.privateKey !== undefined) {
    const parsed = utils.parseKey(hop.privateKey, hop.privateKeyPassword);
    if (parsed instanceof Error) throw new Error(`private key: ${parsed.message}`);
  }
  return {
    username: hop.user,
    privateKey: hop.privateKey,
    passphrase: hop.privateKeyPassword,
    password: hop.password,
    tryKeyboard: hop.password !== undefined,
    agent: agentSocket(hop),
    authHandler: authenticationMethods(hop),
    // As the real plugin: only the given key's own type is accepted.
    algorithms:
      hop.hostKey === undefined ? undefined : { serverHostKey: [hostKeyAlgorithm(hostKeyOf(hop.hostKey).type)] },
  };
}

function agentSocket(hop: Hop): string | undefined {
  const path = hop.agentSocketPath ?? process.env.SSH_AUTH_SOCK;
  return path === "" ? undefined : path;
}

function authenticationMethods(hop: Hop): AuthenticationType[] {
  const methods: AuthenticationType[] = ["none"];
  if (hop.privateKey !== undefined) methods.push("publickey");
  if (hop.password !== undefined) methods.push("password", "keyboard-interactive");
  if (agentSocket(hop) !== undefined) methods.push("agent");
  return methods;
}

type HostKeyAlgorithm =
  "ssh-ed25519" | "ecdsa-sha2-nistp256" | "ecdsa-sha2-nistp384" | "ecdsa-sha2-nistp521" | "ssh-rsa";

function hostKeyAlgorithm(type: string): HostKeyAlgorithm {
  switch (type) {
    case "ssh-ed25519":
    case "ecdsa-sha2-nistp256":
    case "ecdsa-sha2-nistp384":
    case "ecdsa-sha2-nistp521":
    case "ssh-rsa":
      return type;
    default:
      throw new Error(`failed to parse host key: unknown key type ${type}`);
  }
}

function hostKeyOf(line: string): ParsedKey {
  const parsed = utils.parseKey(line.trim());
  if (parsed instanceof Error) throw new Error("failed to parse host key: ssh: no key found");
  return parsed;
}
