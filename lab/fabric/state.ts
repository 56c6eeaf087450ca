/**
 * What the kernel should hold, as data. `plan` makes it from the cloud's records, `apply` compares it with what was
 * applied last and brings about the difference.
 */

/** One line of `ip -batch` and the line that takes it back. */
export interface Item {
  kind: "device" | "up" | "address" | "neighbour" | "route" | "rule";
  add: string;
  remove?: string;
  /** Links each of which takes this item with it when it goes. A rule outlives the link that it names. */
  links?: string[];
  /** `add` replaces an older form of the item in one step. */
  replaces: boolean;
}

export interface NamespaceState {
  /** Paths under /proc/sys, set before the namespace has links, so that they inherit `default`. */
  sysctls: Record<string, string>;
  /** Paths under /proc/sys that exist with a link only. */
  linkSysctls: Record<string, Record<string, string>>;
  /** By what makes the item unique in the kernel, e.g. table, prefix and metric of a route. */
  items: Map<string, Item>;
  /** Body of the nftables table `ip fabric`. */
  ruleset: string;
  /** Body of the nftables table `netdev mirrors`, whose chains go with the links that they hang on; empty for none. */
  mirrors: string;
}

export interface LinkEnd {
  namespace: string;
  name: string;
  macAddress: string;
}

/** A veth pair. */
export interface LinkState {
  mtu: number;
  ends: [LinkEnd, LinkEnd];
}

/** A TUN that the gateway process has opened in `from` and that belongs into the consumer's router. */
export interface TunMove {
  name: string;
  from: string;
  to: string;
}

export interface FabricState {
  namespaces: Map<string, NamespaceState>;
  links: Map<string, LinkState>;
}

export const mainTable = 254;

/** Collects what one namespace should hold. */
export class NamespacePlan implements NamespaceState {
  readonly items = new Map<string, Item>();
  readonly linkSysctls: Record<string, Record<string, string>> = {};
  ruleset = "";
  mirrors = "";

  constructor(readonly sysctls: Record<string, string>) {}

  /** A device that is no veth. @param settings what `ip link add` is told, with its type */
  device(name: string, settings: string): void {
    this.items.set(`device ${name}`, {
      kind: "device",
      add: `link add ${name} ${settings}`,
      remove: `link del ${name}`,
      replaces: false,
    });
  }

  up(link: string, mtu?: number): void {
    const add = `link set dev ${link}${mtu === undefined ? "" : ` mtu ${mtu}`} up`;
    this.items.set(`up ${link}`, { kind: "up", add, links: [link], replaces: true });
  }

  /** @param address - with prefix length */
  address(address: string, link: string): void {
    this.items.set(`address ${address} ${link}`, {
      kind: "address",
      add: `addr replace ${address} dev ${link}`,
      remove: `addr del ${address} dev ${link}`,
      links: [link],
      replaces: true,
    });
  }

  /** A fixed ARP entry: nothing has to be asked, and nothing gets stale. */
  neighbour(address: string, macAddress: string, link: string): void {
    this.items.set(`neighbour ${address} ${link}`, {
      kind: "neighbour",
      add: `neigh replace ${address} lladdr ${macAddress} dev ${link} nud permanent`,
      remove: `neigh del ${address} dev ${link}`,
      links: [link],
      replaces: true,
    });
  }

  /**
   * @param target - what `ip route` calls next hop, e.g. `via 10.0.0.1 onlink`
   * @param metric - of two routes to one prefix the smaller wins, and the other stays for when its link is gone
   */
  route(prefix: string, link: string, options: { target?: string; table?: number; metric?: number } = {}): void {
    const place = `${prefix} table ${options.table ?? mainTable} metric ${options.metric ?? 10}`;
    const target = options.target === undefined ? "" : `${options.target} `;
    this.items.set(`route ${place}`, {
      kind: "route",
      add: `route replace ${prefix} ${target}dev ${link} table ${options.table ?? mainTable} metric ${options.metric ?? 10}`,
      remove: `route del ${place}`,
      links: [link],
      replaces: true,
    });
  }

  /** To one of several links, by a hash of the packet's flow that is the same for both directions (sysctl fib_multipath_hash_policy). */
  multipath(prefix: string, nextHop: string, links: string[], table: number): void {
    const place = `${prefix} table ${table} metric 10`;
    const nextHops = links.map((link) => `nexthop via ${nextHop} dev ${link} onlink`);
    this.items.set(`route ${place}`, {
      kind: "route",
      add: `route replace ${place} ${nextHops.join(" ")}`,
      remove: `route del ${place}`,
      // The kernel takes such a route away with any of its links.
      links,
      replaces: true,
    });
  }

  /** `blackhole` drops silently, as AWS does; `throw` goes on with the next rule. */
  specialRoute(type: "blackhole" | "throw", prefix: string, table: number, metric = 1000): void {
    const place = `${prefix} table ${table} metric ${metric}`;
    this.items.set(`route ${place}`, {
      kind: "route",
      add: `route replace ${type} ${place}`,
      remove: `route del ${place}`,
      replaces: true,
    });
  }

  /** @param selector - e.g. `iif e0123 to 10.0.0.0/24`, unique together with the preference */
  rule(preference: number, selector: string, table: number): void {
    const rule = `pref ${preference} ${selector} lookup ${table}`;
    this.items.set(`rule ${preference} ${selector}`, {
      kind: "rule",
      add: `rule add ${rule}`,
      remove: `rule del ${rule}`,
      replaces: false,
    });
  }
}
