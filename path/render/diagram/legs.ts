import type { Topology } from "../../topology/model";
import type { Hop, Leg, TracedPath } from "../../topology/traceResult";
import { interfaceId } from "./boxes";
import type { DiagramEdge, LegName, LegVerdict } from "./graph";

/** A way through the topology, with what is known of it. */
export interface DrawnPath {
  path: TracedPath;
  /** False when the packets showed something else than the states: the way is then drawn as not certain. @default true */
  confirmed?: boolean;
}

/** The way of request and reply from box to box. A stretch that is gone there and back is one edge. */
export function legEdges(topology: Topology, { path, confirmed = true }: DrawnPath): DiagramEdge[] {
  return legsOf(path).flatMap(([name, leg]) => edgesOf(topology, name, leg, confirmed));
}

/** Where a leg ends that is not delivered: box and verdict. */
export function stopBoxes(topology: Topology, { path, confirmed = true }: DrawnPath): Map<string, LegVerdict> {
  return new Map(
    legsOf(path)
      .filter(([, { outcome }]) => outcome !== "delivered")
      .flatMap(([, leg]) => {
        const last = boxesOf(topology, leg.hops).at(-1);
        return last === undefined ? [] : [[last, confirmed ? verdictOf(leg) : "unknown"] as const];
      }),
  );
}

function legsOf({ request, reply }: TracedPath): [LegName, Leg][] {
  return reply === undefined
    ? [["request", request]]
    : [
        ["request", request],
        ["reply", reply],
      ];
}

function edgesOf(topology: Topology, name: LegName, leg: Leg, confirmed: boolean): DiagramEdge[] {
  const verdict = confirmed ? verdictOf(leg) : "unknown";
  const boxes = boxesOf(topology, leg.hops);
  const edges: Extract<DiagramEdge, { kind: LegName }>[] = [];
  for (const [index, to] of boxes.entries()) {
    const from = boxes[index - 1];
    if (from === undefined) continue;
    const back = edges.find((edge) => edge.from === to && edge.to === from);
    if (back !== undefined) {
      back.both = true;
      continue;
    }
    const again = edges.some((edge) => edge.from === from && edge.to === to);
    if (!again) {
      edges.push({
        id: `${name} ${from} ${to}`,
        from,
        to,
        label: index === 1 || index === boxes.length - 1 ? name : "",
        kind: name,
        verdict,
        both: false,
      });
    }
  }
  return edges;
}

/** A leg that no target sees has gone round them, and is bad though it arrives. */
function verdictOf({ outcome, seenIn, seenOut }: Leg): LegVerdict {
  if (outcome === "unknown") return "unknown";
  return outcome === "delivered" && seenIn > 0 && seenOut > 0 ? "good" : "bad";
}

/** The boxes that a leg comes by, each as often as it is left for another one. */
function boxesOf(topology: Topology, hops: Hop[]): string[] {
  const boxes: string[] = [];
  for (const hop of hops) {
    const id = boxOf(topology, hop);
    if (id === undefined || id === boxes.at(-1)) continue;
    // From the GWLB back to the endpoint it goes by the same PrivateLink connection, which the hops do not tell again.
    if (hop.kind === "vpc-endpoint")
      boxes.push(
        ...boxes
          .slice(boxes.lastIndexOf(id) + 1, -1)
          .filter(isService)
          .reverse(),
      );
    boxes.push(id);
  }
  return boxes;

  function isService(id: string): boolean {
    return topology.endpointServices[id] !== undefined;
  }
}

function boxOf(topology: Topology, { kind, id, azId }: Hop): string | undefined {
  switch (kind) {
    case "instance":
    case "vpc-endpoint":
    case "endpoint-service":
    case "internet-gateway":
    case "nat-gateway":
      return id;
    case "internet":
      return "internet";
    case "load-balancer": {
      const subnetIds = topology.loadBalancers[id]?.subnetIds ?? [];
      const subnetId = subnetIds.find((each) => topology.subnets[each]?.azId === azId);
      return subnetId === undefined ? undefined : interfaceId(id, subnetId);
    }
    case "transit-gateway-attachment": {
      const subnetIds = topology.transitGatewayAttachments[id]?.subnetIds ?? [];
      const subnetId = subnetIds.find((each) => topology.subnets[each]?.azId === azId);
      return subnetId === undefined ? undefined : interfaceId(id, subnetId);
    }
    case "transit-gateway-route-table":
      return topology.transitGatewayRouteTables[id]?.transitGatewayId;
    // They are no boxes: their decision shows in the hop table.
    case "security-group":
    case "network-acl":
    case "route-table":
    case "target-group":
      return undefined;
  }
}
