import { endpointNameOf } from "../net/geneve";
import type {
  BareCounts,
  EndpointCounts,
  GatewayCounts,
  PacketSample,
  PathCounts,
  SeenSequences,
  TargetCounts,
} from "./index";
import { headerOf, type BarePacket, type InspectedPacket, type ReadCapture } from "./captured";
import type { Probe, ProbeKey, ProbePacket } from "./probes/probe";
import { ping } from "./probes/ping";
import { changes, type Change } from "./verdict";
import { eachTransmissionOnce } from "./probes/transmissions";

export interface ProbeEvidence {
  /** One for each capture, in its order. */
  targets: TargetCounts[];
  /** On all targets together; out only what went out of the target, and to the gateway, that it came in from. */
  seen: SeenSequences;
  byGateway: GatewayCounts[];
  /** Packets that a target took or sent on outside GENEVE, and that count above: as a two-armed appliance does. */
  bare: BareCounts[];
  /**
   * Packets that a target sent back with another GENEVE header, or from another UDP port, than they came with, or by a device that the
   * GWLB's do not come in by.
   */
  changed: { target: string; what: Change; count: number; example: string }[];
  endpoints: EndpointCounts;
}

export interface ProbedPair extends ProbeKey {
  /** @default ping */
  probe?: Probe;
}

export interface Correlation {
  /** One for each pair, in its order. */
  probes: ProbeEvidence[];
  /** Datagrams on UDP port 6081 that are not GENEVE, whoever sent them. */
  malformed: { target: string; count: number; example: string }[];
  /** Captures that end inside a packet. */
  cutOff: string[];
}

type Kind = PacketSample["kind"];

/** What of a packet has to be on its way out as it was on its way in, in words. */
const changeable: Record<Change, (packet: InspectedPacket) => string> = {
  header: headerOf,
  device: ({ elsewhere }) => (elsewhere === true ? "another interface" : "the interface of the GWLB's packets"),
  port: ({ udp }) => `UDP port ${udp.sourcePort}`,
};

/**
 * Finds and counts each ping's packets on each target. A packet belongs to a ping by the nonce in its payload **and** its inner
 * addresses; its direction is that of the outer addresses. Every packet counts, also a repeated one. What came in by GENEVE
 * and went on outside it, or came in outside it and went on by GENEVE, crossed the target, too. Pure.
 * @param gatewayAddresses GWLB addresses by AZ ID
 */
export function correlate(
  pairs: ProbedPair[],
  captures: ReadCapture[],
  gatewayAddresses: Record<string, string>,
): Correlation {
  const azIds = new Map(Object.entries(gatewayAddresses).map(([azId, address]) => [address, azId]));
  const captured = captures.flatMap(({ inspected }) => inspected.map(({ inner }) => inner));
  const tallies = pairs.map(({ probe = ping, ...key }) => ({
    recognize: probe.recognizer(key, captured),
    evidence: noEvidence(),
    sentBack: new Set<string>(),
  }));
  const correlation: Correlation = { probes: tallies.map((tally) => tally.evidence), malformed: [], cutOff: [] };

  for (const capture of captures) {
    const { inspected, bare, malformed, cutOff } = capture;
    if (malformed.count > 0) correlation.malformed.push({ target: capture.target, ...malformed });
    if (cutOff) correlation.cutOff.push(capture.target);
    for (const { recognize, evidence, sentBack } of tallies) {
      const all = inspected.flatMap((packet) => recognized(packet, recognize.inspected(packet.inner)));
      const own = eachTransmissionOnce(all);
      const ownBare = bare.flatMap((packet) => recognized(packet, recognize.bare(packet.packet)));
      tally(evidence, capture, { own, ownBare }, azIds, sentBack);
    }
  }
  // What came in here and went out there was kept here: it is no packet that a target has sent back.
  for (const { evidence, sentBack } of tallies) {
    for (const kind of ["request", "reply"] as const) {
      const cameIn = new Set(evidence.seen[`${kind}In`]);
      evidence.seen[`${kind}Out`] = evidence.seen[`${kind}Out`].filter(
        (sequence) => sentBack.has(`${kind} ${sequence}`) || !cameIn.has(sequence),
      );
    }
  }
  return correlation;
}

/** Of a ping of which no target saw anything. */
export function noEvidence(): ProbeEvidence {
  return {
    targets: [],
    seen: { requestIn: [], requestOut: [], replyIn: [], replyOut: [] },
    byGateway: [],
    bare: [],
    changed: [],
    endpoints: { request: {}, reply: {} },
  };
}

/** A captured packet of a probe. */
type Own<T> = T & { probe: ProbePacket };

function recognized<T>(packet: T, probe: ProbePacket | undefined): Own<T>[] {
  return probe === undefined ? [] : [{ ...packet, probe }];
}

/** @param sentBack is told the packets that went out of the target, and to the gateway, that they came in from */
function tally(
  evidence: ProbeEvidence,
  capture: ReadCapture,
  { own, ownBare }: { own: Own<InspectedPacket>[]; ownBare: Own<BarePacket>[] },
  azIds: Map<string, string>,
  sentBack: Set<string>,
): void {
  const { target, azId, mirrored } = capture;
  const counts: TargetCounts = { target, azId, ...(mirrored !== undefined && { mirrored: true }), ...noPackets() };
  const byGateway = new Map<string, GatewayCounts>();
  const before = {
    header: new Map<string, Set<string>>(),
    device: new Map<string, Set<string>>(),
    port: new Map<string, Set<string>>(),
  };
  const cameFrom = new Set<string>();
  const gateways = { In: new Map<string, string>(), Out: new Map<string, string>() };
  const samples: PacketSample[] = [];
  const changed = changes.map((what) => ({ what, target, count: 0, example: "" }));

  // In before out, whatever the order in the file: what went out is compared with what came in.
  for (const direction of ["In", "Out"] as const) {
    for (const packet of own) {
      if (packet.direction !== direction) continue;
      const kind: Kind = `${packet.probe.kind}${direction}`;
      counts[kind]++;
      evidence.seen[kind].push(packet.probe.sequence);
      const gatewayAddress = direction === "In" ? packet.outer.source : packet.outer.destination;
      gatewayCounts(byGateway, capture.target, gatewayAddress, azIds)[kind]++;
      if (!samples.some((sample) => sample.kind === kind)) samples.push(sampleOf(kind, packet));

      const id = idOf(packet);
      gateways[direction].set(id, gatewayAddress);
      if (direction === "In") cameFrom.add(`${id} ${gatewayAddress}`);
      else if (cameFrom.has(`${id} ${gatewayAddress}`)) sentBack.add(id);
      if (direction === "In") countEndpoint(evidence.endpoints, packet);
      for (const change of changed) {
        const now = changeable[change.what](packet);
        const known = before[change.what].get(id);
        if (direction === "In") before[change.what].set(id, (known ?? new Set()).add(now));
        else if (known !== undefined && !known.has(now)) {
          change.count++;
          change.example ||= `${[...known].join(" or ")} came in, ${now} went out`;
        }
      }
    }
  }
  evidence.targets.push(samples.length > 0 ? { ...counts, samples } : counts);
  const bare: BareCounts = { target: capture.target, ...noPackets(), example: "" };
  for (const packet of ownBare) {
    const [direction, other] = packet.direction === "Out" ? (["Out", "In"] as const) : (["In", "Out"] as const);
    const id = idOf(packet);
    const gatewayAddress = gateways[other].get(id);
    // By GENEVE on neither side it is no packet of the gateway's; on both it is one inside the target, on its way through it.
    if (gatewayAddress === undefined || gateways[direction].has(id)) continue;
    gateways[direction].set(id, gatewayAddress);
    const kind: Kind = `${packet.probe.kind}${direction}`;
    evidence.seen[kind].push(packet.probe.sequence);
    sentBack.add(id);
    gatewayCounts(byGateway, capture.target, gatewayAddress, azIds)[kind]++;
    bare[kind]++;
    bare.example ||= `${packet.packet.source} → ${packet.packet.destination}`;
  }
  if (bare.example !== "") evidence.bare.push(bare);
  // One by one: a capture may have more addresses in it than a call takes arguments.
  for (const each of byGateway.values()) evidence.byGateway.push(each);
  evidence.changed.push(...changed.filter(({ count }) => count > 0));
}

/** Of a request or a reply, wherever it is seen. */
function idOf({ probe }: { probe: ProbePacket }): string {
  return `${probe.kind} ${probe.sequence}`;
}

function noPackets(): PathCounts {
  return { requestIn: 0, requestOut: 0, replyIn: 0, replyOut: 0 };
}

function gatewayCounts(
  byGateway: Map<string, GatewayCounts>,
  target: string,
  gatewayAddress: string,
  azIds: Map<string, string>,
): GatewayCounts {
  const known = byGateway.get(gatewayAddress);
  if (known !== undefined) return known;
  const gatewayAzId = azIds.get(gatewayAddress);
  const counts = { target, gatewayAddress, ...(gatewayAzId === undefined ? {} : { gatewayAzId }), ...noPackets() };
  byGateway.set(gatewayAddress, counts);
  return counts;
}

/** By what the GWLB itself wrote into the packet's options: that is seen on whichever target it gets to. */
function countEndpoint(endpoints: EndpointCounts, { probe, geneve: { gwlb } }: Own<InspectedPacket>): void {
  if (gwlb === undefined) return;
  const name = endpointNameOf(gwlb.endpointId);
  endpoints[probe.kind][name] = (endpoints[probe.kind][name] ?? 0) + 1;
}

function sampleOf(kind: Kind, { captured, outer, udp, geneve, inner, probe }: Own<InspectedPacket>): PacketSample {
  const time = new Date(captured.seconds * 1000).toISOString().slice(0, 19);
  const sample: PacketSample = {
    kind,
    capturedAt: `${time}.${String(Math.floor(captured.nanoseconds / 1000)).padStart(6, "0")}Z`,
    outerSource: `${outer.source}:${udp.sourcePort}`,
    outerDestination: `${outer.destination}:${udp.destinationPort}`,
    innerSource: inner.source,
    innerDestination: inner.destination,
    sequence: probe.sequence,
    ttl: inner.ttl,
  };
  if (geneve.gwlb !== undefined) {
    const { endpointId, attachmentId, flowCookie } = geneve.gwlb;
    sample.gwlb = {
      endpointId: endpointNameOf(endpointId),
      attachmentId: `0x${attachmentId.toString(16).padStart(16, "0")}`,
      flowCookie: `0x${flowCookie.toString(16).padStart(8, "0")}`,
    };
  }
  return sample;
}
