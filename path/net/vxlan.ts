import { PacketError } from "./packet";

/** VXLAN (RFC 7348) as EC2 Traffic Mirroring sends it: a whole Ethernet frame behind eight bytes of header. */

/** UDP port of VXLAN, assigned by IANA. */
export const vxlanPort = 4789;

const headerLength = 8;
/** The I flag: the VNI is valid. */
const vniIsValid = 0x08;

export interface VxlanPacket {
  /** Virtual network identifier, 24 bits: of a mirror session's (EC2 API, TrafficMirrorSession, VirtualNetworkId). */
  vni: number;
  /** The Ethernet frame. Shares memory with the datagram. */
  frame: Buffer;
}

/**
 * Decodes one UDP payload. Reserved bits are ignored, as RFC 7348 section 5 demands of a receiver.
 * @throws PacketError when it is too short, or has no valid VNI
 */
export function decodeVxlan(datagram: Buffer): VxlanPacket {
  if (datagram.length < headerLength) {
    throw new PacketError(`VXLAN header is cut off: ${datagram.length} bytes, expected at least ${headerLength}`);
  }
  if ((datagram.readUInt8(0) & vniIsValid) === 0) throw new PacketError("VXLAN without a VNI, expected the I flag set");
  return { vni: datagram.readUIntBE(4, 3), frame: datagram.subarray(headerLength) };
}
