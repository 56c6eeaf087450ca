import { arnOf } from "../../../path/net/partition";
import { filtered, filters, filtersIn, single } from "../core/filters";
import type { Invoke } from "../core/model";
import { optionalText, text } from "../core/properties";
import { region, string, tags } from "../core/specs";
import { matchingRoutes } from "../operations/transitGateways";
import { findTransitTable, visibleAttachment, visibleTransitGateway } from "./findTransit";
import { enabled } from "./transitGateway";

export const getTransitGateway: Invoke = {
  token: "aws:ec2transitgateway/getTransitGateway:getTransitGateway",
  args: { filters, id: string(), region, tags },
  call: (context, args) => {
    const id = optionalText(args, "id");
    const visible = Object.keys(context.state.tables.transitGateways)
      .flatMap((each) => visibleTransitGateway(context, each) ?? [])
      .filter((each) => (id ?? each.id) === each.id);
    const gateway = single("EC2 Transit Gateway", filtered("DescribeTransitGateways", visible, args, {}));
    return {
      ...args,
      arn: arnOf(gateway.region, "ec2", gateway.accountId, `transit-gateway/${gateway.id}`),
      autoAcceptSharedAttachments: enabled(gateway.autoAcceptSharedAttachments),
      description: gateway.description ?? "",
      id: gateway.id,
      ownerId: gateway.accountId,
      region: gateway.region,
      securityGroupReferencingSupport: enabled(gateway.securityGroupReferencing),
      tags: gateway.tags,
    };
  },
};

export const getRouteTableRoutes: Invoke = {
  token: "aws:ec2transitgateway/getRouteTableRoutes:getRouteTableRoutes",
  args: { filters, region, transitGatewayRouteTableId: string({ required: true }) },
  call: (context, args) => {
    const called = "SearchTransitGatewayRoutes";
    const table = findTransitTable(context, called, text(args, "transitGatewayRouteTableId"));
    return {
      ...args,
      id: table.id,
      region: table.region,
      routes: matchingRoutes(context, called, table, filtersIn(args)).map(({ DestinationCidrBlock, State, Type }) => ({
        destinationCidrBlock: DestinationCidrBlock ?? "",
        prefixListId: "",
        state: State ?? "",
        transitGatewayRouteTableAnnouncementId: "",
        type: Type ?? "",
      })),
    };
  },
};

/** Those of the account's VPCs, and those to its transit gateways. */
export const getVpcAttachments: Invoke = {
  token: "aws:ec2transitgateway/getVpcAttachments:getVpcAttachments",
  args: { filters, region },
  call: (context, args) => {
    const { region: own } = context.caller;
    const visible = Object.keys(context.state.tables.transitGatewayAttachments).flatMap(
      (id) => visibleAttachment(context, id) ?? [],
    );
    const found = filtered("DescribeTransitGatewayVpcAttachments", visible, args, {
      "transit-gateway-id": ({ transitGatewayId }) => transitGatewayId,
      "vpc-id": ({ vpcId }) => vpcId,
      state: ({ state }) => state,
    });
    return { ...args, id: own, ids: found.map(({ id }) => id), region: own };
  },
};
