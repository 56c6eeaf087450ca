import type { RemoteAccess } from "./access";
import type { RemoteHost } from "../path/proof/request";
import { SshConnections } from "./sshAccess";
import { SsmConnections } from "./ssmAccess";

export interface ConnectOptions {
  /** Seconds during which reaching a host is tried. @default 30 */
  connectDeadline?: number;
  /** With ssh, seconds during which a host is tried again that refuses. @default 0 */
  refusalDeadline?: number;
}

/** The ways to the hosts of one verification: each host says by its shape which one it takes. */
export class Connections {
  private readonly ssh: SshConnections;
  private readonly ssm: SsmConnections;

  constructor(options: ConnectOptions = {}) {
    this.ssh = new SshConnections(options);
    this.ssm = new SsmConnections(options);
  }

  /** @throws AccessError */
  open(host: RemoteHost, signal?: AbortSignal): Promise<RemoteAccess> {
    return "instanceId" in host ? this.ssm.open(host, signal) : this.ssh.open(host, signal);
  }

  async close(): Promise<void> {
    await Promise.all([this.ssh.close(), this.ssm.close()]);
  }
}
