import { expect } from "chai";
import { baseConfig, targets } from "./network";
import { fromDestination, useScenario } from "./scenario";

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
