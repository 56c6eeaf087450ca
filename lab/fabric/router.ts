import type { CloudSnapshot, InternetGateway, RouteRecord, Vpc } from "../cloud/core/records";
import type { Attachment } from "./attachment";
import { routerEnd, towardsHostMac, vpcMtu } from "./interfaces";
import { internetNextHop, s3CidrBlock } from "./addresses";
import { networkAclRules } from "./networkAcls";
import { endpointTun, eniLink, macAddress, s3SourceAddress, tableNumber } from "./names";
import {
  gatewayRouteTable,
  internetGatewayLink,
  kernelTable,
  planRouteTable,
  routeTableOf,
  s3GatewayLink,
  usableEndpoint,
} from "./routeTables";
import { NamespacePlan } from "./state";
import { routerSysctls } from "./sysctls";
import { portsOf } from "./transitPorts";

/** Host routes of the VPC's ENIs: what `local` means. */
export const hostRoutesTable = 10;

export function attachedGateway(snapshot: CloudSnapshot, vpc: Vpc): InternetGateway | undefined {
  return Object.values(snapshot.internetGateways).find((gateway) => gateway.vpcId === vpc.id);
}

export function hasS3Gateway(snapshot: CloudSnapshot, vpc: Vpc): boolean {
  return Object.values(snapshot.vpcEndpoints).some(
    (endpoint) => endpoint.type === "Gateway" && usableEndpoint(snapshot, vpc.id, endpoint.id),
  );
}

/**
 * A VPC's router. Every packet is routed by the table of the subnet that it comes from: by the link it arrives on. The
 * router has no address in the VPC and never says a word of its own (no ICMP errors), as AWS's.
 *
 * @param openEndpoints - ids of the GWLB endpoints whose TUN exists and is or will be in this router
 */
export function routerNamespace(
  snapshot: CloudSnapshot,
  vpc: Vpc,
  attached: Attachment[],
  openEndpoints: ReadonlySet<string>,
): NamespacePlan {
  const plan = new NamespacePlan(routerSysctls);
  // The kernel takes no `via … onlink` while a namespace has no local table: the loopback's address makes it one.
  plan.up("lo");
  plan.specialRoute("blackhole", "default", hostRoutesTable);
  plan.rule(300, "from all", hostRoutesTable);

  const subnetOf = new Map<string, string>();
  const connected = new Set(attached.map(({ eni }) => eni.id));
  for (const routeTable of Object.values(snapshot.routeTables)) {
    if (routeTable.vpcId === vpc.id) planRouteTable(plan, snapshot, vpc, routeTable, connected, openEndpoints);
  }
  for (const attachment of attached) {
    const { name } = routerEnd(attachment);
    const address = attachment.eni.privateIpAddress;
    plan.up(name);
    plan.neighbour(address, towardsHostMac(attachment), name);
    plan.route(`${address}/32`, name, { table: hostRoutesTable });
    routeBySubnet(plan, snapshot, vpc, name, attachment.subnet.id);
    subnetOf.set(name, attachment.subnet.id);
  }
  for (const endpoint of Object.values(snapshot.vpcEndpoints)) {
    const [subnetId] = endpoint.subnetIds;
    if (endpoint.vpcId !== vpc.id || endpoint.type !== "GatewayLoadBalancer" || subnetId === undefined) continue;
    const tun = endpointTun(endpoint.id);
    // As wide as the VPC's links: it is the gateway that drops what is over 8500 bytes.
    if (openEndpoints.has(endpoint.id)) plan.up(tun, vpcMtu);
    routeBySubnet(plan, snapshot, vpc, tun, subnetId);
    subnetOf.set(tun, subnetId);
  }
  const transit = new Set<string>();
  for (const { eni, subnet } of portsOf(snapshot, { vpcId: vpc.id })) {
    const link = eniLink(eni.id);
    plan.up(link);
    plan.neighbour(internetNextHop, eni.macAddress, link);
    routeBySubnet(plan, snapshot, vpc, link, subnet.id);
    subnetOf.set(link, subnet.id);
    transit.add(link);
  }
  planOutside(plan, snapshot, vpc);
  plan.ruleset = routerRules(snapshot, vpc, attached) + networkAclRules(snapshot, vpc, subnetOf, transit);
  return plan;
}

/** Within its own subnet a packet goes straight to its destination, whatever the table says. */
function routeBySubnet(plan: NamespacePlan, snapshot: CloudSnapshot, vpc: Vpc, link: string, subnetId: string): void {
  const subnet = snapshot.subnets[subnetId];
  const routeTable = routeTableOf(snapshot, vpc, subnetId);
  if (subnet !== undefined) plan.rule(100, `iif ${link} to ${subnet.cidrBlock}`, hostRoutesTable);
  if (routeTable !== undefined && subnet !== undefined) {
    plan.rule(200, `iif ${link}`, kernelTable(routeTable, subnet.availabilityZoneId));
  }
}

/** Links to the internet and to S3. */
function planOutside(plan: NamespacePlan, snapshot: CloudSnapshot, vpc: Vpc): void {
  const gateway = attachedGateway(snapshot, vpc);
  if (gateway !== undefined) {
    plan.up(internetGatewayLink);
    plan.neighbour(internetNextHop, macAddress(`${vpc.id} internet`), internetGatewayLink);
    const routeTable = gatewayRouteTable(snapshot, vpc, gateway.id);
    if (routeTable !== undefined) plan.rule(200, `iif ${internetGatewayLink}`, tableNumber(routeTable.id));
  }
  if (hasS3Gateway(snapshot, vpc)) {
    plan.up(s3GatewayLink);
    plan.address(`${s3SourceAddress(vpc.id)}/32`, s3GatewayLink);
    plan.neighbour(internetNextHop, macAddress(`${vpc.id} s3`), s3GatewayLink);
  }
}

/**
 * Links of subnets for which the gateway's route table leads elsewhere than into the subnet: AWS takes nothing that they send
 * straight to the gateway (Reachability Analyzer's INGRESS_RTB_TRAFFIC_REDIRECTION).
 */
function redirectedLinks(snapshot: CloudSnapshot, vpc: Vpc, attached: Attachment[]): string[] {
  const gateway = attachedGateway(snapshot, vpc);
  const table = gateway && gatewayRouteTable(snapshot, vpc, gateway.id);
  const routeFor = (cidrBlock: string): RouteRecord | undefined =>
    table?.routes.find((route) => route.destinationCidrBlock === cidrBlock);
  return attached
    .filter(
      ({ subnet }) =>
        ![undefined, "local"].includes((routeFor(subnet.cidrBlock) ?? routeFor(vpc.cidrBlock))?.target.kind),
    )
    .map((attachment) => routerEnd(attachment).name);
}

/**
 * RFC 1918, and RFC 6598: internet gateways take nothing for private addresses (Reachability Analyzer's
 * IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS; that carriers' addresses count as such is UNVERIFIED).
 */
const notInInternet = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];

/**
 * The internet gateway's 1:1 translation, stateless as AWS's: every packet is rewritten on its own, and what has no public
 * address does not pass. Towards S3 the VPC stands behind one address, because VPCs may overlap; that alone is tracked.
 */
function routerRules(snapshot: CloudSnapshot, vpc: Vpc, attached: Attachment[]): string {
  const gateway = attachedGateway(snapshot, vpc) !== undefined;
  const pairs = attached.flatMap(({ eni }) =>
    eni.publicIpAddress === undefined ? [] : [{ inside: eni.privateIpAddress, outside: eni.publicIpAddress }],
  );
  const arriving = pairs.map(
    ({ inside, outside }) =>
      `iifname "${internetGatewayLink}" ip daddr ${outside} ip daddr set ${inside} notrack accept`,
  );
  const leaving = pairs.map(
    ({ inside, outside }) => `oifname "${internetGatewayLink}" ip saddr ${inside} ip saddr set ${outside} accept`,
  );
  const redirected = redirectedLinks(snapshot, vpc, attached).map((link) => `"${link}"`);
  const straight = `
  chain redirected {
    type filter hook forward priority filter; policy accept;
    iifname { ${redirected.join(", ")} } oifname "${internetGatewayLink}" drop
  }`;
  return `${redirected.length === 0 ? "" : straight}
  chain input { type filter hook input priority filter; policy drop; }
  chain output { type filter hook output priority filter; policy drop; }
  chain arriving {
    type filter hook prerouting priority raw; policy accept;
    ${gateway ? arriving.join("\n    ") : ""}
    iifname "${internetGatewayLink}" drop
    iifname "${s3GatewayLink}" accept
    ip daddr ${s3CidrBlock} accept
    notrack
  }
  chain leaving {
    type filter hook postrouting priority mangle; policy accept;
    oifname "${internetGatewayLink}" ip daddr { ${notInInternet.join(", ")} } drop
    ${gateway ? leaving.join("\n    ") : ""}
    oifname "${internetGatewayLink}" drop
  }
  chain towards-s3 {
    type nat hook postrouting priority srcnat; policy accept;
    oifname "${s3GatewayLink}" masquerade
  }
`;
}
