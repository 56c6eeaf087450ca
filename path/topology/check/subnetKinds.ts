import { contains, formatAddress } from "../../net/cidr";
import { ipv6Block, lookUpIpv6 } from "../../net/ipv6";
import { isKnown, type NetworkAcl, type RouteTable, type Subnet } from "../model";
import type { TopologyIndex } from "../topologyIndex";
import { azIdOf } from "../topologyIndex";
import { lookUp } from "../trace/routing";

/** Subnets of one VPC between which no route, AZ, network ACL or IPv6 makes a difference: what holds for one holds for all. */
export interface SubnetKind {
  vpcId: string;
  /** In the order of the topology; never empty. */
  subnets: [Subnet, ...Subnet[]];
  azId: string | undefined;
  /** Its route table; undefined where it is not known. */
  table: RouteTable | undefined;
}

/** An address of a subnet that a host may have. */
export function hostAddress(index: TopologyIndex, { cidrBlock }: Subnet): string | undefined {
  const cidr = index.cidr(cidrBlock);
  return cidr === undefined ? undefined : formatAddress(cidr.first + 4);
}

export function tableOf({ topology }: TopologyIndex, { routeTableId }: Subnet): RouteTable | undefined {
  return isKnown(routeTableId) ? topology.routeTables[routeTableId] : undefined;
}

/** @param subnets all of one VPC that hosts may be in */
export function subnetKinds(index: TopologyIndex, vpcId: string, subnets: readonly Subnet[]): SubnetKind[] {
  const own = new Map<string, RouteTable>();
  for (const subnet of subnets) {
    const table = tableOf(index, subnet);
    if (table !== undefined) own.set(contentOf(table), table);
  }
  const gateway = index.attachedGateway(vpcId);
  const edge = gateway && index.edgeTable(gateway.id);
  // A table of an endpoint's subnet decides, too.
  const others = Object.values(index.topology.routeTables).filter((table) => table.vpcId === vpcId);
  const tables = new Map([...own, ...others.map((table) => [contentOf(table), table] as const)]);
  const deciding = [...tables.values(), ...(edge === undefined ? [] : [edge])];
  const acls = Object.values(index.topology.networkAcls).filter((acl) => acl.vpcId === vpcId);
  const kinds = new Map<string, SubnetKind>();
  for (const subnet of subnets) {
    const address = hostAddress(index, subnet);
    if (address === undefined) continue;
    const table = tableOf(index, subnet);
    const azId = azIdOf(subnet);
    const key = JSON.stringify([
      azId,
      table === undefined ? null : contentOf(table),
      subnet.networkAclId,
      deciding.map((each) => lookUp(index, each, address)?.destination),
      acls.map((acl) => entriesFor(index, acl, subnet)),
      ipv6For(index, deciding, subnet),
    ]);
    const kind = kinds.get(key);
    if (kind === undefined) kinds.set(key, { vpcId, subnets: [subnet], azId, table });
    else kind.subnets.push(subnet);
  }
  return [...kinds.values()];
}

const contents = new WeakMap<RouteTable, string>();

function contentOf(table: RouteTable): string {
  const known =
    contents.get(table) ??
    JSON.stringify(
      [...table.routes, ...(table.ipv6Routes ?? [])]
        .map(({ destination, target, state }) => [destination, target, state])
        .sort(),
    );
  contents.set(table, known);
  return known;
}

/** The route that each table has for a subnet's IPv6 blocks; absent where it has none. */
function ipv6For(index: TopologyIndex, tables: readonly RouteTable[], { ipv6CidrBlocks }: Subnet): unknown {
  return ipv6CidrBlocks?.map((text) => {
    const block = isKnown(text) ? ipv6Block(text) : undefined;
    return tables.map((table) => block && lookUpIpv6(index.ipv6RoutesOf(table), block)?.destination);
  });
}

/** Numbers of the entries that hold a subnet. */
function entriesFor(index: TopologyIndex, { entries }: NetworkAcl, { cidrBlock }: Subnet): number[] {
  const own = index.cidr(cidrBlock);
  return entries.flatMap((entry, place) => {
    const cidr = index.cidr(entry.cidrBlock);
    return cidr !== undefined && own !== undefined && contains(cidr, own) ? [place] : [];
  });
}
