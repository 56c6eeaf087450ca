import type * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { utils } from "ssh2";
import type { SshHost } from "../verification/request";

/** Keys with which a stack's hosts are reached and recognised. */
export interface SshKeys {
  /** Operator's private key, OpenSSH form, no passphrase. A secret. */
  privateKey: pulumi.Input<string>;
  /**
   * Private ed25519 key that cloud-init gives every host of the stack, so that hosts are recognised before they exist.
   * A secret.
   */
  hostKey: pulumi.Input<string>;
  /** User with password-less sudo that the image's cloud-init gives the operator's public key. */
  user: string;
}

/** Public half of an OpenSSH private key as `TYPE BASE64`. @throws Error that does not quote the key */
export function publicKeyOf(privateKey: string, what: string): string {
  const parsed = utils.parseKey(privateKey);
  if (parsed instanceof Error)
    throw new Error(`${what}: expected an OpenSSH private key without passphrase: ${parsed.message}`);
  if (!parsed.isPrivateKey()) throw new Error(`${what}: expected a private key, got a public one`);
  return `${parsed.type} ${parsed.getPublicSSH().toString("base64")}`;
}

/** cloud-init user data that gives a host its name and the stack's host key, and makes it no other. */
export function userDataFor(hostname: string, hostKey: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.secret(hostKey).apply((key) => {
    const config = {
      hostname,
      ssh_deletekeys: true,
      ssh_genkeytypes: [],
      ssh_keys: { ed25519_private: key, ed25519_public: `${publicKeyOf(key, "sshHostKey")} ${hostname}` },
    };
    // JSON is YAML; cloud-init reads it behind its marker (cloudinit.readthedocs.io, "User data formats").
    return `#cloud-config\n${JSON.stringify(config, undefined, 2)}\n`;
  });
}

/** How the hosts of one stack are reached by ssh: all but the bastion itself through the bastion. */
export class SshAccess {
  constructor(
    private readonly keys: SshKeys,
    private readonly bastionAddress: pulumi.Input<string>,
  ) {}

  /** For `@pulumi/command`. */
  connectionTo(address: pulumi.Input<string>): command.types.input.remote.ConnectionArgs {
    const endpoint = {
      user: this.keys.user,
      privateKey: pulumi.secret(this.keys.privateKey),
      hostKey: this.hostPublicKey(),
    };
    // Unlimited dials: the command that waits for the host has a time limit of its own.
    const dial = { dialErrorLimit: -1, perDialTimeout: 15 };
    return {
      ...endpoint,
      ...dial,
      host: address,
      proxy: { ...endpoint, ...dial, host: this.bastionAddress },
    };
  }

  /** For the verification. A secret, since it holds the private key. */
  hostAt(address: pulumi.Input<string>): pulumi.Output<SshHost> {
    const { user, privateKey } = this.keys;
    return pulumi
      .secret({ address, bastion: this.bastionAddress, privateKey, hostKey: this.hostPublicKey() })
      .apply(({ address, bastion, privateKey, hostKey }) => {
        const endpoint = { user, privateKey, hostKey };
        return { ...endpoint, address, via: { ...endpoint, address: bastion } };
      });
  }

  private hostPublicKey(): pulumi.Output<string> {
    return pulumi.unsecret(pulumi.output(this.keys.hostKey).apply((key) => publicKeyOf(key, "sshHostKey")));
  }
}
