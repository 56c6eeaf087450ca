import type { TraceResult } from "../traceResult";
import { isAlways, routeOf, witnessOf, type Flows } from "./flows";
import { checkFinding, type CheckFinding } from "./result";
import type { SubnetKind } from "./subnetKinds";
import { areNeighbours, inspectedPeers, namesOf, peerName, some, type Peer, type VpcFlow } from "./vpcFlows";

export interface Bypass {
  kind: SubnetKind;
  peer: Peer;
  traced: TraceResult;
}

/** Flows past every endpoint, although a neighbour's, or anybody's of the VPC, go through one. The trace confirms each. */
export function bypassesOf(flows: Flows, all: readonly VpcFlow[]): Bypass[] {
  const inspected = inspectedPeers(all);
  const reached = [...inspected];
  return all.flatMap(({ kind, peer, way }) => {
    if (way.forward !== "direct" || way.back !== "direct") return [];
    const own = inspected.get(kind);
    const others = reached.filter(([other, peers]) => other !== kind && peers.has(peer));
    const isOdd = others.some(([, peers]) => own === undefined || areNeighbours(own, peers));
    if (!isOdd) return [];
    const traced = way.traced ?? traceBetween(flows, kind, peer);
    return traced !== undefined && isAlways(traced, "bypassed") ? [{ kind, peer, traced }] : [];
  });
}

function traceBetween(flows: Flows, kind: SubnetKind, peer: Peer): TraceResult | undefined {
  const destination = typeof peer === "object" ? (peer === kind ? kind.subnets[1] : peer.subnets[0]) : undefined;
  return destination && flows.trace(kind.subnets[0].id, destination.id);
}

export function bypassFindings(bypasses: readonly Bypass[], all: readonly VpcFlow[]): CheckFinding[] {
  const inspected = inspectedPeers(all);
  return grouped(bypasses, ({ kind, peer }) => [kind, peer === "from the internet"]).map((group) => {
    const [{ kind, peer, traced }] = group;
    const peers = group.map((each) => each.peer);
    const through = [...inspected].filter(([other, own]) => other !== kind && peers.some((each) => own.has(each)));
    const others = some([...new Set(through.flatMap(([other]) => other.subnets.map(({ name }) => name)))]);
    const isIn = peer === "from the internet";
    const who = some([...new Set(peers.map(peerName))]);
    const what = isIn ? `the internet reaches ${namesOf(kind)}` : `${namesOf(kind)} reaches ${who}`;
    const route = routeOf(traced.paths[0]?.request);
    return checkFinding(
      inspected.has(kind) ? "SUBNET_BYPASSES_INSPECTION" : "SUBNET_NOT_INSPECTED",
      route.hop || kind.subnets[0].name,
      `${what} past every endpoint (${route.seen}); through one: ${isIn ? "to" : "from"} ${others}`,
      { subnetIds: kind.subnets.map(({ id }) => id), witness: witnessOf(traced) },
    );
  });
}

/** One for each route table that lacks the other direction's route. */
export function oneWayFindings(all: readonly VpcFlow[]): CheckFinding[] {
  const oneWay = all.flatMap(({ kind, peer, way: { forward, back, traced } }) => {
    if (traced === undefined || !isAlways(traced, "one-way") || forward === back) return [];
    const path = traced.paths[0];
    const direct = routeOf(forward === "direct" ? path?.request : path?.reply);
    const endpoints = (forward === "direct" ? path?.reply : path?.request)?.endpointIds ?? [];
    return [{ kind, peer, forward, traced, direct, endpoints }];
  });
  return grouped(oneWay, ({ direct }) => [direct.id]).map((group) => {
    const [{ kind, peer, forward, traced, direct, endpoints }] = group;
    const [there, back] = forward === "direct" ? ["requests", "replies"] : ["replies", "requests"];
    const ends = peer === "from the internet" ? `internet → ${namesOf(kind)}` : `${namesOf(kind)} → ${peerName(peer)}`;
    const more = group.length > 1 ? `; ${group.length} such flows between kinds of subnets` : "";
    const subnets = group.flatMap((each) =>
      [each.kind, each.peer].flatMap((end) => (typeof end === "object" ? end.subnets : [])),
    );
    return checkFinding(
      "ONE_WAY_ROUTES",
      direct.hop,
      `${ends}: ${there} go past every endpoint (${direct.seen}), ${back} through ${endpoints.join(", ")}${more}`,
      { subnetIds: [...new Set(subnets.map(({ id }) => id))], witness: witnessOf(traced) },
    );
  });
}

/** Codes that say of one flow what the check says of all, or what a network may be meant to be. */
const notOfTheGateway: readonly string[] = [
  ...[
    "FORWARD_PATH_BYPASSES_ENDPOINT",
    "RETURN_PATH_BYPASSES_ENDPOINT",
    "EGRESS_BYPASSES_ENDPOINT",
    "INGRESS_BYPASSES_ENDPOINT",
  ],
  ...["NO_ROUTE_TO_DESTINATION", "NO_POSSIBLE_DESTINATION", "VPC_CIDRS_OVERLAP"],
];

/** What traces find of flows that are led to an endpoint: what becomes of them there, and behind it. Each place and code once. */
export function gatewayFindings(all: readonly VpcFlow[]): { found: CheckFinding[]; unknown: CheckFinding[] } {
  const each = all.flatMap(({ kind, way: { traced } }) =>
    (traced?.findings ?? []).map((found) => ({ kind, traced, found })),
  );
  const groups = grouped(
    each.filter(
      ({ found, traced }) =>
        !notOfTheGateway.includes(found.code) && (found.nature === "unknown" || isLedToEndpoint(traced)),
    ),
    // Of IPv6 one flow of each route table is enough: mostly all of them go past.
    ({ found: { code, hop, seen } }) => [code, hop, code === "IPV6_NOT_INSPECTED" ? "" : seen],
  ).map((group): CheckFinding => {
    const [{ found, traced }] = group;
    const subnets = group.flatMap(({ kind }) => kind.subnets.map(({ id }) => id));
    return { ...found, subnetIds: [...new Set(subnets)], ...(traced && { witness: witnessOf(traced) }) };
  });
  return {
    found: groups.filter(({ nature }) => nature !== "unknown"),
    unknown: groups.filter(({ nature }) => nature === "unknown"),
  };
}

function isLedToEndpoint(traced: TraceResult | undefined): boolean {
  return (traced?.paths ?? []).some(({ request, reply }) =>
    [request, reply].some((leg) =>
      leg?.hops.some(({ kind, decidedBy }) => kind === "vpc-endpoint" || decidedBy?.text.includes("→ vpce-")),
    ),
  );
}

function grouped<T>(all: readonly T[], keyOf: (each: T) => readonly unknown[]): [T, ...T[]][] {
  const ids = new Map<unknown, number>();
  const idOf = (part: unknown): number => {
    const id = ids.get(part) ?? ids.size;
    ids.set(part, id);
    return id;
  };
  const groups = new Map<string, [T, ...T[]]>();
  for (const each of all) {
    const key = keyOf(each).map(idOf).join();
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [each]);
    else group.push(each);
  }
  return [...groups.values()];
}
