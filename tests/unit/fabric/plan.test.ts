import { expect } from "chai";
import type { CloudSnapshot } from "../../../lab/cloud/core/records";
import { inspectFabric } from "../../../lab/fabric/inspect";
import { endpointTun, internetNamespace, macAddress, subnetGateway, tableNumber } from "../../../lab/fabric/names";
import { type ObservedTuns, planFabric } from "../../../lab/fabric/plan";
import { addresses, copy, ids, mirrorSource, steer, twoVpcs } from "../../fixtures/fabricSnapshot";

/** `ip -batch` lines of one namespace in a plan. */
function linesOf(snapshot: CloudSnapshot, namespace: string, tuns?: ObservedTuns): string[] {
  const state = planFabric(snapshot, tuns).state.namespaces.get(namespace);
  return [...(state?.items.values() ?? [])].map((item) => item.add);
}

/** The kernel's view of one AWS route table. */
function routesOf(snapshot: CloudSnapshot, routeTableId: string, tuns?: ObservedTuns): string[] {
  const table = ` table ${tableNumber(routeTableId)} `;
  return linesOf(snapshot, ids.systemVpc, tuns)
    .filter((line) => line.startsWith("route ") && line.includes(table))
    .map((line) => line.replace("route replace ", "").replace(table, " "));
}

const tun = endpointTun(ids.gwlbEndpoint);
const inGateway: ObservedTuns = new Map([[ids.loadBalancerNamespace, new Set([tun])]]);
const inRouter: ObservedTuns = new Map([[ids.systemVpc, new Set([tun])]]);

describe("fabric plan", () => {
  it("has one namespace per router, instance, GWLB and protected ENI, named by AWS's ids", () => {
    const names = [...planFabric(twoVpcs()).state.namespaces.keys()];
    expect(names).to.include.members([
      internetNamespace,
      ids.systemVpc,
      ids.securityVpc,
      ids.source,
      ids.loadBalancerNamespace,
      "eni-00000000000000a10",
    ]);
    expect(names, "a GWLB ENI has no security group, so nothing goes between").not.to.include("eni-00000000000000b20");
    expect(names, "a GWLB endpoint's packets go into its TUN").not.to.include("eni-00000000000000a30");
  });

  it("keeps every link name within the kernel's 15 characters and distinct in its namespace", () => {
    const ends = [...planFabric(twoVpcs()).state.links.values()].flatMap((link) => link.ends);
    for (const { name } of ends) expect(name).to.have.length.within(1, 15);
    const names = ends.map((end) => `${end.namespace} ${end.name}`);
    expect(new Set(names).size).to.equal(names.length);
    expect(tun).to.have.length.within(1, 15);
  });

  it("gives the instance ens5 with its record's MAC and address", () => {
    const links = [...planFabric(twoVpcs()).state.links.values()].flatMap((link) => link.ends);
    const mac = "06:00:00:00:0a:10";
    expect(links).to.deep.include({ namespace: ids.source, name: "ens5", macAddress: mac });
    expect(linesOf(twoVpcs(), ids.source)).to.include("addr replace 10.2.10.10/24 dev ens5");
  });

  it("routes by the subnet that a packet comes from, and within its own subnet by host routes", () => {
    const lines = linesOf(twoVpcs(), ids.systemVpc);
    expect(lines).to.include("rule add pref 100 iif e000000000a10 to 10.2.10.0/24 lookup 10");
    expect(lines).to.include(`rule add pref 200 iif e000000000a10 lookup ${tableNumber(ids.sourceTable)}`);
    expect(lines).to.include("rule add pref 300 from all lookup 10");
    expect(lines).to.include("route replace blackhole default table 10 metric 1000");
  });

  it("takes the main route table for a subnet without an association of its own", () => {
    const lines = linesOf(twoVpcs(), ids.systemVpc);
    expect(lines).to.include(`rule add pref 200 iif ${tun} lookup ${tableNumber(ids.systemMainTable)}`);
    const changed = copy(twoVpcs());
    changed.routeTables[ids.sourceTable]!.associations = [];
    expect(linesOf(changed, ids.systemVpc)).to.include(
      `rule add pref 200 iif e000000000a10 lookup ${tableNumber(ids.systemMainTable)}`,
    );
  });

  it("drops what a table has no route for, and goes on to host routes only for local", () => {
    expect(routesOf(twoVpcs(), ids.destinationTable)).to.have.members([
      "blackhole default metric 2000",
      "throw 10.2.0.0/16 metric 1000",
    ]);
  });

  it("keeps an endpoint's packets in a blackhole until its TUN is there", () => {
    const snapshot = twoVpcs();
    steer(snapshot);
    const dead = "blackhole 10.2.20.0/24 metric 1000";
    const alive = `10.2.20.0/24 dev ${tun} metric 10`;
    expect(routesOf(snapshot, ids.sourceTable)).to.include(dead).and.not.include(alive);
    expect(routesOf(snapshot, ids.sourceTable, inGateway)).to.include.members([dead, alive]);
    expect(planFabric(snapshot, inGateway).moves).to.deep.equal([
      { name: tun, from: ids.loadBalancerNamespace, to: ids.systemVpc },
    ]);
    expect(planFabric(snapshot, inRouter).moves, "already there").to.deep.equal([]);
  });

  it("treats an endpoint that is not available, of another VPC, or deleted as a dead target", () => {
    const alive = `10.2.20.0/24 dev ${tun} metric 10`;
    const edits: ((snapshot: CloudSnapshot) => void)[] = [
      ({ vpcEndpoints }) => (vpcEndpoints[ids.gwlbEndpoint]!.state = "pending"),
      ({ vpcEndpoints }) => (vpcEndpoints[ids.gwlbEndpoint]!.vpcId = ids.securityVpc),
      ({ vpcEndpoints }) => delete vpcEndpoints[ids.gwlbEndpoint],
    ];
    for (const edit of edits) {
      const snapshot = twoVpcs();
      steer(snapshot);
      edit(snapshot);
      expect(routesOf(snapshot, ids.sourceTable, inRouter)).not.to.include(alive);
      expect(routesOf(snapshot, ids.sourceTable, inRouter)).to.include("blackhole 10.2.20.0/24 metric 1000");
    }
  });

  it("leads to the internet only through a gateway that is attached to this VPC", () => {
    const route = "default via 169.254.0.1 onlink dev internet metric 10";
    expect(routesOf(twoVpcs(), ids.bastionTable)).to.include(route);
    const detached = twoVpcs();
    delete detached.internetGateways[ids.internetGateway]!.vpcId;
    expect(routesOf(detached, ids.bastionTable)).not.to.include(route);
    expect([...planFabric(detached).state.links.keys()]).not.to.include(`${ids.systemVpc} internet`);
  });

  it("lets nothing for a private address out through an internet gateway", () => {
    const { ruleset } = planFabric(twoVpcs()).state.namespaces.get(ids.systemVpc) ?? { ruleset: "" };
    const drop = 'oifname "internet" ip daddr { 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10 } drop';
    expect(ruleset).to.contain(drop);
    expect(ruleset.indexOf(drop), "before anything is translated").to.be.lessThan(ruleset.indexOf("ip saddr set"));
  });

  it("routes what comes in through an internet gateway by its edge-associated table", () => {
    const snapshot = twoVpcs();
    expect(linesOf(snapshot, ids.systemVpc).filter((line) => line.includes("iif internet"))).to.deep.equal([]);
    snapshot.routeTables[ids.destinationTable]!.associations.push({ id: "a", gatewayId: ids.internetGateway });
    expect(linesOf(snapshot, ids.systemVpc)).to.include(
      `rule add pref 200 iif internet lookup ${tableNumber(ids.destinationTable)}`,
    );
  });

  it("puts the prefix list's CIDRs into the tables that have the S3 endpoint's route, and no other", () => {
    const s3 = "52.219.0.0/20 via 169.254.0.1 onlink dev s3 metric 10";
    expect(routesOf(twoVpcs(), ids.sourceTable)).to.include(s3);
    expect(routesOf(twoVpcs(), ids.destinationTable)).not.to.include(s3);
  });

  it("sends a route through an instance's interface to that instance", () => {
    const snapshot = twoVpcs();
    snapshot.routeTables[ids.sourceTable]!.routes.push({
      destinationCidrBlock: "192.0.2.0/24",
      target: { kind: "networkInterface", id: "eni-00000000000000a20" },
    });
    const route = "192.0.2.0/24 via 10.2.20.10 onlink dev e000000000a20 metric 10";
    expect(routesOf(snapshot, ids.sourceTable)).to.include(route);
    snapshot.instances[ids.destination]!.state = "terminated";
    expect(routesOf(snapshot, ids.sourceTable)).not.to.include(route);
  });

  describe("of an interface that is mirrored", () => {
    const [eni, collector] = ["eni-00000000000000a10", "eni-00000000000000a20"];
    function mirrored(change: (snapshot: CloudSnapshot) => void = () => undefined): CloudSnapshot {
      const snapshot = copy(twoVpcs());
      mirrorSource(snapshot);
      change(snapshot);
      return snapshot;
    }
    const stateOf = (snapshot: CloudSnapshot) => planFabric(snapshot).state.namespaces.get(eni);
    const to = twoVpcs().networkInterfaces[collector]?.privateIpAddress ?? "";
    const own = twoVpcs().networkInterfaces[eni];

    it("copies go into a VXLAN device that leads to the collector, from the interface's own address", () => {
      const lines = linesOf(mirrored(), eni).filter((line) => line.startsWith("link add"));
      expect(lines).to.have.length(1);
      expect(lines[0]).to.match(/^link add m[0-9a-f]{12} mtu 8951 up type vxlan id 42 /);
      expect(lines[0]).to.include(` remote ${to} dstport 4789 `);
      const output = `oifname "vpc" ip daddr ${to} udp dport 4789 ip saddr set ${own?.privateIpAddress} accept`;
      expect(stateOf(mirrored())?.ruleset).to.include(output);
      expect(linesOf(twoVpcs(), eni).filter((line) => line.startsWith("link add"))).to.deep.equal([]);
      expect([stateOf(twoVpcs())?.mirrors, stateOf(twoVpcs())?.ruleset.includes("4789")]).to.deep.equal(["", false]);
    });

    it("copies are made of what the filter takes, rules in their order, in with the host's frames and out with its MAC address", () => {
      const mirrors = stateOf(mirrored())?.mirrors ?? "";
      const match = "ip saddr 0.0.0.0/0 ip daddr 10.2.0.0/16 ip protocol 17 th dport 6081-6081";
      const ingress = mirrors.slice(mirrors.indexOf("chain ingress-"), mirrors.indexOf("chain egress-"));
      expect(ingress.indexOf(`${match} return`)).to.be.within(0, ingress.indexOf(`${match} dup to "m`));
      expect(ingress).to.include('hook egress device "host"');
      const egress = mirrors.slice(mirrors.indexOf("chain egress-"));
      expect(egress)
        .to.include('hook egress device "vpc"')
        .and.include(`${match} ether saddr set ${own?.macAddress} dup`);
    });

    it("the session of the lowest number comes first, and a collector that has gone ends a session", () => {
      const two = mirrored((snapshot) => {
        const first = snapshot.trafficMirrorSessions["tms-1"];
        if (first !== undefined) snapshot.trafficMirrorSessions["tms-0"] = { ...first, id: "tms-0", number: 8 };
      });
      const order = [...(stateOf(two)?.mirrors ?? "").matchAll(/jump ingress-(m\w+)/g)].map(([, link]) => link);
      const [one] = [...(stateOf(mirrored())?.mirrors ?? "").matchAll(/jump ingress-(m\w+)/g)].map(([, link]) => link);
      expect(order).to.have.length(2);
      expect(order[0]).to.equal(one);
      const without = mirrored((snapshot) => delete snapshot.trafficMirrorTargets["tmt-1"]);
      expect(stateOf(without)?.mirrors).to.equal("");
    });
  });

  it("translates public addresses one to one, and lets nothing else through the internet gateway", () => {
    const rules = planFabric(twoVpcs()).state.namespaces.get(ids.systemVpc)?.ruleset;
    expect(rules).to.contain('iifname "internet" ip daddr 198.51.100.7 ip daddr set 10.2.0.10');
    expect(rules).to.contain('oifname "internet" ip saddr 10.2.0.10 ip saddr set 198.51.100.7');
    expect(rules).to.contain('oifname "internet" drop');
  });

  it("keeps an instance's network until it is terminated", () => {
    const snapshot = twoVpcs();
    const has = (): boolean => planFabric(snapshot).state.namespaces.has(ids.source);
    for (const state of ["pending", "running", "shutting-down"] as const) {
      snapshot.instances[ids.source]!.state = state;
      expect(has(), state).to.equal(true);
    }
    snapshot.instances[ids.source]!.state = "terminated";
    expect(has(), "terminated").to.equal(false);
  });

  it("routes each GWLB address by its own table, so that one per AZ can share the namespace", () => {
    expect(linesOf(twoVpcs(), ids.loadBalancerNamespace)).to.include.members([
      "addr replace 10.1.20.10/32 dev e000000000b20",
      `rule add pref 100 from 10.1.20.10 lookup ${tableNumber("eni-00000000000000b20")}`,
    ]);
  });

  it("gives the same plan for the same records", () => {
    expect(planFabric(twoVpcs()).state.links).to.deep.equal(planFabric(copy(twoVpcs())).state.links);
    expect(linesOf(twoVpcs(), ids.systemVpc)).to.deep.equal(linesOf(twoVpcs(), ids.systemVpc));
  });
});

describe("fabric names", () => {
  it("derives the router's address from the subnet", () => {
    expect(subnetGateway("10.2.10.0/24")).to.equal("10.2.10.1");
    expect(subnetGateway("10.2.10.16/28")).to.equal("10.2.10.17");
    expect(() => subnetGateway("10.2.10.77/26")).to.throw("10.2.10.77/26");
  });

  it("makes locally administered unicast MAC addresses that differ by name", () => {
    expect(macAddress("a")).to.match(/^02(:[0-9a-f]{2}){5}$/);
    expect(macAddress("a")).not.to.equal(macAddress("b"));
  });

  it("refuses an id without hexadecimal digits at its end", () => {
    expect(() => tableNumber("rtb-xyzxyzxyz")).to.throw('Id "rtb-xyzxyzxyz"');
  });
});

describe("fabric inspection", () => {
  it("ties AWS ids to namespaces, links and addresses", () => {
    const entries = inspectFabric(twoVpcs());
    const entry = (id: string) => entries.find((each) => each.id === id);
    expect(entry(ids.bastion)).to.deep.include({
      kind: "instance",
      namespace: ids.bastion,
      link: "ens5",
      address: addresses.bastion,
      publicAddress: addresses.bastionPublic,
      azId: "apne1-az4",
      accountId: "222222222222",
    });
    expect(entry(ids.loadBalancerNamespace)).to.deep.include({ kind: "load-balancer", name: "inspection" });
    expect(entry(ids.gwlbEndpoint)).to.deep.include({ kind: "gwlb-endpoint", namespace: ids.systemVpc, link: tun });
  });
});
