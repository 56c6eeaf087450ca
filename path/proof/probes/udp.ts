import { z } from "zod";
import {
  decodeIpv4,
  decodeUdp,
  icmpTypes,
  ipProtocols,
  PacketError,
  type Ipv4Packet,
  type UdpDatagram,
} from "../../net/packet";
import { hexOfAddress, portArguments } from "./byPort";
import { ProbeOutputError, type Probe, type ProbeKey, type ProbePacket } from "./probe";
import { timesOf } from "./times";

/**
 * UDP: hosts/udp.sh sends a datagram for each request, from a port of its own: the nonce and the request's number. A reply is a datagram back that
 * begins with both, as a service sends it that returns what it gets; or the destination's own ICMP message that nothing listens there, where
 * it repeats so much of the request (RFC 1812 asks for 576 bytes in all, Linux sends them). An answer without the nonce proves nothing and counts as none.
 */

const ended = z.object({
  answered: z.array(z.int()),
  refused: z.array(z.int()),
  milliseconds: z.array(z.number().min(0)),
});

/** The request's number behind the nonce, 32 bits. */
const numberLength = 4;
/** ICMP "port unreachable" (RFC 792), with 8 bytes before the packet that it repeats. */
const portUnreachable = { type: icmpTypes.unreachable, code: 3, header: 8 };

export const udp = (port: number): Probe => ({
  name: `UDP probe of port ${port}`,
  script: "udp.sh",
  protocol: { protocol: "udp", port },
  ended,

  argumentsFor: (order) => portArguments(port, order),

  longest: ({ count, interval, timeout }) => count * interval + timeout,

  read({ result }, { count }) {
    const { answered, refused, milliseconds } = ended.parse(result);
    const all = [...answered, ...refused];
    if (
      all.some((each) => each < 1 || each > count) ||
      new Set(all).size !== all.length ||
      milliseconds.length !== all.length
    ) {
      throw new ProbeOutputError(
        `tells of answers ${answered.join()}, refused ${refused.join()}: expected each once, of ${count}`,
      );
    }
    return {
      statistics: {
        transmitted: count,
        received: answered.length,
        ...(refused.length > 0 && { refused: refused.length }),
        loss: (100 * (count - all.length)) / count,
        ...timesOf(milliseconds),
      },
      answered: all,
      refused,
      flowsSent: 0,
    };
  },

  // Datagrams are kept by their marker; so is the ICMP message by that in the datagram which it repeats, whose header has no options.
  keep({ source, marker }) {
    const repeated = `TRANSPORT + ${portUnreachable.header}`;
    return (
      `udp[INNER + 9] = ${ipProtocols.icmp} and udp[TRANSPORT] = ${portUnreachable.type} ` +
      `and udp[${repeated} + 12:4] = 0x${hexOfAddress(source)} ` +
      `and udp[${repeated} + 28:4] = 0x${marker.slice(0, 8)} and udp[${repeated} + 32:4] = 0x${marker.slice(8, 16)}`
    );
  },

  recognizer: (key) => ({
    inspected(inner) {
      const { source, destination } = key;
      const found = packetOf(inner, key, port);
      const [from, to] = found?.kind === "request" ? [source, destination] : [destination, source];
      return inner.source === from && inner.destination === to ? found : undefined;
    },
    bare: (packet) => packetOf(packet, key, port),
  }),
});

/** By its payload alone: of whom it is, is for others to look at. */
function packetOf(packet: Ipv4Packet, key: ProbeKey, port: number): ProbePacket | undefined {
  try {
    if (packet.protocol === ipProtocols.icmp) {
      const request = repeatedIn(packet.payload);
      const sequence = request && sequenceOf(decodeUdp(request.payload), key, port, "destination");
      return sequence === undefined ? undefined : { kind: "reply", sequence };
    }
    if (packet.protocol !== ipProtocols.udp) return undefined;
    const datagram = decodeUdp(packet.payload);
    const asked = sequenceOf(datagram, key, port, "destination");
    if (asked !== undefined) return { kind: "request", sequence: asked };
    const replied = sequenceOf(datagram, key, port, "source");
    return replied === undefined ? undefined : { kind: "reply", sequence: replied };
  } catch (error) {
    // Somebody's who has the addresses and the marker, and no datagram of ours.
    if (error instanceof PacketError) return undefined;
    throw error;
  }
}

/** The packet for which a host says that nothing listens on its port. */
function repeatedIn(icmp: Buffer): Ipv4Packet | undefined {
  const { type, code, header } = portUnreachable;
  if (icmp.length <= header || icmp.readUInt8(0) !== type || icmp.readUInt8(1) !== code) return undefined;
  const repeated = decodeIpv4(icmp.subarray(header));
  return repeated.protocol === ipProtocols.udp ? repeated : undefined;
}

/** Of a datagram with the nonce the number, if its ports are those of that request, or of the reply to it. */
function sequenceOf(
  { sourcePort, destinationPort, payload }: UdpDatagram,
  { nonce, sourcePorts = [1, 0] }: ProbeKey,
  port: number,
  towards: "destination" | "source",
): number | undefined {
  const pattern = Buffer.from(nonce, "hex");
  if (payload.length < pattern.length + numberLength || !payload.subarray(0, pattern.length).equals(pattern)) {
    return undefined;
  }
  const request = payload.readUInt32BE(pattern.length);
  const [own, other] = towards === "destination" ? [sourcePort, destinationPort] : [destinationPort, sourcePort];
  const [first, last] = sourcePorts;
  return other === port && own === first + request - 1 && own <= last ? request : undefined;
}
