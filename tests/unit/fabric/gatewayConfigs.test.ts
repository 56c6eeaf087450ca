import { expect } from "chai";
import { gatewayConfigs } from "../../../lab/fabric/gatewayConfigs";
import { endpointTun } from "../../../lab/fabric/names";
import { addresses, ids, twoVpcs } from "../../fixtures/fabricSnapshot";

describe("gateway configurations", () => {
  it("says for each GWLB where it runs, its ENIs, endpoints, targets and times", () => {
    expect(gatewayConfigs(twoVpcs(), 1)).to.deep.equal([
      {
        namespace: ids.loadBalancerNamespace,
        config: {
          loadBalancerArn: ids.loadBalancer,
          enis: [{ azId: "apne1-az4", address: addresses.gateway }],
          endpoints: [{ id: ids.gwlbEndpoint, azId: "apne1-az4", tun: endpointTun(ids.gwlbEndpoint) }],
          targets: [{ id: ids.target, port: 6081, state: "registered", address: addresses.target, azId: "apne1-az4" }],
          attributes: {
            crossZone: false,
            stickiness: "five-tuple",
            failover: "no_rebalance",
            tcpIdleTimeout: 350,
            idleTimeout: 120,
          },
          healthCheck: {
            protocol: "TCP",
            port: 80,
            interval: 10,
            timeout: 5,
            healthyThreshold: 2,
            unhealthyThreshold: 2,
          },
        },
      },
    ]);
  });

  it("scales times, but never below what a loaded machine can keep", () => {
    const [gateway] = gatewayConfigs(twoVpcs(), 0.05);
    expect(gateway?.config.healthCheck.interval).to.equal(0.5);
    expect(gateway?.config.attributes.tcpIdleTimeout).to.equal(17.5);
    const [instant] = gatewayConfigs(twoVpcs(), 0);
    expect(instant?.config.healthCheck).to.include({ interval: 0.2, timeout: 1 });
    expect(instant?.config.attributes).to.include({ idleTimeout: 5 });
  });

  it("holds endpoints that are pending, not those that wait for acceptance, were rejected or belong to another service", () => {
    const endpointsOf = (edit: (snapshot: ReturnType<typeof twoVpcs>) => void): number => {
      const snapshot = twoVpcs();
      edit(snapshot);
      return gatewayConfigs(snapshot, 1)[0]?.config.endpoints.length ?? -1;
    };
    expect(endpointsOf(({ vpcEndpoints }) => (vpcEndpoints[ids.gwlbEndpoint]!.state = "pending"))).to.equal(1);
    for (const state of ["pendingAcceptance", "rejected", "deleting", "failed"] as const) {
      expect(
        endpointsOf(({ vpcEndpoints }) => (vpcEndpoints[ids.gwlbEndpoint]!.state = state)),
        state,
      ).to.equal(0);
    }
    expect(endpointsOf(({ vpcEndpoints }) => (vpcEndpoints[ids.gwlbEndpoint]!.serviceName = "other"))).to.equal(0);
  });

  it("leaves out targets without an address, and finds an IP target's AZ by its subnet", () => {
    const snapshot = twoVpcs();
    const group = snapshot.targetGroups[ids.targetGroup]!;
    snapshot.instances[ids.target]!.state = "terminated";
    expect(gatewayConfigs(snapshot, 1)[0]?.config.targets).to.deep.equal([]);
    group.targetType = "ip";
    group.targets = [{ id: "10.1.10.77", port: 6081, state: "draining" }];
    expect(gatewayConfigs(snapshot, 1)[0]?.config.targets).to.deep.equal([
      { id: "10.1.10.77", address: "10.1.10.77", azId: "apne1-az4", port: 6081, state: "draining" },
    ]);
  });

  it("takes packets for a GWLB without a listener, and has no target for them", () => {
    const [before] = gatewayConfigs(twoVpcs(), 1);
    const [gateway] = gatewayConfigs({ ...twoVpcs(), listeners: {} }, 1);
    expect(gateway?.config.endpoints).to.deep.equal(before?.config.endpoints);
    expect(gateway?.config.endpoints).not.to.deep.equal([]);
    expect(gateway?.config.targets).to.deep.equal([]);
  });

  it("refuses failover values that differ and a stickiness it does not know", () => {
    const snapshot = twoVpcs();
    snapshot.targetGroups[ids.targetGroup]!.targetFailover.onUnhealthy = "rebalance";
    expect(() => gatewayConfigs(snapshot, 1)).to.throw('"no_rebalance" and on unhealthy "rebalance", expected equal');
    const other = twoVpcs();
    other.targetGroups[ids.targetGroup]!.stickiness = { enabled: true, type: "lb_cookie" };
    expect(() => gatewayConfigs(other, 1)).to.throw('stickiness type "lb_cookie"');
  });
});
