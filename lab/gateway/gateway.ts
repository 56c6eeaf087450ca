import type { GatewayConfig, GatewayCounters, GatewayEvent } from "./config";
import { Datapath, type DatapathState, type OpenEndpoint, type OpenEni } from "./datapath";
import { GeneveSocket } from "./geneveSocket";
import { HealthChecks } from "./healthCheck";
import { impairerFor } from "./impairment";
import { Poller } from "./poller";
import { checkedPairs, targetHealth } from "./targetHealth";
import { TargetSelection } from "./targetSelection";
import { openTun } from "./tun";

const sweepInterval = 1000;

/** One GWLB: its ENIs, endpoints and targets as last configured. Lives in the network namespace of the ENIs. */
export class Gateway {
  private readonly poller = new Poller();
  private readonly endpoints = new Map<string, OpenEndpoint>();
  private readonly enis = new Map<string, OpenEni>();
  private readonly health = new HealthChecks(() => this.reportHealth());
  private readonly datapath = new Datapath(() => this.state);
  private readonly sweeper = setInterval(() => this.datapath.sweep(), sweepInterval);
  private state: DatapathState | undefined;
  private config: GatewayConfig | undefined;
  private reported = "";

  constructor(private readonly emit: (event: GatewayEvent) => void) {}

  /**
   * Opens and closes what differs from before. Not to be called again before it has ended.
   * @returns ids of the endpoints whose TUN was opened by this call
   * @throws Error when something could not be opened; what could is in use, and the next call tries again
   */
  async configure(config: GatewayConfig): Promise<string[]> {
    this.config = config;
    const errors: string[] = [];
    await this.closeUnwanted(config);
    for (const eni of config.enis) attempt(errors, () => this.openEni(eni));
    const opened = config.endpoints.filter(
      (endpoint) => !this.endpoints.has(endpoint.id) && attempt(errors, () => this.openEndpoint(endpoint)),
    );
    const impairer = impairerFor(config.impairment, this.state?.impairer);
    this.state = {
      attributes: config.attributes,
      selection: new TargetSelection(
        config.targets,
        config.attributes,
        (azId, targetId) => this.health.observed(azId, targetId)?.state === "healthy",
      ),
      endpoints: this.endpoints,
      enis: this.enis,
      ...(impairer !== undefined && { impairer }),
    };
    this.health.configure(checkedPairs(config), config.healthCheck);
    this.reportHealth();
    if (errors.length > 0) throw new Error(errors.join("; "));
    return opened.map(({ id }) => id);
  }

  counters(): GatewayCounters {
    return this.datapath.counters();
  }

  async close(): Promise<void> {
    clearInterval(this.sweeper);
    this.health.close();
    for (const eni of this.enis.values()) eni.socket.closeSender();
    this.enis.clear();
    this.endpoints.clear();
    await this.poller.close();
  }

  /** Lets the process end when it has to end without {@link close}. */
  interrupt(): void {
    this.poller.interrupt();
  }

  private async closeUnwanted(config: GatewayConfig): Promise<void> {
    for (const [id, open] of this.endpoints) {
      const kept = config.endpoints.some(
        ({ id, azId, tun }) => id === open.id && azId === open.azId && tun === open.tun,
      );
      if (!kept) await this.closeEndpoint(id);
    }
    for (const [azId, { socket }] of this.enis) {
      if (config.enis.some((eni) => eni.azId === azId && eni.address === socket.address)) continue;
      this.enis.delete(azId);
      socket.closeSender();
      await this.poller.release(socket.receiver);
    }
  }

  private openEni({ azId, address }: GatewayConfig["enis"][number]): void {
    if (this.enis.has(azId)) return;
    const eni: OpenEni = { azId, socket: new GeneveSocket(address) };
    this.enis.set(azId, eni);
    this.poller.watch(eni.socket.receiver, () => this.datapath.readEni(eni));
  }

  private openEndpoint({ id, azId, tun }: GatewayConfig["endpoints"][number]): void {
    const endpoint: OpenEndpoint = { id, azId, tun, descriptor: openTun(tun) };
    this.endpoints.set(id, endpoint);
    this.poller.watch(endpoint.descriptor, () => {
      const error = this.datapath.readEndpoint(endpoint);
      if (error === undefined) return;
      // Its namespace was removed and the device with it. If the endpoint is still wanted, the next config opens it anew.
      this.emit({ kind: "error", message: `TUN ${tun} of endpoint ${id} is gone (${error})` });
      void this.closeEndpoint(id);
    });
    this.emit({ kind: "endpoint-open", id, tun });
  }

  private async closeEndpoint(id: string): Promise<void> {
    const endpoint = this.endpoints.get(id);
    if (endpoint === undefined) return;
    this.endpoints.delete(id);
    this.datapath.flows.removeEndpoint(id);
    await this.poller.release(endpoint.descriptor);
  }

  private reportHealth(): void {
    if (this.config === undefined) return;
    const health = targetHealth(this.config, (azId, targetId) => this.health.observed(azId, targetId));
    const report = JSON.stringify(health);
    if (report === this.reported) return;
    this.reported = report;
    this.emit({ kind: "health", health });
  }
}

function attempt(errors: string[], action: () => void): boolean {
  try {
    action();
    return true;
  } catch (error) {
    errors.push(error instanceof Error ? error.message : String(error));
    return false;
  }
}
