import { expect } from "chai";
import { azB, crossZone, gatewayAddress, targets } from "./network";
import { ports, useScenario } from "./scenario";

describe("gateway: targets", function () {
  this.timeout(30_000);
  const scenario = useScenario();

  it("uses the targets of all AZs with cross-zone, and loses what a target without the AZ's rules gets", async () => {
    await scenario().configure(crossZone());
    await scenario().untilState("i-b", "healthy");
    const used = await scenario().eventually("both ENIs to know both targets", async () => {
      const flows = await scenario().sendFlows();
      return new Set(flows).size === 2 ? flows : undefined;
    });
    expect(new Set(used)).to.deep.equal(new Set(["i-a", "i-b"]));
    await scenario().setHairpin("b", [gatewayAddress[azB]]);
    const now = await scenario().sendFlows(
      ports.map((port) => port + 100),
      300,
    );
    expect(new Set(now)).to.deep.equal(new Set(["i-a", "silence"]));
  });

  it("gives new flows to a healthy target, keeps existing ones and fails open", async () => {
    await scenario().configure(crossZone());
    await scenario().eventually("both ENIs to know both targets", async () =>
      (await scenario().sendFlows(ports)).includes("i-b") ? true : undefined,
    );
    await scenario().setWeb("b", "refuses");
    await scenario().untilState("i-b", "unhealthy");
    expect(scenario().health).to.deep.include({
      targetId: "i-b",
      state: "unhealthy",
      reason: "Target.FailedHealthChecks",
    });
    // It is unhealthy when one ENI says so; that may be the other AZ's.
    await scenario().eventually("new flows to avoid i-b", async () => {
      const fresh = ports.map((port) => port + Math.floor(Math.random() * 20000));
      return (await scenario().sendFlows(fresh)).every((id) => id === "i-a") || undefined;
    });
    expect(await scenario().sendFlows(ports)).to.include("i-b");
    await scenario().configure(crossZone({ failover: "rebalance" }));
    expect(new Set(await scenario().sendFlows(ports))).to.deep.equal(new Set(["i-a"]));
    await scenario().setWeb("a", "is silent");
    await scenario().untilState("i-a", "unhealthy");
    expect(scenario().health).to.deep.include({ targetId: "i-a", state: "unhealthy", reason: "Target.Timeout" });
    const open = await scenario().eventually("new flows to use both again", async () => {
      const flows = await scenario().sendFlows(ports.map((port) => port + 100 + Math.floor(Math.random() * 20000)));
      return new Set(flows).size === 2 ? flows : undefined;
    });
    expect(open).to.not.include("silence");
  });

  it("goes on forwarding when all targets are unhealthy, existing flows to where they were", async () => {
    await scenario().configure(crossZone());
    const before = await scenario().eventually("both ENIs to know both targets", async () => {
      const flows = await scenario().sendFlows(ports);
      return new Set(flows).size === 2 ? flows : undefined;
    });
    for (const target of ["a", "b"] as const) await scenario().setWeb(target, "refuses");
    for (const id of ["i-a", "i-b"]) await scenario().untilState(id, "unhealthy");
    expect(await scenario().sendFlows(ports)).to.deep.equal(before);
    await scenario().eventually("new flows to use both", async () => {
      const flows = await scenario().sendFlows(ports.map((port) => port + 100 + Math.floor(Math.random() * 20000)));
      expect(flows).to.not.include("silence");
      return new Set(flows).size === 2 ? true : undefined;
    });
  });

  it("drains a deregistered target: no new flows, existing ones stay, with rebalance until it is gone", async () => {
    await scenario().configure(crossZone());
    const before = await scenario().eventually("both ENIs to know both targets", async () => {
      const flows = await scenario().sendFlows(ports);
      return flows.includes("i-b") ? flows : undefined;
    });
    const draining = { ...targets.b, state: "draining" as const };
    await scenario().configure({ ...crossZone({ failover: "rebalance" }), targets: [targets.a, draining] });
    expect(scenario().health).to.deep.include({
      targetId: "i-b",
      state: "draining",
      reason: "Target.DeregistrationInProgress",
    });
    expect(await scenario().sendFlows(ports)).to.deep.equal(before);
    expect(new Set(await scenario().sendFlows(ports.map((port) => port + 100)))).to.deep.equal(new Set(["i-a"]));
    await scenario().configure({ ...crossZone(), targets: [targets.a] });
    expect(await scenario().sendFlows(ports), "no_rebalance").to.deep.equal(before);
    await scenario().configure({ ...crossZone({ failover: "rebalance" }), targets: [targets.a] });
    expect(new Set(await scenario().sendFlows(ports)), "rebalance").to.deep.equal(new Set(["i-a"]));
  });
});
