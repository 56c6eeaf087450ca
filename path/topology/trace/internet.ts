import { contains, isPrivateAddress, parseAddress } from "../../net/cidr";
import { throughAcl } from "./filters";
import { isKnown, type InternetGateway, type NatGateway, type NetworkInterface, type Subnet } from "../model";
import { lookUp, routeInWords } from "./routing";
import { stranger, type Place, type Walk } from "./walk";

export const internet: Place = stranger("internet", "internet");

/** Out of the VPC, or not: the packet ends here either way. */
export function leaveByInternetGateway(walk: Walk, gatewayId: string, vpcId: string, from: Subnet | undefined): void {
  if (!throughAcl(walk, from, "egress")) return;
  const gateway = walk.index.topology.internetGateways[gatewayId];
  if (gateway === undefined) {
    const seen = `internet gateway ${gatewayId} is in none of the states`;
    walk.giveUp(stranger("internet-gateway", gatewayId), "UNKNOWN_RESOURCE", seen);
    return;
  }
  const at: Place = { kind: "internet-gateway", component: gateway };
  const { header, sender } = walk;
  if (gateway.vpcId !== vpcId) {
    walk.drop(
      at,
      "BAD_STATE",
      `${gateway.id} is ${gateway.vpcId === undefined ? "attached to no VPC" : `attached to ${gateway.vpcId}`}`,
    );
    return;
  }
  if (isPrivateAddress(header.destination)) {
    walk.drop(at, "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS", `a packet for ${header.destination}`);
    return;
  }
  // Of what a NAT gateway has translated, its Elastic IP address.
  const translated = walk.translations.findLast(({ gateway: nat }) => nat.address === header.source)?.gateway;
  const publicAddress = (translated ?? sender)?.publicAddress ?? "";
  if (publicAddress === "") {
    walk.drop(at, "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", `${header.source} has no public address`);
    return;
  }
  const redirected = redirection(walk, gateway, from);
  if (redirected !== undefined) {
    walk.drop(at, "INGRESS_RTB_TRAFFIC_REDIRECTION", redirected);
    return;
  }
  const source = isKnown(publicAddress) ? publicAddress : "a public address";
  walk.pass(
    at,
    { kind: "address-translation", text: `${header.source} becomes ${source}` },
    { out: { ...header, ...(isKnown(publicAddress) && { source: publicAddress }) } },
  );
  if (walk.leg === "request") walk.assumptions.add(`${header.destination} is reachable in the internet and answers`);
  walk.deliver(internet, { kind: "delivery", text: `${header.destination} outside of the VPC` });
}

/** The gateway's route that leads what is for the packet's sender away from its subnet, which sends straight out. */
function redirection({ index, header }: Walk, gateway: InternetGateway, from: Subnet | undefined): string | undefined {
  const own = from === undefined ? undefined : index.cidr(from.cidrBlock);
  const table = index.edgeTable(gateway.id);
  if (own === undefined || table === undefined || !contains(own, parseAddress(header.source))) return undefined;
  const back = lookUp(index, table, header.source);
  return back === undefined || back.target.kind === "local" ? undefined : `${table.name}: ${routeInWords(back)}`;
}

/**
 * A packet from the internet for a public address, of an instance or a NAT gateway: the gateway puts the private one in its place.
 *
 * @returns the gateway, whose route table comes next, or undefined when the packet has come to its end
 */
export function enterByInternetGateway(walk: Walk, to: NetworkInterface | NatGateway): InternetGateway | undefined {
  const { header, index } = walk;
  walk.begin(internet, { kind: "delivery", text: `${header.source} ${walk.leg === "request" ? "sends" : "answers"}` });
  const gateway = index.attachedGateway(to.vpcId);
  if (gateway === undefined) {
    const vpc = index.topology.vpcs[to.vpcId]?.name ?? to.vpcId;
    const seen = `no internet gateway of ${vpc} is in the states`;
    walk.drop(stranger("internet-gateway", vpc), "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS", seen);
    return undefined;
  }
  const at: Place = { kind: "internet-gateway", component: gateway };
  const address = isKnown(to.address) ? to.address : "";
  if (to.publicAddress === "") {
    walk.drop(at, "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS", `${to.name} (${address}) has no public address`);
    return undefined;
  }
  walk.pass(
    at,
    { kind: "address-translation", text: `${header.destination} becomes ${address}` },
    { out: { ...header, destination: address } },
  );
  return gateway;
}
