import { expect } from "chai";
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
    for (const [index, [how, [what, reason]]] of Object.entries(spoiled).entries()) {
      const stop = await scenario().makeRogue(how);
      try {
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
