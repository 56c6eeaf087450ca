import ipaddr from "ipaddr.js";

/** IPv6 blocks and the routes that lead there. Pure. */

/** An IPv6 address block. */
export interface Ipv6Block {
  /** Its first address. */
  first: ipaddr.IPv6;
  /** 0 to 128. */
  prefixLength: number;
}

/** A block, or an address as a block of its own; undefined for what is neither. */
export function ipv6Block(text: string): Ipv6Block | undefined {
  const [address = "", length = "128", ...rest] = text.split("/");
  if (rest.length > 0 || !/^\d{1,3}$/.test(length) || Number(length) > 128) return undefined;
  // What names an interface (fe80::1%eth0) is no address of a route or a rule.
  if (address.includes("%") || !ipaddr.IPv6.isValid(address)) return undefined;
  return { first: ipaddr.IPv6.parse(address), prefixLength: Number(length) };
}

/** Whether `inner` lies wholly inside `outer`. A block contains itself. */
export function containsIpv6(outer: Ipv6Block, inner: Ipv6Block): boolean {
  return outer.prefixLength <= inner.prefixLength && inner.first.match(outer.first, outer.prefixLength);
}

/** Of a block that nobody in the internet has (RFC 3849): what is led there is led to the internet. */
export const ipv6InternetAddress = "2001:db8::1";

/** The route for a destination: of those with a block that holds it the one with the longest prefix, of equal ones the first. */
export function lookUpIpv6<R extends { block: Ipv6Block }>(
  routes: readonly R[],
  destination: Ipv6Block,
): R | undefined {
  return routes
    .filter(({ block }) => containsIpv6(block, destination))
    .reduce<R | undefined>(
      (best, route) => (best === undefined || route.block.prefixLength > best.block.prefixLength ? route : best),
      undefined,
    );
}

/** Internet gateways, and those that let only connections out that begin inside. */
export function leadsToInternet(targetId: string): boolean {
  return /^e?igw-/.test(targetId);
}
