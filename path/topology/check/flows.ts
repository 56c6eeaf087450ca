import type { Finding, Verdict } from "../../proof/index";
import { isKnown, type NetworkInterface, type SecurityGroupRule, type Topology } from "../model";
import { TopologyIndex } from "../topologyIndex";
import { protocolName } from "../trace/packetFilter";
import { trace } from "../trace/trace";
import { lookUp } from "../trace/routing";
import type { Leg, TraceProtocol, TraceResult } from "../traceResult";
import { hostAddress, tableOf, type SubnetKind } from "./subnetKinds";
import type { Witness } from "./result";

/** Of a block that nobody in the internet has (RFC 5737): what is led there is led to the internet. */
export const internetAddress = "192.0.2.1";

/** How one direction goes: through a GWLB endpoint, past all of them, or not to its end. */
export type Direction = "endpoint" | "direct" | "none";

export interface Way {
  forward: Direction;
  back: Direction;
  /** Absent where routes alone tell: `local` both ways. */
  traced?: TraceResult;
}

/** Traces flows between any hosts of subnets, and counts them. */
export class Flows {
  readonly index: TopologyIndex;
  /** Traced so far. */
  count = 0;

  /** @param topology with a host in each subnet (`withHosts`) */
  constructor(readonly topology: Topology) {
    this.index = new TopologyIndex(topology);
  }

  /** Between two subnets of one VPC; undefined within a kind of one subnet only. */
  between(from: SubnetKind, to: SubnetKind): Way | undefined {
    const [source] = from.subnets;
    const destination = from === to ? to.subnets[1] : to.subnets[0];
    if (destination === undefined) return undefined;
    const out = this.routeKind(from, hostAddress(this.index, destination));
    const back = this.routeKind(to, hostAddress(this.index, source));
    if (out === "local" && back === "local") return { forward: "direct", back: "direct" };
    return this.way(source.id, destination.id);
  }

  /** From a subnet to the internet, or back; undefined where no route, or no gateway, leads there. */
  withInternet(kind: SubnetKind, direction: "to" | "from"): Way | undefined {
    const [{ id, vpcId }] = kind.subnets;
    if (direction === "to") {
      return this.routeKind(kind, internetAddress) === undefined ? undefined : this.way(id, internetAddress);
    }
    return this.index.attachedGateway(vpcId) === undefined ? undefined : this.way(internetAddress, id);
  }

  /** Whether packets from one interface to the other take the VPC's local route: nothing is lost there, and nothing inspected. */
  isLocal(from: NetworkInterface, to: NetworkInterface): boolean {
    const subnet = this.topology.subnets[from.subnetId];
    const table = subnet && tableOf(this.index, subnet);
    if (table === undefined || !isKnown(to.address)) return false;
    return lookUp(this.index, table, to.address)?.target.kind === "local";
  }

  trace(source: string, destination: string, protocol: TraceProtocol = "icmp"): TraceResult {
    this.count++;
    return trace(this.topology, { source, destination, protocol });
  }

  private way(source: string, destination: string): Way {
    const traced = this.trace(source, destination);
    const [path] = traced.paths;
    return { forward: directionOf(path?.request), back: directionOf(path?.reply), traced };
  }

  private routeKind({ table, subnets: [subnet] }: SubnetKind, address = ""): string | undefined {
    const known = table ?? tableOf(this.index, subnet);
    return known === undefined ? "unknown" : lookUp(this.index, known, address)?.target.kind;
  }
}

function directionOf(leg: Leg | undefined): Direction {
  if (leg === undefined) return "none";
  if (leg.endpointIds.length > 0) return "endpoint";
  return leg.outcome === "delivered" ? "direct" : "none";
}

export function witnessOf({ request: { source, destination, protocol }, verdict }: TraceResult): Witness {
  return { source, destination, protocol, verdict };
}

/** Whether every choice of targets comes to this verdict. */
export function isAlways({ possibleVerdicts }: TraceResult, verdict: Verdict): boolean {
  return possibleVerdicts.length === 1 && possibleVerdicts[0] === verdict;
}

/** The hop of a leg that decided where it goes: its first route table. */
export function routeOf(leg: Leg | undefined): Pick<Finding, "hop" | "seen"> & { id: string } {
  const hop =
    leg?.hops.find(({ kind }) => kind === "route-table") ?? leg?.hops.find(({ kind }) => kind === "internet-gateway");
  return {
    id: hop?.id ?? "",
    hop: hop?.name ?? "",
    seen: hop?.kind === "route-table" ? (hop.decidedBy?.text ?? "") : "no route table of its own",
  };
}

/** A packet that the rule is for; of one for all ports any. */
export function protocolOf({ protocol, fromPort }: SecurityGroupRule): TraceProtocol {
  const name = protocolName(protocol);
  if (name !== "tcp" && name !== "udp") return "icmp";
  return { protocol: name, port: fromPort > 0 ? fromPort : 443 };
}
