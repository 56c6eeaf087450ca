import * as pulumi from "@pulumi/pulumi";
import { publicKeyOf } from "../../components/sshAccess";
import { isSecret, settingOf } from "./settings";

/** Secrets are kept apart from other configuration: they are outputs and never part of an error. */
export interface SshSecrets {
  /** Config key `sshPrivateKey`: the operator's OpenSSH private key. A secret. */
  privateKey: pulumi.Output<string>;
  /** Of it the public half, as `TYPE BASE64`: no secret. Empty where the key is missing. */
  publicKey: string;
  /** Config key `sshHostKey`: the ed25519 private key of the stack's hosts. A secret. */
  hostKey: pulumi.Output<string>;
}

export const sshSecretNames = ["sshPrivateKey", "sshHostKey"] as const;

/**
 * Checked also where they are given and not needed, with SSM, so that none stands in clear in the settings.
 *
 * @param what.needed - whether hosts are reached by ssh
 * @param what.makesHosts - whether the stack makes hosts, which the host key is for
 * @returns the keys, and what is wrong with them, without ever quoting one
 */
export function readSshSecrets({ needed, makesHosts }: { needed: boolean; makesHosts: boolean }): {
  keys: SshSecrets;
  problems: string[];
} {
  const privateKey = readKey("sshPrivateKey", needed);
  const hostKey = readKey("sshHostKey", needed && makesHosts);
  const problems = [...privateKey.problems, ...hostKey.problems];
  const [type = ""] = hostKey.publicKey.split(" ");
  if (!["", "ssh-ed25519"].includes(type)) problems.push(`sshHostKey: a key of type ${type}: expected ssh-ed25519`);
  return { keys: { privateKey: privateKey.key, publicKey: privateKey.publicKey, hostKey: hostKey.key }, problems };
}

interface CheckedKey {
  key: pulumi.Output<string>;
  publicKey: string;
  problems: string[];
}

function readKey(name: (typeof sshSecretNames)[number], needed: boolean): CheckedKey {
  const value = settingOf(name) ?? "";
  const key = pulumi.secret(value);
  const command = `\`pulumi config set --secret ${name} <FILE\``;
  const publicKey = "";
  if (value === "") return { key, publicKey, problems: needed ? [`${name}: missing: set it with ${command}`] : [] };
  if (!isSecret(name)) {
    return {
      key,
      publicKey,
      problems: [`${name}: stands in clear in the settings: make a new one and set it with ${command}`],
    };
  }
  try {
    return { key, publicKey: publicKeyOf(value, name), problems: [] };
  } catch (error) {
    return { key, publicKey, problems: [error instanceof Error ? error.message : String(error)] };
  }
}
