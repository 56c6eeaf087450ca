import type { CloudSnapshot, Vpc } from "../cloud/core/records";
import { internetHostAddress, packageServerAddress, routerNextHop, workstationAddress } from "./addresses";
import { type Attachment, attachments, hasNetwork } from "./attachment";
import { configureInstance, configureSharedInterface, interfaceLinks, interfaceNamespace } from "./interfaces";
import {
  endpointTun,
  internetLink,
  internetNamespace,
  loadBalancerNamespace,
  macAddress,
  s3Link,
  s3SourceAddress,
} from "./names";
import { natGatewayNamespace } from "./natGateways";
import { attachedGateway, hasS3Gateway, routerNamespace } from "./router";
import { internetGatewayLink, s3GatewayLink } from "./routeTables";
import { type FabricState, type LinkState, NamespacePlan, type TunMove } from "./state";
import { endSysctls, instanceSysctls, routerSysctls } from "./sysctls";
import { portLink, transitGatewayNamespace } from "./transitGateways";
import { portsOf } from "./transitPorts";

/** TUN devices by namespace, as found in the kernel: the gateway processes open and close them. */
export type ObservedTuns = ReadonlyMap<string, ReadonlySet<string>>;

export interface FabricPlan {
  state: FabricState;
  moves: TunMove[];
}

/** Bytes; what the internet carries. */
const internetMtu = 1500;

/** What the kernel should hold for these records. Pure: the same records and TUNs give the same plan. */
export function planFabric(snapshot: CloudSnapshot, tuns: ObservedTuns = new Map()): FabricPlan {
  const namespaces = new Map<string, NamespacePlan>();
  const links = new Map<string, LinkState>();
  const attached = attachments(snapshot);
  const endpoints = placeEndpoints(snapshot, tuns);

  for (const instance of Object.values(snapshot.instances)) {
    if (hasNetwork(instance)) namespaces.set(instance.id, new NamespacePlan(instanceSysctls));
  }
  for (const loadBalancer of Object.values(snapshot.loadBalancers)) {
    namespaces.set(loadBalancerNamespace(loadBalancer), new NamespacePlan(endSysctls));
  }
  for (const attachment of attached) {
    for (const [key, link] of interfaceLinks(attachment)) links.set(key, link);
    if (attachment.protected) namespaces.set(attachment.eni.id, interfaceNamespace(snapshot, attachment));
    if (attachment.kind === "natGateway") {
      namespaces.set(attachment.namespace, natGatewayNamespace(attachment));
      continue;
    }
    let host = namespaces.get(attachment.namespace);
    if (host === undefined) namespaces.set(attachment.namespace, (host = new NamespacePlan(endSysctls)));
    (attachment.kind === "instance" ? configureInstance : configureSharedInterface)(host, attachment);
  }
  const internet = new NamespacePlan(routerSysctls);
  namespaces.set(internetNamespace, internet);
  internet.up("lo");
  internet.address(`${workstationAddress}/32`, "lo");
  internet.address(`${internetHostAddress}/32`, "lo");
  internet.address(`${packageServerAddress}/32`, "lo");
  for (const vpc of Object.values(snapshot.vpcs)) {
    const own = attached.filter(({ eni }) => eni.vpcId === vpc.id);
    namespaces.set(vpc.id, routerNamespace(snapshot, vpc, own, endpoints.open));
    connectInternetGateway(internet, links, snapshot, vpc, own);
    connectS3(internet, links, snapshot, vpc);
  }
  for (const gateway of Object.values(snapshot.transitGateways)) {
    namespaces.set(gateway.id, transitGatewayNamespace(snapshot, gateway.id));
    for (const port of portsOf(snapshot, { transitGatewayId: gateway.id })) links.set(port.eni.id, portLink(port));
  }
  return { state: { namespaces, links }, moves: endpoints.moves };
}

/** Which GWLB endpoints have their TUN, and which of those TUNs must be moved into the consumer's router. */
function placeEndpoints(snapshot: CloudSnapshot, tuns: ObservedTuns): { open: Set<string>; moves: TunMove[] } {
  const open = new Set<string>();
  const moves: TunMove[] = [];
  for (const endpoint of Object.values(snapshot.vpcEndpoints)) {
    if (endpoint.type !== "GatewayLoadBalancer" || snapshot.vpcs[endpoint.vpcId] === undefined) continue;
    const name = endpointTun(endpoint.id);
    const place = [...tuns].filter(([, names]) => names.has(name)).map(([namespace]) => namespace);
    if (place.length === 0) continue;
    open.add(endpoint.id);
    const [from] = place;
    if (from !== undefined && !place.includes(endpoint.vpcId)) moves.push({ name, from, to: endpoint.vpcId });
  }
  return { open, moves };
}

function outsideLink(inside: string, vpc: Vpc, outside: string, what: string): LinkState {
  return {
    mtu: internetMtu,
    ends: [
      { namespace: vpc.id, name: inside, macAddress: macAddress(`${vpc.id} ${what} router`) },
      { namespace: internetNamespace, name: outside, macAddress: macAddress(`${vpc.id} ${what}`) },
    ],
  };
}

function connectInternetGateway(
  internet: NamespacePlan,
  links: Map<string, LinkState>,
  snapshot: CloudSnapshot,
  vpc: Vpc,
  attached: Attachment[],
): void {
  if (attachedGateway(snapshot, vpc) === undefined) return;
  const link = internetLink(vpc.id);
  links.set(`${vpc.id} internet`, outsideLink(internetGatewayLink, vpc, link, "internet"));
  internet.up(link);
  internet.neighbour(routerNextHop, macAddress(`${vpc.id} internet router`), link);
  for (const { eni } of attached) {
    if (eni.publicIpAddress === undefined) continue;
    internet.route(`${eni.publicIpAddress}/32`, link, {
      target: `via ${routerNextHop} onlink src ${workstationAddress}`,
    });
  }
}

function connectS3(internet: NamespacePlan, links: Map<string, LinkState>, snapshot: CloudSnapshot, vpc: Vpc): void {
  if (!hasS3Gateway(snapshot, vpc)) return;
  const link = s3Link(vpc.id);
  links.set(`${vpc.id} s3`, outsideLink(s3GatewayLink, vpc, link, "s3"));
  internet.up(link);
  internet.neighbour(routerNextHop, macAddress(`${vpc.id} s3 router`), link);
  internet.route(`${s3SourceAddress(vpc.id)}/32`, link, { target: `via ${routerNextHop} onlink` });
}
