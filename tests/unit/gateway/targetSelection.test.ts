import { expect } from "chai";
import { hashOf } from "../../../lab/gateway/flowHash";
import { TargetSelection, type Target } from "../../../lab/gateway/targetSelection";

const target = (id: string, azId: string, state: Target["state"] = "registered"): Target => ({
  id,
  azId,
  state,
  port: 6081,
  address: `10.0.0.${id.charCodeAt(0)}`,
});
const hashes = Array.from({ length: 300 }, (_, index) => hashOf(`flow ${index}`));

describe("gateway: target selection", () => {
  const two = [target("a", "az1"), target("b", "az1")];
  const zones = [target("a", "az1"), target("b", "az2")];
  const select = (
    targets: Target[],
    options: { crossZone?: boolean; failover?: "rebalance" | "no_rebalance"; unhealthy?: string[] } = {},
  ): TargetSelection => {
    const { crossZone = false, failover = "no_rebalance", unhealthy = [] } = options;
    return new TargetSelection(targets, { crossZone, failover }, (_, id) => !unhealthy.includes(id));
  };
  const chosen = (selection: TargetSelection, azId = "az1"): string[] =>
    [...new Set(hashes.map((hash) => selection.targetFor(azId, hash)?.id ?? "none"))].sort();

  it("uses the targets of the ENI's AZ, with cross-zone those of all", () => {
    expect(chosen(select(zones))).to.deep.equal(["a"]);
    expect(chosen(select(zones), "az2")).to.deep.equal(["b"]);
    expect(chosen(select(zones), "az3")).to.deep.equal(["none"]);
    expect(chosen(select(zones, { crossZone: true }), "az3")).to.deep.equal(["a", "b"]);
  });

  it("spreads flows evenly", () => {
    const selection = select(two);
    const toA = hashes.filter((hash) => selection.targetFor("az1", hash)?.id === "a").length;
    expect(toA).to.be.within(110, 190);
  });

  it("sends new flows to healthy targets, and to all when none is healthy", () => {
    expect(chosen(select(two, { unhealthy: ["a"] }))).to.deep.equal(["b"]);
    expect(chosen(select(two, { unhealthy: ["a", "b"] }))).to.deep.equal(["a", "b"]);
  });

  it("asks the health that the packet's ENI sees", () => {
    const views = new TargetSelection(two, { crossZone: false, failover: "no_rebalance" }, (azId) => azId === "az1");
    expect(chosen(views)).to.deep.equal(["a", "b"]);
    const seen: string[] = [];
    new TargetSelection(zones, { crossZone: true, failover: "no_rebalance" }, (azId) => {
      seen.push(azId);
      return true;
    }).targetFor("az2", 1);
    expect(new Set(seen)).to.deep.equal(new Set(["az2"]));
  });

  it("moves only the flows of a target that leaves", () => {
    const three = [...two, target("c", "az1")];
    const before = select(three);
    const after = select(two);
    for (const hash of hashes) {
      const had = before.targetFor("az1", hash)?.id;
      if (had !== "c") expect(after.targetFor("az1", hash)?.id).to.equal(had);
    }
  });

  it("gives no new flow to a draining target, not even if it is the only one", () => {
    expect(chosen(select([target("a", "az1", "draining"), target("b", "az1")]))).to.deep.equal(["b"]);
    expect(chosen(select([target("a", "az1", "draining")]))).to.deep.equal(["none"]);
  });

  const [a] = two as [Target];
  const existing = (selection: TargetSelection): string[] =>
    [...new Set(hashes.map((hash) => selection.targetFor("az1", hash, a)?.id ?? "none"))].sort();

  it("keeps existing flows on an unhealthy target, with rebalance moves them to healthy ones", () => {
    expect(existing(select(two, { unhealthy: ["a"] }))).to.deep.equal(["a"]);
    expect(existing(select(two, { unhealthy: ["a"], failover: "rebalance" }))).to.deep.equal(["b"]);
  });

  it("keeps existing flows where they are when no target is healthy", () => {
    expect(existing(select(two, { unhealthy: ["a", "b"], failover: "rebalance" }))).to.deep.equal(["a"]);
  });

  it("keeps flows of a draining target, with rebalance too: it is not deregistered yet", () => {
    const draining = [target("a", "az1", "draining"), target("b", "az1")];
    expect(existing(select(draining, { failover: "rebalance", unhealthy: ["a"] }))).to.deep.equal(["a"]);
  });

  it("keeps flows of a target that is gone, with rebalance moves them", () => {
    expect(existing(select([target("b", "az1")]))).to.deep.equal(["a"]);
    expect(existing(select([target("b", "az1")], { failover: "rebalance" }))).to.deep.equal(["b"]);
    expect(existing(select([], { failover: "rebalance" }))).to.deep.equal(["none"]);
  });

  it("follows a target to a new address", () => {
    const moved = { ...a, address: "10.0.0.200" };
    expect(select([moved]).targetFor("az1", 1, a)?.address).to.equal("10.0.0.200");
  });

  it("knows the addresses that answers may come from", () => {
    expect(select(two).hasAddress(a.address)).to.equal(true);
    expect(select(two).hasAddress("10.9.9.9")).to.equal(false);
  });
});
