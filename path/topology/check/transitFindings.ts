import { overlaps, type Cidr } from "../../net/cidr";
import { isKnown, type Topology, type TransitGatewayAttachment } from "../model";
import type { TopologyIndex } from "../topologyIndex";
import { checkFinding, type CheckFinding } from "./result";

/**
 * Attached VPCs that no route of their transit gateway leads to, and that have a CIDR in common with another attached VPC: AWS propagates the
 * routes of the one that was attached first. From states nobody can tell which that is, so each is named.
 */
export function overlapFindings(index: TopologyIndex): CheckFinding[] {
  const { topology } = index;
  const attachments = Object.values(topology.transitGatewayAttachments);
  const blocks = ({ vpcId }: TransitGatewayAttachment): Cidr[] =>
    (topology.vpcs[vpcId]?.cidrBlocks ?? []).flatMap((text) => index.cidr(text) ?? []);
  return attachments.flatMap((attachment) => {
    const { id, name, vpcId, transitGatewayId } = attachment;
    if (!isAttached(attachment) || isReached(topology, attachment)) return [];
    const own = blocks(attachment);
    const others = attachments.filter(
      (other) =>
        other.transitGatewayId === transitGatewayId &&
        other.vpcId !== vpcId &&
        isAttached(other) &&
        blocks(other).some((block) => own.some((each) => overlaps(block, each))),
    );
    if (others.length === 0) return [];
    const vpc = topology.vpcs[vpcId];
    const named = others.map((other) => topology.vpcs[other.vpcId]?.name ?? other.vpcId).join(", ");
    const seen = `${vpc?.name ?? vpcId} has ${own.map(({ text }) => text).join(", ")}, as has ${named}: no route of ${transitGatewayId} leads to ${id} for certain`;
    const subnetIds = Object.values(topology.subnets).flatMap((subnet) => (subnet.vpcId === vpcId ? subnet.id : []));
    return [checkFinding("VPC_CIDRS_OVERLAP", name, seen, { subnetIds })];
  });
}

const isAttached = ({ state }: TransitGatewayAttachment): boolean =>
  !isKnown(state) || state === "available" || state === "modifying";

/** Whether a route leads to it, or may: not all tables are known. */
function isReached(
  { transitGatewayRouteTables }: Topology,
  { id, transitGatewayId }: TransitGatewayAttachment,
): boolean {
  const tables = Object.values(transitGatewayRouteTables).filter(
    (table) => table.transitGatewayId === transitGatewayId,
  );
  return (
    tables.length === 0 ||
    tables.some(
      ({ routes }) =>
        !isKnown(routes) ||
        routes.some(({ attachmentId, contestedBy }) => attachmentId === id && contestedBy === undefined),
    )
  );
}
