import { expect } from "chai";
import type { GatewayConfig } from "../../../lab/gateway/config";
import { azA, baseConfig } from "./network";
import { fromDestination, useScenario } from "./scenario";

/** Both consumers' hosts are 10.9.1.10 and 10.9.2.10; which one has answered is in the answer. */
describe("gateway: consumers with the same addresses", function () {
  this.timeout(30_000);
  const scenario = useScenario();

  /** Both endpoints in one AZ: the same GWLB address, the same target, and inner packets that are the same byte for byte. */
  const oneZone = (): GatewayConfig => {
    const config = baseConfig();
    return { ...config, endpoints: config.endpoints.map((endpoint) => ({ ...endpoint, azId: azA })) };
  };
  const fetchIn = (index: number): Promise<string> =>
    scenario().world.runIn(`source-${index}`, [
      ...([process.execPath, "-e"] as const),
      'require("node:http").get({ host: "10.9.2.10", path: "/ok", localPort: 45000 }, (answer) => answer.pipe(process.stdout))',
    ]);

  for (const [where, config, used] of [
    ["in different AZs", baseConfig, { "i-a": 100, "i-b": 100 }],
    ["in the same AZ", oneZone, { "i-a": 200 }],
  ] as const) {
    it(`keeps them apart ${where}`, async () => {
      await scenario().configure(config());
      await scenario().untilState("i-a", "healthy");
      const [first, second] = await Promise.all([scenario().send(1, 50), scenario().send(2, 50)]);
      expect(first).to.deep.equal(fromDestination(1, 50));
      expect(second).to.deep.equal(fromDestination(2, 50));
      const { targets, flows } = await scenario().gateway.counters();
      const expected = Object.entries(used).map(([id, count]) => [id, { forwarded: count, returned: count }]);
      expect(targets).to.deep.equal(Object.fromEntries(expected));
      expect(flows).to.equal(2);
      expect(await Promise.all([fetchIn(1), fetchIn(2)])).to.deep.equal(["from destination-1", "from destination-2"]);
    });
  }

  it("sends what comes back late to the endpoint that it came from, not to the one whose turn it is", async () => {
    await scenario().configure(oneZone());
    await scenario().untilState("i-a", "healthy");
    const stop = await scenario().makeRogue("late");
    try {
      expect(await scenario().send(1, 1, { patience: 100 })).to.deep.equal(["silence"]);
      const before = await scenario().atEndpoint(1);
      // Consumer 2's packet sets consumer 1's free, whose answer sets consumer 2's free, and so on.
      expect(await scenario().send(2, 1)).to.deep.equal(fromDestination(2, 1));
      expect((await scenario().atEndpoint(1)).returned).to.be.at.least(before.returned + 2);
      expect((await scenario().gateway.counters()).dropped).to.not.have.any.keys("unknown-cookie", "header-changed");
    } finally {
      await stop();
    }
  });

  it("gives a packet whose endpoint is gone to nobody", async () => {
    await scenario().configure(oneZone());
    await scenario().untilState("i-a", "healthy");
    const stop = await scenario().makeRogue("late");
    try {
      expect(await scenario().send(1, 1, { patience: 100 })).to.deep.equal(["silence"]);
      await scenario().configure({ ...oneZone(), endpoints: oneZone().endpoints.slice(1) });
      const before = await scenario().atEndpoint(2);
      const counters = await scenario().growth(() => scenario().send(2, 1, { patience: 200 }));
      expect(counters).to.include({ received: 1, forwarded: 1, fromTargets: 1, returned: 0 });
      expect(counters.dropped).to.deep.equal({ "unknown-cookie": 1 });
      expect((await scenario().atEndpoint(2)).returned).to.equal(before.returned);
    } finally {
      await stop();
    }
  });
});
