import { expect } from "chai";
import type { GatewayCounters } from "../../../lab/gateway/config";
import { baseConfig } from "./network";
import { useScenario } from "./scenario";

/** GENEVE that leaves the gateway and comes to it, counted by the kernel. */
const watch = `
  table ip watch {
    counter forwarded { }
    counter fromTargets { }
    chain out { type filter hook output priority 0; udp dport 6081 counter name forwarded; }
    chain in { type filter hook input priority 0; udp dport 6081 counter name fromTargets; }
  }`;

type Counted = Pick<GatewayCounters, "received" | "fromTargets" | "forwarded" | "returned">;

describe("gateway: counters", function () {
  this.timeout(30_000);
  const scenario = useScenario();

  async function inKernel(): Promise<Counted> {
    const atGateway = async (counter: "forwarded" | "fromTargets"): Promise<number> => {
      const listing = await scenario().world.runIn("gwlb", ["nft", "list", "counter", "ip", "watch", counter]);
      return Number(/packets (\d+)/.exec(listing)?.[1]);
    };
    const [one, two] = [await scenario().atEndpoint(1), await scenario().atEndpoint(2)];
    return {
      received: one.received + two.received,
      fromTargets: await atGateway("fromTargets"),
      forwarded: await atGateway("forwarded"),
      returned: one.returned + two.returned,
    };
  }

  // That what goes in comes out or is counted as dropped is asked of every test in the scenario's last hook.
  it("say of every packet what became of it, and the kernel counts the same", async () => {
    await scenario().setRules("gwlb", watch);
    const growth = await scenario().growth(async () => {
      await scenario().send(1, 20);
      await scenario().send(1, 3, { port: 9, patience: 200 });
      await scenario().send(1, 2, { size: 8501, patience: 50 });
      await scenario().send(2, 4);
      const stop = await scenario().makeRogue("inner");
      await scenario().send(1, 3, { sourcePort: 43000, patience: 100 });
      await stop();
      await scenario().configure({ ...baseConfig(), targets: [] });
      await scenario().send(1, 2, { sourcePort: 44000, patience: 50 });
    });
    expect(growth.dropped).to.deep.equal({ "over-8500-bytes": 2, "malformed-packet": 3, "no-target": 2 });
    const forwarded = 2 * (20 + 3 + 4) + 3;
    expect(growth).to.include({ received: forwarded + 4, forwarded, fromTargets: forwarded, returned: forwarded - 3 });
    const { received, fromTargets, returned, ...rest } = await scenario().gateway.counters();
    expect(await inKernel()).to.deep.equal({ received, fromTargets, forwarded: rest.forwarded, returned });
  });
});
