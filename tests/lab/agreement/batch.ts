import { Cloud } from "../../../lab/cloud/cloud";
import type { CloudSnapshot, NetworkInterface } from "../../../lab/cloud/core/records";
import { workstationAddress } from "../../../lab/fabric/addresses";
import { inParallel } from "../../../lab/fabric/command";
import { gatewayConfigs } from "../../../lab/fabric/gatewayConfigs";
import { eniLink } from "../../../lab/fabric/names";
import { Network } from "../../../lab/fabric/network";
import type { TargetHealth } from "../../../lab/gateway/config";
import { startGateway, type GatewayProcess } from "../../../lab/gateway/process";
import type { Topology } from "../../../path/topology";
import { hairpinRules } from "../gateway/network";
import { World } from "../gateway/world";
import { accountId, build, type Built } from "./build";
import { compare, exhausting, possibleTargets, untaken, type Comparison, type Packet } from "./compare";
import { places, sighting } from "./expected";
import { answering, type Flow, type Host } from "./flow";
import { Observer, type Opened, type Seen, type Sent } from "./observer";
import type { TopologySpec } from "./spec";

/** So often in a row nothing new is seen when nothing more comes, with so many milliseconds between two looks. */
const quietLooks = 6;
const pause = 50;
/** Milliseconds until which health is known, and all is quiet. */
const deadline = 60_000;

/** Numbers from which packets count; within Linux's client ports, which network ACLs are asked about. */
const firstNumber = 33_000;

export interface Case {
  name: string;
  spec: TopologySpec;
  /** What the trace is told in place of the topology as it is. */
  told?: (topology: Topology) => Topology;
}

/** Several topologies at once in one world: every flow of each is traced and sent. @returns what came of every flow */
export async function runBatch(cases: readonly Case[]): Promise<Comparison[]> {
  const accounts = cases.flatMap((_, topology) => Array.from({ length: 10 }, (_, each) => accountId(topology, each)));
  const cloud = new Cloud({
    accounts: Object.fromEntries(accounts.map((id) => [id, { name: id }])),
    clock: { scale: 0 },
    seed: cases.map(({ name }) => name).join(),
  });
  const built: (Case & { topology: Built })[] = [];
  for (const [place, each] of cases.entries()) built.push({ ...each, topology: await build(cloud, each.spec, place) });
  const snapshot = cloud.snapshot();
  const world = await World.open();
  try {
    const run = new Batch(world, snapshot);
    await run.bringUp(built.flatMap(({ topology }) => topology.hosts));
    const comparisons: Comparison[] = [];
    const flows: { name: string; traced: Topology; flow: Flow; packets: Packet[]; spreads: boolean }[] = [];
    for (const { name, spec, topology, told = (actual: Topology) => actual } of built) {
      const traced = told(await topology.topology());
      for (const flow of topology.flows) {
        flows.push({ name, traced, flow, packets: run.packetsOf(flow), spreads: false });
        // With the 5-tuple, flows of other ports may get other targets.
        const spreads = flow.protocol === "udp" && spec.hub.stickiness === "none";
        if (!spreads || possibleTargets(traced, flow).length < 2) continue;
        const packets = Array.from({ length: exhausting }, () => run.packetsOf(flow).slice(0, 1)).flat();
        flows.push({ name, traced, flow, packets, spreads });
      }
    }
    const seen = await run.send(
      flows.map(({ packets, spreads }) => (spreads ? packets.map((each) => [each]) : [packets])).flat(),
    );
    for (const { name, traced, flow, packets, spreads } of flows) {
      const sent = packets.map((packet) => ({ packet, seen: seen.get(key(packet)) ?? [] }));
      const comparison = compare(name, traced, flow, sent);
      const never = spreads
        ? untaken(
            traced,
            flow,
            sent.map((each) => each.seen),
          )
        : [];
      const left = `of ${exhausting} flows none got ${never.join(", ")}, of which the trace says it is possible`;
      comparisons.push(never.length === 0 ? comparison : { ...comparison, difference: left });
    }
    return comparisons;
  } finally {
    world.close();
  }
}

const key = ({ protocol, number, index }: Pick<Packet, "protocol" | "number" | "index">): string =>
  [protocol, number, index].join(" ");

class Batch {
  private readonly observer: Observer;
  private readonly network: Network;
  private readonly gateways: GatewayProcess[] = [];
  private readonly errors: string[] = [];
  private number = firstNumber;

  constructor(
    private readonly world: World,
    private readonly snapshot: CloudSnapshot,
  ) {
    this.observer = new Observer(world);
    this.network = new Network({ run: (command, input) => world.run(command, input) });
  }

  /** Namespaces, hosts, gateways; then waits until the gateways know the health of every target. */
  async bringUp(hosts: Host[]): Promise<void> {
    await this.network.reconcile(this.snapshot);
    await inParallel(4, hosts, (host) => this.setUp(host));
    await this.observer.open([
      ...hosts.map(({ instanceId, tcp, udp }): Opened => ({ namespace: instanceId, watch: true, tcp, udp })),
      ...Object.keys(this.snapshot.vpcs).map((namespace): Opened => ({ namespace, watch: true, tcp: [], udp: [] })),
      { namespace: "", watch: true, address: workstationAddress, tcp: [answering.tcp], udp: [answering.udp] },
    ]);
    const known: Promise<void>[] = [];
    const configs = gatewayConfigs(this.snapshot, 0);
    await Promise.all(
      configs.map(async ({ namespace, config }) => {
        let told: (health: TargetHealth[]) => void = () => undefined;
        known.push(new Promise((resolve) => (told = (health) => isSettled(health) && resolve())));
        const gateway = startGateway(namespace, {
          enter: [...this.world.enter],
          onEvent: (event) => {
            if (event.kind === "health") told(event.health);
            if (event.kind === "error") this.errors.push(event.message);
          },
        });
        this.gateways.push(gateway);
        await gateway.configure(config);
      }),
    );
    await this.network.reconcile(this.snapshot);
    await within(deadline, Promise.all(known), "the health of every target");
  }

  /** Two packets of a flow, so that both a new and a known flow are seen. A TCP handshake is begun once. */
  packetsOf({ source, destination, protocol }: Built["flows"][number]): Packet[] {
    const number = this.number++;
    const isInside = (end: string): boolean => this.snapshot.instances[end] !== undefined;
    const from = isInside(source)
      ? { namespace: source, source: this.interfaceOf(source).privateIpAddress }
      : { namespace: "", source };
    // Somebody outside knows the public address only.
    const to = isInside(destination)
      ? this.interfaceOf(destination)[isInside(source) ? "privateIpAddress" : "publicIpAddress"]
      : destination;
    if (to === undefined) throw new Error(`instance ${destination} has no public address`);
    const indexes = protocol === "tcp" ? [1] : [1, 2];
    return indexes.map((index) => ({ ...from, protocol, number, destination: to, index }));
  }

  /** Sends the first packet of every flow, then the second ones. @returns what was seen of each, by {@link key} */
  async send(flows: Packet[][]): Promise<Map<string, string[]>> {
    const seen = new Map<string, string[]>();
    for (const round of [0, 1]) {
      await this.observer.send(flows.flatMap((packets): Sent[] => packets.slice(round, round + 1)));
      await this.untilQuiet(seen);
    }
    if (this.errors.length > 0) throw new Error(this.errors.join("; "));
    return seen;
  }

  /** Until the captures show nothing new and no gateway counts anything for a while. */
  private async untilQuiet(seen: Map<string, string[]>): Promise<void> {
    const end = Date.now() + deadline;
    let counted = "";
    // By looks, not by time: on a loaded machine one pause may take as long as all of them.
    for (let looks = 0; looks < quietLooks; looks++) {
      if (Date.now() > end) throw new Error(`after ${deadline / 1000} s packets are still seen`);
      const events = await this.observer.collect();
      const counters = await Promise.all(this.gateways.map((gateway) => gateway.counters()));
      const count = JSON.stringify(counters.map(({ received, fromTargets }) => [received, fromTargets]));
      if (events.length > 0 || count !== counted) looks = 0;
      counted = count;
      for (const event of events) {
        const own = seen.get(key(event)) ?? [];
        own.push(this.inWords(event));
        seen.set(key(event), own);
      }
      await new Promise((next) => setTimeout(next, pause));
    }
  }

  private inWords(event: Seen): string {
    const { namespace, link, way, leg } = event;
    const isRouter = this.snapshot.vpcs[namespace] !== undefined;
    const host = namespace === "" ? places.internet : places.host(namespace);
    const place = isRouter ? places.router(namespace, this.linkName(link)) : host;
    return sighting(leg, place, way, event);
  }

  /** A GWLB's link is known by its AZ: the trace does not know its interface. */
  private linkName(link: string): string {
    const { networkInterfaces, subnets } = this.snapshot;
    const eni = Object.values(networkInterfaces).find(({ id }) => eniLink(id) === link);
    return eni?.owner.kind === "loadBalancer" ? `gateway ${subnets[eni.subnetId]?.availabilityZoneId}` : link;
  }

  private interfaceOf(instanceId: string): NetworkInterface {
    const eni = this.snapshot.networkInterfaces[this.snapshot.instances[instanceId]?.networkInterfaceId ?? ""];
    if (eni === undefined) throw new Error(`instance ${instanceId} has no interface`);
    return eni;
  }

  /** What `hosts/hairpin.sh` does on a target, in the kernel's own words. */
  private async setUp({ instanceId, forwards, gateways }: Host): Promise<void> {
    if (!forwards && gateways.length === 0) return;
    const rules = hairpinRules(this.interfaceOf(instanceId).privateIpAddress, gateways);
    const forwarding = forwards ? "echo 1 > /proc/sys/net/ipv4/ip_forward" : "true";
    const script = `${forwarding}\nnft -f - <<'END'\n${rules}\nEND\n`;
    await this.world.run(["nsenter", `--net=/run/netns/${instanceId}`, "--", "sh", "-eu"], script);
  }
}

function isSettled(health: TargetHealth[]): boolean {
  return health.every(({ state }) => state !== "initial");
}

async function within<T>(milliseconds: number, what: Promise<T>, name: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${milliseconds / 1000} s for ${name}`)), milliseconds);
  });
  try {
    return await Promise.race([what, late]);
  } finally {
    clearTimeout(timer);
  }
}
