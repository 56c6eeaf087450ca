import { isPrivateAddress } from "../../net/cidr";
import { byNature, finding, judge, verdicts, worstOf, type Finding, type Verdict } from "../../proof/index";
import { findEnds, type Ends } from "./ends";
import { throughGroups, throughState } from "./filters";
import { enterByInternetGateway } from "./internet";
import { ipv6End, ipv6Risk } from "../ipv6/risk";
import { withHosts } from "../anyHost";
import { unknown, type NatGateway, type NetworkInterface, type Topology } from "../model";
import { TopologyIndex } from "../topologyIndex";
import type { Header, Hop, Leg, TracedPath, TraceRequest, TraceResult } from "../traceResult";
import { routeOn, zone, type RoutedFrom } from "./vpcHop";
import { Walk, type Choose } from "./walk";

/** Routing decisions of one leg; far more than any path that ends. */
const mostRoutings = 64;
/** Combinations of targets and AZs; with more of them the rest is left out, which is said. */
const mostPaths = 64;

const indexes = new WeakMap<Topology, TopologyIndex>();

/** Made once for a topology. */
export function indexOf(topology: Topology): TopologyIndex {
  const index = indexes.get(topology) ?? new TopologyIndex(topology);
  indexes.set(topology, index);
  return index;
}

/**
 * Follows the first packet of a flow, and its answer, through everything that the topology tells of. Where the GWLB may choose
 * between several targets, every combination is followed. The topology must not change between two traces.
 *
 * @throws TraceError when source or destination cannot be told
 */
export function trace(topology: Topology, request: TraceRequest): TraceResult {
  const { subnets, instances } = topology;
  const anyHosts = [request.source, request.destination].filter((id) => id in subnets && !(id in instances));
  const index = anyHosts.length === 0 ? indexOf(topology) : new TopologyIndex(withHosts(topology, anyHosts));
  const ends = findEnds(index, request);
  const assumptions = new Set<string>();
  if (topology.origin === "plan") {
    assumptions.add("nothing exists yet: addresses and ids that AWS will choose are examples");
  }
  for (const each of topology.unread ?? []) assumptions.add(`unknown, as AWS did not tell: ${each}`);
  const choices = new Choices();
  const paths: TracedPath[] = [];
  do {
    choices.begin();
    paths.push(tracePath(index, ends, request, choices.choose, assumptions));
  } while (paths.length < mostPaths && choices.next());
  if (paths.length === mostPaths && choices.next()) {
    assumptions.add(`more than ${mostPaths} combinations of targets and AZs are possible; the others are not traced`);
  }
  const possible = new Set(paths.map(({ verdict }) => verdict));
  return {
    request,
    source: ends.source.end,
    destination: ends.destination.end,
    paths,
    verdict: worstOf([...possible]),
    possibleVerdicts: verdicts.filter((verdict) => possible.has(verdict)),
    findings: distinct(byNature([...paths.flatMap(({ findings }) => findings), ...besideIpv4(index, ends)])),
    ...(topology.savedAt !== undefined && { savedAt: topology.savedAt }),
    isLive: topology.origin === "live",
    assumptions: [...assumptions],
  };
}

/** What IPv6 does between the same ends. Of an address that is neither an instance's nor in the internet nothing is known. */
function besideIpv4(index: TopologyIndex, { source, destination }: Ends): Finding[] {
  const [from, to] = [source, destination].map(({ end: { name, address }, eni }) =>
    eni !== undefined ? ipv6End(index, name, eni) : isPrivateAddress(address) ? undefined : ("internet" as const),
  );
  return from === undefined || to === undefined ? [] : ipv6Risk(index, from, to);
}

/** What AWS takes: each run takes the next combination of those that turned out to be possible. */
class Choices {
  private readonly open: { place: string; count: number; taken: number }[] = [];
  private used = new Map<string, number>();

  begin(): void {
    this.used = new Map(this.open.map(({ place, taken }) => [place, taken]));
  }

  /** Of one endpoint both directions of a flow go to the same target (UNVERIFIED beyond AWS's documents). */
  readonly choose: Choose = (place, possible) => {
    let taken = this.used.get(place);
    if (taken === undefined) {
      taken = 0;
      this.used.set(place, taken);
      this.open.push({ place, count: possible.length, taken });
    }
    return possible[Math.min(taken, possible.length - 1)] ?? "";
  };

  /** @returns false when there is no further combination */
  next(): boolean {
    for (let last = this.open.at(-1); last !== undefined; last = this.open.at(-1)) {
      if (++last.taken < last.count) return true;
      this.open.pop();
    }
    return false;
  }
}

function tracePath(
  index: TopologyIndex,
  ends: Ends,
  { protocol, expectReply = true }: TraceRequest,
  choose: Choose,
  assumptions: Set<string>,
): TracedPath {
  const { source, destination } = ends;
  const addresses = { source: source.end.address, destination: addressToSendTo(ends) };
  const header: Header =
    protocol === "icmp"
      ? { ...addresses, protocol }
      : { ...addresses, protocol: protocol.protocol, sourcePort: unknown, destinationPort: protocol.port };
  const there = new Walk(index, {
    leg: "request",
    header,
    ...(source.eni && { sender: source.eni }),
    ...(destination.eni && { meant: destination.eni }),
    choose,
    translations: [],
    assumptions,
  });
  if (ends.from === "instance") sendFrom(there, ends.source.eni);
  else sendFromInternet(there, ends.destination.eni);
  const request = there.result();
  if (request.outcome !== "delivered" || !expectReply) {
    return judged(request, undefined, expectReply, { request: there.targetIds.at(-1) });
  }
  if (protocol !== "icmp") assumptions.add(`something on ${destination.end.name} answers on its port`);
  const last = request.hops.at(-1);
  const arrived = last?.in ?? header;
  const answer: Header = {
    ...(protocol === "icmp"
      ? { protocol }
      : { protocol: protocol.protocol, sourcePort: protocol.port, destinationPort: unknown }),
    source: arrived.destination,
    destination: arrived.source,
  };
  // Addresses repeat between VPCs: who has got it answers.
  const sender = there.receiver;
  const back = new Walk(index, {
    leg: "reply",
    header: answer,
    ...(sender && { sender }),
    ...(source.eni && { meant: source.eni }),
    choose,
    translations: [...there.translations],
    assumptions,
  });
  const translatedTo = there.translations.at(-1)?.gateway;
  if (sender !== undefined) sendFrom(back, sender);
  else if (translatedTo !== undefined) sendFromInternet(back, translatedTo);
  else if (source.eni !== undefined) sendFromInternet(back, source.eni);
  const reply = back.result();
  return judged(request, reply, true, { request: there.targetIds.at(-1), reply: back.targetIds.at(-1) });
}

function sendFrom(walk: Walk, eni: NetworkInterface): void {
  const { topology } = walk.index;
  const subnet = topology.subnets[eni.subnetId];
  const instance = topology.instances[eni.owner.id];
  const at = { kind: "instance", component: instance ?? eni, ...zone(subnet) } as const;
  walk.begin(at, { kind: "delivery", text: walk.leg === "request" ? "sends" : "answers" });
  if (walk.leg === "reply") throughState(walk, eni);
  else {
    const address = walk.header.destination;
    const other = walk.index.interfaceAt(eni.vpcId, address);
    // By the destination's own groups AWS knows it on the direct way; whether that is taken turns out later.
    if (!throughGroups(walk, eni, "egress", walk.packet, { address, ...(other && { interface: other }) })) return;
  }
  if (subnet !== undefined) route(walk, { kind: "subnet", subnet });
}

/** From the internet an instance is known by its public address only. */
function addressToSendTo({ from, destination }: Ends): string {
  const known = from === "internet" ? destination.eni?.publicAddress : undefined;
  return typeof known === "string" && known !== "" ? known : destination.end.address;
}

function sendFromInternet(walk: Walk, to: NetworkInterface | NatGateway): void {
  const gateway = enterByInternetGateway(walk, to);
  if (gateway !== undefined) route(walk, { kind: "edge", gateway, vpcId: to.vpcId });
}

function route(walk: Walk, from: RoutedFrom): void {
  let place: RoutedFrom | undefined = from;
  for (let routings = 0; place !== undefined && routings < mostRoutings; routings++) place = routeOn(walk, place);
}

/** The verdict that a measurement of this very path would come to, with the function that judges measurements. */
function judged(
  request: Leg,
  reply: Leg | undefined,
  expectReply: boolean,
  targets: { request?: string | undefined; reply?: string | undefined },
): TracedPath {
  noteBypasses(request, reply, expectReply);
  const answered = expectReply && reply?.outcome === "delivered";
  // Where no answer is expected, what arrives without a target is as good as answered.
  const cameUnseen = !expectReply && request.outcome === "delivered" && request.seenIn === 0;
  const times = (count = 0): number[] => Array.from({ length: count }, () => 1);
  const isUnknown = request.outcome === "unknown" || reply?.outcome === "unknown";
  const verdict: Verdict = isUnknown
    ? "inconclusive"
    : judge({
        ping: { transmitted: 1, answered: answered || cameUnseen ? [1] : [] },
        seen: {
          requestIn: times(request.seenIn),
          requestOut: times(request.seenOut),
          replyIn: times(reply?.seenIn),
          replyOut: times(reply?.seenOut),
        },
        oneEndpoint: new Set([...request.endpointIds, ...(answered ? reply.endpointIds : [])]).size <= 1,
        expectReply,
        captured: true,
      }).verdict;
  return {
    ...(targets.request !== undefined && { requestTarget: targets.request }),
    ...(targets.reply !== undefined && { replyTarget: targets.reply }),
    request,
    ...(reply !== undefined && { reply }),
    verdict,
    findings: distinct(
      byNature([...request.hops, ...(reply?.hops ?? [])].flatMap(({ finding: found }) => found ?? [])),
    ),
  };
}

/** A leg that arrives without a target is astray, and so is a reply through another endpoint. */
function noteBypasses(request: Leg, reply: Leg | undefined, expectReply: boolean): void {
  noteRepetition(request);
  if (reply !== undefined) noteRepetition(reply);
  if (request.outcome === "delivered" && request.seenIn === 0) {
    noteOnRoute(request, "FORWARD_PATH_BYPASSES_ENDPOINT");
  }
  if (reply?.outcome !== "delivered" || !expectReply) return;
  if (reply.seenIn === 0) noteOnRoute(reply, "RETURN_PATH_BYPASSES_ENDPOINT");
  else if (request.seenIn > 0 && reply.endpointIds.join() !== request.endpointIds.join()) {
    if (noteOtherZone(request, reply)) return;
    const hop = reply.hops.find(({ kind }) => kind === "vpc-endpoint");
    const seen = `requests through ${request.endpointIds.join(", ")}, replies through ${reply.endpointIds.join(", ")}`;
    if (hop !== undefined) hop.finding ??= finding("RETURN_THROUGH_OTHER_ENDPOINT", hop.name, seen);
  }
}

/** A transit gateway that took the reply into another AZ of the same VPC than the request. @returns whether there is one */
function noteOtherZone(request: Leg, reply: Leg): boolean {
  const zones = ({ hops }: Leg): Hop[] => hops.filter(({ decidedBy }) => decidedBy?.kind === "zone-selection");
  for (const hop of zones(reply)) {
    const other = zones(request).find(({ id, azId }) => id === hop.id && azId !== hop.azId);
    if (other === undefined) continue;
    const seen = `requests come into the VPC in ${other.azId ?? "?"}, replies in ${hop.azId ?? "?"}`;
    hop.finding ??= finding("APPLIANCE_MODE_OFF", hop.name, seen);
    return true;
  }
  return false;
}

/** A loop is said where it ends. */
function noteRepetition({ hops, endpointIds, outcome }: Leg): void {
  if (endpointIds.length < 2 || outcome !== "delivered") return;
  const again = hops.filter(({ kind, decidedBy }) => kind === "route-table" && decidedBy?.kind === "route")[1];
  if (again === undefined) return;
  again.finding ??= finding("INSPECTED_MORE_THAN_ONCE", again.name, `through ${endpointIds.join(", then ")}`);
}

function noteOnRoute(
  { hops: all }: Leg,
  code: "FORWARD_PATH_BYPASSES_ENDPOINT" | "RETURN_PATH_BYPASSES_ENDPOINT",
): void {
  // Before a NAT gateway answers are not for the one who asked: its subnet's table is the first that could lead to an endpoint.
  const nat = code === "RETURN_PATH_BYPASSES_ENDPOINT" ? all.findLastIndex(({ kind }) => kind === "nat-gateway") : -1;
  const hops = all.slice(nat + 1);
  const tables = hops.filter(({ kind, decidedBy }) => /route-table$/.test(kind) && decidedBy?.kind === "route");
  const table = nat < 0 ? leadingPast(tables) : tables[0];
  const gateway = hops.find(({ kind }) => kind === "internet-gateway");
  const comesIn = hops[0]?.kind === "internet";
  const hop: Hop | undefined = table ?? gateway ?? hops.at(-1);
  if (hop === undefined) return;
  hop.finding ??= finding(
    comesIn ? "INGRESS_BYPASSES_ENDPOINT" : gateway !== undefined ? "EGRESS_BYPASSES_ENDPOINT" : code,
    hop.name,
    hop === table
      ? (hop.decidedBy?.text ?? "")
      : comesIn
        ? `no route table is associated with ${hop.name}`
        : "within one subnet",
  );
}

/** What a spoke sends to a transit gateway is as it should be: the gateway's table, or the next VPC's, leads past the endpoint. */
function leadingPast(tables: Hop[]): Hop | undefined {
  const first = Math.max(
    tables.findIndex(({ kind }) => kind === "transit-gateway-route-table"),
    0,
  );
  const isOnWay = tables[first]?.kind === "transit-gateway-route-table" && tables.length > first + 2;
  return tables[isOnWay ? first + 1 : first];
}

function distinct(findings: Finding[]): Finding[] {
  return [...new Map(findings.map((each) => [JSON.stringify(each), each])).values()];
}
