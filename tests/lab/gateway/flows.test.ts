import { once } from "node:events";
import { expect } from "chai";
import { baseConfig, crossZone } from "./network";
import { ports, useScenario, type Scenario } from "./scenario";

/** Counts what comes to i-a as GWLB sends it, and collects the outer source ports. */
const watchSourcePorts = `
  table ip watch {
    set ports { type inet_service; flags dynamic; size 65535; }
    counter matching { }
    chain record { counter name matching; add @ports { udp sport }; }
    chain seen {
      type filter hook prerouting priority -400
      ip saddr 10.1.1.5 udp dport 6081 udp sport 49152-65535 udp checksum 0 ip frag-off & 0x7fff == 0x4000 jump record
    }
  }`;

async function portsSeen(scenario: Scenario): Promise<number[]> {
  const listing = await scenario.world.runIn("target-a", ["nft", "-j", "list", "set", "ip", "watch", "ports"]);
  const { nftables } = JSON.parse(listing) as { nftables: { set?: { elem?: number[] } }[] };
  return nftables.flatMap((entry) => entry.set?.elem ?? []);
}

/** Says "connected", then "still there" for each line that it gets, as long as the peer answers. */
const tcpClient = `
  const socket = require("node:net").connect({ host: "10.9.2.10", port: 80, localPort: 45000 });
  const ask = () => socket.write("GET /ok HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n");
  socket.on("connect", ask).on("data", () => console.log("answered"));
  process.stdin.on("data", ask).on("end", () => process.exit(0));
`;

describe("gateway: flows", function () {
  this.timeout(30_000);
  const scenario = useScenario();

  /** A TCP connection of consumer 1 that stays. @returns a function that sends something over it and awaits the answer */
  async function connect(): Promise<{ ask: () => Promise<void>; close: () => void }> {
    const child = scenario().world.spawnIn("source-1", [process.execPath, "-e", tcpClient]);
    await once(child.stdout, "data");
    return {
      ask: async () => {
        const answer = once(child.stdout, "data", { signal: AbortSignal.timeout(3000) });
        child.stdin.write("\n");
        await answer;
      },
      close: () => child.stdin.end(),
    };
  }

  it("sends each flow from a source port of its own, without an outer checksum, never fragmented", async () => {
    await scenario().setRules("target-a", watchSourcePorts);
    await scenario().send(1, 5, { sourcePort: 41000 });
    expect(await portsSeen(scenario())).to.have.length(1);
    for (const sourcePort of ports) await scenario().send(1, 1, { sourcePort });
    expect(await portsSeen(scenario())).to.have.length(ports.length);
    const counter = await scenario().world.runIn("target-a", ["nft", "list", "counter", "ip", "watch", "matching"]);
    expect(counter).to.match(new RegExp(`packets ${2 * (5 + ports.length)} `));
  });

  /** Of two UDP flows, two more whose ICMP errors are one flow of addresses and protocol, and one of TCP. */
  const flowsOf = { "five-tuple": 6, source_ip_dest_ip_proto: 3, source_ip_dest_ip: 1 } as const;
  for (const [stickiness, expected] of Object.entries(flowsOf) as [keyof typeof flowsOf, number][]) {
    it(`tells ${expected} flows apart with ${stickiness}`, async () => {
      await scenario().configure(baseConfig({ stickiness }));
      await scenario().setRules("target-a", watchSourcePorts);
      for (const sourcePort of [41000, 41001]) await scenario().send(1, 1, { sourcePort });
      for (const sourcePort of [41002, 41003]) {
        expect(await scenario().send(1, 1, { sourcePort, port: 9 })).to.deep.equal(["ECONNREFUSED"]);
      }
      const connection = await connect();
      connection.close();
      expect((await scenario().gateway.counters()).flows).to.equal(expected);
      expect(await portsSeen(scenario())).to.have.length(expected);
    });
  }

  it("forgets a flow after its idle time, TCP's apart from the others', and gives it a healthy target then", async () => {
    await scenario().configure(crossZone({ idleTimeout: 1, tcpIdleTimeout: 60 }));
    const onB = await scenario().eventually("a flow of i-b", async () => {
      const sourcePort = 42000 + Math.floor(Math.random() * 10_000);
      const [target] = await scenario().sendFlows([sourcePort]);
      return target === "i-b" ? sourcePort : undefined;
    });
    const connection = await connect();
    try {
      await scenario().setWeb("b", "refuses");
      await scenario().untilState("i-b", "unhealthy");
      await scenario().eventually("only the TCP flow to be left", async () =>
        (await scenario().gateway.counters()).flows === 1 ? true : undefined,
      );
      await connection.ask();
      expect((await scenario().gateway.counters()).flows).to.equal(1);
      expect(await scenario().sendFlows([onB])).to.deep.equal(["i-a"]);
    } finally {
      connection.close();
    }
  });
});
