import { parse } from "yaml";

/** The part of cloud-init's `#cloud-config` that the lab's instances honour. */
export interface CloudConfig {
  hostname?: string;
  /** Host key pair that replaces generated ones (cloud-init's `ssh_keys`). */
  hostKey?: { privateKey: string; publicKey: string };
}

const known = ["hostname", "ssh_deletekeys", "ssh_keys"];

/** Reads an instance's user data. @throws Error that names what the lab cannot honour. */
export function parseCloudConfig(userData: string | undefined): CloudConfig {
  if (userData === undefined || userData === "") return {};
  if (!/^#cloud-config\s*\n/.test(userData)) {
    throw new Error(`User data starts with "${userData.split("\n")[0]?.slice(0, 40)}": expected #cloud-config`);
  }
  // Pretty errors would quote the lines around the mistake, and those may be a private key.
  const config: unknown = parse(userData, { prettyErrors: false });
  if (!isRecord(config)) throw new Error("User data: expected a mapping below #cloud-config");
  for (const key of Object.keys(config)) {
    if (!known.includes(key)) {
      throw new Error(`User data key "${key}": the lab's instances only know ${known.join(", ")}`);
    }
  }
  const result: CloudConfig = {};
  const hostname = config["hostname"];
  if (hostname !== undefined) {
    if (typeof hostname !== "string" || !/^[a-z0-9]([a-z0-9.-]{0,62})$/i.test(hostname)) {
      throw new Error(`User data key "hostname", value ${JSON.stringify(hostname)}: expected a host name`);
    }
    result.hostname = hostname;
  }
  const keys = config["ssh_keys"];
  if (keys !== undefined) result.hostKey = hostKey(keys);
  return result;
}

/** Values are secrets: errors name keys only. */
function hostKey(keys: unknown): NonNullable<CloudConfig["hostKey"]> {
  if (!isRecord(keys)) throw new Error('User data key "ssh_keys": expected a mapping');
  for (const key of Object.keys(keys)) {
    if (key !== "ed25519_private" && key !== "ed25519_public") {
      throw new Error(`User data key "ssh_keys.${key}": the lab's instances only know ed25519_private, ed25519_public`);
    }
  }
  const { ed25519_private: privateKey, ed25519_public: publicKey } = keys;
  if (typeof privateKey !== "string" || !privateKey.startsWith("-----BEGIN OPENSSH PRIVATE KEY-----")) {
    throw new Error('User data key "ssh_keys.ed25519_private": expected an OpenSSH private key');
  }
  if (typeof publicKey !== "string" || !publicKey.startsWith("ssh-ed25519 ")) {
    throw new Error('User data key "ssh_keys.ed25519_public": expected "ssh-ed25519 AAAA…"');
  }
  return { privateKey: `${privateKey.trimEnd()}\n`, publicKey: `${publicKey.trimEnd()}\n` };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
