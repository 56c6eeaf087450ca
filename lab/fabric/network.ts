import { emptySnapshot, type CloudSnapshot } from "../cloud/core/records";
import { apply } from "./apply";
import { run, type Run } from "./command";
import { type Difference, difference, touchedNamespaces } from "./difference";
import { type FabricEntry, inspectFabric } from "./inspect";
import { internetNamespace, loadBalancerNamespace } from "./names";
import { type ObservedTuns, planFabric } from "./plan";
import type { FabricState } from "./state";

export interface NetworkOptions {
  /** Runs `ip`, `nft`, `nsenter` and `sh`. @default spawns them */
  run?: Run;
  /** Awaited before an instance's namespace is removed: time to end the processes in it. */
  beforeRemoval?: (instanceId: string) => Promise<void>;
}

const nothing = emptySnapshot();

/**
 * The network of all VPCs in the kernel, in namespaces beside the one that it runs in. Level-triggered: `reconcile` is
 * told how the cloud is, never what changed in it, and makes only the difference to what it made before.
 */
export class Network {
  private applied: FabricState = { namespaces: new Map(), links: new Map() };
  /** Namespaces in which a change has failed: all that may be there is in `applied`. */
  private suspect = new Set<string>();
  private snapshot: CloudSnapshot = nothing;
  private running: Promise<void> = Promise.resolve();
  private waiting: { snapshot: CloudSnapshot; done: Promise<void> } | undefined;
  private readonly run: Run;

  constructor(private readonly options: NetworkOptions = {}) {
    this.run = options.run ?? run;
  }

  /**
   * Makes the kernel hold what these records say. Calls run one after the other; of several that wait only the last
   * is carried out, for all of them. To be called again when a gateway has opened a TUN (`endpoint-open`).
   *
   * @throws Error with the command that failed; the next call mends what is left half-done.
   */
  reconcile(snapshot: CloudSnapshot): Promise<void> {
    if (this.waiting !== undefined) {
      this.waiting.snapshot = snapshot;
      return this.waiting.done;
    }
    const previous = this.running;
    const turn: { snapshot: CloudSnapshot; done: Promise<void> } = { snapshot, done: Promise.resolve() };
    turn.done = previous.then(() => {
      this.waiting = undefined;
      return this.reconcileNow(turn.snapshot);
    });
    this.waiting = turn;
    this.running = turn.done.catch(() => undefined);
    return turn.done;
  }

  /** Removes everything that it made. */
  async close(): Promise<void> {
    await this.reconcile(nothing);
  }

  /** AWS id ↔ namespace ↔ link ↔ address, of what was reconciled last. */
  inspect(): FabricEntry[] {
    return inspectFabric(this.snapshot);
  }

  private async reconcileNow(snapshot: CloudSnapshot): Promise<void> {
    const tuns = await this.observeTuns();
    this.forgetLostLinks(tuns);
    const { state, moves } = planFabric(snapshot, tuns);
    const change = difference(this.applied, state, this.suspect);
    const gone = change.removedNamespaces.filter((namespace) => this.snapshot.instances[namespace] !== undefined);
    await Promise.all(gone.map(async (instanceId) => this.options.beforeRemoval?.(instanceId)));
    try {
      await apply(this.run, state, change, moves);
    } catch (error) {
      this.distrust(state, change);
      throw error;
    } finally {
      this.snapshot = snapshot;
    }
    this.applied = state;
    this.suspect.clear();
  }

  /** After an error: in the namespaces of this change everything that was there or was to be there may be there. */
  private distrust(wanted: FabricState, change: Difference): void {
    for (const name of touchedNamespaces(change)) {
      this.suspect.add(name);
      const old = this.applied.namespaces.get(name);
      const state = wanted.namespaces.get(name);
      if (state === undefined) continue;
      // An item of both is removed by the same line, whichever form it has.
      this.applied.namespaces.set(name, { ...state, items: new Map([...(old?.items ?? []), ...state.items]) });
    }
    for (const [key, link] of wanted.links) if (change.addedLinks.includes(link)) this.applied.links.set(key, link);
  }

  /** A TUN ends with the process that holds it, and takes its routes with it. */
  private forgetLostLinks(tuns: ObservedTuns): void {
    const known = new Set(
      [...this.applied.links.values()].flatMap((link) => link.ends.map((end) => `${end.namespace} ${end.name}`)),
    );
    for (const [name, state] of this.applied.namespaces) {
      for (const [key, item] of state.items) {
        const lost = (item.links ?? []).filter((link) => link !== "lo" && !known.has(`${name} ${link}`));
        if (lost.some((link) => !tuns.get(name)?.has(link))) state.items.delete(key);
      }
    }
  }

  /** TUN devices in the routers of consumers and in the GWLBs' namespaces. */
  private async observeTuns(): Promise<ObservedTuns> {
    const endpoints = Object.values(this.snapshot.vpcEndpoints).filter(({ type }) => type === "GatewayLoadBalancer");
    const names = new Set([
      ...endpoints.map((endpoint) => endpoint.vpcId),
      ...Object.values(this.snapshot.loadBalancers).map(loadBalancerNamespace),
    ]);
    const present = [...names].filter((name) => name !== internetNamespace && this.applied.namespaces.has(name));
    if (present.length === 0) return new Map();
    const script = present
      .map((name) => `echo "namespace ${name}"\n[ ! -e /run/netns/${name} ] || ip -n ${name} -o link show type tun`)
      .join("\n");
    const found = new Map<string, Set<string>>();
    let current = new Set<string>();
    for (const line of (await this.run(["sh", "-eu"], script)).split("\n")) {
      const namespace = /^namespace (.*)$/.exec(line)?.[1];
      if (namespace !== undefined) found.set(namespace, (current = new Set()));
      const link = /^\d+: ([^:@]+)[:@]/.exec(line)?.[1];
      if (link !== undefined) current.add(link);
    }
    return found;
  }
}
