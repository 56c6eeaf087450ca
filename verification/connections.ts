import type { RemoteAccess } from "./access";
import type { RemoteHost } from "./request";
import { SshConnections } from "./sshAccess";
import type { SsmConnections } from "./ssmAccess";

export interface ConnectOptions {
  /** Seconds during which reaching a host is tried. @default 30 */
  connectDeadline?: number;
}

/** The ways to the hosts of one verification: each host says by its shape which one it takes. */
export class Connections {
  private readonly ssh: SshConnections;
  private ssm: Promise<SsmConnections> | undefined;

  constructor(private readonly options: ConnectOptions = {}) {
    this.ssh = new SshConnections(options);
  }

  /** @throws AccessError */
  async open(host: RemoteHost, signal?: AbortSignal): Promise<RemoteAccess> {
    if (!("instanceId" in host)) return this.ssh.open(host, signal);
    this.ssm ??= this.connectSsm();
    return (await this.ssm).open(host, signal);
  }

  async close(): Promise<void> {
    await Promise.all([this.ssh.close(), (await this.ssm)?.close()]);
  }

  /** The AWS SDK takes a third of a second to load: for those who use it. */
  private async connectSsm(): Promise<SsmConnections> {
    const { SsmConnections } = await import("./ssmAccess");
    return new SsmConnections(this.options);
  }
}
