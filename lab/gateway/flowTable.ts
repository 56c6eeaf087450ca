import { randomInt } from "node:crypto";
import { encodeGeneve, endpointIdOf, geneveProtocols } from "../../path/net/geneve";
import type { GatewayConfig } from "./config";
import type { DropReason } from "./dropReasons";
import { hashOf, mix } from "./flowHash";
import { protocols, type InnerPacket } from "./innerPacket";
import type { Target } from "./targetSelection";

/** What the flows of one endpoint between the same hosts (and ports) share, in both directions. */
export interface Flow {
  key: string;
  endpointId: string;
  hash: number;
  /** Random, unique among the living flows, not 0. */
  cookie: number;
  /** Of the outer UDP datagrams, the same for all of the flow's packets. */
  sourcePort: number;
  /** GENEVE header with GWLB's options, the same for all of the flow's packets. */
  header: Buffer;
  target?: Target;
  /** Milliseconds on the caller's clock. */
  expiresAt: number;
}

export interface FlowTimes {
  /** Seconds without a packet after which a flow is forgotten. */
  tcpIdleTimeout: number;
  idleTimeout: number;
}

type Stickiness = GatewayConfig["attributes"]["stickiness"];

/** GENEVE header with GWLB's three options, in bytes. */
export const geneveHeaderLength = 40;

/** First of the dynamic ports; AWS's range and its function of the flow are UNVERIFIED. */
const firstSourcePort = 49152;
const sourcePorts = 65536 - firstSourcePort;

/** What hosts/capture.sh sends to be seen in its own capture: GENEVE without options, a ping inside, whose payload ends so. */
const canaryEnd = Buffer.from("canary!!");
const canaryLength = 68;

function isCanary(datagram: Buffer): boolean {
  return (
    datagram.length === canaryLength &&
    (datagram.readUInt8(0) & 0x3f) === 0 &&
    datagram.subarray(-canaryEnd.length).equals(canaryEnd)
  );
}

/** Offset of the flow cookie's value: base header, two options of 12 bytes, the third one's header. */
const cookieOffset = 36;

export type ReturnDrop = Extract<
  DropReason,
  "malformed-geneve" | "canary" | "unknown-cookie" | "header-changed" | "source-port-changed"
>;

/** The flows that are alive, by key and by cookie. Times are the caller's milliseconds. */
export class FlowTable {
  private readonly flows = new Map<string, Flow>();
  private readonly cookies = new Map<number, Flow>();

  constructor(
    private readonly maximumFlows = 100_000,
    private readonly randomCookie: () => number = () => randomInt(1, 2 ** 32),
  ) {}

  get size(): number {
    return this.flows.size;
  }

  /** The packet's flow, a new one if need be; its idle time starts over. @returns undefined when the table is full */
  flowOf(
    endpointId: string,
    packet: InnerPacket,
    stickiness: Stickiness,
    times: FlowTimes,
    now: number,
  ): Flow | undefined {
    const key = flowKey(endpointId, packet, stickiness);
    let flow = this.flows.get(key);
    if (flow !== undefined && flow.expiresAt <= now) {
      this.remove(flow);
      flow = undefined;
    }
    if (flow === undefined) {
      if (this.flows.size >= this.maximumFlows) return undefined;
      flow = this.newFlow(key, endpointId, packet.version);
    }
    const seconds = packet.protocol === protocols.tcp ? times.tcpIdleTimeout : times.idleTimeout;
    // Where all protocols share a flow, the one that waits longest decides.
    flow.expiresAt = Math.max(flow.expiresAt, now + seconds * 1000);
    return flow;
  }

  /**
   * The flow of a datagram that a target sent back. It has to carry the flow's GENEVE header byte for byte and the UDP
   * source port that it was sent with: so every working target does. That AWS drops what was changed is UNVERIFIED.
   */
  flowOfReturned(datagram: Buffer, sourcePort: number, now: number): Flow | ReturnDrop {
    if (datagram.length < geneveHeaderLength || (datagram.readUInt8(0) & 0x3f) * 4 !== geneveHeaderLength - 8) {
      return isCanary(datagram) ? "canary" : "malformed-geneve";
    }
    const flow = this.cookies.get(datagram.readUInt32BE(cookieOffset));
    if (flow === undefined || flow.expiresAt <= now) return "unknown-cookie";
    if (flow.header.compare(datagram, 0, geneveHeaderLength) !== 0) return "header-changed";
    return sourcePort === flow.sourcePort ? flow : "source-port-changed";
  }

  /** Forgets the flows that were idle for too long. */
  sweep(now: number): void {
    for (const flow of this.flows.values()) if (flow.expiresAt <= now) this.remove(flow);
  }

  /** Forgets an endpoint's flows. */
  removeEndpoint(endpointId: string): void {
    for (const flow of this.flows.values()) if (flow.endpointId === endpointId) this.remove(flow);
  }

  private newFlow(key: string, endpointId: string, version: 4 | 6): Flow {
    let cookie = this.randomCookie();
    while (this.cookies.has(cookie)) cookie = this.randomCookie();
    const hash = hashOf(key);
    const flow: Flow = {
      key,
      endpointId,
      hash,
      cookie,
      // Mixed once more, or port and target would depend on the same bits.
      sourcePort: firstSourcePort + (mix(hash ^ 0x6081) % sourcePorts),
      header: encodeGeneve(
        {
          protocol: version === 4 ? geneveProtocols.ipv4 : geneveProtocols.ipv6,
          // The attachment ID is 0 in published captures of endpoints; its meaning is UNVERIFIED.
          gwlb: { endpointId: endpointIdOf(endpointId), attachmentId: 0n, flowCookie: cookie },
        },
        Buffer.alloc(0),
      ),
      expiresAt: 0,
    };
    this.flows.set(key, flow);
    this.cookies.set(cookie, flow);
    return flow;
  }

  private remove(flow: Flow): void {
    this.flows.delete(flow.key);
    this.cookies.delete(flow.cookie);
  }
}

/**
 * Both directions have the same key, for a target has to see both. Ports are 0 where there are none, which makes the
 * 5-tuple the 3-tuple that GWLB uses for all but TCP and UDP. Every part has a fixed length per IP version.
 */
function flowKey(endpointId: string, packet: InnerPacket, stickiness: Stickiness): string {
  const ports = stickiness === "five-tuple";
  const source = packet.source + String.fromCharCode(ports ? packet.sourcePort : 0);
  const destination = packet.destination + String.fromCharCode(ports ? packet.destinationPort : 0);
  const protocol = String.fromCharCode(stickiness === "source_ip_dest_ip" ? 0 : packet.protocol);
  return endpointId + protocol + (source < destination ? source + destination : destination + source);
}
