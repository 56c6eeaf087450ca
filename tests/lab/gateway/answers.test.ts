import { expect } from "chai";
import { rogueTarget } from "./programs";
import { useScenario } from "./scenario";

describe("gateway: targets' answers", function () {
  this.timeout(30_000);
  const scenario = useScenario();

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
    await scenario().world.runIn("target-a", ["nft", "flush", "ruleset"]);
    await scenario().world.run(["ip", "-n", "target-a", "addr", "replace", "10.1.1.99/16", "dev", "eth0"]);
    for (const [index, [how, [what, reason]]] of Object.entries(spoiled).entries()) {
      const stop = scenario().world.serve("target-a", rogueTarget, how);
      try {
        await scenario().eventually("the rogue target", async () =>
          (await scenario().world.runIn("target-a", ["ss", "-Hlun", "sport = 6081"])) === "" ? undefined : true,
        );
        // Connection tracking goes on translating flows that it knows: each of these is new.
        const traffic = { sourcePort: 42000 + index, patience: 200 };
        const counters = await scenario().growth(async () =>
          expect(await scenario().send(1, 1, traffic), what).to.deep.equal(["silence"]),
        );
        expect(counters, what).to.include({ forwarded: 1, fromTargets: 1, returned: 0 });
        expect(counters.dropped, what).to.deep.equal({ [reason]: 1 });
      } finally {
        await stop();
      }
    }
  });
});
