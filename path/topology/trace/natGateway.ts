import { betweenSubnets } from "./filters";
import { isKnown, type NatGateway, type Route, type Subnet } from "../model";
import { azIdOf } from "../topologyIndex";
import { routeInWords } from "./routing";
import { stranger, type Place, type Walk } from "./walk";

/**
 * A packet that a route leads to a NAT gateway: it goes on with the gateway's private address in its sender's place (Amazon VPC User Guide,
 * "NAT gateways"). Security groups are none there, the network ACLs of its subnet count.
 *
 * @returns the gateway's subnet, whose route table comes next, or undefined when the packet has come to its end
 */
export function throughNatGateway(walk: Walk, id: string, vpcId: string, from: Subnet | undefined): Subnet | undefined {
  const { natGateways, subnets } = walk.index.topology;
  const gateway = natGateways[id];
  const subnet = subnets[gateway?.subnetId ?? ""];
  if (gateway === undefined || subnet === undefined) {
    const what = gateway === undefined ? `NAT gateway ${id}` : `the subnet of NAT gateway ${id}`;
    walk.giveUp(stranger("nat-gateway", id), "UNKNOWN_RESOURCE", `${what} is in none of the states`);
    return undefined;
  }
  const at = placeOf(gateway, subnet);
  if (gateway.vpcId !== vpcId) {
    walk.drop(at, "BAD_STATE", `${id} is in ${gateway.vpcId}, not in the route table's ${vpcId}`);
    return undefined;
  }
  if (!betweenSubnets(walk, from, subnet)) return undefined;
  if (isKnown(gateway.state) && gateway.state !== "available") {
    walk.drop(at, "BAD_STATE", `NAT gateway ${id} is ${gateway.state}`);
    return undefined;
  }
  if (!isKnown(gateway.state)) walk.assumptions.add(`NAT gateway ${gateway.name} is available`);
  if (!isKnown(gateway.address)) {
    walk.giveUp(at, "UNKNOWN_RESOURCE", `the address of NAT gateway ${id} is not in the states`);
    return undefined;
  }
  const { header } = walk;
  walk.translations.push({ gateway, source: header.source });
  const text = `${header.source} becomes ${gateway.address}`;
  walk.pass(at, { kind: "address-translation", text }, { out: { ...header, source: gateway.address } });
  return subnet;
}

/**
 * An answer that has come to a NAT gateway's address: its sender's comes back in that one's place.
 *
 * @returns the gateway's subnet, whose route table comes next, or undefined when it is no answer to what the gateway has translated
 */
export function backThroughNatGateway(walk: Walk, gateway: NatGateway, from: Subnet | undefined): Subnet | undefined {
  const subnet = walk.index.topology.subnets[gateway.subnetId];
  const last = walk.translations.findLastIndex((each) => each.gateway.id === gateway.id);
  const [translation] = walk.leg === "reply" && last >= 0 ? walk.translations.splice(last, 1) : [];
  if (subnet === undefined || translation === undefined) return undefined;
  if (!betweenSubnets(walk, from, subnet)) return undefined;
  const { header } = walk;
  const text = `${header.destination} becomes ${translation.source}`;
  walk.translatedBackBy = gateway;
  walk.pass(
    placeOf(gateway, subnet),
    { kind: "address-translation", text },
    { out: { ...header, destination: translation.source } },
  );
  return subnet;
}

/** Why the route table of a NAT gateway's subnet leads what it has just translated back nowhere. */
export function lostBehindNatGateway(
  walk: Walk,
  subnet: Subnet | undefined,
  route: Route | undefined,
): string | undefined {
  const gateway = walk.translatedBackBy;
  if (gateway === undefined || gateway.subnetId !== subnet?.id) return undefined;
  walk.translatedBackBy = undefined;
  if (route !== undefined && route.target.kind !== "internet-gateway") return undefined;
  const way = route === undefined ? "no route" : routeInWords(route);
  return `answers for ${walk.header.destination}: ${way}`;
}

function placeOf(gateway: NatGateway, subnet: Subnet): Place {
  const azId = azIdOf(subnet);
  return { kind: "nat-gateway", component: gateway, ...(azId !== undefined && { azId }) };
}
