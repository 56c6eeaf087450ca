import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import { expect } from "chai";
import type { GatewayConfig, GatewayCounters, GatewayEvent, TargetHealth } from "../../lab/gateway/config";
import { startGateway, type GatewayProcess } from "../../lab/gateway/process";
import { run, type Run } from "../../lab/fabric/command";

const azA = "apne1-az4";
const azB = "apne1-az1";
const gatewayAddress = { [azA]: "10.1.1.5", [azB]: "10.1.2.5" } as const;
/** Two endpoints of two consumers whose addresses are the same. */
const endpoints = [
  { id: "vpce-01111111111111111", azId: azA, tun: "gwlbe-a", router: "router-1" },
  { id: "vpce-02222222222222222", azId: azB, tun: "gwlbe-b", router: "router-2" },
] as const;
const targets = {
  a: { id: "i-a", address: "10.1.1.10", port: 6081, azId: azA, state: "registered" },
  b: { id: "i-b", address: "10.1.2.10", port: 6081, azId: azB, state: "registered" },
} satisfies Record<string, GatewayConfig["targets"][number]>;

function baseConfig(): GatewayConfig {
  return {
    loadBalancerArn: "arn:aws:elasticloadbalancing:ap-northeast-1:111111111111:loadbalancer/gwy/test/0123456789abcdef",
    enis: Object.entries(gatewayAddress).map(([azId, address]) => ({ azId, address })),
    endpoints: endpoints.map(({ id, azId, tun }) => ({ id, azId, tun })),
    targets: [targets.a, targets.b],
    attributes: {
      crossZone: false,
      stickiness: "five-tuple",
      failover: "no_rebalance",
      tcpIdleTimeout: 60,
      idleTimeout: 60,
      deregistrationDelay: 1,
    },
    healthCheck: { protocol: "TCP", port: 80, interval: 0.1, timeout: 0.5, healthyThreshold: 2, unhealthyThreshold: 2 },
  };
}

/** A veth pair between two namespaces. */
const link = (a: string, nameA: string, b: string, nameB: string): string[] => [
  `link add name ${nameA} netns ${a} mtu 9001 type veth peer name ${nameB} netns ${b} mtu 9001`,
  `-n ${a} link set ${nameA} up`,
  `-n ${b} link set ${nameB} up`,
];

/** Source 10.9.1.10 and destination 10.9.2.10 with a router between them that sends both directions into the TUN. */
const consumer = (index: number): string[] => {
  const [router, source, destination] = [`router-${index}`, `source-${index}`, `destination-${index}`];
  return [
    ...[router, source, destination].flatMap((name) => [`netns add ${name}`, `-n ${name} link set lo up`]),
    ...link(router, "src", source, "eth0"),
    ...link(router, "dst", destination, "eth0"),
    `-n ${router} addr add 10.9.1.1/24 dev src`,
    `-n ${router} addr add 10.9.2.1/24 dev dst`,
    `-n ${source} addr add 10.9.1.10/24 dev eth0`,
    `-n ${destination} addr add 10.9.2.10/24 dev eth0`,
    `-n ${source} route add default via 10.9.1.1`,
    `-n ${destination} route add default via 10.9.2.1`,
    `-n ${router} rule add iif src lookup 100`,
    `-n ${router} rule add iif dst lookup 100`,
  ];
};

/** What the two iptables rules per gateway address of a hairpin target say, as nftables. */
function hairpin(address: string, gateways: readonly string[]): string {
  const lines = (rule: (gateway: string) => string): string => gateways.map(rule).join("\n");
  return `
flush ruleset
table ip nat {
  chain prerouting {
    type nat hook prerouting priority dstnat
    ${lines((gateway) => `ip saddr ${gateway} ip daddr ${address} udp dport 6081 dnat to ${gateway}:6081`)}
  }
  chain postrouting {
    type nat hook postrouting priority srcnat
    ${lines((gateway) => `ip saddr ${gateway} ip daddr ${gateway} udp dport 6081 masquerade`)}
  }
}`;
}

/** Answers are its own and say whom they are from: two consumers' destinations have the same address. */
const echoServer = `
  const socket = require("node:dgram").createSocket("udp4");
  socket.on("message", (_, { address, port }) => socket.send(process.argv[1], port, address)).bind(7);
`;

const client = `
  const { count, sourcePort, port, size, patience } = JSON.parse(process.argv[1]);
  const socket = require("node:dgram").createSocket("udp4");
  const outcomes = [];
  let timer;
  const next = (outcome) => {
    clearTimeout(timer);
    if (outcome !== undefined) outcomes.push(outcome);
    if (outcomes.length === count) { console.log(JSON.stringify(outcomes)); process.exit(0); }
    timer = setTimeout(next, patience, "silence");
    socket.send(Buffer.alloc(size - 28));
  };
  socket.on("message", (answer) => next(String(answer))).on("error", (error) => next(error.code));
  socket.bind(sourcePort, () => socket.connect(port, "10.9.2.10", () => next()));
`;

/** A target that does not send back what it got. Which header it spoils, and from where it answers, is its argument. */
const rogueTarget = `
  const [how] = process.argv.slice(1);
  const dgram = require("node:dgram");
  const socket = dgram.createSocket("udp4");
  socket.on("message", (packet, { address, port }) => {
    if (how === "cookie") packet[36] ^= 1;
    if (how === "endpoint") packet.write("2222222222222222", 12, "hex");
    if (how === "truncated") packet = packet.subarray(0, 20);
    if (how === "inner") packet = packet.subarray(0, 50);
    const answer = dgram.createSocket("udp4");
    const from = how === "stranger" ? "10.1.1.99" : "10.1.1.10";
    answer.bind(how === "port" ? 1024 : port, from, () =>
      answer.send(packet, 6081, how === "gateway" ? "10.1.2.5" : address, () => answer.close()));
  }).bind(6081, "10.1.1.10");
`;

const webServer = `
  const answer = (request, response) => response.writeHead(request.url === "/ok" ? 200 : 500).end("from " + process.argv[1]);
  require("node:http").createServer(answer).listen(80);
`;

/** A real gateway process, real TUNs and real kernel hairpins, in a world of namespaces that ends with the test. */
describe("gateway in the kernel", function () {
  this.timeout(30_000);
  let world: ChildProcess;
  let enter: string[];
  let inWorld: Run;
  let gateway: GatewayProcess;
  let health: TargetHealth[] = [];
  let errors: string[] = [];

  const inNamespace = (namespace: string, command: [string, ...string[]], input?: string): Promise<string> =>
    inWorld(["ip", "netns", "exec", namespace, ...command], input);

  async function eventually<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
    const deadline = Date.now() + 8000;
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      if (Date.now() > deadline)
        throw new Error(`Waited 8 s for ${what}; health ${JSON.stringify(health)}, ${errors.join()}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  const isState = (id: string, state: TargetHealth["state"]): true | undefined =>
    health.some((each) => each.targetId === id && each.state === state) || undefined;
  const untilState = (id: string, state: TargetHealth["state"]): Promise<true> =>
    eventually(`${id} to be ${state}`, () => isState(id, state));

  /** Configures and puts the new TUNs where the fabric would put them. */
  async function configure(config: GatewayConfig): Promise<void> {
    const opened = await gateway.configure(config);
    for (const { tun, router } of endpoints.filter((endpoint) => opened.includes(endpoint.id))) {
      await inWorld(["ip", "-n", "gwlb", "link", "set", tun, "netns", router]);
      await inWorld(["ip", "-n", router, "link", "set", tun, "up", "mtu", "9001"]);
      await inWorld(["ip", "-n", router, "route", "replace", "default", "dev", tun, "table", "100"]);
    }
  }

  interface Traffic {
    /** @default 40000 */
    sourcePort?: number;
    /** Where nobody listens, the destination's kernel answers with an ICMP error. @default 7, which echoes */
    port?: number;
    /** Of the whole IP packet, in bytes. @default 100 */
    size?: number;
    /** Milliseconds for each answer. @default 2000 */
    patience?: number;
  }

  /** Sends UDP packets, the next one after the answer. @returns what came of each */
  async function send(consumerIndex: number, count: number, traffic: Traffic = {}): Promise<string[]> {
    const { sourcePort = 40000, port = 7, size = 100, patience = 2000 } = traffic;
    const options = JSON.stringify({ count, sourcePort, port, size, patience });
    const output = await inNamespace(`source-${consumerIndex}`, [process.execPath, "-e", client, options]);
    return JSON.parse(output) as string[];
  }

  /** Counters' growth while `action` runs. */
  async function growth(action: () => Promise<unknown>): Promise<GatewayCounters> {
    const before = await gateway.counters();
    await action();
    const after = await gateway.counters();
    const dropped = Object.entries(after.dropped).map(([why, n]) => [why, n - (before.dropped[why] ?? 0)] as const);
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
      flows: after.flows,
    };
  }

  const setHairpin = (
    target: "a" | "b",
    gateways: readonly string[] = Object.values(gatewayAddress),
  ): Promise<string> => inNamespace(`target-${target}`, ["nft", "-f", "-"], hairpin(targets[target].address, gateways));
  /** What becomes of connections to the target's health check port. */
  const setWeb = (target: "a" | "b", how: "answers" | "refuses" | "is silent"): Promise<string> => {
    const verdict = { answers: "accept", refuses: "reject with tcp reset", "is silent": "drop" }[how];
    const chain = `chain input { type filter hook input priority 0; tcp dport 80 ${verdict}; }`;
    const ruleset = `table inet web { }; delete table inet web; table inet web {\n${chain}\n}`;
    return inNamespace(`target-${target}`, ["nft", "-f", "-"], ruleset);
  };

  /** Runs a Node program in a namespace. It ends with the world, or when the returned function is called. */
  function serve(namespace: string, program: string, argument = namespace): () => Promise<void> {
    const command = ["ip", "netns", "exec", namespace, process.execPath, "-e", program, argument];
    const child = spawn("nsenter", [...enter.slice(1), ...command], { stdio: ["ignore", "ignore", "inherit"] });
    return async () => {
      const exit = once(child, "exit");
      // nsenter waits for the program, which is its only child.
      process.kill(Number(fs.readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8")), "SIGKILL");
      await exit;
    };
  }

  before(async () => {
    world = spawn(
      "unshare",
      [
        ...["--mount", "--pid", "--net", "--fork", "--kill-child", "--mount-proc", "--propagation", "private"],
        ...["sh", "-c", "mount -t tmpfs tmpfs /run && mkdir /run/netns && echo up && exec sleep infinity"],
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    await new Promise<void>((resolve, reject) => {
      world.stdout?.once("data", () => resolve());
      world.once("exit", (code) => reject(new Error(`unshare: exit ${code}`)));
    });
    const init = fs.readFileSync(`/proc/${world.pid}/task/${world.pid}/children`, "utf8").trim();
    enter = ["nsenter", "--target", init, "--mount", "--net", "--pid", "--"];
    inWorld = (command, input) => run(["nsenter", ...enter.slice(1), ...command], input);

    const security = ["gwlb", "target-a", "target-b"];
    const batch = [
      ...["net", ...security].flatMap((name) => [`netns add ${name}`, `-n ${name} link set lo up`]),
      "-n net link add name bridge0 mtu 9001 type bridge",
      "-n net link set bridge0 up",
      ...security.flatMap((name) => [...link("net", name, name, "eth0"), `-n net link set ${name} master bridge0`]),
      ...Object.values(gatewayAddress).map((address) => `-n gwlb addr add ${address}/16 dev eth0`),
      `-n target-a addr add ${targets.a.address}/16 dev eth0`,
      `-n target-b addr add ${targets.b.address}/16 dev eth0`,
      ...consumer(1),
      ...consumer(2),
    ];
    // `ip -batch` cannot change the namespace from line to line.
    await inWorld(["sh", "-eu"], batch.map((line) => `ip ${line}`).join("\n"));
    const forwarding = ["target-a", "target-b", "router-1", "router-2"];
    await inWorld(
      ["sh", "-eu"],
      forwarding.map((name) => `ip netns exec ${name} sysctl --quiet --write net.ipv4.ip_forward=1`).join("\n"),
    );
    await setHairpin("a");
    await setHairpin("b");
    for (const name of ["target-a", "target-b", "destination-1", "destination-2"]) serve(name, webServer);
    for (const name of ["destination-1", "destination-2"]) serve(name, echoServer);
    for (const name of ["target-a", "target-b", "destination-1", "destination-2"]) {
      await eventually(`a server in ${name}`, async () => {
        const tcp = await inNamespace(name, ["ss", "-Hltn", "sport = 80"]);
        const udp = await inNamespace(name, ["ss", "-Hlun", "sport = 7"]);
        return (tcp !== "" && (udp !== "" || name.startsWith("target"))) || undefined;
      });
    }
  });

  beforeEach(async () => {
    health = [];
    errors = [];
    gateway = startGateway("gwlb", {
      enter,
      onEvent: (event: GatewayEvent) => {
        if (event.kind === "health") health = event.health;
        if (event.kind === "error") errors.push(event.message);
      },
    });
    await configure(baseConfig());
    await untilState("i-a", "healthy");
    await untilState("i-b", "healthy");
  });

  afterEach(async () => {
    await gateway.close();
    await setWeb("a", "answers");
    await setWeb("b", "answers");
    await setHairpin("a");
    await setHairpin("b");
    expect(errors).to.deep.equal([]);
  });

  after(() => {
    world.kill("SIGKILL");
  });

  const fromDestination = (index: number, count: number): string[] =>
    Array.from({ length: count }, () => `destination-${index}`);
  const crossZone = (attributes: Partial<GatewayConfig["attributes"]> = {}): GatewayConfig => {
    const config = baseConfig();
    return { ...config, attributes: { ...config.attributes, crossZone: true, ...attributes } };
  };
  /** Flows told apart by their source port. */
  const ports = Array.from({ length: 8 }, (_, index) => 41000 + index);
  /** Sends one packet of each flow. @returns the id of the target that each one went through, or what came of it */
  async function sendFlows(sourcePorts: number[] = ports, patience?: number): Promise<string[]> {
    const used: string[] = [];
    for (const sourcePort of sourcePorts) {
      let outcome: string[] = [];
      const { targets: moved } = await growth(
        async () => (outcome = await send(1, 1, { sourcePort, ...(patience !== undefined && { patience }) })),
      );
      const through = Object.keys(moved).filter((id) => moved[id]?.returned === 2);
      used.push(outcome[0] === "destination-1" ? through.join("+") : (outcome[0] ?? ""));
    }
    return used;
  }

  it("takes each packet through the target in the endpoint's AZ and back", async () => {
    const counters = await growth(async () => expect(await send(1, 10)).to.deep.equal(fromDestination(1, 10)));
    expect(counters).to.include({ received: 20, forwarded: 20, fromTargets: 20, returned: 20, flows: 1 });
    expect(counters.dropped).to.deep.equal({});
    expect(counters.targets).to.deep.equal({ "i-a": { forwarded: 20, returned: 20 } });
  });

  it("keeps consumers with the same addresses apart", async () => {
    const [first, second] = await Promise.all([send(1, 50), send(2, 50)]);
    expect(first).to.deep.equal(fromDestination(1, 50));
    expect(second).to.deep.equal(fromDestination(2, 50));
    const { targets: used } = await gateway.counters();
    expect(used).to.deep.equal({
      "i-a": { forwarded: 100, returned: 100 },
      "i-b": { forwarded: 100, returned: 100 },
    });
  });

  it("sends each flow from a source port of its own, without an outer checksum, never fragmented", async () => {
    const watch = `
      table ip watch {
        set ports { type inet_service; flags dynamic; size 65535; }
        counter matching { }
        chain seen {
          type filter hook prerouting priority -400
          ip saddr 10.1.1.5 udp dport 6081 udp sport 49152-65535 udp checksum 0 ip frag-off & 0x7fff == 0x4000 jump record
        }
        chain record { counter name matching; add @ports { udp sport }; }
      }`.replace("chain seen", "chain record { }\n chain seen");
    await inNamespace("target-a", ["nft", "-f", "-"], watch);
    await send(1, 5, { sourcePort: 41000 });
    const portsSeen = async (): Promise<number[]> => {
      const listing = await inNamespace("target-a", ["nft", "-j", "list", "set", "ip", "watch", "ports"]);
      const { nftables } = JSON.parse(listing) as { nftables: { set?: { elem?: number[] } }[] };
      return nftables.flatMap((entry) => entry.set?.elem ?? []);
    };
    expect(await portsSeen()).to.have.length(1);
    for (const sourcePort of ports) await send(1, 1, { sourcePort });
    expect(await portsSeen()).to.have.length(ports.length);
    const counter = await inNamespace("target-a", ["nft", "list", "counter", "ip", "watch", "matching"]);
    expect(counter).to.match(new RegExp(`packets ${2 * (5 + ports.length)} `));
  });

  it("carries TCP, ICMP errors and fragments", async () => {
    const fetched = await inNamespace("source-1", [
      ...([process.execPath, "-e"] as const),
      'fetch("http://10.9.2.10/ok").then((answer) => answer.text()).then(console.log)',
    ]);
    expect(fetched).to.equal("from destination-1\n");
    expect(await send(1, 1, { port: 9 })).to.deep.equal(["ECONNREFUSED"]);
    await inWorld(["ip", "-n", "source-1", "link", "set", "eth0", "mtu", "1500"]);
    try {
      const counters = await growth(async () =>
        expect(await send(1, 2, { size: 4000 })).to.deep.equal(fromDestination(1, 2)),
      );
      expect(counters.forwarded).to.equal(2 * 3 + 2);
    } finally {
      await inWorld(["ip", "-n", "source-1", "link", "set", "eth0", "mtu", "9001"]);
    }
  });

  it("drops packets of more than 8500 bytes without a word", async () => {
    expect(await send(1, 2, { size: 8500 })).to.deep.equal(fromDestination(1, 2));
    const counters = await growth(async () =>
      expect(await send(1, 1, { size: 8501, patience: 200 })).to.deep.equal(["silence"]),
    );
    expect(counters).to.include({ received: 1, forwarded: 0 });
    expect(counters.dropped).to.deep.equal({ "over-8500-bytes": 1 });
  });

  it("uses the targets of all AZs with cross-zone, and loses what a target without the AZ's rules gets", async () => {
    await configure(crossZone());
    await untilState("i-b", "healthy");
    const used = await eventually("both ENIs to know both targets", async () => {
      const flows = await sendFlows();
      return new Set(flows).size === 2 ? flows : undefined;
    });
    expect(new Set(used)).to.deep.equal(new Set(["i-a", "i-b"]));
    await setHairpin("b", [gatewayAddress[azB]]);
    const now = await sendFlows(
      ports.map((port) => port + 100),
      300,
    );
    expect(new Set(now)).to.deep.equal(new Set(["i-a", "silence"]));
  });

  it("gives new flows to a healthy target, keeps existing ones and fails open", async () => {
    await configure(crossZone());
    await eventually("both ENIs to know both targets", async () =>
      (await sendFlows(ports)).includes("i-b") ? true : undefined,
    );
    await setWeb("b", "refuses");
    await untilState("i-b", "unhealthy");
    expect(health).to.deep.include({ targetId: "i-b", state: "unhealthy", reason: "Target.FailedHealthChecks" });
    // It is unhealthy when one ENI says so; that may be the other AZ's.
    await eventually("new flows to avoid i-b", async () => {
      const fresh = ports.map((port) => port + Math.floor(Math.random() * 20000));
      return (await sendFlows(fresh)).every((id) => id === "i-a") || undefined;
    });
    expect(await sendFlows(ports)).to.include("i-b");
    await configure(crossZone({ failover: "rebalance" }));
    expect(new Set(await sendFlows(ports))).to.deep.equal(new Set(["i-a"]));
    await setWeb("a", "is silent");
    await untilState("i-a", "unhealthy");
    expect(health).to.deep.include({ targetId: "i-a", state: "unhealthy", reason: "Target.Timeout" });
    const open = await eventually("new flows to use both again", async () => {
      const flows = await sendFlows(ports.map((port) => port + 100 + Math.floor(Math.random() * 20000)));
      return new Set(flows).size === 2 ? flows : undefined;
    });
    expect(open).to.not.include("silence");
  });

  it("drains a deregistered target: no new flows, existing ones stay, with rebalance until it is gone", async () => {
    await configure(crossZone());
    const before = await eventually("both ENIs to know both targets", async () => {
      const flows = await sendFlows(ports);
      return flows.includes("i-b") ? flows : undefined;
    });
    const draining = { ...targets.b, state: "draining" as const };
    await configure({ ...crossZone({ failover: "rebalance" }), targets: [targets.a, draining] });
    expect(health).to.deep.include({
      ...{ targetId: "i-b", state: "draining", reason: "Target.DeregistrationInProgress" },
    });
    expect(await sendFlows(ports)).to.deep.equal(before);
    expect(new Set(await sendFlows(ports.map((port) => port + 100)))).to.deep.equal(new Set(["i-a"]));
    await configure({ ...crossZone(), targets: [targets.a] });
    expect(await sendFlows(ports), "no_rebalance").to.deep.equal(before);
    await configure({ ...crossZone({ failover: "rebalance" }), targets: [targets.a] });
    expect(new Set(await sendFlows(ports)), "rebalance").to.deep.equal(new Set(["i-a"]));
  });

  it("drops what has no target to go to", async () => {
    await configure({ ...baseConfig(), targets: [targets.b] });
    const counters = await growth(async () => expect(await send(1, 1, { patience: 100 })).to.deep.equal(["silence"]));
    expect(counters.dropped).to.deep.equal({ "no-target": 1 });
  });

  it("checks health from each ENI's address, with cross-zone also in the other AZs", async () => {
    const checkedFrom = (): Promise<string> =>
      inNamespace("target-a", ["nft", "list", "set", "ip", "watch", "sources"]);
    const watch = `
      table ip watch {
        set sources { type ipv4_addr; flags dynamic; size 65535; }
        chain seen { type filter hook prerouting priority -400; tcp dport 80 tcp flags syn add @sources { ip saddr }; }
      }`;
    await inNamespace("target-a", ["nft", "-f", "-"], watch);
    const checked = (address: string): Promise<true> =>
      eventually(`a check from ${address}`, async () => (await checkedFrom()).includes(address) || undefined);
    await checked(gatewayAddress[azA]);
    await configure(baseConfig());
    expect(await checkedFrom()).to.not.include(gatewayAddress[azB]);
    await configure(crossZone());
    await checked(gatewayAddress[azB]);
  });

  it("checks health over HTTP", async () => {
    const http = (path: string): GatewayConfig => ({
      ...baseConfig(),
      healthCheck: { ...baseConfig().healthCheck, protocol: "HTTP", path },
    });
    await configure(http("/bad"));
    await untilState("i-a", "unhealthy");
    expect(health).to.deep.include({ targetId: "i-a", state: "unhealthy", reason: "Target.ResponseCodeMismatch" });
    await configure(http("/ok"));
    expect(health).to.deep.include({ targetId: "i-a", state: "initial", reason: "Elb.InitialHealthChecking" });
    await untilState("i-a", "healthy");
  });

  const spoiled: Record<string, [what: string, reason: string]> = {
    cookie: ["with another flow cookie", "unknown-cookie"],
    endpoint: ["with another endpoint ID", "header-changed"],
    port: ["from another UDP source port", "source-port-changed"],
    truncated: ["with half a GENEVE header", "malformed-geneve"],
    inner: ["with half an inner IP header", "malformed-packet"],
    stranger: ["from an address that is no target's", "not-from-a-target"],
    gateway: ["to another AZ's ENI", "wrong-gateway-address"],
  };
  it("drops an answer that is not what it sent, or not from where it sent it", async () => {
    await inNamespace("target-a", ["nft", "flush", "ruleset"]);
    await inWorld(["ip", "-n", "target-a", "addr", "replace", "10.1.1.99/16", "dev", "eth0"]);
    for (const [index, [how, [what, reason]]] of Object.entries(spoiled).entries()) {
      const stop = serve("target-a", rogueTarget, how);
      try {
        await eventually("the rogue target", async () =>
          (await inNamespace("target-a", ["ss", "-Hlun", "sport = 6081"])) === "" ? undefined : true,
        );
        // Connection tracking goes on translating flows that it knows: each of these is new.
        const traffic = { sourcePort: 42000 + index, patience: 200 };
        const counters = await growth(async () => expect(await send(1, 1, traffic), what).to.deep.equal(["silence"]));
        expect(counters, what).to.include({ forwarded: 1, fromTargets: 1, returned: 0 });
        expect(counters.dropped, what).to.deep.equal({ [reason]: 1 });
      } finally {
        await stop();
      }
    }
  });

  it("opens and closes TUNs as configured and survives the loss of one", async () => {
    const config = baseConfig();
    const [first] = config.endpoints;
    await configure({ ...config, endpoints: first === undefined ? [] : [first] });
    expect(await inWorld(["ip", "-n", "router-2", "-br", "link"])).to.not.include("gwlbe-b");
    expect(await send(1, 2)).to.deep.equal(fromDestination(1, 2));
    await configure(config);
    expect(await send(2, 2)).to.deep.equal(fromDestination(2, 2));
    await inWorld(["ip", "-n", "router-2", "link", "delete", "gwlbe-b"]);
    await eventually("the loss to be reported", () => errors.length > 0 || undefined);
    expect(errors.splice(0).join()).to.match(/^TUN gwlbe-b of endpoint vpce-02222222222222222 is gone/);
    expect(await send(1, 2)).to.deep.equal(fromDestination(1, 2));
    await configure(config);
    expect(await send(2, 2)).to.deep.equal(fromDestination(2, 2));
  });

  it("names an ENI address that the namespace does not have, and uses the rest", async () => {
    const config = baseConfig();
    const enis = config.enis.map((eni) => (eni.azId === azB ? { azId: azB, address: "10.1.2.6" } : eni));
    let message = "";
    await configure({ ...config, enis }).catch((error: Error) => (message = error.message));
    expect(message).to.match(/ENI 10\.1\.2\.6: this namespace does not have the address/);
    expect(await send(1, 2)).to.deep.equal(fromDestination(1, 2));
  });

  it("is started again after it has died", async () => {
    await inWorld(["sh", "-c", "ip netns pids gwlb | xargs kill -KILL"]);
    await eventually("the death to be reported", () => errors.length > 0 || undefined);
    expect(errors.splice(0).join()).to.match(/^process ended: /);
    await configure(baseConfig());
    expect(await send(1, 2)).to.deep.equal(fromDestination(1, 2));
  });

  it("ends with its parent", async () => {
    const parent = `
      const { startGateway } = require(${JSON.stringify(require.resolve("../../lab/gateway/process"))});
      startGateway("net", { enter: ${JSON.stringify(enter)}, onEvent: ({ kind }) => console.log(kind) });
    `;
    const child = spawn(process.execPath, ["--require", require.resolve("tsx/cjs"), "-e", parent], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const first = await new Promise<string>((resolve) => child.stdout.once("data", (data) => resolve(String(data))));
    expect(first).to.equal("ready\n");
    expect(await inWorld(["ip", "netns", "pids", "net"])).to.match(/\d/);
    child.kill("SIGKILL");
    await eventually("the gateway to end", async () =>
      (await inWorld(["ip", "netns", "pids", "net"])) === "" ? true : undefined,
    );
  });
});
