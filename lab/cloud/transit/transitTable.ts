import { arn } from "../core/arn";
import { ec2Error } from "../core/errors";
import type { Context, ResourceType } from "../core/model";
import { tagsOf, text, type Properties } from "../core/properties";
import type { TransitGatewayRouteTable } from "../core/records";
import { boolean, cidr, region, string, tags } from "../core/specs";
import { find } from "../core/state";
import type { Failure } from "../core/inputs";
import { findAttachment, findOwnTransitGateway, findTransitTable, incorrectState } from "./findTransit";

/** Route tables of transit gateways: associations, propagations and static routes. */

export function newTransitTable(
  context: Context,
  transitGatewayId: string,
  given: Record<string, string>,
): TransitGatewayRouteTable {
  const table: TransitGatewayRouteTable = {
    id: context.ids.resource("tgw-rtb"),
    accountId: context.caller.accountId,
    region: context.caller.region,
    tags: given,
    transitGatewayId,
    attachmentIds: [],
    propagatingAttachmentIds: [],
    routes: [],
  };
  context.state.tables.transitGatewayRouteTables[table.id] = table;
  return table;
}

async function done(context: Context): Promise<void> {
  context.changed();
  await context.hooks.settled?.();
}

export const transitGatewayRouteTable: ResourceType = {
  token: "aws:ec2transitgateway/routeTable:RouteTable",
  label: "EC2 Transit Gateway Route Table",
  inputs: { transitGatewayId: string({ required: true, replace: true }), region, tags },
  create: (context, inputs) => {
    const gateway = findOwnTransitGateway(context, "CreateTransitGatewayRouteTable", text(inputs, "transitGatewayId"));
    const { id } = newTransitTable(context, gateway.id, tagsOf(inputs));
    context.changed();
    return id;
  },
  read: (context, id) => {
    const { transitGateways, transitGatewayRouteTables } = context.state.tables;
    const table = find(transitGatewayRouteTables, id, context.caller);
    const gateway = transitGateways[table?.transitGatewayId ?? ""];
    return (
      table && {
        arn: arn(context, "ec2", `transit-gateway-route-table/${id}`),
        defaultAssociationRouteTable: gateway?.associationDefaultRouteTableId === id,
        defaultPropagationRouteTable: gateway?.propagationDefaultRouteTableId === id,
        transitGatewayId: table.transitGatewayId,
        tags: table.tags,
      }
    );
  },
  update: (context, id, inputs) => {
    findTransitTable(context, "CreateTags", id).tags = tagsOf(inputs);
    context.changed();
  },
  delete: async (context, id) => {
    const table = findTransitTable(context, "DeleteTransitGatewayRouteTable", id);
    if (table.attachmentIds.length > 0) {
      throw incorrectState(
        "DeleteTransitGatewayRouteTable",
        `${id} has associations: ${table.attachmentIds.join(", ")}`,
      );
    }
    delete context.state.tables.transitGatewayRouteTables[id];
    await done(context);
  },
};

/** Of an id `TABLE_OTHER`, as the provider makes it. */
function partsOf(context: Context, id: string): { table: TransitGatewayRouteTable | undefined; other: string } {
  const [tableId = "", other = ""] = id.split("_");
  return { table: find(context.state.tables.transitGatewayRouteTables, tableId, context.caller), other };
}

const joining = {
  transitGatewayAttachmentId: string({ required: true, replace: true }),
  transitGatewayRouteTableId: string({ required: true, replace: true }),
  region,
};

function describe(context: Context, id: string, held: "attachmentIds" | "propagatingAttachmentIds") {
  const { table, other } = partsOf(context, id);
  if (table === undefined || !table[held].includes(other)) return undefined;
  return {
    resourceId: context.state.tables.transitGatewayAttachments[other]?.vpcId ?? "",
    resourceType: "vpc",
    transitGatewayAttachmentId: other,
    transitGatewayRouteTableId: table.id,
  };
}

async function leave(context: Context, id: string, held: "attachmentIds" | "propagatingAttachmentIds"): Promise<void> {
  const { table, other } = partsOf(context, id);
  if (table !== undefined) table[held] = table[held].filter((each) => each !== other);
  await done(context);
}

export const transitGatewayRouteTableAssociation: ResourceType = {
  token: "aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation",
  label: "EC2 Transit Gateway Route Table Association",
  inputs: { ...joining, replaceExistingAssociation: boolean() },
  create: async (context, inputs) => {
    const operation = "AssociateTransitGatewayRouteTable";
    const table = findTransitTable(context, operation, text(inputs, "transitGatewayRouteTableId"));
    const { id } = findAttachment(context, operation, text(inputs, "transitGatewayAttachmentId"));
    const others = Object.values(context.state.tables.transitGatewayRouteTables).filter(({ attachmentIds }) =>
      attachmentIds.includes(id),
    );
    if (others.length > 0 && inputs["replaceExistingAssociation"] !== true) {
      const message = `Transit Gateway Attachment ${id} is already associated to a route table.`;
      // Source: EC2 API, Error codes: Resource.AlreadyAssociated; wording as users report it.
      throw ec2Error(operation, "Resource.AlreadyAssociated", message);
    }
    for (const other of others) other.attachmentIds = other.attachmentIds.filter((each) => each !== id);
    table.attachmentIds.push(id);
    await done(context);
    return `${table.id}_${id}`;
  },
  read: (context, id) => describe(context, id, "attachmentIds"),
  // `replaceExistingAssociation` is looked at when it is made only.
  update: () => undefined,
  delete: (context, id) => leave(context, id, "attachmentIds"),
};

export const transitGatewayRouteTablePropagation: ResourceType = {
  token: "aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation",
  label: "EC2 Transit Gateway Route Table Propagation",
  inputs: joining,
  create: async (context, inputs) => {
    const operation = "EnableTransitGatewayRouteTablePropagation";
    const table = findTransitTable(context, operation, text(inputs, "transitGatewayRouteTableId"));
    const { id } = findAttachment(context, operation, text(inputs, "transitGatewayAttachmentId"));
    if (table.propagatingAttachmentIds.includes(id)) {
      const message = `Propagation ${id} already exists in Transit Gateway Route Table ${table.id}.`;
      // Source: EC2 API, Error codes: TransitGatewayRouteTablePropagation.Duplicate; wording UNVERIFIED.
      throw ec2Error(operation, "TransitGatewayRouteTablePropagation.Duplicate", message);
    }
    table.propagatingAttachmentIds.push(id);
    await done(context);
    return `${table.id}_${id}`;
  },
  read: (context, id) => describe(context, id, "propagatingAttachmentIds"),
  delete: (context, id) => leave(context, id, "propagatingAttachmentIds"),
};

/** The provider's schema: an attachment, or a blackhole. */
function validate(inputs: Properties): Failure[] {
  const [property, isBlackhole] = ["transitGatewayAttachmentId", inputs["blackhole"] === true];
  if ((inputs[property] !== undefined) !== isBlackhole) return [];
  return [{ property, reason: "either transitGatewayAttachmentId or blackhole must be specified" }];
}

export const transitGatewayRoute: ResourceType = {
  token: "aws:ec2transitgateway/route:Route",
  label: "EC2 Transit Gateway Route",
  inputs: {
    blackhole: boolean({ default: false, replace: true }),
    destinationCidrBlock: string({ required: true, replace: true, reject: cidr }),
    transitGatewayAttachmentId: string({ replace: true }),
    transitGatewayRouteTableId: string({ required: true, replace: true }),
    region,
  },
  validate,
  create: async (context, inputs) => {
    const operation = "CreateTransitGatewayRoute";
    const table = findTransitTable(context, operation, text(inputs, "transitGatewayRouteTableId"));
    const destinationCidrBlock = text(inputs, "destinationCidrBlock");
    if (table.routes.some((route) => route.destinationCidrBlock === destinationCidrBlock)) {
      const message = `Route ${destinationCidrBlock} already exists in Transit Gateway Route Table ${table.id}.`;
      // Source: EC2 API, Error codes: RouteAlreadyExists; wording UNVERIFIED.
      throw ec2Error(operation, "RouteAlreadyExists", message);
    }
    const attachmentId =
      inputs["blackhole"] === true
        ? undefined
        : findAttachment(context, operation, text(inputs, "transitGatewayAttachmentId")).id;
    table.routes.push({ destinationCidrBlock, ...(attachmentId !== undefined && { attachmentId }) });
    await done(context);
    return `${table.id}_${destinationCidrBlock}`;
  },
  read: (context, id) => {
    const { table, other } = partsOf(context, id);
    const route = table?.routes.find(({ destinationCidrBlock }) => destinationCidrBlock === other);
    return (
      route && {
        blackhole: route.attachmentId === undefined,
        destinationCidrBlock: other,
        transitGatewayAttachmentId: route.attachmentId ?? "",
        transitGatewayRouteTableId: table?.id ?? "",
      }
    );
  },
  delete: async (context, id) => {
    const { table, other } = partsOf(context, id);
    if (table !== undefined) table.routes = table.routes.filter((route) => route.destinationCidrBlock !== other);
    await done(context);
  },
};
