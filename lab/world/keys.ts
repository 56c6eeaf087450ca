import * as fs from "node:fs";
import * as path from "node:path";
import { utils } from "ssh2";

/** Secrets of one lab: what a user would set with `pulumi config set --secret`, and the state's passphrase. */
export interface LabKeys {
  sshPrivateKey: string;
  sshHostKey: string;
  /** File that holds `sshPrivateKey`, in a form and with a mode that OpenSSH takes. */
  operatorKeyFile: string;
  /** File that holds the passphrase (PULUMI_CONFIG_PASSPHRASE_FILE). */
  passphraseFile: string;
}

/** The lab's keys, made at the first call. They live and die with the lab's folder. */
export function labKeys(directory: string): LabKeys {
  const once = (name: string, make: () => string): string => {
    const file = path.join(directory, name);
    if (!fs.existsSync(file)) fs.writeFileSync(file, make(), { mode: 0o600 });
    return file;
  };
  const ed25519 = (): string => {
    for (;;) {
      const key = utils.generateKeyPairSync("ed25519").private;
      // About one in two hundred is written in a form that ssh2 itself cannot read.
      if (!(utils.parseKey(key) instanceof Error)) return key;
    }
  };
  const operatorKeyFile = once("operator_key", ed25519);
  return {
    sshPrivateKey: fs.readFileSync(operatorKeyFile, "utf8"),
    operatorKeyFile,
    sshHostKey: fs.readFileSync(once("host_key", ed25519), "utf8"),
    passphraseFile: once("passphrase", () => globalThis.crypto.randomUUID()),
  };
}
