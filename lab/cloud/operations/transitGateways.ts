import type {
  DescribeTransitGatewayAttachmentsRequest,
  DescribeTransitGatewayAttachmentsResult,
  DescribeTransitGatewayRouteTablesResult,
  DescribeTransitGatewaysResult,
  DescribeTransitGatewayVpcAttachmentsResult,
  GetTransitGatewayRouteTableAssociationsRequest,
  GetTransitGatewayRouteTableAssociationsResult,
  SearchTransitGatewayRoutesRequest,
  SearchTransitGatewayRoutesResult,
  TransitGatewayRoute,
} from "@aws-sdk/client-ec2";
import type { Context } from "../core/model";
import type { TransitGatewayRouteTable } from "../core/records";
import { ownedBy } from "../core/state";
import { findTransitTable, visibleAttachment, visibleTransitGateway } from "../transit/findTransit";
import { propagatedRoutes } from "../transit/propagatedRoutes";
import { enabled } from "../transit/transitGateway";
import { filtersOf } from "./filtering";
import { operation } from "./operation";
import { tagList } from "./tagging";
import { matching } from "../core/filters";

/** What reads transit gateways: the account's own, and those that are shared with it. */
export const DescribeTransitGateways = operation([], (context: Context): DescribeTransitGatewaysResult => ({
  TransitGateways: Object.keys(context.state.tables.transitGateways)
    .flatMap((id) => visibleTransitGateway(context, id) ?? [])
    .map((gateway) => ({
      TransitGatewayId: gateway.id,
      OwnerId: gateway.accountId,
      State: "available",
      ...(gateway.description !== undefined && { Description: gateway.description }),
      Options: {
        AutoAcceptSharedAttachments: enabled(gateway.autoAcceptSharedAttachments) as "enable",
        SecurityGroupReferencingSupport: enabled(gateway.securityGroupReferencing) as "enable",
      },
      Tags: tagList(gateway.tags),
    })),
}));

/** Those of the account's VPCs, and those to its transit gateways. */
export const DescribeTransitGatewayVpcAttachments = operation(
  [],
  (context: Context): DescribeTransitGatewayVpcAttachmentsResult => ({
    TransitGatewayVpcAttachments: Object.keys(context.state.tables.transitGatewayAttachments)
      .flatMap((id) => visibleAttachment(context, id) ?? [])
      .map((attachment) => ({
        TransitGatewayAttachmentId: attachment.id,
        TransitGatewayId: attachment.transitGatewayId,
        VpcId: attachment.vpcId,
        VpcOwnerId: attachment.accountId,
        State: attachment.state,
        SubnetIds: [...attachment.subnetIds],
        Options: {
          ApplianceModeSupport: enabled(attachment.applianceMode) as "enable",
          SecurityGroupReferencingSupport: enabled(attachment.securityGroupReferencing) as "enable",
        },
        Tags: tagList(attachment.tags),
      })),
  }),
);

/** Of whatever is attached, of which the model has VPCs only. */
export const DescribeTransitGatewayAttachments = operation(
  ["Filters"],
  (context: Context, input: DescribeTransitGatewayAttachmentsRequest): DescribeTransitGatewayAttachmentsResult => {
    const { transitGateways, transitGatewayAttachments, transitGatewayRouteTables } = context.state.tables;
    const visible = Object.keys(transitGatewayAttachments).flatMap((id) => visibleAttachment(context, id) ?? []);
    const found = matching("DescribeTransitGatewayAttachments", visible, filtersOf(input.Filters), {
      "transit-gateway-id": ({ transitGatewayId }) => transitGatewayId,
    });
    return {
      TransitGatewayAttachments: found.map(({ id, transitGatewayId, accountId, vpcId, state, tags }) => {
        const table = Object.values(transitGatewayRouteTables).find(({ attachmentIds }) => attachmentIds.includes(id));
        return {
          TransitGatewayAttachmentId: id,
          TransitGatewayId: transitGatewayId,
          TransitGatewayOwnerId: transitGateways[transitGatewayId]?.accountId,
          ResourceOwnerId: accountId,
          ResourceType: "vpc",
          ResourceId: vpcId,
          State: state,
          ...(table !== undefined && {
            Association: { TransitGatewayRouteTableId: table.id, State: "associated" },
          }),
          Tags: tagList(tags),
        };
      }),
    };
  },
);

export const DescribeTransitGatewayRouteTables = operation(
  [],
  ({ state, caller }: Context): DescribeTransitGatewayRouteTablesResult => ({
    TransitGatewayRouteTables: ownedBy(state.tables.transitGatewayRouteTables, caller).map((table) => ({
      TransitGatewayRouteTableId: table.id,
      TransitGatewayId: table.transitGatewayId,
      State: "available",
      Tags: tagList(table.tags),
    })),
  }),
);

export const GetTransitGatewayRouteTableAssociations = operation(
  ["TransitGatewayRouteTableId"],
  (
    context: Context,
    input: GetTransitGatewayRouteTableAssociationsRequest,
  ): GetTransitGatewayRouteTableAssociationsResult => {
    const called = "GetTransitGatewayRouteTableAssociations";
    const { attachmentIds } = findTransitTable(context, called, input.TransitGatewayRouteTableId ?? "");
    return {
      Associations: attachmentIds.map((id) => ({ ...attachmentOutput(context, id), State: "associated" })),
    };
  },
);

function attachmentOutput({ state }: Context, id: string) {
  const ResourceId = state.tables.transitGatewayAttachments[id]?.vpcId ?? "";
  return { TransitGatewayAttachmentId: id, ResourceId, ResourceType: "vpc" as const };
}

/** A route, as filters look at it: it has no tags. */
interface Found {
  route: TransitGatewayRoute;
  tags: Record<string, never>;
}

/** Of a static and a propagated route for one CIDR the static one is there alone (Transit Gateway guide, "Route propagation"). */
export const SearchTransitGatewayRoutes = operation(
  ["Filters", "TransitGatewayRouteTableId"],
  (context: Context, input: SearchTransitGatewayRoutesRequest): SearchTransitGatewayRoutesResult => {
    const called = "SearchTransitGatewayRoutes";
    const table = findTransitTable(context, called, input.TransitGatewayRouteTableId ?? "");
    const Routes = matchingRoutes(context, called, table, filtersOf(input.Filters));
    return { Routes, AdditionalRoutesAvailable: false };
  },
);

/** The table's routes that all filters match. */
export function matchingRoutes(
  context: Context,
  called: string,
  table: TransitGatewayRouteTable,
  given: Parameters<typeof matching>[2],
): TransitGatewayRoute[] {
  const found = matching(called, routesOf(context, table), given, {
    state: ({ route }: Found) => route.State,
    type: ({ route }: Found) => route.Type,
    "attachment.transit-gateway-attachment-id": ({ route }: Found) =>
      route.TransitGatewayAttachments?.flatMap(({ TransitGatewayAttachmentId: id }) => id ?? []),
  });
  return found.map(({ route }) => route);
}

function routesOf(context: Context, table: TransitGatewayRouteTable): Found[] {
  const { transitGatewayAttachments } = context.state.tables;
  const isThere = (id: string | undefined): boolean => transitGatewayAttachments[id ?? ""]?.state === "available";
  const found = (Type: "static" | "propagated", DestinationCidrBlock: string, id: string | undefined): Found => ({
    route: {
      DestinationCidrBlock,
      Type,
      State: isThere(id) ? "active" : "blackhole",
      ...(id !== undefined && { TransitGatewayAttachments: [attachmentOutput(context, id)] }),
    },
    tags: {},
  });
  const fixed = table.routes.map((route) => found("static", route.destinationCidrBlock, route.attachmentId));
  const taken = new Set(table.routes.map(({ destinationCidrBlock }) => destinationCidrBlock));
  const propagated = propagatedRoutes(context.state.tables, table)
    .filter(({ cidrBlock }) => !taken.has(cidrBlock))
    .map(({ cidrBlock, attachmentId }) => found("propagated", cidrBlock, attachmentId));
  return [...fixed, ...propagated];
}
