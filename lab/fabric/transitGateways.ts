import { contains, parseAddress, parseCidr } from "../../path/net/cidr";
import type { CloudSnapshot, TransitGatewayAttachment, TransitGatewayRouteTable } from "../cloud/core/records";
import { propagatedRoutes } from "../cloud/transit/propagatedRoutes";
import { internetNextHop } from "./addresses";
import { eniLink, macAddress, zoneTableNumber } from "./names";
import { type LinkState, NamespacePlan } from "./state";
import { transitGatewaySysctls } from "./sysctls";
import { portsOf, type TransitPort } from "./transitPorts";

/** Bytes (Transit Gateway guide, "Quotas"). Larger packets are dropped without an ICMP error. */
const transitMtu = 8500;

/** For what has no route table to decide over it. */
const nowhere = 10;

const routerMac = ({ eni }: TransitPort): string => macAddress(`${eni.id} router`);

/** From the VPC's router to the transit gateway. */
export function portLink(port: TransitPort): LinkState {
  const { eni, attachment } = port;
  const name = eniLink(eni.id);
  return {
    mtu: transitMtu,
    ends: [
      { namespace: eni.vpcId, name, macAddress: routerMac(port) },
      { namespace: attachment.transitGatewayId, name, macAddress: eni.macAddress },
    ],
  };
}

/**
 * A transit gateway's own router, between those of the VPCs. Every packet is routed by the table that the attachment is associated with which it
 * comes in by, in one kernel table for each AZ that it comes in from. It has no address and never says a word of its own.
 */
export function transitGatewayNamespace(snapshot: CloudSnapshot, transitGatewayId: string): NamespacePlan {
  const plan = new NamespacePlan(transitGatewaySysctls);
  const ports = portsOf(snapshot, { transitGatewayId });
  const tables = Object.values(snapshot.transitGatewayRouteTables).filter(
    (table) => table.transitGatewayId === transitGatewayId,
  );
  plan.up("lo");
  plan.specialRoute("blackhole", "default", nowhere);
  plan.rule(300, "from all", nowhere);
  for (const table of tables) {
    for (const azId of new Set(ports.map((port) => port.azId))) planTable(plan, snapshot, table, azId);
  }
  for (const port of ports) {
    const link = eniLink(port.eni.id);
    plan.up(link);
    plan.neighbour(internetNextHop, routerMac(port), link);
    const table = tables.find(({ attachmentIds }) => attachmentIds.includes(port.attachment.id));
    if (table !== undefined) plan.rule(200, `iif ${link}`, zoneTableNumber(table.id, port.azId));
  }
  plan.ruleset = `
  chain input { type filter hook input priority filter; policy drop; }
  chain output { type filter hook output priority filter; policy drop; }
  chain untracked { type filter hook prerouting priority raw; policy accept; notrack; }
`;
  return plan;
}

function planTable(
  plan: NamespacePlan,
  snapshot: CloudSnapshot,
  routeTable: TransitGatewayRouteTable,
  cameIn: string,
): void {
  const table = zoneTableNumber(routeTable.id, cameIn);
  plan.specialRoute("blackhole", "default", table, 2000);
  for (const [cidr, attachmentId] of routesOf(snapshot, routeTable)) {
    const prefix = cidr === "0.0.0.0/0" ? "default" : cidr;
    // As in a VPC: no shorter prefix takes its packets.
    plan.specialRoute("blackhole", prefix, table);
    const links = portsTowards(snapshot, attachmentId, cameIn).map(({ eni }) => eniLink(eni.id));
    const [link, ...more] = links;
    if (link === undefined) continue;
    if (more.length === 0) plan.route(prefix, link, { target: `via ${internetNextHop} onlink`, table });
    else plan.multipath(prefix, internetNextHop, links, table);
  }
}

/** Attachments by CIDR; undefined for a blackhole. Static routes win over propagated ones. */
function routesOf(snapshot: CloudSnapshot, table: TransitGatewayRouteTable): Map<string, string | undefined> {
  return new Map([
    ...propagatedRoutes(snapshot, table).map(({ cidrBlock, attachmentId }) => [cidrBlock, attachmentId] as const),
    ...table.routes.map(({ destinationCidrBlock, attachmentId }) => [destinationCidrBlock, attachmentId] as const),
  ]);
}

/** With appliance mode each of the attachment's interfaces, else the one in the AZ where the packet came in; each where there is none. */
function portsTowards(snapshot: CloudSnapshot, attachmentId: string | undefined, cameIn: string): TransitPort[] {
  if (attachmentId === undefined) return [];
  const all = portsOf(snapshot, { attachmentId });
  const near = all.filter(({ azId, attachment }) => azId === cameIn && !attachment.applianceMode);
  return near.length > 0 ? near : all;
}

/** By which attachment a packet leaves a transit gateway that has come in by another one; undefined where it is dropped. */
export function attachmentTowards(
  snapshot: CloudSnapshot,
  { id }: TransitGatewayAttachment,
  address: string,
): TransitGatewayAttachment | undefined {
  const table = Object.values(snapshot.transitGatewayRouteTables).find(({ attachmentIds }) =>
    attachmentIds.includes(id),
  );
  const destination = parseAddress(address);
  const [longest] = [...(table === undefined ? [] : routesOf(snapshot, table))]
    .map(([text, attachmentId]) => ({ cidr: parseCidr(text), attachmentId }))
    .filter(({ cidr }) => contains(cidr, destination))
    .sort((one, other) => other.cidr.prefixLength - one.cidr.prefixLength);
  return snapshot.transitGatewayAttachments[longest?.attachmentId ?? ""];
}
