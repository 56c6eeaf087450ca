import { contains, parseAddress } from "../../net/cidr";
import { finding, type Finding } from "../../proof/index";
import { throughAcl } from "./filters";
import {
  isKnown,
  type Subnet,
  type TransitGatewayAttachment,
  type TransitGatewayRoute,
  type TransitGatewayRouteTable,
} from "../model";
import { azIdOf } from "../topologyIndex";
import { stranger, type Place, type Walk } from "./walk";

/**
 * From a VPC into a transit gateway, and out of it into another VPC. Rules and their sources: docs/transit-gateway.md.
 *
 * @returns the subnet of the attachment that it leaves by, whose route table comes next, or undefined when it has come to its end
 */
export function throughTransitGateway(
  walk: Walk,
  transitGatewayId: string,
  vpcId: string,
  from: Subnet | undefined,
): Subnet | undefined {
  const attachment = walk.index.attachment(transitGatewayId, vpcId);
  if (attachment === undefined) {
    const seen = `no attachment of ${vpcId} to ${transitGatewayId} is in the states`;
    walk.giveUp(stranger("transit-gateway-attachment", transitGatewayId), "UNKNOWN_RESOURCE", seen);
    return undefined;
  }
  const azId = azIdOf(from);
  if (!enter(walk, attachment, from, azId) || azId === undefined) return undefined;
  const table = tableOf(walk, attachment);
  const to = table === undefined ? undefined : nextAttachment(walk, table);
  return to === undefined ? undefined : leave(walk, to, azId);
}

/** By the attachment's subnet in the sender's AZ. @returns whether it is in the transit gateway */
function enter(
  walk: Walk,
  attachment: TransitGatewayAttachment,
  from: Subnet | undefined,
  azId: string | undefined,
): boolean {
  const at = placeOf(attachment, azId);
  if (!isUsable(walk, attachment, at)) return false;
  if (azId === undefined) {
    walk.giveUp(at, "UNKNOWN_RESOURCE", `the AZ ID of subnet ${from?.name ?? "?"} is not in the states`);
    return false;
  }
  const { [azId]: inZone, ...others } = subnetsByZone(walk, attachment);
  if (inZone === undefined) {
    const known = Object.keys(others);
    const seen = `a packet in ${azId}; the attachment has subnets in ${known.sort().join(", ") || "no known AZ"}`;
    if (known.length < attachment.subnetIds.length) walk.giveUp(at, "UNKNOWN_RESOURCE", `${seen} and unknown ones`);
    else walk.drop(at, "TGW_ROUTE_AZ_RESTRICTION", seen);
    return false;
  }
  // Within one subnet, too (Transit Gateway guide, "How network ACLs work with transit gateways").
  if (!throughAcl(walk, from, "egress") || !throughAcl(walk, inZone, "ingress")) return false;
  walk.pass(at, { kind: "delivery", text: `to ${attachment.transitGatewayId} in ${azId}` });
  walk.attachments.push(attachment);
  return true;
}

function tableOf(walk: Walk, attachment: TransitGatewayAttachment): TransitGatewayRouteTable | undefined {
  const table = walk.index.associatedTable(attachment);
  const at = placeOf(attachment);
  if (table === undefined) {
    const seen = `${attachment.name} is associated with no route table of ${attachment.transitGatewayId}`;
    walk.drop(at, "TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION", seen);
    return undefined;
  }
  if (isKnown(table)) return table;
  const seen = `which route table of ${attachment.transitGatewayId} ${attachment.name} is associated with is not known`;
  walk.giveUp(at, "TGW_RTB_ROUTES_ARE_UNKNOWN", seen);
  return undefined;
}

function nextAttachment(walk: Walk, table: TransitGatewayRouteTable): TransitGatewayAttachment | undefined {
  const { index, header } = walk;
  const at: Place = { kind: "transit-gateway-route-table", component: table };
  if (!isKnown(table.routes)) {
    walk.giveUp(at, "TGW_RTB_ROUTES_ARE_UNKNOWN", `the routes of ${table.name} are not known`);
    return undefined;
  }
  const hidden = table.routes.filter((route) => index.hasUnknownDestination(route));
  const address = parseAddress(header.destination);
  const route = index.transitGatewayRoutesOf(table).find(({ cidr }) => contains(cidr, address))?.route;
  if (route === undefined) {
    const seen = `no route for ${header.destination} in ${table.name} (${table.id})`;
    if (hidden.length === 0) walk.drop(at, "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT", seen);
    else
      walk.giveUp(at, "TGW_RTB_ROUTES_ARE_UNKNOWN", `${seen} that is known; unknown: ${hidden.map(named).join(", ")}`);
    return undefined;
  }
  for (const each of hidden) {
    walk.assumptions.add(`${table.name}: where the route ${named(each)} applies is not known, taken not to apply here`);
  }
  const decidedBy = { kind: "route", text: named(route) } as const;
  if (route.attachmentId === undefined) {
    walk.drop(at, "TGW_RTB_BAD_STATE_ROUTE", `${named(route)} in ${table.name} (${table.id})`, decidedBy);
    return undefined;
  }
  if (route.contestedBy !== undefined) {
    const seen = `${named(route)} in ${table.name} (${table.id}), or what ${route.contestedBy.join(", ")} propagates: that of the one attached first`;
    walk.giveUp(at, "VPC_CIDRS_OVERLAP", seen, decidedBy);
    return undefined;
  }
  const noteworthy = ledAstray(walk, table, route);
  walk.pass(at, decidedBy, noteworthy && { noteworthy });
  const attachment = index.topology.transitGatewayAttachments[route.attachmentId];
  if (attachment === undefined) {
    const seen = `attachment ${route.attachmentId} is in none of the states`;
    walk.giveUp(stranger("transit-gateway-attachment", route.attachmentId), "UNKNOWN_RESOURCE", seen);
  }
  return attachment;
}

/** Where it leads into another VPC that has the address, though the one that is meant is attached, too. */
function ledAstray(
  { index, header, meant }: Walk,
  { name, transitGatewayId }: TransitGatewayRouteTable,
  route: TransitGatewayRoute,
): Finding | undefined {
  const { transitGatewayAttachments, vpcs } = index.topology;
  const vpcId = transitGatewayAttachments[route.attachmentId ?? ""]?.vpcId;
  if (meant === undefined || vpcId === meant.vpcId) return undefined;
  if (index.attachment(transitGatewayId, meant.vpcId) === undefined) return undefined;
  const address = parseAddress(header.destination);
  const blocks = (vpcs[vpcId ?? ""]?.cidrBlocks ?? []).flatMap((text) => index.cidr(text) ?? []);
  // What is propagated is the CIDR of its VPC.
  if (route.type === "static" && !blocks.some((cidr) => contains(cidr, address))) return undefined;
  const seen = `${named(route)} leads to ${vpcs[vpcId ?? ""]?.name ?? vpcId ?? "another VPC"}; ${meant.name}, ${header.destination}, is in ${meant.vpcId}`;
  return finding("VPC_CIDRS_OVERLAP", name, seen);
}

/** `10.3.0.0/16 → tgw-attach-0… (propagated)` */
function named({ destination, type, attachmentId }: TransitGatewayRoute): string {
  return `${isKnown(destination) ? destination : "?"} → ${attachmentId ?? "blackhole"} (${type})`;
}

/** In which AZ, appliance mode decides. */
function leave(walk: Walk, attachment: TransitGatewayAttachment, cameIn: string): Subnet | undefined {
  const zones = subnetsByZone(walk, attachment);
  const possible = Object.keys(zones).sort();
  const at = placeOf(attachment);
  if (!isUsable(walk, attachment, at)) return undefined;
  const { applianceMode, subnetIds } = attachment;
  if (possible.length < subnetIds.length || possible.length === 0 || (!isKnown(applianceMode) && possible.length > 1)) {
    const what = isKnown(applianceMode) ? "the AZ IDs of its subnets are" : "whether it has appliance mode is";
    walk.giveUp(at, "UNKNOWN_RESOURCE", `${attachment.name}: ${what} not in the states`);
    return undefined;
  }
  const azId = zoneOf(walk, attachment, cameIn, possible);
  const subnet = zones[azId.id];
  const visit = `${attachment.id} ${azId.id}`;
  const since = walk.endpointIds.length;
  if (walk.left.get(visit) === since) {
    walk.drop(at, "FORWARDING_LOOP", `the packet for ${walk.header.destination} leaves by ${attachment.name} again`);
    return undefined;
  }
  walk.left.set(visit, since);
  walk.attachments.push(attachment);
  walk.pass(placeOf(attachment, azId.id), { kind: "zone-selection", text: azId.why });
  return subnet;
}

/** With appliance mode one for both directions of a flow; which one, AWS keeps to itself. */
function zoneOf(
  walk: Walk,
  { id, applianceMode }: TransitGatewayAttachment,
  cameIn: string,
  possible: string[],
): { id: string; why: string } {
  const one = possible.length === 1 ? "the only AZ" : `one of ${possible.length} AZs`;
  if (applianceMode === true) {
    const chosen = walk.choose(id, possible);
    return { id: chosen, why: `into ${chosen}, ${one}: appliance mode, for both directions of the flow` };
  }
  if (possible.includes(cameIn)) return { id: cameIn, why: `stays in ${cameIn}, where it came in` };
  const chosen = walk.choose(`${id} ${walk.leg}`, possible);
  return { id: chosen, why: `into ${chosen}, ${one}: it has no subnet in ${cameIn}, where it came in` };
}

function isUsable(walk: Walk, { id, name, state }: TransitGatewayAttachment, at: Place): boolean {
  if (!isKnown(state)) {
    walk.assumptions.add(`attachment ${name} is accepted and available`);
    return true;
  }
  if (state === "available" || state === "modifying") return true;
  walk.drop(at, "BAD_STATE_ATTACHMENT", `attachment ${id} is ${state}`);
  return false;
}

/** The attachment's subnets by AZ ID, those whose AZ is known. */
function subnetsByZone({ index }: Walk, { subnetIds }: TransitGatewayAttachment): Partial<Record<string, Subnet>> {
  return Object.fromEntries(
    subnetIds.flatMap((id) => {
      const subnet = index.topology.subnets[id];
      const azId = azIdOf(subnet);
      return azId === undefined ? [] : [[azId, subnet] as const];
    }),
  );
}

function placeOf(attachment: TransitGatewayAttachment, azId?: string): Place {
  return { kind: "transit-gateway-attachment", component: attachment, ...(azId !== undefined && { azId }) };
}

/** What loses the groups of a packet's sender on its way through transit gateways; undefined when nothing does. */
export function hiddenByTransitGateways({
  index,
  attachments,
}: Walk): "SG_REFERENCING_SUPPORT" | "unknown" | undefined {
  const { transitGateways } = index.topology;
  const flags = attachments.flatMap(({ transitGatewayId, securityGroupReferencing }) => [
    securityGroupReferencing,
    transitGateways[transitGatewayId]?.securityGroupReferencing,
  ]);
  if (flags.includes(false)) return "SG_REFERENCING_SUPPORT";
  return flags.every((flag) => flag === true) ? undefined : "unknown";
}
