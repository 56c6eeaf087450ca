import * as fs from "node:fs";
import * as path from "node:path";
import { utils } from "ssh2";
import type { FabricEntry } from "../fabric/inspect";
import { labKeys } from "./keys";

interface SshFiles {
  /** The operator's private key. */
  identity: string;
  knownHosts: string;
}

/**
 * Configuration of the OpenSSH client (ssh_config(5)) for a lab's instances, by id and Name tag: those without a public
 * address through the one of their VPC that has one. Nothing of the user's own configuration counts.
 */
export function sshConfig(entries: FabricEntry[], { identity, knownHosts }: SshFiles): string {
  const instances = entries.filter(({ kind }) => kind === "instance");
  const hosts = instances.map(({ id, name, vpcId, address, publicAddress, user }) => {
    const bastion = instances.find((each) => each.vpcId === vpcId && each.publicAddress !== undefined);
    const names = [id, ...(name !== undefined && /^[\w.-]+$/.test(name) ? [name] : [])];
    return [
      `Host ${names.join(" ")}`,
      `  HostName ${publicAddress ?? address}`,
      ...(user === undefined ? [] : [`  User ${user}`]),
      ...(publicAddress === undefined && bastion !== undefined ? [`  ProxyJump ${bastion.id}`] : []),
    ];
  });
  const always = [
    "Host *",
    `  IdentityFile "${identity}"`,
    "  IdentitiesOnly yes",
    "  PreferredAuthentications publickey",
    "  StrictHostKeyChecking yes",
    `  UserKnownHostsFile "${knownHosts}"`,
    "  GlobalKnownHostsFile none",
    "  UpdateHostKeys no",
    "  ConnectTimeout 10",
  ];
  return [...hosts, always].map((lines) => `${lines.join("\n")}\n`).join("\n");
}

/** Every instance's addresses with the host key that the lab's stacks give their hosts (sshd(8), SSH_KNOWN_HOSTS). */
export function sshKnownHosts(entries: FabricEntry[], privateHostKey: string): string {
  const key = utils.parseKey(privateHostKey);
  if (key instanceof Error) throw new Error(`The lab's host key cannot be read: ${key.message}`);
  const line = `${key.type} ${key.getPublicSSH().toString("base64")}`;
  return entries
    .filter(({ kind }) => kind === "instance")
    .flatMap(({ address, publicAddress }) => [address, publicAddress])
    .flatMap((address) => (address === undefined ? [] : [`${address} ${line}\n`]))
    .join("");
}

/** Writes both into the lab's folder, for root's eyes only. @returns the configuration's path */
export function writeSshConfig(directory: string, entries: FabricEntry[]): string {
  const files = { identity: labKeys(directory).operatorKeyFile, knownHosts: path.join(directory, "ssh_known_hosts") };
  const config = path.join(directory, "ssh_config");
  fs.writeFileSync(files.knownHosts, sshKnownHosts(entries, labKeys(directory).sshHostKey), { mode: 0o600 });
  fs.writeFileSync(config, sshConfig(entries, files), { mode: 0o600 });
  return config;
}
