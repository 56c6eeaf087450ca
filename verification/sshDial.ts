import { createHash } from "node:crypto";
import type { Duplex } from "node:stream";
import type { Client, ClientChannel, ConnectConfig, ServerHostKeyAlgorithm } from "ssh2";
import { AccessError } from "./access";
import { loadSsh2 } from "./loadSsh2";
import type { SshHost } from "../path/proof/request";

/** Longest text of a host's banner that an error quotes. */
const bannerLimit = 200;
/** One attempt takes at most so many seconds, from TCP to authentication. */
const dialTimeout = 10;
/** A host that is silent for three of these is gone, seconds. */
const keepAlive = 5;

type Endpoint = Omit<SshHost, "via">;

export function portOf(host: Endpoint): number {
  return host.port ?? 22;
}

/**
 * What can be told of keys before anybody is dialled, of the bastion's, too.
 * @throws AccessError for a key that cannot be read
 */
export function checkKeys({ via, ...host }: SshHost): void {
  const name = `${host.user}@${host.address}:${portOf(host)}`;
  hostKeyOf(host, name);
  const parsed = loadSsh2().utils.parseKey(host.privateKey);
  if (parsed instanceof Error) throw unusableKey(name, parsed.message);
  if (via !== undefined) checkKeys(via);
}

function unusableKey(name: string, reason: string): AccessError {
  return new AccessError("authentication-refused", `the private key for ${name} is not usable: ${reason}`);
}

/**
 * One attempt to connect and log in. The host key is compared before anything is authenticated.
 * @param sock the way through a bastion, else TCP
 * @param seconds at most {@link dialTimeout}
 * @throws AccessError
 */
export function dial(host: Endpoint, sock: Duplex | undefined, seconds: number, signal?: AbortSignal): Promise<Client> {
  const name = `${host.user}@${host.address}:${portOf(host)}`;
  const expected = hostKeyOf(host, name);
  const client = new (loadSsh2().Client)();
  let presented: Buffer | undefined;
  let banner = "";

  return new Promise<Client>((resolve, reject) => {
    let settled = false;
    const settle = (action: () => void): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      action();
    };
    const fail = (error: AccessError): void =>
      settle(() => {
        client.destroy();
        sock?.destroy();
        reject(error);
      });
    const onAbort = (): void => fail(new AccessError("aborted", `connecting to ${name} was interrupted`));
    const milliseconds = Math.max(100, Math.min(dialTimeout, seconds) * 1000);
    const timer = setTimeout(
      () => fail(new AccessError("unreachable", `${name} did not answer within ${milliseconds / 1000} s`)),
      milliseconds,
    );
    if (signal?.aborted === true) return onAbort();
    signal?.addEventListener("abort", onAbort, { once: true });

    // Small packets back and forth: Nagle's algorithm costs a quarter of a second for each command.
    client.on("connect", () => client.setNoDelay(true));
    client.on("ready", () => settle(() => resolve(client)));
    // Stays for the connection's life: an error event that nobody hears would end the process.
    client.on("error", (error) => fail(explain(error, name, expected, presented)));
    // What a host says first: "System is booting up. Unprivileged users are not permitted to log in yet." (pam_nologin)
    client.on("banner", (text) => (banner = text.trim().slice(0, bannerLimit)));
    client.on("close", () => {
      const words = banner === "" ? "" : `, saying ${JSON.stringify(banner)}`;
      fail(new AccessError("unreachable", `${name} closed the connection before the log-in${words}`));
    });

    const config: ConnectConfig = {
      ...(sock === undefined ? { host: host.address, port: portOf(host) } : { sock }),
      username: host.user,
      privateKey: host.privateKey,
      authHandler: ["publickey"],
      algorithms: { serverHostKey: expected.algorithms },
      hostVerifier: (key: Buffer) => {
        presented = Buffer.from(key);
        return key.equals(expected.blob);
      },
      // Our own timer covers it, together with TCP.
      readyTimeout: 0,
      keepaliveInterval: keepAlive * 1000,
      keepaliveCountMax: 3,
    };
    try {
      client.connect(config);
    } catch (error) {
      // A private key that cannot be read; ssh2's text says why and does not quote the key.
      const reason = error instanceof Error ? error.message : String(error);
      fail(unusableKey(name, reason));
    }
  });
}

/**
 * Opens the way through a bastion: a TCP connection that the bastion makes.
 * @throws AccessError
 */
export function forward(bastion: Client, host: SshHost, seconds: number, signal?: AbortSignal): Promise<Duplex> {
  const name = `${host.user}@${host.address}:${portOf(host)} via ${host.via?.address ?? "bastion"}`;
  return new Promise<Duplex>((resolve, reject) => {
    const settle = (action: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      action();
    };
    const fail = (reason: string): void => settle(() => reject(new AccessError("unreachable", `${name}: ${reason}`)));
    const onAbort = (): void =>
      settle(() => reject(new AccessError("aborted", `connecting to ${name} was interrupted`)));
    const milliseconds = Math.max(100, Math.min(dialTimeout, seconds) * 1000);
    const timer = setTimeout(() => fail(`no answer within ${milliseconds / 1000} s`), milliseconds);
    if (signal?.aborted === true) return onAbort();
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      bastion.forwardOut(
        "127.0.0.1",
        0,
        host.address,
        portOf(host),
        (error: Error | undefined, channel: ClientChannel) =>
          error === undefined ? settle(() => resolve(channel)) : fail(error.message),
      );
    } catch (error) {
      // ssh2 throws when the connection to the bastion is already gone.
      fail(error instanceof Error ? error.message : String(error));
    }
  });
}

interface ExpectedHostKey {
  blob: Buffer;
  type: string;
  algorithms: ServerHostKeyAlgorithm[];
}

function hostKeyOf(host: Endpoint, name: string): ExpectedHostKey {
  const parsed = loadSsh2().utils.parseKey(host.hostKey);
  if (parsed instanceof Error) {
    throw new AccessError("host-key-differs", `the expected host key of ${name} cannot be read: ${parsed.message}`);
  }
  // A host may have several keys: ask for the kind that we know.
  const algorithms: ServerHostKeyAlgorithm[] =
    parsed.type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256"] : [parsed.type];
  return { blob: parsed.getPublicSSH(), type: parsed.type, algorithms };
}

/** As `ssh-keygen -l` shows it. */
function fingerprint(key: Buffer): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

function explain(
  error: Error & { level?: string },
  name: string,
  expected: ExpectedHostKey,
  presented: Buffer | undefined,
): AccessError {
  if (presented !== undefined && !presented.equals(expected.blob)) {
    return new AccessError(
      "host-key-differs",
      `${name} identifies itself with ${fingerprint(presented)}, expected ${fingerprint(expected.blob)} (${expected.type})`,
    );
  }
  if (error.message.includes("no matching host key format")) {
    return new AccessError(
      "host-key-differs",
      `${name} has no ${expected.type} host key, expected ${fingerprint(expected.blob)}`,
    );
  }
  if (error.level === "client-authentication") {
    return new AccessError("authentication-refused", `${name} refuses the log-in: ${error.message}`);
  }
  return new AccessError("unreachable", `${name}: ${error.message}`);
}
