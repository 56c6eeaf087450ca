import { geneveProtocols } from "../../path/net/geneve";
import { storeChecksum, sum } from "./checksum";
import type { GatewayConfig, GatewayCounters } from "./config";
import { cut } from "./cut";
import type { DropReason } from "./dropReasons";
import { FlowTable, geneveHeaderLength, type Flow } from "./flowTable";
import { outerHeaderLength, type GeneveSocket, type ReceivedDatagram } from "./geneveSocket";
import type { Impairer } from "./impairment";
import { parseInnerPacket } from "./innerPacket";
import { Joiner } from "./join";
import { lastError, libc } from "./libc";
import type { Target, TargetSelection } from "./targetSelection";
import { readVirtioHeader, virtioHeaderLength } from "./virtioHeader";

/** GWLB's maximum for the inner packet: larger ones are dropped without an ICMP error. */
export const largestInnerPacket = 8500;

/** Packets handled per descriptor before the others get their turn. */
const batch = 64;
/** Offset of the GENEVE header's protocol type (RFC 8926). */
const protocolOffset = 2;
const headersLength = outerHeaderLength + geneveHeaderLength;

/** A GWLB endpoint whose TUN is open. */
export interface OpenEndpoint {
  id: string;
  azId: string;
  tun: string;
  descriptor: number;
}

export interface OpenEni {
  azId: string;
  socket: GeneveSocket;
}

/** What the packets of the moment are handled by. */
export interface DatapathState {
  attributes: GatewayConfig["attributes"];
  selection: TargetSelection;
  endpoints: ReadonlyMap<string, OpenEndpoint>;
  /** By AZ ID. */
  enis: ReadonlyMap<string, OpenEni>;
  impairer?: Impairer;
}

/** Takes packets from endpoints to targets and back. Every packet is counted once as what became of it. */
export class Datapath {
  readonly flows = new FlowTable();
  private readonly counts: GatewayCounters = {
    received: 0,
    fromTargets: 0,
    forwarded: 0,
    returned: 0,
    held: 0,
    dropped: {},
    targets: {},
    flows: 0,
    moved: 0,
  };
  /**
   * Outer headers, GENEVE header, inner packet: the inner packet is read to where it is sent from. The TUN's header is
   * where the outer ones will be.
   */
  private readonly frame = Buffer.alloc(headersLength + 65536);
  private readonly read = this.frame.subarray(headersLength - virtioHeaderLength);
  /** The same for a packet that was cut from one that TCP left whole. */
  private readonly segment = Buffer.alloc(headersLength + 65536);
  private readonly room = this.segment.subarray(headersLength);
  /** TCP of one flow that is to be given back at once. */
  private readonly joiner = new Joiner();
  private joinedTo: { flow: Flow; endpoint: OpenEndpoint } | undefined;

  /** @param clock - milliseconds that never go back */
  constructor(
    private readonly state: () => DatapathState | undefined,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  counters(): GatewayCounters {
    return { ...structuredClone(this.counts), flows: this.flows.size };
  }

  /** Handles what has come from an endpoint. @returns the name of the error that the TUN gives, if it is broken */
  readEndpoint(endpoint: OpenEndpoint): string | undefined {
    for (let packets = 0; packets < batch;) {
      const length = libc.read(endpoint.descriptor, this.read, this.read.length);
      if (length < 0) {
        const error = lastError();
        return error === "EAGAIN" || error === "EINTR" ? undefined : error;
      }
      packets += this.take(endpoint, length - virtioHeaderLength);
    }
    return undefined;
  }

  /** Handles what has come to an ENI from targets. */
  readEni(eni: OpenEni): void {
    for (let packets = 0; packets < batch; packets++) {
      const datagram = eni.socket.receive();
      if (datagram === undefined) break;
      this.counts.fromTargets++;
      this.settle(this.giveBack(eni, datagram));
    }
    this.deliver();
  }

  /** Forgets the flows that were idle for too long. */
  sweep(): void {
    this.flows.sweep(this.clock());
  }

  private settle(dropped: DropReason | undefined, packets = 1): void {
    if (dropped !== undefined) this.counts.dropped[dropped] = (this.counts.dropped[dropped] ?? 0) + packets;
  }

  /** Does what the kernel left to do with the packet that was read. @returns how many packets it was */
  private take(endpoint: OpenEndpoint, length: number): number {
    const { segmentSize, checksum } = readVirtioHeader(this.read);
    let packets = 0;
    const forward = (frame: Buffer, size: number): void => {
      packets++;
      this.counts.received++;
      this.settle(this.forward(endpoint, frame, size));
    };
    const packet = this.frame.subarray(headersLength, headersLength + length);
    if (cut(packet, segmentSize, this.room, (size) => forward(this.segment, size))) return packets;
    if (checksum !== undefined) {
      const { start, at } = checksum;
      // What is there already is the sum of the pseudo header.
      storeChecksum(packet, at, sum(packet, start, length - start));
    }
    forward(this.frame, length);
    return packets;
  }

  /** @param room - holds the packet of `length` bytes behind its headers. @returns why the packet was dropped */
  private forward(endpoint: OpenEndpoint, room: Buffer, length: number): DropReason | undefined {
    const state = this.state();
    if (length > largestInnerPacket) return "over-8500-bytes";
    const packet = parseInnerPacket(room.subarray(headersLength, headersLength + length));
    if (packet === undefined) return "malformed-packet";
    // As the router's own neighbour discovery on its side of the TUN.
    if (packet.linkScope) return "link-scope";
    const eni = state?.enis.get(endpoint.azId);
    if (state === undefined || eni === undefined) return "no-eni-in-az";
    const { attributes, selection } = state;
    const flow = this.flows.flowOf(endpoint.id, packet, attributes.stickiness, attributes, this.clock());
    if (flow === undefined) return "flow-table-full";
    const target = selection.targetFor(eni.azId, flow.hash, flow.target);
    if (target === undefined) return "no-target";
    if (flow.target !== undefined && flow.target.id !== target.id) this.counts.moved++;
    flow.target = target;
    flow.header.copy(room, outerHeaderLength);
    const frame = room.subarray(0, headersLength + length);
    if (state.impairer === undefined) return this.send(eni, frame, flow, target);
    if (state.impairer.drops(this.counts.held)) return "impaired";
    const { delay } = state.impairer.impairment;
    if (delay === 0) return this.send(eni, frame, flow, target);
    this.counts.held++;
    const copy = Buffer.from(frame);
    // Timers of one duration fire in the order in which they were set: packets keep theirs.
    setTimeout(() => {
      this.counts.held--;
      // The ENI's socket may have been closed meanwhile.
      const open = this.state()?.enis.get(endpoint.azId) === eni;
      this.settle(open ? this.send(eni, copy, flow, target) : "no-eni-in-az");
    }, delay).unref();
    return undefined;
  }

  /** @param frame - with room for the outer headers. @returns why the packet was dropped */
  private send(eni: OpenEni, frame: Buffer, flow: Flow, target: Target): DropReason | undefined {
    if (!eni.socket.send(frame, flow.sourcePort, target.address, target.port)) return "send-failed";
    this.counts.forwarded++;
    this.ofTarget(target.id).forwarded++;
    return undefined;
  }

  /** @returns why the packet was dropped */
  private giveBack(eni: OpenEni, { payload, source, sourcePort }: ReceivedDatagram): DropReason | undefined {
    const flow = this.flows.flowOfReturned(payload, sourcePort, this.clock());
    if (typeof flow === "string") return flow;
    const state = this.state();
    // The endpoint is the flow's, never one that the packet could choose: no consumer gets another's packets.
    const endpoint = state?.endpoints.get(flow.endpointId);
    if (state === undefined || endpoint === undefined) return "endpoint-down";
    if (endpoint.azId !== eni.azId) return "wrong-gateway-address";
    if (flow.target?.address !== source && !state.selection.hasAddress(source)) return "not-from-a-target";
    const inner = payload.subarray(geneveHeaderLength);
    if (inner.length > largestInnerPacket) return "over-8500-bytes";
    const packet = parseInnerPacket(inner);
    if (packet === undefined || payload.readUInt16BE(protocolOffset) !== geneveProtocols[`ipv${packet.version}`]) {
      return "malformed-packet";
    }
    if (this.joinedTo?.flow !== flow || !this.joiner.add(inner)) {
      this.deliver();
      this.joiner.begin(inner);
      this.joinedTo = { flow, endpoint };
    }
    return undefined;
  }

  /** Gives to its endpoint what waits to be given back. */
  private deliver(): void {
    if (this.joinedTo === undefined) return;
    const { flow, endpoint } = this.joinedTo;
    this.joinedTo = undefined;
    const { packets } = this.joiner;
    const bytes = this.joiner.take();
    // EIO when the TUN is not up (yet): the fabric takes it down when it moves it.
    if (libc.write(endpoint.descriptor, bytes, bytes.length) < 0) {
      this.settle("endpoint-down", packets);
      return;
    }
    this.counts.returned += packets;
    if (flow.target !== undefined) this.ofTarget(flow.target.id).returned += packets;
  }

  private ofTarget(id: string): GatewayCounters["targets"][string] {
    return (this.counts.targets[id] ??= { forwarded: 0, returned: 0 });
  }
}
