import ipaddr from "ipaddr.js";

/** IPv4 CIDRs as AWS uses them: strict dotted decimal, no host bits, sizes that AWS accepts. Pure. */

/** An IPv4 address block. `first` and `last` are its addresses as unsigned 32-bit numbers. */
export interface Cidr {
  /** Canonical form, `10.0.0.0/16`. */
  text: string;
  first: number;
  last: number;
  /** 0 to 32. */
  prefixLength: number;
}

/** A value that is no address or CIDR, or not the one that is needed. The message names the value and the expectation. */
export class CidrError extends Error {
  override readonly name = "CidrError";
}

/** Addresses that AWS keeps in every subnet: network, router, DNS, future use, broadcast. */
const reservedInSubnet = 5;

/**
 * @param what names the value in the error, e.g. the config key
 * @returns the address as an unsigned 32-bit number
 * @throws CidrError
 */
export function parseAddress(text: string, what = "address"): number {
  if (!ipaddr.IPv4.isValidFourPartDecimal(text)) {
    throw new CidrError(`${what} "${text}" is not an IPv4 address, expected dotted decimal as 10.0.0.1`);
  }
  return numberOf(ipaddr.IPv4.parse(text));
}

export function isAddress(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text);
}

/** Dotted decimal form of an unsigned 32-bit number. */
export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join(".");
}

/**
 * @param what names the value in the error, e.g. the config key
 * @throws CidrError when the text is not a CIDR or its address has bits set behind the prefix
 */
export function parseCidr(text: string, what = "CIDR"): Cidr {
  const [address, length, ...rest] = text.split("/");
  if (
    address === undefined ||
    length === undefined ||
    rest.length > 0 ||
    !isAddress(address) ||
    !/^(\d|[12]\d|3[0-2])$/.test(length)
  ) {
    throw new CidrError(`${what} "${text}" is not an IPv4 CIDR, expected an address and a prefix as 10.0.0.0/16`);
  }
  const [, prefixLength] = ipaddr.IPv4.parseCIDR(text);
  const first = numberOf(ipaddr.IPv4.networkAddressFromCIDR(text));
  const canonical = `${formatAddress(first)}/${prefixLength}`;
  if (parseAddress(address, what) !== first) {
    throw new CidrError(`${what} "${text}" has host bits set behind its prefix, expected ${canonical}`);
  }
  return { text: canonical, first, last: numberOf(ipaddr.IPv4.broadcastAddressFromCIDR(text)), prefixLength };
}

/** undefined for what is no IPv4 CIDR. */
export function cidrOf(text: string): Cidr | undefined {
  try {
    return parseCidr(text);
  } catch {
    return undefined;
  }
}

function numberOf(address: ipaddr.IPv4): number {
  return address.toByteArray().reduce((sum, byte) => sum * 256 + byte, 0);
}

/** Whether `inner`, a block or a single address, lies wholly inside `outer`. A block contains itself. */
export function contains(outer: Cidr, inner: Cidr | number): boolean {
  const [first, last] = typeof inner === "number" ? [inner, inner] : [inner.first, inner.last];
  return outer.first <= first && last <= outer.last;
}

/** RFC 1918, and RFC 6598 for carriers. */
/** CIDR of every IPv4 address. */
export const everywhere = "0.0.0.0/0";

const privateCidrs = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];

/**
 * Whether the internet does not know this address.
 * @throws CidrError
 */
export function isPrivateAddress(address: string): boolean {
  const number = parseAddress(address);
  return privateCidrs.some((cidr) => contains(parseCidr(cidr), number));
}

/** Blocks that no host of anybody's has an address in (RFC 6890), by what each is. */
const hostless: readonly (readonly [name: string, cidr: string])[] = [
  ["of this network", "0.0.0.0/8"],
  ["loopback", "127.0.0.0/8"],
  ["link-local", "169.254.0.0/16"],
  ["multicast", "224.0.0.0/4"],
  ["reserved", "240.0.0.0/4"],
];

/** @throws CidrError for a block, or a single address, of which a part is loopback, link-local, multicast or reserved */
export function checkHostAddresses(block: Cidr, what = "CIDR"): void {
  const kind = hostless.find(([, cidr]) => overlaps(parseCidr(cidr), block))?.[0];
  if (kind === undefined) return;
  const [noun, text] =
    block.prefixLength === 32 ? ["an address", formatAddress(block.first)] : ["addresses", block.text];
  throw new CidrError(`${what} "${text}" is ${kind}, expected ${noun} that hosts can have`);
}

export function overlaps(a: Cidr, b: Cidr): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** Addresses that instances and endpoints can have in a subnet of this size; AWS reserves five in each. */
export function usableHostCount(subnet: Cidr): number {
  return Math.max(0, subnet.last - subnet.first + 1 - reservedInSubnet);
}

/** Whether AWS leaves an address of a subnet to instances and endpoints: it keeps the first four and the last. */
export function isHostAddress(subnet: Cidr, address: number): boolean {
  return subnet.first + 4 <= address && address < subnet.last;
}

/**
 * AWS takes VPCs and subnets of /16 to /28.
 * @throws CidrError
 */
export function checkSize(cidr: Cidr, what = "CIDR"): void {
  if (cidr.prefixLength < 16 || cidr.prefixLength > 28) {
    throw new CidrError(`${what} "${cidr.text}" has a /${cidr.prefixLength} prefix, AWS expects /16 to /28`);
  }
}

/**
 * @param addresses how many addresses are needed, over and above AWS's five
 * @throws CidrError
 */
export function checkHolds(subnet: Cidr, addresses: number, what = "subnet"): void {
  const usable = usableHostCount(subnet);
  if (usable < addresses) {
    throw new CidrError(
      `${what} "${subnet.text}" has ${usable} usable addresses (AWS reserves ${reservedInSubnet}), ` +
        `expected at least ${addresses}`,
    );
  }
}

/**
 * @param blocks named blocks; the names appear in the error
 * @throws CidrError naming the first two that overlap
 */
export function checkDisjoint(blocks: Record<string, Cidr>): void {
  const entries = Object.entries(blocks);
  for (const [index, [name, cidr]] of entries.entries()) {
    for (const [otherName, other] of entries.slice(index + 1)) {
      if (overlaps(cidr, other)) {
        throw new CidrError(
          `${name} "${cidr.text}" overlaps with ${otherName} "${other.text}", expected CIDRs without common addresses`,
        );
      }
    }
  }
}

/** @throws CidrError when `inner` is not wholly inside `outer` */
export function checkInside(inner: Cidr, outer: Cidr, innerName = "CIDR", outerName = "CIDR"): void {
  if (!contains(outer, inner)) {
    throw new CidrError(`${innerName} "${inner.text}" is not inside ${outerName} "${outer.text}"`);
  }
}

/**
 * Whether a route to `destination` can stand beside the VPC's local route: outside of the VPC anything may be a destination,
 * inside it only the CIDR of one whole subnet (or of the VPC, which replaces the local route's own target).
 * @throws CidrError naming the destination and the subnets that would be accepted
 */
export function checkRouteDestination(
  destination: Cidr,
  vpcCidrs: Cidr[],
  subnets: Cidr[],
  what = "destination",
): void {
  const inside = vpcCidrs.find((vpc) => contains(vpc, destination));
  if (inside === undefined || inside.text === destination.text) {
    return;
  }
  if (!subnets.some((subnet) => subnet.text === destination.text)) {
    throw new CidrError(
      `${what} "${destination.text}" is inside the VPC's CIDR ${inside.text} but is no whole subnet, expected one of ` +
        (subnets.map((subnet) => subnet.text).join(", ") || "its subnets' CIDRs (it has none)"),
    );
  }
}
