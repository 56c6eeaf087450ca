import {
  decodeFrame,
  decodeIpv4,
  decodeTcpPorts,
  decodeUdp,
  etherTypes,
  ipProtocols,
  linkTypes,
  PacketError,
  type CookedHeader,
  type Frame,
  type Ipv4Packet,
} from "../net/packet";
import { decodeVxlan, vxlanPort } from "../net/vxlan";
import type { MirroredInterface } from "./request";

/** What a collector captures of a target's interfaces: copies of their frames, each inside VXLAN (EC2 Traffic Mirroring). */

const macLength = 6;

/**
 * The frame that was copied, with its direction as its MAC addresses tell it. That they are those of the wire is UNVERIFIED on
 * AWS: where they are neither from nor to the interface, only the IP addresses tell.
 *
 * @param captured what came to the collector, without its link layer
 * @returns undefined for what is no copy from one of these interfaces
 * @throws PacketError
 */
export function mirroredFrame(captured: Frame, interfaces: MirroredInterface[]): Frame | undefined {
  if (captured.etherType !== etherTypes.ipv4) return undefined;
  const outer = decodeIpv4(captured.payload);
  if (outer.protocol !== ipProtocols.udp || outer.fragmentOffset !== 0) return undefined;
  const udp = decodeUdp(outer.payload);
  if (udp.destinationPort !== vxlanPort) return undefined;
  const { vni, frame } = decodeVxlan(udp.payload);
  const source = interfaces.find((each) => each.vni === vni);
  if (source === undefined) return undefined;
  const cooked = cookedHeader(frame, source);
  return { ...decodeFrame(linkTypes.ethernet, frame), ...(cooked && { cooked }) };
}

function cookedHeader(frame: Buffer, { macAddress, vni }: MirroredInterface): CookedHeader | undefined {
  const own = macAddress.replaceAll(":", "").toLowerCase();
  const [to, from] = [frame.toString("hex", 0, macLength), frame.toString("hex", macLength, 2 * macLength)];
  if (from === to || ![from, to].includes(own)) return undefined;
  return { heading: from === own ? "out" : "in", ethernet: true, interfaceIndex: vni };
}

/** What a mirror was seen to show of a target, apart from what it was to be looked for. */
export interface MirrorSight {
  in: boolean;
  out: boolean;
}

/**
 * Whether a collector has seen what must have crossed the target's interface anyhow: a GWLB's health check coming in, and an
 * answer to one going out. What it has not seen of a ping says nothing unless it has seen both.
 *
 * @param checked `address`: the target's; `gatewayAddresses`: the GWLB's; `healthPort`: TCP port of the checks
 */
export function sightOf(
  segments: TcpEnds[],
  { address, gatewayAddresses, healthPort }: { address: string; gatewayAddresses: string[]; healthPort: number },
): MirrorSight {
  const sight = { in: false, out: false };
  for (const { source, destination, sourcePort, destinationPort } of segments) {
    if (gatewayAddresses.includes(source) && destination === address && destinationPort === healthPort) sight.in = true;
    if (gatewayAddresses.includes(destination) && source === address && sourcePort === healthPort) sight.out = true;
  }
  return sight;
}

/** Addresses and ports of a segment of TCP. */
export interface TcpEnds {
  source: string;
  destination: string;
  sourcePort: number;
  destinationPort: number;
}

/** Undefined where the header is cut off. */
export function tcpEnds({ source, destination, payload }: Ipv4Packet): TcpEnds | undefined {
  try {
    return { source, destination, ...decodeTcpPorts(payload) };
  } catch (error) {
    if (error instanceof PacketError) return undefined;
    throw error;
  }
}
