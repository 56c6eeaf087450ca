import { overlaps, parseCidr } from "../../../path/net/cidr";
import type { CloudSnapshot, TransitGatewayRouteTable } from "../core/records";

/** A CIDR of an attached VPC, in a transit gateway's route table. */
export interface PropagatedRoute {
  cidrBlock: string;
  attachmentId: string;
}

/**
 * What attachments propagate into a table. "If you attach a VPC to a transit gateway and its CIDR is identical to, or overlaps with, the CIDR of
 * another VPC that's already attached to the transit gateway, the routes for the newly attached VPC aren't propagated to the transit gateway
 * route table" (Transit Gateway guide, "VPC attachments"). That the other one must propagate into the same table, and that the later one's routes
 * come when it goes, are UNVERIFIED.
 */
export function propagatedRoutes(
  { transitGatewayAttachments, vpcs }: Pick<CloudSnapshot, "transitGatewayAttachments" | "vpcs">,
  { propagatingAttachmentIds }: TransitGatewayRouteTable,
): PropagatedRoute[] {
  const routes: PropagatedRoute[] = [];
  // In the order in which they were made.
  for (const { id, vpcId, state } of Object.values(transitGatewayAttachments)) {
    const cidrBlock = vpcs[vpcId]?.cidrBlock;
    if (state !== "available" || cidrBlock === undefined || !propagatingAttachmentIds.includes(id)) continue;
    const own = parseCidr(cidrBlock);
    if (routes.some((route) => overlaps(own, parseCidr(route.cidrBlock)))) continue;
    routes.push({ cidrBlock, attachmentId: id });
  }
  return routes;
}
