import type * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { SshHost } from "../path/proof/request";
import { loadSsh2 } from "../verification/loadSsh2";

/** How the hosts of one stack are reached: by ssh through its bastion. */
export interface SshAccess {
  /** Operator's private key, OpenSSH form, no passphrase. A secret. */
  privateKey: pulumi.Input<string>;
  /**
   * Private ed25519 key that cloud-init gives every host of the stack, so that hosts are recognised before they exist.
   * A secret.
   */
  hostKey: pulumi.Input<string>;
  /** User with password-less sudo that the image's cloud-init gives the operator's public key. */
  user: string;
  /** Public IPv4 address of the bastion. */
  bastionAddress: pulumi.Input<string>;
  /** Of a bastion that was there before. @default as the stack's own hosts */
  bastion?: KnownHost;
}

/** What tells a host that was there before from any other, and lets the operator in. */
export interface KnownHost {
  /** The host's public key as `TYPE BASE64`, for example from its `/etc/ssh/ssh_host_ed25519_key.pub`. */
  hostKey: string;
  /** User with password-less sudo to whom the operator's public key was given. */
  user: string;
}

/** How one host is reached by ssh. */
export interface HostBySsh extends SshAccess {
  /** Of a host that was there before. @default as the stack's own hosts */
  knownHost?: KnownHost;
}

/** Public half of an OpenSSH private key as `TYPE BASE64`. @throws Error that does not quote the key */
export function publicKeyOf(privateKey: string, what: string): string {
  const parsed = loadSsh2().utils.parseKey(privateKey);
  if (parsed instanceof Error)
    throw new Error(`${what}: expected an OpenSSH private key without passphrase: ${parsed.message}`);
  if (!parsed.isPrivateKey()) throw new Error(`${what}: expected a private key, got a public one`);
  return `${parsed.type} ${parsed.getPublicSSH().toString("base64")}`;
}

/**
 * A private key as a file has it. `pulumi config set` takes the last newline off what it reads, and sshd refuses a host
 * key without it (OpenSSH sshkey.c, MARK_END), as it does one with CRLF.
 */
function asKeyFile(privateKey: string): string {
  return `${privateKey.trim().replaceAll("\r\n", "\n")}\n`;
}

/**
 * cloud-init user data that gives a host its name and, with ssh, the stack's host key in place of those that came with the
 * image.
 */
export function userDataFor(hostname: string, hostKey?: pulumi.Input<string>): pulumi.Output<string> {
  if (hostKey === undefined) return pulumi.output(cloudConfig({ hostname }));
  return pulumi.secret(hostKey).apply((key) =>
    cloudConfig({
      hostname,
      ssh_deletekeys: true,
      ssh_keys: { ed25519_private: asKeyFile(key), ed25519_public: `${publicKeyOf(key, "sshHostKey")} ${hostname}` },
    }),
  );
}

/** JSON is YAML; cloud-init reads it behind its marker (cloudinit.readthedocs.io, "User data formats"). */
function cloudConfig(config: Record<string, unknown>): string {
  return `#cloud-config\n${JSON.stringify(config, undefined, 2)}\n`;
}

/**
 * For `@pulumi/command`: a host behind the bastion. Both host keys are checked.
 *
 * @param dialErrorLimit - how often either may be dialled in vain. Never unlimited: the plugin dials again after a wrong
 * key, too, and only with the last attempt tells the cause.
 */
export function connectionTo(
  access: HostBySsh,
  address: pulumi.Input<string>,
  dialErrorLimit: number,
): command.types.input.remote.ConnectionArgs {
  const endpoint = (host: KnownHost | undefined) => ({
    ...identity(access, host),
    privateKey: pulumi.secret(access.privateKey),
    dialErrorLimit,
    perDialTimeout: 15,
  });
  return {
    ...endpoint(access.knownHost),
    host: address,
    proxy: { ...endpoint(access.bastion), host: access.bastionAddress },
  };
}

/** For the verification: a host behind the bastion. A secret, since it holds the private key. */
export function sshHostAt(access: HostBySsh, address: pulumi.Input<string>): pulumi.Output<SshHost> {
  const { privateKey, bastionAddress } = access;
  const ends = { host: identity(access, access.knownHost), bastion: identity(access, access.bastion) };
  return pulumi
    .secret({ address, bastionAddress, privateKey, ends })
    .apply(({ address, bastionAddress, privateKey, ends: { host, bastion } }) => ({
      ...host,
      privateKey,
      address,
      via: { ...bastion, privateKey, address: bastionAddress },
    }));
}

/** User and public key of one of the stack's own hosts, or of a known one. */
function identity(access: SshAccess, known: KnownHost | undefined): { user: string; hostKey: pulumi.Input<string> } {
  return known ?? { user: access.user, hostKey: hostPublicKey(access) };
}

function hostPublicKey({ hostKey }: SshAccess): pulumi.Output<string> {
  return pulumi.unsecret(pulumi.output(hostKey).apply((key) => publicKeyOf(key, "sshHostKey")));
}
