import { z } from "zod";
import { decodeTcp, ipProtocols, PacketError, type Ipv4Packet, type TcpSegment } from "../../net/packet";
import { hexOfAddress, portArguments } from "./byPort";
import { timesOf } from "./times";
import { ProbeOutputError, type Probe, type ProbeKey, type ProbePacket, type Recognizer } from "./probe";

/**
 * TCP: hosts/tcp.sh opens a connection for each request, from a port of its own, and sends one segment: the nonce and the request's
 * number. That segment is the request. No server sends the nonce back, so the reply is the destination's acknowledgment of just that
 * segment: from the destination's port to the request's own one, with the number of the segment's end, which begins with 32 bits that the
 * source's kernel chose at random for this connection. A server that has closed already answers with a reset, which has either that
 * number or, as its own, the one that the request acknowledged.
 *
 * A handshake carries no nonce. Where none came about, its packets tell where they were lost, or that the destination refused; nothing is
 * proven by them.
 *
 * TCP sends again what it takes for lost. Transmissions have different IPv4 identifications, by which a packet that the network
 * doubled is told from one that was sent again.
 */

const ended = z.object({
  connected: z.array(z.int()),
  answered: z.array(z.int()),
  refused: z.array(z.int()),
  milliseconds: z.array(z.number().min(0)),
});

/** The request's number behind the nonce, 32 bits. */
const numberLength = 4;

export const tcp = (port: number): Probe => ({
  name: `TCP probe of port ${port}`,
  script: "tcp.sh",
  protocol: { protocol: "tcp", port },
  needsReply: true,
  ended,

  argumentsFor: (order) => portArguments(port, order),

  // The last request waits for its connection, then for its answer.
  longest: ({ count, interval, timeout }) => count * interval + 2 * timeout,

  read({ result }, { count }) {
    const { connected, answered, refused, milliseconds } = ended.parse(result);
    const all = [...connected, ...refused];
    if (
      [...all, ...answered].some((each) => each < 1 || each > count) ||
      new Set(all).size !== all.length ||
      new Set(answered).size !== answered.length ||
      answered.some((each) => !connected.includes(each)) ||
      milliseconds.length !== all.length
    ) {
      throw new ProbeOutputError(
        `tells of connections ${connected.join()}, refused ${refused.join()}, answers ${answered.join()}: ` +
          `expected each once, of ${count}`,
      );
    }
    return {
      statistics: {
        transmitted: count,
        received: answered.length,
        ...(refused.length > 0 && { refused: refused.length }),
        loss: (100 * (count - answered.length - refused.length)) / count,
        ...timesOf(milliseconds),
      },
      answered: [...answered, ...refused],
      refused,
      unconnected: Array.from({ length: count }, (_, index) => index + 1).filter((each) => !connected.includes(each)),
      flowsSent: 0,
    };
  },

  // All of these connections, whose acknowledgments have no payload.
  keep({ source, sourcePorts: [first, last] }) {
    const address = `0x${hexOfAddress(source)}`;
    const within = (offset: number): string =>
      `udp[TRANSPORT + ${offset}:2] >= ${first} and udp[TRANSPORT + ${offset}:2] <= ${last}`;
    return (
      `udp[INNER + 9] = 6 and ((udp[INNER + 12:4] = ${address} and ${within(0)}) ` +
      `or (udp[INNER + 16:4] = ${address} and ${within(2)}))`
    );
  },

  recognizer: (key, captured) => new Connections(port, key, captured),
});

interface Segment extends TcpSegment {
  towards: "destination" | "source";
  /** Of the request whose connection it is of. */
  request: number;
  transmission: string;
}

/** The connections of one pair. */
class Connections implements Recognizer {
  private readonly nonce: Buffer;
  private readonly unconnected: Set<number>;
  /** By request: the numbers that acknowledge what the source sent, and that a reset without acknowledgment has. */
  private readonly acknowledging = new Map<number, Set<number>>();
  private readonly resetting = new Map<number, Set<number>>();

  constructor(
    private readonly port: number,
    private readonly key: ProbeKey,
    captured: Ipv4Packet[],
  ) {
    this.nonce = Buffer.from(key.nonce, "hex");
    this.unconnected = new Set(key.unconnected);
    for (const inner of captured) {
      const segment = this.segmentOf(inner);
      if (segment === undefined || !this.isRequest(segment)) continue;
      const { request, sequence, acknowledgment, syn, ack } = segment;
      const length = syn ? 1 : this.nonce.length + numberLength;
      add(this.acknowledging, request, (sequence + length) % 2 ** 32);
      if (ack) add(this.resetting, request, acknowledgment);
    }
  }

  inspected(inner: Ipv4Packet): ProbePacket | undefined {
    const segment = this.segmentOf(inner);
    if (segment === undefined) return undefined;
    const { request: sequence, transmission } = segment;
    if (this.isRequest(segment)) return { kind: "request", sequence, transmission };
    return this.isReply(segment) ? { kind: "reply", sequence, transmission } : undefined;
  }

  /** An appliance that translates addresses chooses ports, too: nothing is left that says whose connection it is. */
  bare(): undefined {
    return undefined;
  }

  /** Of a request's connection the segment with the nonce; where it did not come about, that which asks for it. */
  private isRequest({ towards, request, syn, ack, payload }: Segment): boolean {
    if (towards !== "destination") return false;
    if (this.unconnected.has(request)) return syn && !ack;
    const number = payload.length < this.nonce.length + numberLength ? 0 : payload.readUInt32BE(this.nonce.length);
    return payload.subarray(0, this.nonce.length).equals(this.nonce) && number === request;
  }

  private isReply({ towards, request, ack, rst, sequence, acknowledgment }: Segment): boolean {
    if (towards !== "source") return false;
    const acknowledging = this.acknowledging.get(request);
    // Its request came to no target: what comes back says that much, and no more.
    if (acknowledging === undefined) return ack || rst;
    if (ack) return acknowledging.has(acknowledgment);
    return rst && this.resetting.get(request)?.has(sequence) === true;
  }

  private segmentOf({ protocol, source, destination, identification, payload }: Ipv4Packet): Segment | undefined {
    if (protocol !== ipProtocols.tcp) return undefined;
    const towards = source === this.key.source ? "destination" : "source";
    const [from, to] = [this.key.source, this.key.destination];
    const [expectedSource, expectedDestination] = towards === "destination" ? [from, to] : [to, from];
    if (source !== expectedSource || destination !== expectedDestination) return undefined;
    const segment = decoded(payload);
    if (segment === undefined) return undefined;
    const [own, other] =
      towards === "destination"
        ? [segment.sourcePort, segment.destinationPort]
        : [segment.destinationPort, segment.sourcePort];
    const [first, last] = this.key.sourcePorts ?? [1, 0];
    if (other !== this.port || own < first || own > last) return undefined;
    const transmission = identification === 0 ? "" : String(identification);
    return { ...segment, towards, request: own - first + 1, transmission };
  }
}

function decoded(payload: Buffer): TcpSegment | undefined {
  try {
    return decodeTcp(payload);
  } catch (error) {
    // Somebody's who has the addresses and ports, and no segment of ours.
    if (error instanceof PacketError) return undefined;
    throw error;
  }
}

function add(numbers: Map<number, Set<number>>, request: number, number: number): void {
  numbers.set(request, (numbers.get(request) ?? new Set()).add(number));
}
