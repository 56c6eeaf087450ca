import { expect } from "chai";
import type { CloudSnapshot } from "../../../lab/cloud/core/records";
import { inspectFabric, type FabricEntry } from "../../../lab/fabric/inspect";
import { addresses, copy, ids, twoVpcs } from "../../fixtures/fabricSnapshot";

/** As `twoVpcs`, with an interface endpoint: the GWLB endpoint turned into one. */
function withInterfaceEndpoint(): CloudSnapshot {
  const snapshot = copy(twoVpcs());
  snapshot.vpcEndpoints[ids.gwlbEndpoint]!.type = "Interface";
  return snapshot;
}

const find = (entries: FabricEntry[], id: string): FabricEntry => {
  const found = entries.filter((entry) => entry.id === id);
  expect(found, id).to.have.length(1);
  return found[0]!;
};

describe("inspect", () => {
  const snapshot = twoVpcs();
  const entries = inspectFabric(snapshot);

  it("shows everything that has a place in the kernel", () => {
    const shown = entries.flatMap(({ id, networkInterfaceId }) => [id, networkInterfaceId]);
    const tables = ["vpcs", "subnets", "instances", "networkInterfaces", "vpcEndpoints", "internetGateways"] as const;
    for (const table of tables) {
      expect(Object.keys(snapshot[table]), table).not.to.be.empty;
      expect(shown, table).to.include.members(Object.keys(snapshot[table]));
    }
    expect(shown).to.include(ids.loadBalancerNamespace);
  });

  it("says for each whose it is and where", () => {
    for (const entry of entries) {
      expect(entry.accountId, entry.id).to.match(/^(111111111111|222222222222)$/);
      expect(entry.vpcId, entry.id).to.match(/^vpc-/);
      if (entry.networkInterfaceId !== undefined) {
        expect(entry, entry.id).to.include.keys("namespace", "link", "address", "azId", "subnetId");
      }
    }
  });

  it("shows subnets by their router and CIDR", () => {
    const { vpcId, cidrBlock } = snapshot.subnets[ids.sourceSubnet]!;
    expect(find(entries, ids.sourceSubnet)).to.deep.include({ kind: "subnet", namespace: vpcId, address: cidrBlock });
  });

  it("shows the way to S3 and the internet in the lab's own namespace", () => {
    expect(find(entries, ids.s3Endpoint)).to.deep.include({ kind: "gateway-endpoint", namespace: "" });
    expect(find(entries, ids.internetGateway)).to.deep.include({ kind: "internet-gateway", namespace: "" });
    expect(find(entries, ids.s3Endpoint).link).not.to.equal(find(entries, ids.internetGateway).link);
  });

  it("shows an instance's user, for ssh", () => {
    const withImage = copy(snapshot);
    const id = withImage.instances[ids.source]!.imageId;
    withImage.images[id] = { id, region: "ap-northeast-1", name: "x", rootFilesystem: "debian", defaultUser: "admin" };
    expect(find(inspectFabric(withImage), ids.source)).to.include({ user: "admin", address: addresses.source });
  });

  it("shows an interface endpoint by its ENI, in a namespace of its own", () => {
    expect(find(inspectFabric(withInterfaceEndpoint()), ids.gwlbEndpoint)).to.include({
      kind: "vpc-endpoint",
      namespace: ids.gwlbEndpoint,
    });
  });
});
