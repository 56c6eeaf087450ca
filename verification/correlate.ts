import {
  decodeGeneve,
  endpointNameOf,
  GeneveError,
  genevePort,
  geneveProtocols,
  type GenevePacket,
} from "../net/geneve";
import {
  decodeFrame,
  decodeIcmpEcho,
  decodeIpv4,
  decodeUdp,
  etherTypes,
  ipProtocols,
  PacketError,
  type IcmpEcho,
  type Ipv4Packet,
  type UdpDatagram,
} from "../net/packet";
import { decodePcap, type CapturedPacket } from "../net/pcap";
import type {
  EndpointCounts,
  GatewayCounts,
  PacketSample,
  PathCounts,
  SeenSequences,
  TargetCounts,
} from "../report/index";

/** What tells one ping's packets from all others. */
export interface PingKey {
  /** 32 hexadecimal digits in every payload. */
  nonce: string;
  source: string;
  destination: string;
}

export interface TargetCapture {
  target: string;
  azId: string;
  /** The target's address: GENEVE to it comes in, GENEVE from it goes out. */
  address: string;
  /** Absent when there is no capture; its counts are then 0. */
  pcap?: Buffer;
}

export interface PingEvidence {
  /** One for each capture, in its order. */
  targets: TargetCounts[];
  /** On all targets together; out only what went out of the target, and to the gateway, that it came in from. */
  seen: SeenSequences;
  byGateway: GatewayCounts[];
  /** Packets that a target sent back with another GENEVE header than they came with. */
  changedHeaders: { target: string; count: number; example: string }[];
  endpoints: EndpointCounts;
}

export interface Correlation {
  /** One for each ping, in its order. */
  pings: PingEvidence[];
  /** Datagrams on UDP port 6081 that are not GENEVE, whoever sent them. */
  malformed: { target: string; count: number; example: string }[];
  /** Captures that end inside a packet. */
  cutOff: string[];
}

type Kind = PacketSample["kind"];

/** A captured GENEVE datagram with the beginning of an IPv4 packet inside. */
export interface InspectedPacket {
  captured: CapturedPacket;
  outer: Ipv4Packet;
  udp: UdpDatagram;
  geneve: GenevePacket;
  inner: Ipv4Packet;
}

interface InspectedEcho extends InspectedPacket {
  echo: IcmpEcho;
}

/**
 * Finds and counts each ping's packets on each target. A packet belongs to a ping by the nonce in its payload **and** its inner
 * addresses; its direction is that of the outer addresses. Every packet counts, also a repeated one. Pure.
 * @param gatewayAddresses GWLB addresses by AZ ID
 * @throws PcapError when a capture is not one
 */
export function correlate(
  pings: PingKey[],
  captures: TargetCapture[],
  gatewayAddresses: Record<string, string>,
): Correlation {
  const azIds = new Map(Object.entries(gatewayAddresses).map(([azId, address]) => [address, azId]));
  const tallies = pings.map((key) => ({
    key,
    nonce: Buffer.from(key.nonce, "hex"),
    evidence: noEvidence(),
    sentBack: new Set<string>(),
  }));
  const correlation: Correlation = { pings: tallies.map((tally) => tally.evidence), malformed: [], cutOff: [] };

  for (const capture of captures) {
    const { echoes, malformed, cutOff } = readCapture(capture);
    if (malformed.count > 0) correlation.malformed.push({ target: capture.target, ...malformed });
    if (cutOff) correlation.cutOff.push(capture.target);
    for (const { key, nonce, evidence, sentBack } of tallies) {
      const own = echoes.filter((packet) => belongs(packet, key, nonce));
      tally(evidence, capture, own, azIds, sentBack);
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

/** What follows the marker in a canary's payload, "canary!!": hosts/capture.sh. */
const canaryText = "63616e6172792121";

/** Whether a capture has the datagram that its target sent to be seen. @throws PcapError when it is none */
export function sawCanary(capture: TargetCapture, marker: string): boolean {
  const canary = Buffer.from(marker + canaryText, "hex");
  return readCapture(capture).echoes.some(
    ({ outer, echo }) => outer.source === capture.address && echo.data.includes(canary),
  );
}

/** Of a ping of which no target saw anything. */
export function noEvidence(): PingEvidence {
  return {
    targets: [],
    seen: { requestIn: [], requestOut: [], replyIn: [], replyOut: [] },
    byGateway: [],
    changedHeaders: [],
    endpoints: { request: {}, reply: {} },
  };
}

function readCapture(capture: TargetCapture): {
  echoes: InspectedEcho[];
  malformed: { count: number; example: string };
  cutOff: boolean;
} {
  const malformed = { count: 0, example: "" };
  const echoes: InspectedEcho[] = [];
  if (capture.pcap === undefined) return { echoes, malformed, cutOff: false };
  const { linkType, packets, truncated } = decodePcap(capture.pcap);
  for (const captured of packets) {
    try {
      const echo = readEcho(linkType, captured);
      if (echo !== undefined) echoes.push(echo);
    } catch (error) {
      if (!(error instanceof GeneveError) && !(error instanceof PacketError)) throw error;
      malformed.count++;
      malformed.example ||= error.message;
    }
  }
  return { echoes, malformed, cutOff: truncated };
}

/** Undefined for GENEVE that carries something else than an echo packet. */
function readEcho(linkType: number, captured: CapturedPacket): InspectedEcho | undefined {
  const packet = readInspected(linkType, captured);
  if (packet?.inner.protocol !== ipProtocols.icmp) return undefined;
  const echo = decodeIcmpEcho(packet.inner.payload);
  return echo === undefined ? undefined : { ...packet, echo };
}

/** Undefined for what is no GENEVE, or carries no IPv4. @throws GeneveError | PacketError */
export function readInspected(linkType: number, captured: CapturedPacket): InspectedPacket | undefined {
  const frame = decodeFrame(linkType, captured.data);
  if (frame.etherType !== etherTypes.ipv4) return undefined;
  const outer = decodeIpv4(frame.payload);
  if (outer.protocol !== ipProtocols.udp || outer.fragmentOffset !== 0) return undefined;
  const udp = decodeUdp(outer.payload);
  if (udp.destinationPort !== genevePort) return undefined;
  const geneve = decodeGeneve(udp.payload);
  if (geneve.header.protocol !== geneveProtocols.ipv4) return undefined;
  const inner = decodeIpv4(geneve.payload);
  return inner.fragmentOffset === 0 ? { captured, outer, udp, geneve, inner } : undefined;
}

function belongs({ inner, echo }: InspectedEcho, key: PingKey, nonce: Buffer): boolean {
  const [from, to] = echo.kind === "request" ? [key.source, key.destination] : [key.destination, key.source];
  return inner.source === from && inner.destination === to && echo.data.includes(nonce);
}

/** @param sentBack is told the packets that went out of the target, and to the gateway, that they came in from */
function tally(
  evidence: PingEvidence,
  capture: TargetCapture,
  own: InspectedEcho[],
  azIds: Map<string, string>,
  sentBack: Set<string>,
): void {
  const counts: TargetCounts = { target: capture.target, azId: capture.azId, ...noPackets() };
  const byGateway = new Map<string, GatewayCounts>();
  const headersIn = new Map<string, Set<string>>();
  const cameFrom = new Set<string>();
  const samples: PacketSample[] = [];
  const changed = { count: 0, example: "" };

  // In before out, whatever the order in the file: what went out is compared with what came in.
  for (const direction of ["In", "Out"] as const) {
    for (const packet of own) {
      if ((direction === "In" ? packet.outer.destination : packet.outer.source) !== capture.address) continue;
      const kind: Kind = `${packet.echo.kind}${direction}`;
      counts[kind]++;
      evidence.seen[kind].push(packet.echo.sequence);
      const gatewayAddress = direction === "In" ? packet.outer.source : packet.outer.destination;
      gatewayCounts(byGateway, capture.target, gatewayAddress, azIds)[kind]++;
      if (!samples.some((sample) => sample.kind === kind)) samples.push(sampleOf(kind, packet));

      const id = `${packet.echo.kind} ${packet.echo.sequence}`;
      if (direction === "In") cameFrom.add(`${id} ${gatewayAddress}`);
      else if (cameFrom.has(`${id} ${gatewayAddress}`)) sentBack.add(id);
      const header = headerOf(packet);
      const before = headersIn.get(id);
      if (direction === "In") {
        countEndpoint(evidence.endpoints, packet);
        headersIn.set(id, (before ?? new Set()).add(header));
      } else if (before !== undefined && !before.has(header)) {
        changed.count++;
        changed.example ||= `${[...before].join(" or ")} came in, ${header} went out`;
      }
    }
  }
  evidence.targets.push(samples.length > 0 ? { ...counts, samples } : counts);
  evidence.byGateway.push(...byGateway.values());
  if (changed.count > 0) evidence.changedHeaders.push({ target: capture.target, ...changed });
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
function countEndpoint(endpoints: EndpointCounts, { echo, geneve: { gwlb } }: InspectedEcho): void {
  if (gwlb === undefined) return;
  const name = endpointNameOf(gwlb.endpointId);
  endpoints[echo.kind][name] = (endpoints[echo.kind][name] ?? 0) + 1;
}

/** The GENEVE header with its options, in hexadecimal. */
function headerOf({ udp, geneve }: InspectedEcho): string {
  return udp.payload.toString("hex", 0, udp.payload.length - geneve.payload.length);
}

function sampleOf(kind: Kind, { captured, outer, udp, geneve, inner, echo }: InspectedEcho): PacketSample {
  const time = new Date(captured.seconds * 1000).toISOString().slice(0, 19);
  const sample: PacketSample = {
    kind,
    capturedAt: `${time}.${String(Math.floor(captured.nanoseconds / 1000)).padStart(6, "0")}Z`,
    outerSource: `${outer.source}:${udp.sourcePort}`,
    outerDestination: `${outer.destination}:${udp.destinationPort}`,
    innerSource: inner.source,
    innerDestination: inner.destination,
    sequence: echo.sequence,
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
