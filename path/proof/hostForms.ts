/** What a host is told by, in settings and in requests alike: the form, and what is said of another one. */
export const hostForms = {
  /** Address or name. */
  address: [/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/, "expected an address or a host name"],
  /** As useradd(8) takes them in the major distributions, dots included. */
  user: [/^[A-Za-z_][A-Za-z0-9_.-]*$/, "expected a user name"],
  /** A line of `/etc/ssh/ssh_host_*_key.pub`, with or without the comment at its end. */
  hostKey: [
    /^(ssh|ecdsa)-[a-z0-9-]+ [A-Za-z0-9+/]+=*( .*)?\s*$/,
    "expected the host's public key as `ssh-ed25519 AAAA…`",
  ],
  instanceId: [/^i-[0-9a-f]{8,17}$/, "expected an instance id as i-0123456789abcdef0"],
} as const satisfies Record<string, readonly [RegExp, string]>;

/** A public key without its comment: what two of one key have in common. */
export function bareKey(line: string): string {
  return line.trim().split(/\s+/).slice(0, 2).join(" ");
}
