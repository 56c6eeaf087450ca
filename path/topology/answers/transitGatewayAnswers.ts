import type { TransitGatewayRoute as RouteAnswer } from "@aws-sdk/client-ec2";
import { isKnown, unknown, type OrUnknown, type TransitGatewayRoute } from "../model";
import type { TransitGateways } from "../read/readTransitGateways";
import { byId } from "../read/stateReader";
import type { Answers } from "./answers";
import { component } from "./component";

/** Transit gateways that the account has or is shared, its VPCs' attachments, and the route tables, which only the owner is told. */
export function readTransitGatewayAnswers(answers: Answers): TransitGateways {
  const { transitGateways = [], transitGatewayAttachments = [], transitGatewayRouteTables = [] } = answers;
  const gateways = byId(
    transitGateways.map(({ TransitGatewayId, OwnerId, Tags, Options }) => ({
      ...component(answers, TransitGatewayId, OwnerId, Tags),
      securityGroupReferencing: enabled(Options?.SecurityGroupReferencingSupport),
    })),
  );
  const attachments = transitGatewayAttachments.map((attachment) => ({
    ...component(answers, attachment.TransitGatewayAttachmentId, attachment.VpcOwnerId, attachment.Tags),
    transitGatewayId: attachment.TransitGatewayId ?? "",
    vpcId: attachment.VpcId ?? "",
    subnetIds: attachment.SubnetIds ?? [],
    state: attachment.State ?? unknown,
    applianceMode: enabled(attachment.Options?.ApplianceModeSupport),
    securityGroupReferencing: enabled(attachment.Options?.SecurityGroupReferencingSupport),
  }));
  const tables = transitGatewayRouteTables.map((table) => {
    const transitGatewayId = table.TransitGatewayId ?? "";
    const routes = table.Routes?.flatMap(routeOf);
    const ipv6Routes = (routes ?? []).filter(({ destination }) => isIpv6(destination));
    const owner = transitGateways.find((each) => each.TransitGatewayId === transitGatewayId)?.OwnerId;
    return {
      ...component(answers, table.TransitGatewayRouteTableId, owner, table.Tags),
      transitGatewayId,
      attachmentIds:
        table.Associations?.filter(({ State }) => State === "associated").flatMap(
          ({ TransitGatewayAttachmentId }) => TransitGatewayAttachmentId ?? [],
        ) ?? unknown,
      routes: routes?.filter(({ destination }) => !isIpv6(destination)) ?? unknown,
      ...(ipv6Routes.length > 0 && { ipv6Routes }),
    };
  });
  return {
    transitGateways: gateways,
    transitGatewayAttachments: byId(attachments),
    transitGatewayRouteTables: byId(tables),
  };
}

function enabled(value: string | undefined): OrUnknown<boolean> {
  return value === undefined ? unknown : value === "enable";
}

const isIpv6 = (destination: OrUnknown<string>): boolean => isKnown(destination) && destination.includes(":");

/** Those for IPv6 name their CIDR in the same field. Of a prefix list's entries each is a route of its own. */
function routeOf({ DestinationCidrBlock, TransitGatewayAttachments, Type, State }: RouteAnswer): TransitGatewayRoute[] {
  if (DestinationCidrBlock === undefined) return [];
  const attachmentId = TransitGatewayAttachments?.[0]?.TransitGatewayAttachmentId;
  return [
    {
      destination: DestinationCidrBlock,
      type: Type === "propagated" ? "propagated" : "static",
      ...(State !== "blackhole" && { attachmentId: attachmentId ?? "" }),
    },
  ];
}
