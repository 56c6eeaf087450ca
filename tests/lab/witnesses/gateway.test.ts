import { expect } from "chai";
import type { GatewayCounters } from "../../../lab/gateway/config";
import { azA, endpoints, gatewayAddress, targets } from "../gateway/network";
import { Scenario } from "../gateway/scenario";
import { Witness } from "./witness";

interface Exchange {
  /** What the target got. */
  arrived: {
    source: string;
    sourcePort: number;
    destinationPort: number;
    checksum: number;
    dontFragment: boolean;
    /** Whether the inner packet is the one that was sent. */
    intact: boolean;
    version: number;
    control: number;
    critical: number;
    protocol: number;
    vni: number;
    /** Class, type and data, in hexadecimal. */
    options: [number, number, string][];
  }[];
  /** What came out of the endpoint: `intact`, or its length. */
  back: string[];
}

/** Scapy is the target and the consumer; between them is the gateway's process. */
describe("witness scapy: a target of the gateway", function () {
  this.timeout(30_000);
  let scenario: Scenario;
  let witness: Witness;

  before(async function () {
    this.timeout(180_000);
    scenario = await Scenario.open();
    // What routers themselves have to say would be counted, too: neighbour discovery, and that a fragment has stayed alone.
    const quiet = [
      ...["all", "default"].map((scope) => `net.ipv6.conf.${scope}.disable_ipv6=1`),
      "net.ipv4.ipfrag_time=600",
    ];
    for (const router of new Set(endpoints.map((endpoint) => endpoint.router))) {
      await scenario.world.runIn(router, ["sysctl", "--quiet", "--write", ...quiet]);
    }
    await scenario.start();
    await scenario.setRules("target-a", "flush ruleset");
    witness = new Witness("target_side.py", (command) => [...scenario.world.enter, ...command], {
      consumer: { namespace: endpoints[0].router, link: endpoints[0].tun },
      target: { namespace: "target-a", link: "eth0", address: targets.a.address },
    });
  });

  after(async () => {
    await witness?.close();
    await scenario?.stop();
    scenario?.world.close();
    expect(scenario?.errors).to.deep.equal([]);
  });

  /** One packet, and one after it that shows that the first is settled: both are counted. */
  async function exchange(inner: string, answer: string): Promise<Exchange & { counters: GatewayCounters }> {
    let seen: Exchange = { arrived: [], back: [] };
    const counters = await scenario.growth(async () => (seen = await witness.ask<Exchange>({ inner, answer })));
    const dropped = Object.values(counters.dropped).reduce((sum, n) => sum + n, 0);
    expect(counters.received + counters.fromTargets, "in = out + dropped").to.equal(
      counters.forwarded + counters.returned + dropped,
    );
    return { ...seen, counters };
  }

  const carried = [
    ...["echo request", "echo reply", "UDP", "TCP SYN", "TCP segment", "ICMP error", "first fragment"],
    ...["later fragment", "IPv6 echo request", "IPv6 UDP", "IPv6 fragment", "8500 bytes"],
  ];
  for (const inner of carried) {
    it(`carries ${inner} there and back`, async () => {
      const { arrived, back, counters } = await exchange(inner, "as it came");
      const [only] = arrived;
      expect(arrived).to.have.length(1);
      expect(only?.options.pop(), "flow cookie").to.satisfy(
        ([group, type, data]: [number, number, string]) => group === 0x0108 && type === 3 && /^[0-9a-f]{8}$/.test(data),
      );
      expect(only?.sourcePort).to.be.within(49152, 65535);
      expect({ ...only, sourcePort: 0 }).to.deep.equal({
        source: gatewayAddress[azA],
        sourcePort: 0,
        destinationPort: 6081,
        checksum: 0,
        dontFragment: true,
        intact: true,
        version: 0,
        control: 0,
        critical: 0,
        vni: 0,
        protocol: inner.startsWith("IPv6") ? 0x86dd : 0x0800,
        options: [
          [0x0108, 1, endpoints[0].id.slice("vpce-0".length)],
          [0x0108, 2, "0".repeat(16)],
        ],
      });
      expect(back).to.deep.equal(["intact"]);
      expect(counters).to.include({ received: 2, forwarded: 2, fromTargets: 2, returned: 2 });
      expect(counters.dropped).to.deep.equal({});
    });
  }

  const refused = { "8501 bytes": "over-8500-bytes", "half an IP header": "malformed-packet" };
  for (const [inner, reason] of Object.entries(refused)) {
    it(`keeps ${inner} from the target: ${reason}`, async () => {
      const { arrived, counters } = await exchange(inner, "as it came");
      expect(arrived).to.deep.equal([]);
      expect(counters.dropped).to.deep.equal({ [reason]: 1 });
    });
  }

  const dropped: Record<string, string> = {
    "version 1": "header-changed",
    "the control bit set": "header-changed",
    "another protocol": "header-changed",
    "another VNI": "header-changed",
    "an endpoint ID of another length": "header-changed",
    "another endpoint ID": "header-changed",
    "another attachment ID": "header-changed",
    "options in another order": "header-changed",
    "another cookie": "unknown-cookie",
    "a flow of its own": "unknown-cookie",
    "no options": "malformed-geneve",
    "one option less": "malformed-geneve",
    garbage: "malformed-geneve",
    "nothing at all": "malformed-geneve",
    "half a GENEVE header": "malformed-geneve",
    "no inner packet": "malformed-packet",
    "half an inner header": "malformed-packet",
    "an inner packet cut short": "malformed-packet",
    "an inner packet of the other IP version": "malformed-packet",
    "an inner packet of 8501 bytes": "over-8500-bytes",
    "another source port": "source-port-changed",
    "another source address": "not-from-a-target",
  };
  for (const [answer, reason] of Object.entries(dropped)) {
    it(`drops an answer with ${answer}: ${reason}`, async () => {
      const { arrived, back, counters } = await exchange("echo request", answer);
      expect(arrived).to.have.length(1);
      expect(back).to.deep.equal([]);
      expect(counters).to.include({ received: 2, forwarded: 2, fromTargets: 2, returned: 1 });
      expect(counters.dropped).to.deep.equal({ [reason]: 1 });
    });
  }

  it("gives back another inner packet in the same header: what a target does to it is its own affair", async () => {
    expect((await exchange("echo request", "an inner packet of 8500 bytes")).back).to.deep.equal(["8500 bytes"]);
  });

  it("loses none of 2000 packets over 32 flows, each with a port and a cookie of its own", async () => {
    const counters = await scenario.growth(async () =>
      expect(await witness.ask({ flows: 32, packets: 2000 })).to.deep.equal({
        backInOrder: true,
        back: 2000,
        portsAndCookies: 32,
      }),
    );
    expect(counters).to.include({ received: 2000, forwarded: 2000, fromTargets: 2000, returned: 2000 });
    expect(counters.dropped).to.deep.equal({});
  });
});
