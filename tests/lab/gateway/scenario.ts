import { expect } from "chai";
import type { GatewayConfig, GatewayCounters, GatewayEvent, TargetHealth } from "../../../lab/gateway/config";
import type { DropReason } from "../../../lab/gateway/dropReasons";
import { startGateway, type GatewayProcess } from "../../../lab/gateway/process";
import { baseConfig, endpoints, gatewayAddress, hairpinRules, targets, wholeNetwork } from "./network";
import { client, echoServer, rogueTarget, webServer } from "./programs";
import { World } from "./world";

export interface Traffic {
  /** @default 40000 */
  sourcePort?: number;
  /** Where nobody listens, the destination's kernel answers with an ICMP error. @default 7, which echoes */
  port?: number;
  /** Of the whole IP packet, in bytes. @default 100 */
  size?: number;
  /** Milliseconds for each answer. @default 2000 */
  patience?: number;
}

/** Flows told apart by their source port. */
export const ports = Array.from({ length: 8 }, (_, index) => 41000 + index);

export const fromDestination = (index: number, count: number): string[] =>
  Array.from({ length: count }, () => `destination-${index}`);

/** A real gateway process, real TUNs and real kernel hairpins in a world of namespaces. */
export class Scenario {
  health: TargetHealth[] = [];
  /** Errors that the gateway has reported; a test that expects some takes them out. */
  errors: string[] = [];
  private running: GatewayProcess | undefined;

  private constructor(readonly world: World) {}

  /** Namespaces, links, servers and hairpins; no gateway yet. */
  static async open(): Promise<Scenario> {
    const scenario = new Scenario(await World.open());
    await scenario.world.ip(wholeNetwork);
    await scenario.setHairpin("a");
    await scenario.setHairpin("b");
    const echoing = ["destination-1", "destination-2"];
    const serving = ["target-a", "target-b", ...echoing];
    for (const name of serving) scenario.world.serve(name, webServer);
    for (const name of echoing) scenario.world.serve(name, echoServer);
    for (const name of serving) {
      await scenario.eventually(`a server in ${name}`, async () => {
        const tcp = await scenario.world.runIn(name, ["ss", "-Hltn", "sport = 80"]);
        const udp = await scenario.world.runIn(name, ["ss", "-Hlun", "sport = 7"]);
        return (tcp !== "" && (udp !== "" || !echoing.includes(name))) || undefined;
      });
    }
    return scenario;
  }

  get gateway(): GatewayProcess {
    if (this.running === undefined) throw new Error("the scenario's gateway is not started");
    return this.running;
  }

  /** Starts a gateway whose targets are both healthy. */
  async start(): Promise<void> {
    this.health = [];
    this.errors = [];
    this.running = startGateway("gwlb", {
      enter: [...this.world.enter],
      onEvent: (event: GatewayEvent) => {
        if (event.kind === "health") this.health = event.health;
        if (event.kind === "error") this.errors.push(event.message);
      },
    });
    await this.configure(baseConfig());
    await this.untilState("i-a", "healthy");
    await this.untilState("i-b", "healthy");
  }

  /** Ends the gateway and takes back what tests may have changed. Whatever they did, no packet is uncounted. */
  async stop(): Promise<void> {
    if (this.running !== undefined) expectBalanced(await this.running.counters());
    await this.running?.close();
    this.running = undefined;
    await this.setWeb("a", "answers");
    await this.setWeb("b", "answers");
    await this.setHairpin("a");
    await this.setHairpin("b");
  }

  async eventually<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
    const deadline = Date.now() + 8000;
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      if (Date.now() > deadline) {
        throw new Error(`Waited 8 s for ${what}; health ${JSON.stringify(this.health)}, ${this.errors.join()}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  untilState(id: string, state: TargetHealth["state"]): Promise<true> {
    return this.eventually(
      `${id} to be ${state}`,
      () => this.health.some((each) => each.targetId === id && each.state === state) || undefined,
    );
  }

  /** Configures and puts the new TUNs where the fabric would put them. */
  async configure(config: GatewayConfig): Promise<void> {
    const opened = await this.gateway.configure(config);
    for (const { tun, router } of endpoints.filter((endpoint) => opened.includes(endpoint.id))) {
      await this.world.ip([
        `-n gwlb link set ${tun} netns ${router}`,
        `-n ${router} link set ${tun} up mtu 9001`,
        `-n ${router} route replace default dev ${tun} table 100`,
      ]);
    }
  }

  setHairpin(target: "a" | "b", gateways: readonly string[] = Object.values(gatewayAddress)): Promise<string> {
    return this.setRules(`target-${target}`, hairpinRules(targets[target].address, gateways));
  }

  /** What becomes of connections to the target's health check port. */
  setWeb(target: "a" | "b", how: "answers" | "refuses" | "is silent"): Promise<string> {
    const verdict = { answers: "accept", refuses: "reject with tcp reset", "is silent": "drop" }[how];
    const chain = `chain input { type filter hook input priority 0; tcp dport 80 ${verdict}; }`;
    return this.setRules(
      `target-${target}`,
      `table inet web { }; delete table inet web; table inet web {\n${chain}\n}`,
    );
  }

  /** @param ruleset - in nftables' language */
  setRules(namespace: string, ruleset: string): Promise<string> {
    return this.world.runIn(namespace, ["nft", "-f", "-"], ruleset);
  }

  /** Replaces target a's hairpin by a program that misbehaves (`rogueTarget` says how). @returns what ends it */
  async makeRogue(how: string): Promise<() => Promise<void>> {
    await this.world.runIn("target-a", ["nft", "flush", "ruleset"]);
    await this.world.ip(["-n target-a addr replace 10.1.1.99/16 dev eth0"]);
    const stop = this.world.serve("target-a", rogueTarget, how);
    await this.eventually("the rogue target", async () =>
      (await this.world.runIn("target-a", ["ss", "-Hlun", "sport = 6081"])) === "" ? undefined : true,
    );
    return stop;
  }

  /** What the kernel counts at an endpoint's device: packets from the consumer's router, and to it. */
  async atEndpoint(index: 1 | 2): Promise<{ received: number; returned: number }> {
    const tun = endpoints[index - 1]?.tun ?? "";
    const listing = await this.world.run(["ip", "-n", `router-${index}`, "-s", "-j", "link", "show", tun]);
    const [device] = JSON.parse(listing) as { stats64: Record<"rx" | "tx", { packets: number }> }[];
    return { received: device?.stats64.tx.packets ?? NaN, returned: device?.stats64.rx.packets ?? NaN };
  }

  /** Sends UDP packets, the next one after the answer. @returns what came of each */
  async send(consumerIndex: number, count: number, traffic: Traffic = {}): Promise<string[]> {
    const { sourcePort = 40000, port = 7, size = 100, patience = 2000 } = traffic;
    const options = JSON.stringify({ count, sourcePort, port, size, patience });
    const output = await this.world.runIn(`source-${consumerIndex}`, [process.execPath, "-e", client, options]);
    return JSON.parse(output) as string[];
  }

  /** Sends one packet of each flow. @returns the id of the target that each one went through, or what came of it */
  async sendFlows(sourcePorts: number[] = ports, patience = 2000): Promise<string[]> {
    const used: string[] = [];
    for (const sourcePort of sourcePorts) {
      let outcome: string[] = [];
      const moved = await this.growth(async () => (outcome = await this.send(1, 1, { sourcePort, patience })));
      const through = Object.keys(moved.targets).filter((id) => moved.targets[id]?.returned === 2);
      used.push(outcome[0] === "destination-1" ? through.join("+") : (outcome[0] ?? ""));
    }
    return used;
  }

  /** Counters' growth while `action` runs. */
  async growth(action: () => Promise<unknown>): Promise<GatewayCounters> {
    const before = await this.gateway.counters();
    await action();
    return difference(before, await this.gateway.counters());
  }
}

function difference(before: GatewayCounters, after: GatewayCounters): GatewayCounters {
  const reasons = Object.keys(after.dropped) as DropReason[];
  const dropped = reasons.map((why) => [why, (after.dropped[why] ?? 0) - (before.dropped[why] ?? 0)] as const);
  const perTarget = Object.entries(after.targets).map(([id, { forwarded, returned }]) => [
    id,
    {
      forwarded: forwarded - (before.targets[id]?.forwarded ?? 0),
      returned: returned - (before.targets[id]?.returned ?? 0),
    },
  ]);
  return {
    received: after.received - before.received,
    fromTargets: after.fromTargets - before.fromTargets,
    forwarded: after.forwarded - before.forwarded,
    returned: after.returned - before.returned,
    dropped: Object.fromEntries(dropped.filter(([why, n]) => n > 0 && why !== "link-scope")),
    targets: Object.fromEntries(perTarget) as GatewayCounters["targets"],
    held: after.held - before.held,
    flows: after.flows,
    moved: after.moved - before.moved,
  };
}

/** What went in came out or was dropped. */
export function expectBalanced(counters: GatewayCounters): void {
  const { received, fromTargets, forwarded, returned } = counters;
  const dropped = Object.values(counters.dropped).reduce((sum, count) => sum + count, 0);
  expect(forwarded + returned + dropped, JSON.stringify(counters)).to.equal(received + fromTargets);
}

/** The hooks of a suite whose tests share the namespaces and have a fresh gateway each. @returns the suite's scenario */
export function useScenario(): () => Scenario {
  let scenario: Scenario | undefined;
  const existing = (): Scenario => {
    if (scenario === undefined) throw new Error("the scenario is there from the suite's first hook on");
    return scenario;
  };
  before(async () => (scenario = await Scenario.open()));
  beforeEach(() => existing().start());
  afterEach(async () => {
    await existing().stop();
    expect(existing().errors).to.deep.equal([]);
  });
  after(() => scenario?.world.close());
  return existing;
}
