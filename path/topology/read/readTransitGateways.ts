import { cidrOf, overlaps } from "../../net/cidr";
import {
  isKnown,
  unknown,
  type Component,
  type OrUnknown,
  type Topology,
  type TransitGateway,
  type TransitGatewayAttachment,
  type TransitGatewayRoute,
  type TransitGatewayRouteTable,
  type Vpc,
} from "../model";
import { knownText, textOf, texts, type Properties } from "./properties";
import { byId, componentOf, type Read, type StateReader } from "./stateReader";

export type TransitGateways = Pick<
  Topology,
  "transitGateways" | "transitGatewayAttachments" | "transitGatewayRouteTables"
>;

const type = (name: string): string => `aws:ec2transitgateway/${name[0]?.toLowerCase() ?? ""}${name.slice(1)}:${name}`;

/** Transit gateways, VPCs' attachments to them, their route tables with associations, propagations and routes. */
export function readTransitGateways(states: StateReader, vpcs: Readonly<Record<string, Vpc>>): TransitGateways {
  const gateways = states.of(type("TransitGateway"));
  const attachments = readAttachments(states, gateways);
  const tables = routeTables(states, gateways);
  const held = heldBy(states, gateways, attachments);
  return {
    transitGateways: byId(
      gateways.map((state): TransitGateway => ({
        ...componentOf(state),
        securityGroupReferencing: referencing(state),
      })),
    ),
    transitGatewayAttachments: byId(attachments.map(({ attachment }) => attachment)),
    transitGatewayRouteTables: byId(
      tables.map((table): TransitGatewayRouteTable => {
        const propagating = held(table, "Propagation");
        const own = staticRoutes(states, table.id);
        const isIpv6 = ({ destination }: TransitGatewayRoute): boolean =>
          isKnown(destination) && destination.includes(":");
        const ipv6Routes = [
          ...own.filter(isIpv6),
          ...propagating.flatMap((id) => propagated(attachments, vpcs, id, "ipv6CidrBlocks")),
        ];
        return {
          ...table,
          attachmentIds: held(table, "Association"),
          routes: [
            ...own.filter((route) => !isIpv6(route)),
            ...contested(propagating.flatMap((id) => propagated(attachments, vpcs, id, "cidrBlocks"))),
          ],
          ...(ipv6Routes.length > 0 && { ipv6Routes }),
        };
      }),
    ),
  };
}

const referencing = ({ properties }: Read): OrUnknown<boolean> =>
  enabled(properties, "securityGroupReferencingSupport");

/** `enable` or `disable`. */
function enabled(properties: Properties, key: string): OrUnknown<boolean> {
  const value = textOf(properties, key) ?? unknown;
  return value === "enable" ? true : value === "disable" ? false : unknown;
}

interface ReadAttachment {
  attachment: TransitGatewayAttachment;
  state: Read;
}

/** A spoke's stack holds its attachment, the transit gateway's may hold an accepter of the same id. */
function readAttachments(states: StateReader, gateways: readonly Read[]): ReadAttachment[] {
  const accepters = states.of(type("VpcAttachmentAccepter"));
  const accepted = new Set(accepters.map(({ id }) => id));
  const own = states.of(type("VpcAttachment"));
  const known = new Set(own.map(({ id }) => id));
  return [...accepters.filter(({ id }) => !known.has(id)), ...own].map((state) => {
    const { properties } = state;
    const transitGatewayId = knownText(properties, "transitGatewayId") ?? "";
    const gateway = gateways.find(({ id }) => id === transitGatewayId);
    const isOwn = gateway !== undefined && gateway.accountId === knownText(properties, "vpcOwnerId");
    const accepts = gateway !== undefined && enabled(gateway.properties, "autoAcceptSharedAttachments") === true;
    const attachment: TransitGatewayAttachment = {
      ...componentOf(state),
      transitGatewayId,
      vpcId: knownText(properties, "vpcId") ?? "",
      subnetIds: texts(properties, "subnetIds"),
      // The provider tells no state. It waits until the attachment is available, or waits for its acceptance.
      state: isOwn || accepts || accepted.has(state.id) ? "available" : unknown,
      applianceMode: enabled(properties, "applianceModeSupport"),
      securityGroupReferencing: referencing(state),
    };
    return { attachment, state };
  });
}

type TableOnly = Component & { transitGatewayId: string };

/** A transit gateway's default tables come with it and have no state of their own. */
function routeTables(states: StateReader, gateways: readonly Read[]): TableOnly[] {
  const own = states.of(type("RouteTable")).map((state) => ({
    ...componentOf(state),
    transitGatewayId: knownText(state.properties, "transitGatewayId") ?? "",
  }));
  const defaults = gateways.flatMap((gateway) => {
    const ids = ["associationDefaultRouteTableId", "propagationDefaultRouteTableId"].flatMap(
      (key) => knownText(gateway.properties, key) ?? [],
    );
    return [...new Set(ids)].map((id) => ({
      ...componentOf(gateway),
      id,
      name: `${gateway.name} default`,
      transitGatewayId: gateway.id,
    }));
  });
  return [...defaults.filter(({ id }) => own.every((table) => table.id !== id)), ...own];
}

/** Attachments that are associated with a table, or propagate into it: by a resource of their own, or because it is the default. */
function heldBy(
  states: StateReader,
  gateways: readonly Read[],
  attachments: readonly ReadAttachment[],
): (table: TableOnly, how: "Association" | "Propagation") => string[] {
  return (table, how) => {
    const made = states.of(type(`RouteTable${how}`)).map(({ properties }) => ({
      table: knownText(properties, "transitGatewayRouteTableId"),
      attachment: knownText(properties, "transitGatewayAttachmentId") ?? "",
    }));
    const elsewhere = new Set(how === "Association" ? made.map(({ attachment }) => attachment) : []);
    const gateway = gateways.find(({ id }) => id === table.transitGatewayId);
    const isDefault =
      gateway !== undefined &&
      enabled(gateway.properties, `defaultRouteTable${how}`) !== false &&
      knownText(gateway.properties, `${how.toLowerCase()}DefaultRouteTableId`) === table.id;
    const byDefault = attachments
      .filter(({ attachment }) => isDefault && attachment.transitGatewayId === table.transitGatewayId)
      .filter(({ state }) => state.properties[`transitGatewayDefaultRouteTable${how}`] !== false)
      .map(({ attachment }) => attachment.id)
      .filter((id) => !elsewhere.has(id));
    return [...new Set([...byDefault, ...made.flatMap((each) => (each.table === table.id ? each.attachment : []))])];
  };
}

function staticRoutes(states: StateReader, tableId: string): TransitGatewayRoute[] {
  return states
    .of(type("Route"), type("PrefixListReference"))
    .filter(({ properties }) => knownText(properties, "transitGatewayRouteTableId") === tableId)
    .map(({ properties }): TransitGatewayRoute => {
      const destination = knownText(properties, "destinationCidrBlock") ?? knownText(properties, "prefixListId");
      const attachmentId = knownText(properties, "transitGatewayAttachmentId");
      return {
        destination: destination ?? unknown,
        type: "static",
        ...(properties["blackhole"] !== true && { attachmentId: attachmentId ?? "" }),
      };
    });
}

/** With what is said of each that overlaps with another attachment's. */
function contested(routes: TransitGatewayRoute[]): TransitGatewayRoute[] {
  const blocks = routes.map(({ destination }) => (isKnown(destination) ? cidrOf(destination) : undefined));
  return routes.map((route, index) => {
    const own = blocks[index];
    const others = routes.filter((other, each) => {
      const block = blocks[each];
      return (
        other.attachmentId !== route.attachmentId && own !== undefined && block !== undefined && overlaps(own, block)
      );
    });
    const contestedBy = [...new Set(others.flatMap(({ attachmentId }) => attachmentId ?? []))];
    return contestedBy.length === 0 ? route : { ...route, contestedBy };
  });
}

/** The CIDRs of the attachment's VPC; of one that no stack made they are unknown, and whether it has any of IPv6. */
function propagated(
  attachments: readonly ReadAttachment[],
  vpcs: Readonly<Record<string, Vpc>>,
  attachmentId: string,
  kind: "cidrBlocks" | "ipv6CidrBlocks",
): TransitGatewayRoute[] {
  const vpcId = attachments.find(({ attachment }) => attachment.id === attachmentId)?.attachment.vpcId ?? "";
  const vpc = vpcs[vpcId];
  const cidrBlocks = vpc === undefined ? [unknown] : (vpc[kind] ?? []);
  return cidrBlocks.map((destination) => ({ destination, type: "propagated", attachmentId }));
}
