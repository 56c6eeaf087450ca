import type { Flows, Way } from "./flows";
import type { SubnetKind } from "./subnetKinds";

/** The other end of a flow: a kind of subnets, or the internet, of which both ways of beginning a flow count. */
export type Peer = SubnetKind | "to the internet" | "from the internet";

export interface VpcFlow {
  kind: SubnetKind;
  peer: Peer;
  way: Way;
}

/** Every flow that begins in a VPC's subnets, or comes to them from the internet: one for each two kinds. */
export function vpcFlows(flows: Flows, kinds: readonly SubnetKind[]): VpcFlow[] {
  return kinds.flatMap((kind) =>
    [...kinds, "to the internet" as const, "from the internet" as const].flatMap((peer) => {
      const way =
        typeof peer === "object"
          ? flows.between(kind, peer)
          : flows.withInternet(kind, peer === "to the internet" ? "to" : "from");
      return way === undefined ? [] : [{ kind, peer, way }];
    }),
  );
}

/** Peers that each kind reaches through an endpoint. */
export function inspectedPeers(all: readonly VpcFlow[]): Map<SubnetKind, Set<Peer>> {
  const peers = new Map<SubnetKind, Set<Peer>>();
  for (const { kind, peer, way } of all) {
    if (way.forward === "endpoint") peers.set(kind, (peers.get(kind) ?? new Set()).add(peer));
  }
  return peers;
}

/**
 * Whether two kinds are of one tier, as far as routes tell: of the destinations that the one with fewer reaches through endpoints, the other
 * reaches at least half so.
 */
export function areNeighbours(one: ReadonlySet<Peer>, other: ReadonlySet<Peer>): boolean {
  const shared = [...one].filter((peer) => other.has(peer)).length;
  return shared > 0 && shared * 2 >= Math.min(one.size, other.size);
}

/** A few names; how many more. */
export function some(names: readonly string[]): string {
  const most = 5;
  const more = names.length - most;
  return `${names.slice(0, most).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

export function namesOf({ subnets }: SubnetKind): string {
  return some(subnets.map(({ name }) => name));
}

export function peerName(peer: Peer): string {
  return typeof peer === "object" ? namesOf(peer) : peer.replace(/^(to|from) /, "");
}
