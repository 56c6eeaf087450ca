import type { CloudSnapshot, Instance, NetworkInterface, Subnet } from "../cloud/core/records";
import { eniLink, loadBalancerNamespace } from "./names";

/** An ENI that has a place in the fabric: where its host's end is, and what goes between that and the router. */
export interface Attachment {
  eni: NetworkInterface;
  subnet: Subnet;
  /** Namespace and link of the host's end. */
  namespace: string;
  link: string;
  kind: "instance" | "loadBalancer" | "vpcEndpoint" | "natGateway";
  /** False for those of GWLBs and NAT gateways, which have no security group: their link goes straight into the router. */
  protected: boolean;
}

/** The name that every instance's interface has, as on Nitro instances. */
export const instanceLink = "ens5";

/** An instance has its network from the first record on until it is terminated. */
export function hasNetwork(instance: Instance | undefined): boolean {
  return instance !== undefined && instance.state !== "terminated";
}

/** Every ENI that takes packets for itself. A GWLB endpoint's does not: its packets go into a TUN, and its address answers nobody. */
export function attachments(snapshot: CloudSnapshot): Attachment[] {
  return Object.values(snapshot.networkInterfaces)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .flatMap((eni) => attachment(snapshot, eni) ?? []);
}

function attachment(snapshot: CloudSnapshot, eni: NetworkInterface): Attachment | undefined {
  const subnet = snapshot.subnets[eni.subnetId];
  if (subnet === undefined || snapshot.vpcs[eni.vpcId] === undefined) return undefined;
  switch (eni.owner.kind) {
    case "instance": {
      if (!hasNetwork(snapshot.instances[eni.owner.id])) return undefined;
      return { eni, subnet, namespace: eni.owner.id, link: instanceLink, kind: "instance", protected: true };
    }
    case "loadBalancer": {
      const loadBalancer = snapshot.loadBalancers[eni.owner.id];
      if (loadBalancer === undefined) return undefined;
      const namespace = loadBalancerNamespace(loadBalancer);
      return { eni, subnet, namespace, link: eniLink(eni.id), kind: "loadBalancer", protected: false };
    }
    case "vpcEndpoint": {
      const endpoint = snapshot.vpcEndpoints[eni.owner.id];
      if (endpoint?.type !== "Interface" || endpoint.state === "deleting") return undefined;
      return { eni, subnet, namespace: endpoint.id, link: eniLink(eni.id), kind: "vpcEndpoint", protected: true };
    }
    case "natGateway": {
      if (snapshot.natGateways[eni.owner.id]?.state !== "available") return undefined;
      return { eni, subnet, namespace: eni.owner.id, link: eniLink(eni.id), kind: "natGateway", protected: false };
    }
    // A transit gateway routes and is no end: transitGateways.ts.
    case "transitGatewayAttachment":
      return undefined;
  }
}
