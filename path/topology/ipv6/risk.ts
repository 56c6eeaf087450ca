import { finding, type Finding } from "../../proof/index";
import type { NetworkInterface } from "../model";
import type { TopologyIndex } from "../topologyIndex";
import { hasIpv6, ipv6Way, ipv6WayIn, type Ipv6End, type Ipv6Way } from "./ways";

/** The direction from one end to the other, and back. */
interface Ways {
  requests: Ipv6Way;
  replies: Ipv6Way;
}

/**
 * Whether the IPv6 of two ends, or of the subnets that they are in, can go past every GWLB endpoint where their IPv4 is looked at. Security
 * groups and network ACLs are not asked: they let through or keep away, and inspect nothing. Empty where one of the subnets has no IPv6, or
 * no route leads there.
 */
export function ipv6Risk(
  index: TopologyIndex,
  source: Ipv6End | "internet",
  destination: Ipv6End | "internet",
): Finding[] {
  const inside = [source, destination].filter((end) => end !== "internet");
  if (inside.length === 0 || !inside.every(hasIpv6)) return [];
  const ways = waysBetween(index, source, destination);
  if (ways === undefined) return [];
  const { requests, replies } = ways;
  const bad = [requests, replies].filter(({ kind }) => kind === "past" || kind === "unknown");
  const [first] = bad;
  if (first === undefined) return [];
  const known = bad.find(({ kind }) => kind === "past") ?? first;
  const seen = `${nameOf(source)} → ${nameOf(destination)}: ${directions(requests, replies)}${addressesOf(inside)}`;
  return [finding("IPV6_NOT_INSPECTED", known.hop, seen)];
}

/** Undefined: nothing can begin there. */
function waysBetween(
  index: TopologyIndex,
  source: Ipv6End | "internet",
  destination: Ipv6End | "internet",
): Ways | undefined {
  if (source !== "internet" && destination !== "internet") {
    return { requests: ipv6Way(index, source, destination), replies: ipv6Way(index, destination, source) };
  }
  const end = source === "internet" ? destination : source;
  if (end === "internet") return undefined;
  const out = ipv6Way(index, end, "internet");
  const into = ipv6WayIn(index, end);
  if (out.kind === "none") return undefined;
  if (source !== "internet") return { requests: out, replies: leavesByInternetGateway(index, out) ? into : out };
  // Whoever reaches the internet by an egress-only gateway alone, nobody there reaches.
  return into.kind === "none" || out.by.includes("→ eigw-") ? undefined : { requests: into, replies: out };
}

/** Behind the endpoint: what comes back comes in by the same gateway, whose route table decides. How an egress-only one does it is UNVERIFIED. */
function leavesByInternetGateway(index: TopologyIndex, { endpointId = "" }: Ipv6Way): boolean {
  const { endpoints, subnets } = index.topology;
  const subnet = subnets[endpoints[endpointId]?.subnetIds[0] ?? ""];
  return subnet !== undefined && ipv6Way(index, { name: subnet.name, subnet }, "internet").by.includes("→ igw-");
}

function directions(requests: Ipv6Way, replies: Ipv6Way): string {
  const [there, back] = [inWords(requests), inWords(replies)];
  return there === back ? `IPv6 goes ${there}` : `IPv6 requests go ${there}, replies ${back}`;
}

function inWords({ kind, by }: Ipv6Way): string {
  const how = {
    past: "past every endpoint",
    unknown: "where nobody tells",
    inspected: "through an endpoint",
    none: "nowhere",
  };
  return `${how[kind]} (${by})`;
}

function nameOf(end: Ipv6End | "internet"): string {
  return end === "internet" ? "internet" : end.name;
}

/** Hosts without an address have no part in it yet. */
function addressesOf(ends: readonly Ipv6End[]): string {
  const without = ends.filter(({ addresses }) => addresses?.length === 0);
  if (without.length === 0) return "";
  return `; no IPv6 address is told of ${without.map(({ name }) => name).join(" and ")} itself, hosts beside it may have one`;
}

/** Undefined for an interface in a subnet of which nothing is told. */
export function ipv6End({ topology }: TopologyIndex, name: string, eni: NetworkInterface): Ipv6End | undefined {
  const subnet = topology.subnets[eni.subnetId];
  if (subnet === undefined) return undefined;
  // A subnet stands for any host in it.
  return { name, subnet, ...(!(eni.owner.id in topology.subnets) && { addresses: eni.ipv6Addresses ?? [] }) };
}
