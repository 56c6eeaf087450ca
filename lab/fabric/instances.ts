import type { CloudSnapshot, Instance } from "../cloud/core/records";
import { startInstance, type RunningInstance } from "./instance";

export interface InstancesOptions {
  imagePath: string;
  /** Folder for the instances' state, one folder each. */
  stateDirectory: string;
  /** Folder of the lab in the cgroup v2 hierarchy (`cgroupHierarchy`); made on demand. */
  cgroup: string;
  /** Network namespace of an instance. @default the instance's id */
  namespaceOf?: (instance: Instance) => string;
  /** Called once for each instance that could not be started. */
  onError?: (instanceId: string, error: Error) => void;
}

/**
 * Keeps exactly those instances running that the cloud has (pending or running), and those that it has stopped halted. Their
 * network namespaces must be there before they are reconciled.
 */
export class Instances {
  private readonly started = new Map<string, Promise<RunningInstance>>();
  private readonly stopping = new Map<string, Promise<void>>();

  constructor(private readonly options: InstancesOptions) {}

  /**
   * Starts and stops what differs. Resolves when the stopped ones are gone and the started ones have booted or failed
   * (`ready` tells which). Level-triggered: may be called at any time and any number of times.
   */
  async reconcile(snapshot: CloudSnapshot): Promise<void> {
    const wanted = Object.values(snapshot.instances).filter(({ state }) => state === "pending" || state === "running");
    const ids = new Set(wanted.map(({ id }) => id));
    const halted = [...this.started.keys()].filter((id) => isHalted(snapshot.instances[id]));
    for (const id of this.started.keys()) if (!ids.has(id) && !halted.includes(id)) void this.stop(id);
    for (const instance of wanted) {
      if (!this.started.has(instance.id)) this.start(instance, snapshot);
    }
    const each = [...this.started].map(async ([id, started]) => {
      const running = await started;
      await (halted.includes(id) ? running.halt() : running.start());
    });
    await Promise.allSettled([...this.stopping.values(), ...each]);
  }

  /** Resolves when the instance's sshd listens. @throws Error why it did not start, or that it is not there. */
  async ready(instanceId: string): Promise<RunningInstance> {
    const instance = this.started.get(instanceId);
    if (instance === undefined) throw new Error(`There is no running instance "${instanceId}"`);
    return instance;
  }

  /** Ids of the instances that were started and not stopped. */
  ids(): string[] {
    return [...this.started.keys()];
  }

  private start(instance: Instance, snapshot: CloudSnapshot): void {
    const image = snapshot.images[instance.imageId];
    const networkInterface = snapshot.networkInterfaces[instance.networkInterfaceId];
    const booting = (async (): Promise<RunningInstance> => {
      await this.stopping.get(instance.id);
      if (image === undefined) throw new Error(`Instance ${instance.id}: image "${instance.imageId}" does not exist`);
      if (networkInterface === undefined) {
        throw new Error(`Instance ${instance.id}: interface "${instance.networkInterfaceId}" does not exist`);
      }
      return startInstance({
        instance,
        image,
        namespace: this.options.namespaceOf?.(instance) ?? instance.id,
        address: networkInterface.privateIpAddress,
        imagePath: this.options.imagePath,
        stateDirectory: this.options.stateDirectory,
        cgroup: this.options.cgroup,
      });
    })();
    booting.catch((error: unknown) =>
      this.options.onError?.(instance.id, error instanceof Error ? error : new Error(String(error))),
    );
    this.started.set(instance.id, booting);
  }

  private stop(id: string): Promise<void> {
    const instance = this.started.get(id);
    if (instance === undefined) return Promise.resolve();
    this.started.delete(id);
    const stopped = instance
      .then(
        (running) => running.stop(),
        () => undefined,
      )
      .finally(() => this.stopping.delete(id));
    this.stopping.set(id, stopped);
    return stopped;
  }
}

function isHalted(instance: Instance | undefined): boolean {
  return instance?.state === "stopping" || instance?.state === "stopped";
}
