import { expect } from "chai";
import type { CloudSnapshot } from "../../../lab/cloud/core/records";
import { difference } from "../../../lab/fabric/difference";
import { planFabric } from "../../../lab/fabric/plan";
import { copy, ids, mirrorSource, steer, twoVpcs } from "../../fixtures/fabricSnapshot";

const none = new Set<string>();

function after(edit: (snapshot: CloudSnapshot) => void) {
  const snapshot = copy(twoVpcs());
  const before = planFabric(snapshot).state;
  edit(snapshot);
  return difference(before, planFabric(snapshot).state, none);
}

describe("fabric difference", () => {
  it("is empty when nothing has changed", () => {
    const nothing = after(() => undefined);
    expect(Object.values(nothing).flat()).to.deep.equal([]);
  });

  it("touches only the router when a route changes", () => {
    const change = after(steer);
    expect(change.changes.map(({ namespace }) => namespace)).to.deep.equal([ids.systemVpc]);
    expect(change.changes[0]?.lines).to.have.length(2);
    expect(change.changes[0]?.ruleset, "no new rules").to.equal(undefined);
    expect(
      [change.addedLinks, change.removedLinks, change.addedNamespaces, change.removedNamespaces].flat(),
    ).to.deep.equal([]);
  });

  it("touches only the interfaces of a security group when one of its rules changes", () => {
    const change = after(({ securityGroupRules }) => {
      for (const [id, rule] of Object.entries(securityGroupRules)) {
        if (rule.securityGroupId === ids.securityGroup) delete securityGroupRules[id];
      }
    });
    expect(change.changes.map(({ namespace }) => namespace)).to.deep.equal(["eni-00000000000000b10"]);
    expect(change.changes[0]?.lines).to.deep.equal([]);
  });

  it("replaces an interface whose MAC has changed, with everything that hung on it", () => {
    const change = after(
      ({ networkInterfaces }) => (networkInterfaces["eni-00000000000000a10"]!.macAddress = "06:00:00:00:00:99"),
    );
    expect(change.removedLinks).to.have.length(1);
    expect(change.addedLinks).to.have.length(1);
    const host = change.changes.find(({ namespace }) => namespace === ids.source);
    expect(host?.lines).to.include("addr replace 10.2.10.10/24 dev ens5");
    expect(
      host?.lines.filter((line) => line.includes("del")),
      "the link took them with it",
    ).to.deep.equal([]);
    const inner = change.changes.find(({ namespace }) => namespace === "eni-00000000000000a10");
    expect(inner?.sysctls, "proxy ARP is the link's").to.have.property("net/ipv4/conf/host/proxy_arp", "1");
  });

  it("moves a subnet to another route table by replacing one rule per interface", () => {
    const change = after(({ routeTables }) => (routeTables[ids.destinationTable]!.associations = []));
    const lines = change.changes[0]?.lines ?? [];
    expect(lines.map((line) => line.split(" ").slice(0, 2).join(" "))).to.deep.equal(["rule del", "rule add"]);
  });

  it("makes a mirror's device before what copies into it, and makes both anew with the links that they hang on", () => {
    const eni = "eni-00000000000000a10";
    const plain = planFabric(twoVpcs()).state;
    const snapshot = copy(twoVpcs());
    mirrorSource(snapshot);
    const mirrored = planFabric(snapshot).state;
    const [made, ...others] = difference(plain, mirrored, none).changes;
    expect([made?.namespace, others.length]).to.deep.equal([eni, 0]);
    expect(made?.lines.map((line) => line.slice(0, 9))).to.deep.equal(["link add "]);
    expect(made?.mirrors).to.include("dup to");
    const [ended] = difference(mirrored, plain, none).changes;
    expect(ended?.lines.map((line) => line.slice(0, 9))).to.deep.equal(["link del "]);
    expect(ended?.mirrors).to.equal("");
    snapshot.networkInterfaces[eni]!.macAddress = "06:00:00:00:00:99";
    const moved = difference(mirrored, planFabric(snapshot).state, none).changes.find(
      ({ namespace }) => namespace === eni,
    );
    expect(moved?.mirrors).to.include("06:00:00:00:00:99");
    expect(difference(mirrored, mirrored, none).changes).to.deep.equal([]);
  });

  it("takes away what a removed instance had in the router, and its namespaces", () => {
    const change = after(({ instances }) => (instances[ids.neighbour]!.state = "terminated"));
    expect(change.removedNamespaces).to.have.members([ids.neighbour, "eni-00000000000000a11"]);
    expect(change.removedLinks).to.have.length(2);
    expect(change.changes.flatMap(({ lines }) => lines).every((line) => line.startsWith("rule del"))).to.equal(true);
  });

  it("writes everything again in namespaces where a change has failed, trying removals first", () => {
    const state = planFabric(twoVpcs()).state;
    const again = difference(state, state, new Set([ids.systemVpc]));
    const router = again.changes.find(({ namespace }) => namespace === ids.systemVpc);
    expect(router?.attempts).to.include("rule del pref 300 from all lookup 10");
    expect(router?.lines).to.include("rule add pref 300 from all lookup 10");
    expect(router?.ruleset).to.be.a("string");
    expect(again.addedNamespaces, "it may not even exist").to.deep.equal([ids.systemVpc]);
    const ends = again.addedLinks.map((link) => link.ends.map(({ namespace }) => namespace));
    expect(
      ends.every((namespaces) => namespaces.includes(ids.systemVpc)),
      "other links stay",
    ).to.equal(true);
    expect(ends, "its own links are made anew").not.to.deep.equal([]);
  });
});
