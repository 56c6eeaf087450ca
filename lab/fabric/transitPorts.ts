import type { CloudSnapshot, NetworkInterface, Subnet, TransitGatewayAttachment } from "../cloud/core/records";

/** A transit gateway's network interface in one AZ of an attached VPC. */
export interface TransitPort {
  attachment: TransitGatewayAttachment;
  eni: NetworkInterface;
  subnet: Subnet;
  azId: string;
}

/** Those of attachments that take packets, by AZ ID: the order is the same wherever one of several is chosen. */
export function portsOf(
  snapshot: CloudSnapshot,
  of: { transitGatewayId?: string; vpcId?: string; attachmentId?: string },
): TransitPort[] {
  return Object.values(snapshot.transitGatewayAttachments)
    .filter(
      ({ id, transitGatewayId, vpcId, state }) =>
        state === "available" &&
        snapshot.transitGateways[transitGatewayId] !== undefined &&
        snapshot.vpcs[vpcId] !== undefined &&
        (of.attachmentId ?? id) === id &&
        (of.transitGatewayId ?? transitGatewayId) === transitGatewayId &&
        (of.vpcId ?? vpcId) === vpcId,
    )
    .flatMap((attachment) =>
      attachment.networkInterfaceIds.flatMap((id) => {
        const eni = snapshot.networkInterfaces[id];
        const subnet = snapshot.subnets[eni?.subnetId ?? ""];
        return eni === undefined || subnet === undefined
          ? []
          : [{ attachment, eni, subnet, azId: subnet.availabilityZoneId }];
      }),
    )
    .sort((one, other) => (one.azId < other.azId ? -1 : 1));
}
