import { contains, isAddress, isPrivateAddress, parseAddress } from "../../net/cidr";
import { similarNames } from "../../proof/index";
import { isKnown, type Instance, type NetworkInterface } from "../model";
import { azIdOf, type TopologyIndex } from "../topologyIndex";
import type { TraceEnd, TraceRequest } from "../traceResult";

/** A source or destination that the topology does not have, or has more than once. The message names it. */
export class TraceError extends Error {
  /** Always `TraceError`. */
  override readonly name = "TraceError";
}

interface Inside {
  end: TraceEnd;
  eni: NetworkInterface;
}

/** An address that no known instance has. */
interface Outside {
  end: { name: string; address: string };
  eni?: never;
}

/** At least one end is an instance. */
export type Ends =
  | { from: "instance"; source: Inside; destination: Inside | Outside }
  /** From the internet, for the instance's public address. */
  | { from: "internet"; source: Outside; destination: Inside };

/** @throws TraceError */
export function findEnds(index: TopologyIndex, { source, destination }: TraceRequest): Ends {
  const named = index.instancesNamed(source);
  if (named.length === 0 && isAddress(source) && !isPrivateAddress(source))
    return fromInternet(index, source, destination);
  const from = only(index, named, "source", source);
  const sending = endOf(index, from, "source");
  const all = index.instancesNamed(destination);
  // Private addresses repeat between VPCs: the source's own VPC is meant.
  const near = isAddress(destination) ? all.filter(({ vpcId }) => vpcId === from.vpcId) : all;
  if (near.length > 0) {
    const to = only(index, near, "destination", destination);
    if (to.id === from.id)
      throw new TraceError(`destination "${destination}" is the source itself, expected another host`);
    return { from: "instance", source: sending, destination: endOf(index, to, "destination") };
  }
  if (!isAddress(destination)) only(index, all, "destination", destination);
  const inside = (index.topology.vpcs[from.vpcId]?.cidrBlocks ?? []).some((text) => {
    const cidr = index.cidr(text);
    return cidr !== undefined && contains(cidr, parseAddress(destination));
  });
  const other = inside || all.length > 1 ? undefined : all[0];
  return {
    from: "instance",
    source: sending,
    destination: { end: { name: other?.name ?? destination, address: destination } },
  };
}

function fromInternet(index: TopologyIndex, source: string, destination: string): Ends {
  const found = [...new Set([...index.instancesNamed(destination), ...index.instancesAtPublic(destination)])];
  const to = only(index, found, "destination", destination);
  return {
    from: "internet",
    source: { end: { name: source, address: source } },
    destination: endOf(index, to, "destination"),
  };
}

function only(index: TopologyIndex, found: Instance[], what: string, text: string): Instance {
  const [first, ...more] = found;
  if (first === undefined) {
    const known = Object.values(index.topology.instances).map(({ name }) => name);
    const some = known.slice(0, 20).join(", ");
    const near = similarNames(text, known);
    throw new TraceError(
      `${what} "${text}" is no instance that is known, ` +
        `${near.length > 0 ? `did you mean ${near.join(", ")}? E` : "e"}xpected the id, name or private address of one of: ` +
        `${some || "none at all"}${known.length > 20 ? ", …" : ""}`,
    );
  }
  if (more.length > 0) {
    throw new TraceError(
      `${what} "${text}" is ${found.length} instances, expected the id of one: ${found.map(({ id, name }) => `${name} (${id})`).join(", ")}`,
    );
  }
  return first;
}

function endOf({ topology }: TopologyIndex, { id, name, networkInterfaceId }: Instance, what: string): Inside {
  const eni = topology.networkInterfaces[networkInterfaceId];
  if (eni === undefined || !isKnown(eni.address)) {
    throw new TraceError(`${what} "${name}" has no address that the states tell, expected a deployed instance`);
  }
  const azId = azIdOf(topology.subnets[eni.subnetId]);
  return { end: { id, name, address: eni.address, ...(azId !== undefined && { azId }) }, eni };
}
