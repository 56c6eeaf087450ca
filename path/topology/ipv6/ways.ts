import { ipv6Block, ipv6InternetAddress, leadsToInternet, lookUpIpv6, type Ipv6Block } from "../../net/ipv6";
import { isKnown, type OrUnknown, type Route, type Subnet, type TransitGatewayAttachment } from "../model";
import type { IndexedIpv6Route, TopologyIndex } from "../topologyIndex";

/**
 * Where IPv6 goes by what is configured, one direction at a time. GWLB and its endpoints take IPv6 where they are `dualstack` (Gateway Load
 * Balancers, "IP address type"); what a table leads elsewhere, `local` among it, no appliance sees.
 */

/** A host that is there, or any in its subnet. */
export interface Ipv6End {
  /** By which a finding names it. */
  name: string;
  subnet: Subnet;
  /** Of the host; empty where it has none. Absent: any host in the subnet. */
  addresses?: readonly OrUnknown<string>[];
}

/** How one direction goes: into a GWLB endpoint, past all of them, not to its end; or nobody tells. */
export interface Ipv6Way {
  kind: "past" | "unknown" | "inspected" | "none";
  /** What decides, in words: `::/0 → igw-0…`. */
  by: string;
  /** Name of the component that decides. */
  hop: string;
  /** The endpoint that it is led to first. */
  endpointId?: string;
}

/** The worst first. */
const kinds: readonly Ipv6Way["kind"][] = ["past", "unknown", "inspected", "none"];
/** Transit gateways and VPCs on one way; far more than any that ends. */
const longest = 16;

/** Whether a host in the subnet has an IPv6 address, or may get one. */
export function hasIpv6({ subnet, addresses = [] }: Ipv6End): boolean {
  return addresses.length > 0 || (subnet.ipv6CidrBlocks ?? []).length > 0;
}

/** How IPv6 packets go from a host to another one, or to the internet. */
export function ipv6Way(index: TopologyIndex, from: Ipv6End, to: Ipv6End | "internet"): Ipv6Way {
  return new Ways(index, to).from(from.subnet, longest);
}

/** How IPv6 packets of the internet come to a host: an egress-only internet gateway lets none in that begin there. */
export function ipv6WayIn(index: TopologyIndex, to: Ipv6End): Ipv6Way {
  return new Ways(index, to).in();
}

class Ways {
  private readonly destinations: readonly Ipv6Block[];

  constructor(
    private readonly index: TopologyIndex,
    private readonly to: Ipv6End | "internet",
  ) {
    const texts = to === "internet" ? [ipv6InternetAddress] : blocksOf(to);
    this.destinations = texts.flatMap((text) => ipv6Block(text) ?? []);
  }

  from(subnet: Subnet, left: number): Ipv6Way {
    const { index, to, destinations } = this;
    if (to !== "internet" && to.subnet.id === subnet.id) {
      return { kind: "past", by: "within one subnet", hop: subnet.name };
    }
    const table = isKnown(subnet.routeTableId) ? index.topology.routeTables[subnet.routeTableId] : undefined;
    if (table === undefined) {
      return { kind: "unknown", by: `the route table of ${subnet.name} is not told`, hop: subnet.name };
    }
    const routes = index.ipv6RoutesOf(table);
    const out = to === "internet" ? routes.find(({ route }) => isOpen(route)) : undefined;
    if (out !== undefined) return { kind: "past", by: inWords(out), hop: table.name };
    if (left === 0 || destinations.length === 0) {
      return { kind: "unknown", by: "where it is to go is not told", hop: table.name };
    }
    return worst(
      destinations.map((destination) => {
        const found = lookUpIpv6(routes, destination);
        if (found !== undefined) return this.along(found, subnet, table.name, left);
        // Every table of a VPC has a local route for its IPv6 CIDRs (Amazon VPC User Guide, "Route table concepts").
        if (this.isIn(subnet.vpcId)) return { kind: "past", by: "the local route", hop: table.name };
        return { kind: "none", by: "no route", hop: table.name };
      }),
    );
  }

  in(): Ipv6Way {
    const { index, to } = this;
    if (to === "internet") return { kind: "none", by: "", hop: "" };
    const gateway = index.attachedGateway(to.subnet.vpcId);
    if (gateway === undefined) return { kind: "none", by: "no internet gateway", hop: to.subnet.name };
    const table = index.edgeTable(gateway.id);
    const routes = table === undefined ? [] : index.ipv6RoutesOf(table);
    const past = { kind: "past", by: `${gateway.id} → local`, hop: table?.name ?? gateway.name } as const;
    return worst(
      this.destinations.map((destination) => {
        const found = lookUpIpv6(routes, destination);
        if (found === undefined || found.route.target.kind === "local") return past;
        return this.along(found, to.subnet, table?.name ?? gateway.name, 0);
      }),
    );
  }

  private along(found: IndexedIpv6Route, subnet: Subnet, hop: string, left: number): Ipv6Way {
    const { index, to } = this;
    const by = inWords(found);
    const { route } = found;
    const { kind, id } = route.target;
    const isInside = this.isIn(subnet.vpcId);
    if (route.state === "blackhole") return { kind: "none", by, hop };
    switch (kind) {
      case "local":
        return { kind: isInside ? "past" : "none", by, hop };
      case "vpc-endpoint":
        // What becomes of it at one of IPv4 only is UNVERIFIED; round it it does not go.
        if (index.topology.endpoints[id]?.ipAddressType === "ipv4") return { kind: "none", by, hop };
        return { kind: "inspected", by, hop, endpointId: id };
      case "internet-gateway":
        return to === "internet" ? { kind: "past", by, hop } : this.byInternet(by, hop, isInside);
      case "transit-gateway":
        return this.through(id, subnet, by, hop, left);
      case "network-interface":
        return { kind: "unknown", by: `${by}, whose own affair it is`, hop };
      // NAT64 (Amazon VPC User Guide, "DNS64 and NAT64"): on as IPv4, which is traced for itself.
      case "nat-gateway":
        return { kind: "unknown", by, hop };
      case "other":
        if (id.startsWith("eigw-")) return this.byInternet(by, hop, isInside);
        if (id.startsWith("pcx-")) return { kind: to === "internet" || isInside ? "none" : "past", by, hop };
        return { kind: "unknown", by, hop };
    }
  }

  /** IPv6 addresses of VPCs are known in the internet: from one VPC's gateway to another one's. */
  private byInternet(by: string, hop: string, isInside: boolean): Ipv6Way {
    if (isInside) return { kind: "none", by, hop };
    const { kind } = this.in();
    return { kind, by, hop };
  }

  private through(id: string, subnet: Subnet, by: string, hop: string, left: number): Ipv6Way {
    const { index } = this;
    const { topology } = index;
    const attachment = index.attachment(id, subnet.vpcId);
    const table = attachment && index.associatedTable(attachment);
    if (attachment !== undefined && table === undefined) return { kind: "none", by, hop };
    if (table === undefined || !isKnown(table) || !isKnown(table.routes)) {
      return { kind: "unknown", by: `${by}, whose route table is not told`, hop };
    }
    const routes = index.ipv6TransitRoutesOf(table);
    const isWhole = [...table.routes, ...(table.ipv6Routes ?? [])].every(
      ({ destination }) => isKnown(destination) && !index.hasUnknownDestination({ destination }),
    );
    return worst(
      this.destinations.map((destination): Ipv6Way => {
        const found = lookUpIpv6(routes, destination);
        if (found === undefined) {
          return isWhole
            ? { kind: "none", by, hop }
            : { kind: "unknown", by: `${by}, whose routes are not all told`, hop };
        }
        const { attachmentId } = found.route;
        if (attachmentId === undefined) return { kind: "none", by, hop };
        const next = topology.transitGatewayAttachments[attachmentId];
        const further = `${by}, ${found.destination} → ${attachmentId || "an attachment"}`;
        if (next === undefined || left <= 1) return { kind: "unknown", by: further, hop };
        return worst(subnetsOf(index, next).map((each) => this.behind(each, { by: further, hop }, left - 1)));
      }),
    );
  }

  /** In a VPC behind a transit gateway; that it gets there at all is said, too. */
  private behind(subnet: Subnet | undefined, { by, hop }: { by: string; hop: string }, left: number): Ipv6Way {
    if (subnet === undefined) return { kind: "unknown", by: `${by}, whose subnets are not told`, hop };
    const way = this.from(subnet, left);
    return { ...way, by: `${by}, ${way.by}` };
  }

  private isIn(vpcId: string): boolean {
    return this.to !== "internet" && this.to.subnet.vpcId === vpcId;
  }
}

/** Addresses of the host where it has any that are told, else the subnet's blocks. */
function blocksOf({ subnet, addresses = [] }: Ipv6End): string[] {
  const known = addresses.filter(isKnown);
  return known.length > 0 ? known : (subnet.ipv6CidrBlocks ?? []).filter(isKnown);
}

/** Out of the VPC into the internet, for some destinations at least. */
function isOpen({ target, state }: Route): boolean {
  return leadsToInternet(target.id) && state !== "blackhole";
}

function subnetsOf({ topology }: TopologyIndex, { subnetIds }: TransitGatewayAttachment): (Subnet | undefined)[] {
  return subnetIds.length === 0 ? [undefined] : subnetIds.map((id) => topology.subnets[id]);
}

function worst(ways: readonly Ipv6Way[]): Ipv6Way {
  const [first, ...others] = ways;
  if (first === undefined) return { kind: "unknown", by: "nothing tells of it", hop: "" };
  return others.reduce((bad, way) => (kinds.indexOf(way.kind) < kinds.indexOf(bad.kind) ? way : bad), first);
}

function inWords({ route, destination }: IndexedIpv6Route): string {
  return `${destination} → ${route.target.id || "a target that is not told"}`;
}
