import * as path from "node:path";
import type { Cloud } from "../cloud/cloud";
import type { CloudSnapshot } from "../cloud/core/records";
import type { GatewayCounters } from "../gateway/config";
import type { Impairment } from "../gateway/impairment";
import { startGateway, type GatewayProcess } from "../gateway/process";
import { cgroupHierarchy } from "./cgroup";
import type { CommandResult } from "./execute";
import { gatewayConfigs } from "./gatewayConfigs";
import type { FabricEntry } from "./inspect";
import { apiPort, EndpointListeners } from "./endpointListeners";
import { Instances } from "./instances";
import type { RunningInstance } from "./instance";
import { connectsWithin } from "./namespaceSockets";
import { Network } from "./network";
import { servePackages } from "./packageServer";

export interface FabricOptions {
  /** Name of the lab; its cgroup carries it. */
  name: string;
  /** AWS's times are multiplied by this. */
  scale: number;
  imagePath: string;
  log: (line: string) => void;
}

/** Folder of this world's own tmpfs: gone with the world. */
const stateDirectory = "/run/instances";

/** Milliseconds. One that is not answered at once in a lab never is. */
const connectTimeout = 1000;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Keeps the kernel as the cloud's records say: network, gateways, instances, in this order, in a pass after every
 * change. A pass looks at everything and changes what differs; changes that arrive meanwhile share the next pass.
 */
export class Fabric {
  private readonly gateways = new Map<string, GatewayProcess>();
  private readonly instanceSet: Instances;
  private readonly endpointListeners = new EndpointListeners();
  private readonly network: Network;
  private impairment: Impairment | undefined;
  private pass: Promise<void> = Promise.resolve();
  private next: Promise<void> | undefined;

  private constructor(
    private readonly cloud: Cloud,
    private readonly options: FabricOptions,
    cgroup: string,
  ) {
    this.instanceSet = new Instances({
      imagePath: options.imagePath,
      stateDirectory,
      cgroup,
      onError: (id, error) => options.log(`instance ${id}: ${error.message}`),
    });
    this.network = new Network({ beforeRemoval: () => this.instanceSet.reconcile(this.cloud.snapshot()) });
  }

  /** Prepares the internet namespace and follows the cloud from now on. */
  static async start(cloud: Cloud, options: FabricOptions): Promise<Fabric> {
    const hierarchy = await cgroupHierarchy("/run/cgroup");
    const fabric = new Fabric(cloud, options, path.join(hierarchy, `gwlb-inspection-${options.name}`));
    await fabric.settled();
    await servePackages({
      imagePath: options.imagePath,
      log: (line) => options.log(`packages: ${line}`),
    });
    cloud.onChange(() => void fabric.schedule());
    cloud.hooks.settled = () => fabric.settled();
    cloud.hooks.instanceRunning = async (instance) => {
      await fabric.settled();
      await (await fabric.instanceSet.ready(instance.id)).start();
    };
    cloud.hooks.instanceReboot = (instanceId) => fabric.reboot(instanceId);
    return fabric;
  }

  /** Resolves when a pass that saw all changes made until now has ended. @throws Error what could not be made. */
  settled(): Promise<void> {
    return this.schedule();
  }

  inspect(): FabricEntry[] {
    return this.network.inspect();
  }

  /** Packet counters per GWLB, by the id at the end of its ARN. */
  async counters(): Promise<Record<string, GatewayCounters>> {
    const entries = [...this.gateways].map(async ([id, gateway]) => [id, await gateway.counters()] as const);
    return Object.fromEntries(await Promise.all(entries));
  }

  /** Impairs every gateway, also those to come; undefined for none. Resolves when they do. @returns what was before */
  async impair(impairment: Impairment | undefined): Promise<Impairment | undefined> {
    const before = this.impairment;
    this.impairment = impairment;
    await this.settled();
    return before;
  }

  /** Running instances with the process id of their systemd in this PID namespace. */
  async instances(): Promise<{ id: string; name: string; pid: number }[]> {
    const { instances } = this.cloud.snapshot();
    const found = this.instanceSet.ids().map(async (id) => {
      const running = await this.instanceSet.ready(id).catch(() => undefined);
      const name = instances[id]?.tags["Name"] ?? id;
      return running?.pid === undefined ? [] : [{ id, name, pid: running.pid }];
    });
    return (await Promise.all(found)).flat();
  }

  /** Runs a command in an instance, given by id or Name tag, as root. */
  async exec(instance: string, command: string[]): Promise<CommandResult> {
    return (await this.find(instance)).exec(command);
  }

  /** Command line that runs a command in an instance, as root, from within the lab. */
  async enter(instance: string, command: string[]): Promise<string[]> {
    return (await this.find(instance)).enter(command);
  }

  /** The running instance of that id; undefined as long as there is none. */
  async running(instanceId: string): Promise<RunningInstance | undefined> {
    const running = await this.instanceSet.ready(instanceId).catch(() => undefined);
    return running?.pid === undefined ? undefined : running;
  }

  /** Whether a TCP connection from the instance to port 443 of that address comes about. */
  async reaches(instanceId: string, address: string): Promise<boolean> {
    if ((await this.running(instanceId)) === undefined) return false;
    return connectsWithin(instanceId, address, apiPort, connectTimeout);
  }

  async reboot(instance: string): Promise<void> {
    await (await this.find(instance)).reboot();
  }

  private async find(instance: string): Promise<RunningInstance> {
    const known = await this.instances();
    const found = known.find(({ id, name }) => id === instance || name === instance);
    if (found === undefined) {
      throw new Error(`No instance "${instance}"; running are: ${known.map(({ name }) => name).join(", ") || "none"}`);
    }
    return this.instanceSet.ready(found.id);
  }

  private schedule(): Promise<void> {
    this.next ??= this.pass
      .catch(() => undefined)
      .then(() => {
        this.next = undefined;
        this.pass = this.reconcile();
        this.pass.catch((error: unknown) => this.options.log(`fabric: ${messageOf(error)}`));
        return this.pass;
      });
    // A caller that only triggers a pass does not want its error: it is logged above.
    this.next.catch(() => undefined);
    return this.next;
  }

  private async reconcile(): Promise<void> {
    const snapshot = this.cloud.snapshot();
    this.endpointListeners.release(snapshot);
    await this.network.reconcile(snapshot);
    if (await this.reconcileGateways(snapshot)) await this.network.reconcile(snapshot);
    this.endpointListeners.open(snapshot);
    // Booting takes seconds: who needs an instance waits for that one.
    void this.instanceSet.reconcile(snapshot);
  }

  /** Resolves when every gateway holds the TUNs of its endpoints. True if one was opened: it waits to be moved. */
  private async reconcileGateways(snapshot: CloudSnapshot): Promise<boolean> {
    const placed = new Map(gatewayConfigs(snapshot, this.options.scale).map((each) => [each.namespace, each.config]));
    for (const [namespace, gateway] of this.gateways) {
      if (placed.has(namespace)) continue;
      this.gateways.delete(namespace);
      await gateway.close();
    }
    const opened = await Promise.all(
      [...placed].map(async ([namespace, config]) => {
        const gateway = this.gateways.get(namespace) ?? this.startGateway(namespace, config.loadBalancerArn);
        return gateway.configure({ ...config, ...(this.impairment && { impairment: this.impairment }) });
      }),
    );
    return opened.some((endpoints) => endpoints.length > 0);
  }

  private startGateway(namespace: string, loadBalancerArn: string): GatewayProcess {
    const gateway = startGateway(namespace, {
      onEvent: (event) => {
        if (event.kind === "error") this.options.log(`gateway ${namespace}: ${event.message}`);
        if (event.kind !== "health") return;
        const { listeners } = this.cloud.snapshot();
        const listener = Object.values(listeners).find((each) => each.loadBalancerArn === loadBalancerArn);
        if (listener !== undefined) this.cloud.setTargetHealth(listener.targetGroupArn, event.health);
      },
    });
    this.gateways.set(namespace, gateway);
    return gateway;
  }
}
