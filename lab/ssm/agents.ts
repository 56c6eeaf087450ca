import { agentServices, type ManagedInstance } from "../cloud/ssm/managedInstance";
import type { CommandResult } from "../fabric/execute";

/** What the agents of all instances need of the lab. */
export interface AgentHosts {
  managedInstance(instanceId: string): ManagedInstance | undefined;
  /** Whether a TCP connection from the instance to that address on port 443 comes about. */
  reaches(instanceId: string, address: string): Promise<boolean>;
  /** Runs a command in the instance as root; undefined when it does not run. */
  exec(instanceId: string, argv: string[], stdin: string): Promise<CommandResult | undefined>;
}

export interface AgentStatus {
  instanceId: string;
  accountId: string;
  region: string;
  pingStatus: "Online" | "ConnectionLost";
  lastPing: number;
}

/** Milliseconds that an answer about an instance stays true: many ask at the same time. */
const remembered = 300;

/**
 * The agent of every instance, as SSM sees it: online when the instance's role lets it and its packets really reach an
 * interface endpoint of each service that it needs. Who was never online is unknown, as on AWS.
 */
export class Agents {
  private readonly seen = new Map<string, { at: number; online: Promise<boolean> }>();
  private readonly registered = new Map<string, AgentStatus>();

  constructor(private readonly hosts: AgentHosts) {}

  /** Undefined for an instance whose agent never registered. */
  async status(instanceId: string): Promise<AgentStatus | undefined> {
    const managed = this.hosts.managedInstance(instanceId);
    if (managed === undefined) {
      this.registered.delete(instanceId);
      return undefined;
    }
    const before = this.registered.get(instanceId);
    if (await this.online(instanceId, managed)) {
      const { accountId, region } = managed.instance;
      this.registered.set(instanceId, { instanceId, accountId, region, pingStatus: "Online", lastPing: Date.now() });
    } else if (before !== undefined) {
      this.registered.set(instanceId, { ...before, pingStatus: "ConnectionLost" });
    }
    return this.registered.get(instanceId);
  }

  exec(instanceId: string, argv: string[], stdin: string): Promise<CommandResult | undefined> {
    return this.hosts.exec(instanceId, argv, stdin);
  }

  private online(instanceId: string, managed: ManagedInstance): Promise<boolean> {
    const known = this.seen.get(instanceId);
    if (known !== undefined && Date.now() - known.at < remembered) return known.online;
    const online = this.probe(instanceId, managed);
    this.seen.set(instanceId, { at: Date.now(), online });
    return online;
  }

  private async probe(instanceId: string, { permitted, endpointAddresses }: ManagedInstance): Promise<boolean> {
    if (!permitted) return false;
    const services = agentServices.map(async (service) => {
      // The name has all these addresses; the agent tries one after the other.
      const reached = await Promise.all(endpointAddresses[service].map((each) => this.hosts.reaches(instanceId, each)));
      return reached.includes(true);
    });
    return (await Promise.all(services)).every((reached) => reached);
  }
}
