import { isPrivateAddress } from "../net/cidr";
import { decodeUdp, ipProtocols, PacketError, type UdpDatagram } from "../net/packet";
import { reachableTargets, type FlowCounts } from "./index";
import { headerOf, type InspectedPacket, type ReadCapture } from "./captured";
import type { ProbeKey } from "./probes/probe";
import { flowPort, type VerificationPair, type VerificationRequest } from "./request";

/**
 * A ping is one flow to a GWLB, which gives it to one target. What the other targets do shows by further flows: datagrams of
 * UDP that a source sends meanwhile, from a port each (hosts/ping.sh). By default a GWLB tells flows of UDP apart by addresses
 * and ports; where stickiness leaves the ports out, all of a pair's are one flow more.
 */

/**
 * So many for each target that may get them: one that gets none with odds of 1 in T is missed by all 16·T of them less than
 * once in eight million measurements.
 */
const flowsPerTarget = 16;
/** From one source to one destination. */
const [leastFlows, mostFlows] = [4, 64];

/** Whether all of a pair's way is inside. */
export function isInside({ source, destination }: VerificationPair): boolean {
  return [source.address, destination.publicAddress ?? destination.address].every(isPrivateAddress);
}

/** Flows go beside pings: other probes are flows themselves. */
function sendsFlows(pair: VerificationPair): boolean {
  return pair.probe === undefined && isInside(pair);
}

/**
 * How many flows a pair sends: those that its AZ's targets take, shared among the pairs of its AZ. To hosts in the internet, and from
 * there, none go: the targets are those of the pairs inside.
 */
export function flowsOf(pair: VerificationPair, { targets, crossZone, pairs }: VerificationRequest): number {
  if (!sendsFlows(pair)) return 0;
  const { azId } = pair.source;
  const reachable = reachableTargets(targets, azId, crossZone).length;
  const sharing = pairs.filter((other) => other.source.azId === azId && sendsFlows(other)).length;
  return Math.min(mostFlows, Math.max(leastFlows, Math.ceil((flowsPerTarget * reachable) / sharing)));
}

/**
 * Counts each pair's flows on each target, by the GWLB address that they came from. A datagram belongs to a pair as its pings
 * do: by nonce and inner addresses. A flow has gone out where it went back to that address with the GENEVE header that it came with, by an
 * interface that the GWLB's packets come in by, or that is known to lead to it. Pure.
 *
 * @param gatewayAddresses GWLB addresses by AZ ID
 * @param leadsElsewhere targets whose other interfaces lead to the GWLB, too: answers show it
 */
export function countFlows(
  pairs: ProbeKey[],
  captures: ReadCapture[],
  gatewayAddresses: Record<string, string>,
  leadsElsewhere: ReadonlySet<string>,
): FlowCounts[][] {
  const datagrams = captures.map(datagramsIn);
  return pairs.map((key) => {
    const nonce = Buffer.from(key.nonce, "hex");
    return captures.flatMap(({ target }, index) => {
      const own = (datagrams[index] ?? []).filter((packet) => belongs(packet, key, nonce));
      return Object.entries(gatewayAddresses).flatMap(([gatewayAzId, gateway]) => {
        const seen = (towards: "In" | "Out"): InspectedDatagram[] =>
          own
            .filter(({ direction, elsewhere }) => direction === towards && (!elsewhere || leadsElsewhere.has(target)))
            .filter(({ outer }) => (towards === "In" ? outer.source : outer.destination) === gateway);
        const flowOf = (packet: InspectedDatagram): string => `${packet.datagram.sourcePort} ${headerOf(packet)}`;
        const cameIn = new Set(seen("In").map(flowOf));
        const count = (packets: InspectedDatagram[]): number =>
          new Set(packets.map(({ datagram }) => datagram.sourcePort)).size;
        const flowsIn = count(seen("In"));
        const flowsOut = count(seen("Out").filter((packet) => cameIn.has(flowOf(packet))));
        return flowsIn === 0 ? [] : [{ target, gatewayAzId, flowsIn, flowsOut }];
      });
    });
  });
}

interface InspectedDatagram extends InspectedPacket {
  datagram: UdpDatagram;
}

function datagramsIn({ inspected }: ReadCapture): InspectedDatagram[] {
  return inspected.flatMap((packet) => {
    try {
      return packet.inner.protocol === ipProtocols.udp
        ? [{ ...packet, datagram: decodeUdp(packet.inner.payload) }]
        : [];
    } catch (error) {
      // Somebody's who has the marker, and no datagram of a flow.
      if (error instanceof PacketError) return [];
      throw error;
    }
  });
}

function belongs({ inner, datagram }: InspectedDatagram, key: ProbeKey, nonce: Buffer): boolean {
  return (
    inner.source === key.source &&
    inner.destination === key.destination &&
    datagram.destinationPort === flowPort &&
    datagram.payload.equals(nonce)
  );
}
