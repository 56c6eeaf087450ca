import { endpointTun, eniLink } from "../../../lab/fabric/names";
import { internetGatewayLink } from "../../../lab/fabric/routeTables";
import { isKnown, type Header, type Hop, type Leg, type NetworkInterface, type Topology } from "../../../path/topology";

/** Where packets are captured, in the words of both sides of the comparison. */
export const places = {
  /** An instance's own interface. */
  host: (instanceId: string): string => `host ${instanceId}`,
  /** The internet's end of every internet gateway. */
  internet: "host internet",
  /** A VPC router's link. */
  router: (vpcId: string, link: string): string => `router ${vpcId} ${link}`,
};

/** What a capture at a place shows. */
export function sighting(
  leg: "request" | "reply",
  place: string,
  way: "in" | "out",
  {
    source,
    destination,
    outer,
  }: Pick<Header, "source" | "destination"> & { outer?: { source: string; destination: string } },
): string {
  const wrapped = outer === undefined ? "" : ` in ${outer.source}>${outer.destination}`;
  return `${leg} ${place} ${way} ${source}>${destination}${wrapped}`;
}

/** What captures show of a traced leg, in this order. */
export function sightings(topology: Topology, { hops }: Leg, leg: "request" | "reply"): string[] {
  const found: string[] = [];
  const see = (place: string, way: "in" | "out", header: Header | undefined): void => {
    if (header !== undefined) found.push(sighting(leg, place, way, header));
  };
  const linkOf = ({ id, vpcId }: NetworkInterface): string => places.router(vpcId, eniLink(id));
  const vpcOf = (instanceId: string): string => topology.instances[instanceId]?.vpcId ?? "";
  /** Set while the packet is between a host and its security groups. */
  let leaving: NetworkInterface | undefined;
  /** VPC of the last instance or endpoint. */
  let vpcId = "";
  const inside = new Set<string>();
  for (const [place, hop] of hops.entries()) {
    const { kind, id, verdict, in: before, out: after, decidedBy } = hop;
    const passed = verdict === "passed";
    switch (kind) {
      case "instance": {
        const isFirst = place === 0;
        if (isFirst || decidedBy?.kind === "hairpin-rule") {
          see(places.host(id), "out", after);
          leaving = interfaceOf(topology, id);
          if (isFirst) vpcId = vpcOf(id);
        } else if (!passed) {
          // Somebody else's interface, by its own id.
          const eni = topology.networkInterfaces[id];
          if (eni !== undefined) see(linkOf(eni), "out", before);
        }
        break;
      }
      case "security-group": {
        if (leaving !== undefined) {
          if (passed) see(linkOf(leaving), "in", after);
          leaving = undefined;
          break;
        }
        const eni = destinationOf(topology, hop, vpcId);
        if (eni === undefined) throw new Error(`nobody has the destination of ${JSON.stringify(hop)}`);
        see(linkOf(eni), "out", before);
        if (passed) see(places.host(eni.owner.id), "in", after);
        break;
      }
      case "vpc-endpoint": {
        if (!passed) break;
        vpcId = topology.endpoints[id]?.vpcId ?? "";
        see(places.router(vpcId, endpointTun(id)), inside.has(id) ? "in" : "out", after);
        inside.add(id);
        break;
      }
      case "load-balancer": {
        const link = places.router(topology.loadBalancers[id]?.vpcId ?? "", `gateway ${hop.azId}`);
        if (before?.outer === undefined && after?.outer !== undefined) see(link, "in", after);
        if (before?.outer !== undefined && after?.outer === undefined) see(link, "out", before);
        break;
      }
      case "internet-gateway": {
        if (!passed) break;
        const vpc = topology.internetGateways[id]?.vpcId ?? "";
        const link = places.router(vpc, internetGatewayLink);
        if (hops[place - 1]?.kind === "internet") see(link, "in", before);
        else see(link, "out", after);
        vpcId = vpc;
        break;
      }
      case "internet": {
        see(places.internet, place === 0 ? "out" : "in", place === 0 ? after : before);
        break;
      }
      // Generated topologies have no NAT gateways.
      case "nat-gateway":
      case "network-acl":
      case "route-table":
      case "endpoint-service":
      case "target-group":
      case "transit-gateway-attachment":
      case "transit-gateway-route-table":
        break;
    }
  }
  return found;
}

function interfaceOf(topology: Topology, instanceId: string): NetworkInterface | undefined {
  return topology.networkInterfaces[topology.instances[instanceId]?.networkInterfaceId ?? ""];
}

/** Between GWLB and targets the address is the GENEVE datagram's, in the VPC of the target. */
function destinationOf(topology: Topology, hop: Hop, vpcId: string): NetworkInterface | undefined {
  const { in: header, accountId } = hop;
  const address = header?.outer?.destination ?? header?.destination;
  return Object.values(topology.networkInterfaces).find(
    (eni) =>
      isKnown(eni.address) &&
      eni.address === address &&
      (header?.outer === undefined ? eni.vpcId === vpcId : eni.accountId === accountId),
  );
}
