import type { ProbePacket } from "./probe";

interface Seen {
  direction?: "In" | "Out";
  probe: ProbePacket;
}

/**
 * What one target saw of a probe, with the transmissions of a packet as one: it came in when any of them did, and went out when as many
 * went out as came in: one that was kept is a loss, though the next one made up for it. What came in twice as the same transmission
 * was doubled by the network, and stays twice; so does what went out more often than it came in.
 */
export function eachTransmissionOnce<T extends Seen>(packets: T[]): T[] {
  const single = packets.filter(({ probe }) => probe.transmission === undefined);
  const groups = new Map<string, T[]>();
  for (const packet of packets) {
    const { kind, sequence, transmission } = packet.probe;
    if (transmission === undefined) continue;
    const id = `${kind} ${sequence}`;
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [packet]);
    else group.push(packet);
  }
  return [...single, ...[...groups.values()].flatMap(asOne)];
}

function asOne<T extends Seen>(group: T[]): T[] {
  const cameIn = group.filter(({ direction }) => direction === "In");
  const wentOut = group.filter(({ direction }) => direction === "Out");
  const doubled = cameIn.filter(({ probe: { transmission } }, index) => {
    return transmission !== "" && cameIn.findIndex(({ probe }) => probe.transmission === transmission) < index;
  });
  const surplus = cameIn.length === 0 ? 0 : wentOut.length - cameIn.length;
  return [...cameIn.slice(0, 1), ...doubled, ...(surplus < 0 ? [] : wentOut.slice(0, 1 + surplus))];
}
