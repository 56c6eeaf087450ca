import { parseCidr } from "../../path/net/cidr";
import type { CloudSnapshot } from "../cloud/core/records";
import type { Attachment } from "./attachment";
import { internetNextHop } from "./addresses";
import { eniLink, macAddress, subnetGateway, tableNumber } from "./names";
import { hostSide, securityGroupRules, vpcSide } from "./securityGroups";
import { type LinkEnd, type LinkState, NamespacePlan } from "./state";
import { mirroredOutput, planMirrors } from "./trafficMirrors";
import { routerSysctls } from "./sysctls";

/** Bytes; AWS's jumbo frames. */
export const vpcMtu = 9001;

/** MAC address of the router in front of an ENI. */
export const routerMacOf = (eniId: string): string => macAddress(`${eniId} router`);
/** Those of the ENI's namespace, towards the router and towards the host. */
const vpcSideMac = (eniId: string): string => macAddress(`${eniId} ${vpcSide}`);
const hostSideMac = (eniId: string): string => macAddress(`${eniId} ${hostSide}`);

/** The router's end of an ENI's link. */
export function routerEnd({ eni }: Attachment): LinkEnd {
  return { namespace: eni.vpcId, name: eniLink(eni.id), macAddress: routerMacOf(eni.id) };
}

/** The MAC address that the router sends to for this ENI. */
export function towardsHostMac({ eni, protected: guarded }: Attachment): string {
  return guarded ? vpcSideMac(eni.id) : eni.macAddress;
}

/** Links from the router to the host, by key; two with the ENI's namespace between them when it has security groups. */
export function interfaceLinks(attachment: Attachment): [string, LinkState][] {
  const { eni, namespace, link } = attachment;
  const hostEnd: LinkEnd = { namespace, name: link, macAddress: eni.macAddress };
  if (!attachment.protected) return [[eni.id, { mtu: vpcMtu, ends: [routerEnd(attachment), hostEnd] }]];
  const inner = (name: string, mac: string): LinkEnd => ({ namespace: eni.id, name, macAddress: mac });
  return [
    [`${eni.id} ${vpcSide}`, { mtu: vpcMtu, ends: [routerEnd(attachment), inner(vpcSide, vpcSideMac(eni.id))] }],
    [`${eni.id} ${hostSide}`, { mtu: vpcMtu, ends: [inner(hostSide, hostSideMac(eni.id)), hostEnd] }],
  ];
}

/**
 * An ENI's own namespace, between its host and the router, where its security groups are enforced: outside of the
 * host, so that a capture there never shows what AWS would have dropped before it. It passes everything from one side to
 * the other, and is a hop that AWS has not (TTL - 1).
 */
export function interfaceNamespace(snapshot: CloudSnapshot, { eni, subnet }: Attachment): NamespacePlan {
  const plan = new NamespacePlan(routerSysctls);
  const towardsHost = 100;
  // The host takes its whole subnet to be on the link: this side answers for all of it.
  plan.linkSysctls[hostSide] = {
    [`net/ipv4/conf/${hostSide}/proxy_arp`]: "1",
    [`net/ipv4/neigh/${hostSide}/proxy_delay`]: "0",
  };
  plan.ruleset = securityGroupRules(snapshot, eni, mirroredOutput(snapshot, eni));
  plan.up(hostSide);
  plan.up(vpcSide);
  plan.address(`${subnetGateway(subnet.cidrBlock)}/32`, hostSide);
  plan.neighbour(eni.privateIpAddress, eni.macAddress, hostSide);
  plan.neighbour(internetNextHop, routerMacOf(eni.id), vpcSide);
  plan.route(`${eni.privateIpAddress}/32`, hostSide);
  plan.route("default", vpcSide, { target: `via ${internetNextHop} onlink` });
  // With the source/destination check off, packets for other addresses come in, too.
  plan.route("default", hostSide, { target: `via ${eni.privateIpAddress} onlink`, table: towardsHost });
  plan.rule(100, `iif ${vpcSide}`, towardsHost);
  planMirrors(plan, snapshot, eni, vpcSideMac(eni.id));
  return plan;
}

/** An instance's only interface, as DHCP would set it up. */
export function configureInstance(plan: NamespacePlan, { eni, subnet, link }: Attachment): void {
  plan.up("lo");
  plan.up(link);
  plan.address(`${eni.privateIpAddress}/${parseCidr(subnet.cidrBlock).prefixLength}`, link);
  plan.route("default", link, { target: `via ${subnetGateway(subnet.cidrBlock)}` });
}

/**
 * One of several interfaces in a namespace: what is sent from its address leaves by it, whatever the destination. So a
 * socket bound to an ENI's address behaves as if it was alone.
 */
export function configureSharedInterface(plan: NamespacePlan, attachment: Attachment): void {
  const { eni, subnet, link } = attachment;
  const gateway = subnetGateway(subnet.cidrBlock);
  const table = tableNumber(eni.id);
  plan.up("lo");
  plan.up(link);
  plan.address(`${eni.privateIpAddress}/32`, link);
  plan.neighbour(gateway, attachment.protected ? hostSideMac(eni.id) : routerMacOf(eni.id), link);
  plan.route("default", link, { target: `via ${gateway} onlink`, table });
  plan.rule(100, `from ${eni.privateIpAddress}`, table);
}
