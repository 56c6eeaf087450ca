import { decodeGeneve, GeneveError, genevePort, geneveProtocols, type GenevePacket } from "../net/geneve";
import {
  decodeFrame,
  decodeIcmpEcho,
  decodeIpv4,
  decodeUdp,
  etherTypes,
  ipProtocols,
  PacketError,
  type CookedHeader,
  type IcmpEcho,
  type Ipv4Packet,
  type UdpDatagram,
} from "../net/packet";
import { decodePcap, type CapturedPacket } from "../net/pcap";
import { mirroredFrame, tcpEnds, type TcpEnds } from "./mirrored";
import type { MirroredInterface } from "./request";

/** What a target's capture holds: packets of all its devices, each once, and whether they came to the target or left it. */

export interface TargetCapture {
  target: string;
  azId: string;
  /** The target's address as it is registered. */
  address: string;
  /** Absent when there is no capture; its counts are then 0. */
  pcap?: Buffer;
  /** Where it was made on a collector, which these interfaces of the target are mirrored to. */
  mirrored?: MirroredInterface[];
}

/** A captured GENEVE datagram with the beginning of an IPv4 packet inside. */
export interface InspectedPacket {
  captured: CapturedPacket;
  /** Absent for one that is neither to the target nor of it. */
  direction?: "In" | "Out";
  /** That it left by a device by which nothing of the GWLB came in: nothing tells whether it got there. */
  elsewhere?: true;
  cooked?: CookedHeader;
  outer: Ipv4Packet;
  udp: UdpDatagram;
  geneve: GenevePacket;
  inner: Ipv4Packet;
}

export interface InspectedEcho extends InspectedPacket {
  echo: IcmpEcho;
}

/** An echo packet outside GENEVE that came to a device with Ethernet, or left by one. */
export interface BarePacket {
  direction: "In" | "Out";
  packet: Ipv4Packet;
}

export interface ReadCapture extends Pick<TargetCapture, "target" | "azId" | "mirrored"> {
  inspected: InspectedPacket[];
  bare: BarePacket[];
  /** Segments of TCP in mirrored copies: health checks and their answers. */
  segments: TcpEnds[];
  /** Datagrams on UDP port 6081 that are not GENEVE, whoever sent them. */
  malformed: { count: number; example: string };
  /** It ends inside a packet. */
  cutOff: boolean;
}

/** Nothing where there is no capture. @param gatewayAddresses the GWLB's. @throws PcapError when the capture is none */
export function readCapture(
  { target, azId, pcap, address, mirrored }: TargetCapture,
  gatewayAddresses: string[],
): ReadCapture {
  const read: ReadCapture = {
    target,
    azId,
    ...(mirrored !== undefined && { mirrored }),
    inspected: [],
    bare: [],
    segments: [],
    malformed: { count: 0, example: "" },
    cutOff: false,
  };
  if (pcap === undefined) return read;
  const { linkType, packets, truncated } = decodePcap(pcap);
  for (const captured of packets) {
    try {
      const packet = readPacket(linkType, captured, mirrored);
      if (packet === undefined) continue;
      if ("geneve" in packet) read.inspected.push(packet);
      else if ("packet" in packet) read.bare.push(packet);
      else read.segments.push(packet);
    } catch (error) {
      if (!(error instanceof GeneveError) && !(error instanceof PacketError)) throw error;
      read.malformed.count++;
      read.malformed.example ||= error.message;
    }
  }
  const inspected = directed(read.inspected, address, gatewayAddresses);
  return { ...read, inspected: eachOnce(inspected), cutOff: truncated };
}

/** The GENEVE header with its options, in hexadecimal. */
export function headerOf({ udp, geneve }: InspectedPacket): string {
  return udp.payload.toString("hex", 0, udp.payload.length - geneve.payload.length);
}

/** Those that carry an echo packet. */
export function echoesIn({ inspected }: Pick<ReadCapture, "inspected">): InspectedEcho[] {
  return inspected.flatMap((packet) => {
    const echo = echoIn(packet.inner);
    return echo === undefined ? [] : [{ ...packet, echo }];
  });
}

/** What follows the marker in a canary's payload, "canary!!": hosts/capture.sh. */
const canaryText = "63616e6172792121";
/** Where one goes that has no route to the GWLB. */
const loopback = "127.0.0.1";

/**
 * Whether a capture has what its target sent to be seen, from whichever of its addresses: the datagram of GENEVE, or the ping that follows
 * where the target keeps that one. A ping shows only that what leaves is seen, so GENEVE has to be seen coming in, too.
 */
export function sawCanary(capture: ReadCapture, marker: string): boolean {
  const canary = Buffer.from(marker + canaryText, "hex");
  const sawDatagram = echoesIn(capture).some(
    ({ cooked, direction, outer, echo }) =>
      (cooked === undefined ? direction === "Out" : cooked.heading === "out" || outer.source === loopback) &&
      echo.data.includes(canary),
  );
  return (
    sawDatagram ||
    (capture.inspected.some(({ direction }) => direction === "In") &&
      capture.bare.some(
        ({ direction, packet }) => direction === "Out" && echoIn(packet)?.data.includes(canary) === true,
      ))
  );
}

/** Whether it has packets that its target sent on, and none that came to it: no target sends what it has not got, but for its canary. */
export function seesOneWay({ inspected, bare }: ReadCapture, marker: string): boolean {
  const canary = Buffer.from(marker + canaryText, "hex");
  const sentOn = inspected.filter(({ direction, inner }) => direction === "Out" && !inner.payload.includes(canary));
  return sentOn.length > 0 && ![...inspected, ...bare].some(({ direction }) => direction === "In");
}

/** Undefined for what is neither GENEVE with IPv4 inside nor an echo packet, nor TCP in a copy. @throws GeneveError | PacketError */
function readPacket(
  linkType: number,
  captured: CapturedPacket,
  mirrored: MirroredInterface[] | undefined,
): InspectedPacket | BarePacket | TcpEnds | undefined {
  const onHost = decodeFrame(linkType, captured.data);
  const frame = mirrored === undefined ? onHost : mirroredFrame(onHost, mirrored);
  if (frame === undefined) return undefined;
  const { etherType, payload, cooked } = frame;
  if (etherType !== etherTypes.ipv4) return undefined;
  const outer = decodeIpv4(payload);
  if (outer.fragmentOffset !== 0) return undefined;
  if (outer.protocol === ipProtocols.icmp) return readBare(outer, cooked);
  if (outer.protocol === ipProtocols.tcp && mirrored !== undefined) return tcpEnds(outer);
  if (outer.protocol !== ipProtocols.udp) return undefined;
  const udp = decodeUdp(outer.payload);
  if (udp.destinationPort !== genevePort) return undefined;
  const geneve = decodeGeneve(udp.payload);
  if (geneve.header.protocol !== geneveProtocols.ipv4) return undefined;
  const inner = decodeIpv4(geneve.payload);
  if (inner.fragmentOffset !== 0) return undefined;
  // Whether it can be read as one.
  if (inner.protocol === ipProtocols.icmp) echoIn(inner);
  return { captured, ...(cooked && { cooked }), outer, udp, geneve, inner };
}

/** A tunnel's device has no Ethernet: through it a packet goes from one program of the target to another. */
function readBare(packet: Ipv4Packet, cooked: CookedHeader | undefined): BarePacket | undefined {
  if (cooked?.ethernet !== true || cooked.heading === "other") return undefined;
  return echoIn(packet) && { direction: cooked.heading === "in" ? "In" : "Out", packet };
}

function echoIn({ protocol, payload }: Ipv4Packet): IcmpEcho | undefined {
  return protocol === ipProtocols.icmp ? decodeIcmpEcho(payload) : undefined;
}

/**
 * With their directions: GENEVE to the target comes in, GENEVE from it goes out. Its addresses are the one that is registered,
 * and what the GWLB sends to. Where devices are told, what is between two of the target's own is neither.
 */
function directed(packets: InspectedPacket[], address: string, gatewayAddresses: string[]): InspectedPacket[] {
  const addresses = new Set([
    address,
    ...packets
      .filter(({ cooked, outer }) => cooked?.heading === "in" && gatewayAddresses.includes(outer.source))
      .map(({ outer }) => outer.destination),
  ]);
  const all = packets.map((packet): InspectedPacket => {
    const heading = packet.cooked?.heading;
    if (addresses.has(packet.outer.destination) && (heading ?? "in") === "in") return { ...packet, direction: "In" };
    if (addresses.has(packet.outer.source) && (heading ?? "out") === "out") return { ...packet, direction: "Out" };
    return packet;
  });
  const facing = new Set(all.filter(({ direction }) => direction === "In").map(({ cooked }) => cooked?.interfaceIndex));
  const isElsewhere = ({ direction, cooked }: InspectedPacket): boolean =>
    direction === "Out" && facing.size > 0 && !facing.has(cooked?.interfaceIndex);
  // Last, so that of copies the one counts that left the right way.
  return [
    ...all.filter((packet) => !isElsewhere(packet)),
    ...all.filter(isElsewhere).map((packet) => ({ ...packet, elsewhere: true as const })),
  ];
}

/**
 * A capture of all devices has a packet of a bridge, a bond or a VLAN again on the device below. The same packet on another
 * device is no other packet; on the same device it is.
 */
function eachOnce(packets: InspectedPacket[]): InspectedPacket[] {
  const kept = new Map<string, number>();
  const onDevice = new Map<string, number>();
  return packets.filter(({ cooked, direction, outer, udp }) => {
    if (cooked?.interfaceIndex === undefined) return true;
    // Without TTL and checksums, which a device may change or leave to the next.
    const ends = `${outer.source}:${udp.sourcePort} ${outer.destination}`;
    const packet = `${direction ?? cooked.heading} ${ends} ${outer.identification} ${udp.payload.toString("latin1")}`;
    const here = `${cooked.interfaceIndex} ${packet}`;
    const count = (onDevice.get(here) ?? 0) + 1;
    onDevice.set(here, count);
    if (count <= (kept.get(packet) ?? 0)) return false;
    kept.set(packet, count);
    return true;
  });
}
