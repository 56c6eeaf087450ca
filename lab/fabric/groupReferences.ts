import type { CloudSnapshot, NetworkInterface, SecurityGroupRule } from "../cloud/core/records";
import { targetOf } from "./routeTables";
import { attachmentTowards } from "./transitGateways";

/**
 * Whether a rule of one ENI's security group that refers to another ENI's group matches what they exchange. Within a VPC it does, but as a
 * source not where the packets come through a GWLB endpoint (VPC user guide, "Security group rules": middlebox appliances). From another VPC
 * it does as a source only, and on the direct way through a transit gateway, where that and both attachments support it (Transit Gateway guide,
 * "Security group referencing"; AWS's blog, "Introducing security group referencing for AWS Transit Gateway": no outbound rules).
 */
export function isReferenceMatched(
  snapshot: CloudSnapshot,
  { direction }: Pick<SecurityGroupRule, "direction">,
  own: NetworkInterface,
  peer: NetworkInterface,
): boolean {
  if (own.vpcId !== peer.vpcId) return direction === "ingress" && isSeenAcross(snapshot, peer, own);
  if (direction === "egress" || peer.subnetId === own.subnetId) return true;
  return targetOf(snapshot, peer, own.privateIpAddress)?.kind !== "vpcEndpoint";
}

function isSeenAcross(snapshot: CloudSnapshot, from: NetworkInterface, to: NetworkInterface): boolean {
  const target = targetOf(snapshot, from, to.privateIpAddress);
  if (target?.kind !== "transitGateway") return false;
  const ways = Object.values(snapshot.transitGatewayAttachments).filter(
    ({ transitGatewayId, state }) => transitGatewayId === target.id && state === "available",
  );
  const into = ways.find(({ vpcId }) => vpcId === from.vpcId);
  const out = into && attachmentTowards(snapshot, into, to.privateIpAddress);
  return (
    out?.vpcId === to.vpcId &&
    into?.securityGroupReferencing === true &&
    out.securityGroupReferencing &&
    snapshot.transitGateways[target.id]?.securityGroupReferencing === true
  );
}
