import { expect } from "chai";
import type { GatewayConfig } from "../../../lab/gateway/config";
import { azA, azB, baseConfig, crossZone, gatewayAddress } from "./network";
import { useScenario } from "./scenario";

describe("gateway: health checks", function () {
  this.timeout(30_000);
  const scenario = useScenario();

  it("checks health from each ENI's address, with cross-zone also in the other AZs", async () => {
    const checkedFrom = (): Promise<string> =>
      scenario().world.runIn("target-a", ["nft", "list", "set", "ip", "watch", "sources"]);
    const watch = `
      table ip watch {
        set sources { type ipv4_addr; flags dynamic; size 65535; }
        chain seen { type filter hook prerouting priority -400; tcp dport 80 tcp flags syn add @sources { ip saddr }; }
      }`;
    await scenario().setRules("target-a", watch);
    const checked = (address: string): Promise<true> =>
      scenario().eventually(
        `a check from ${address}`,
        async () => (await checkedFrom()).includes(address) || undefined,
      );
    await checked(gatewayAddress[azA]);
    await scenario().configure(baseConfig());
    expect(await checkedFrom()).to.not.include(gatewayAddress[azB]);
    await scenario().configure(crossZone());
    await checked(gatewayAddress[azB]);
  });

  it("checks health over HTTP", async () => {
    const http = (path: string): GatewayConfig => ({
      ...baseConfig(),
      healthCheck: { ...baseConfig().healthCheck, protocol: "HTTP", path },
    });
    await scenario().configure(http("/bad"));
    await scenario().untilState("i-a", "unhealthy");
    expect(scenario().health).to.deep.include({
      targetId: "i-a",
      state: "unhealthy",
      reason: "Target.ResponseCodeMismatch",
    });
    await scenario().configure(http("/ok"));
    expect(scenario().health).to.deep.include({
      targetId: "i-a",
      state: "initial",
      reason: "Elb.InitialHealthChecking",
    });
    await scenario().untilState("i-a", "healthy");
  });
});
