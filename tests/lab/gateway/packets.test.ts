import { expect } from "chai";
import { baseConfig, targets } from "./network";
import { fromDestination, ports, useScenario } from "./scenario";

describe("gateway: packets", function () {
  this.timeout(30_000);
  const scenario = useScenario();

  it("takes each packet through the target in the endpoint's AZ and back", async () => {
    const counters = await scenario().growth(async () =>
      expect(await scenario().send(1, 10)).to.deep.equal(fromDestination(1, 10)),
    );
    expect(counters).to.include({ received: 20, forwarded: 20, fromTargets: 20, returned: 20, flows: 1 });
    expect(counters.dropped).to.deep.equal({});
    expect(counters.targets).to.deep.equal({ "i-a": { forwarded: 20, returned: 20 } });
  });

  it("keeps consumers with the same addresses apart", async () => {
    const [first, second] = await Promise.all([scenario().send(1, 50), scenario().send(2, 50)]);
    expect(first).to.deep.equal(fromDestination(1, 50));
    expect(second).to.deep.equal(fromDestination(2, 50));
    const { targets: used } = await scenario().gateway.counters();
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
    await scenario().setRules("target-a", watch);
    await scenario().send(1, 5, { sourcePort: 41000 });
    const portsSeen = async (): Promise<number[]> => {
      const listing = await scenario().world.runIn("target-a", ["nft", "-j", "list", "set", "ip", "watch", "ports"]);
      const { nftables } = JSON.parse(listing) as { nftables: { set?: { elem?: number[] } }[] };
      return nftables.flatMap((entry) => entry.set?.elem ?? []);
    };
    expect(await portsSeen()).to.have.length(1);
    for (const sourcePort of ports) await scenario().send(1, 1, { sourcePort });
    expect(await portsSeen()).to.have.length(ports.length);
    const counter = await scenario().world.runIn("target-a", ["nft", "list", "counter", "ip", "watch", "matching"]);
    expect(counter).to.match(new RegExp(`packets ${2 * (5 + ports.length)} `));
  });

  it("carries TCP, ICMP errors and fragments", async () => {
    const fetched = await scenario().world.runIn("source-1", [
      ...([process.execPath, "-e"] as const),
      'fetch("http://10.9.2.10/ok").then((answer) => answer.text()).then(console.log)',
    ]);
    expect(fetched).to.equal("from destination-1\n");
    expect(await scenario().send(1, 1, { port: 9 })).to.deep.equal(["ECONNREFUSED"]);
    await scenario().world.run(["ip", "-n", "source-1", "link", "set", "eth0", "mtu", "1500"]);
    try {
      const counters = await scenario().growth(async () =>
        expect(await scenario().send(1, 2, { size: 4000 })).to.deep.equal(fromDestination(1, 2)),
      );
      expect(counters.forwarded).to.equal(2 * 3 + 2);
    } finally {
      await scenario().world.run(["ip", "-n", "source-1", "link", "set", "eth0", "mtu", "9001"]);
    }
  });

  it("drops packets of more than 8500 bytes without a word", async () => {
    expect(await scenario().send(1, 2, { size: 8500 })).to.deep.equal(fromDestination(1, 2));
    const counters = await scenario().growth(async () =>
      expect(await scenario().send(1, 1, { size: 8501, patience: 200 })).to.deep.equal(["silence"]),
    );
    expect(counters).to.include({ received: 1, forwarded: 0 });
    expect(counters.dropped).to.deep.equal({ "over-8500-bytes": 1 });
  });

  it("drops what has no target to go to", async () => {
    await scenario().configure({ ...baseConfig(), targets: [targets.b] });
    const counters = await scenario().growth(async () =>
      expect(await scenario().send(1, 1, { patience: 100 })).to.deep.equal(["silence"]),
    );
    expect(counters.dropped).to.deep.equal({ "no-target": 1 });
  });
});
