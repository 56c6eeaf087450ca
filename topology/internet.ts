import { contains, parseAddress, parseCidr } from "../net/cidr";
import { throughAcl } from "./filters";
import { isKnown, type InternetGateway, type Subnet } from "./model";
import { stranger, type Place, type Walk } from "./walk";

/** RFC 1918, and RFC 6598 for carriers. */
const privateCidrs = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"].map((text) => parseCidr(text));

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
  if (privateCidrs.some((cidr) => contains(cidr, parseAddress(header.destination)))) {
    walk.drop(at, "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS", `a packet for ${header.destination}`);
    return;
  }
  const publicAddress = sender?.publicAddress ?? "";
  if (publicAddress === "") {
    walk.drop(at, "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", `${header.source} has no public address`);
    return;
  }
  const source = isKnown(publicAddress) ? publicAddress : "a public address";
  walk.pass(
    at,
    { kind: "address-translation", text: `${header.source} becomes ${source}` },
    { out: { ...header, ...(isKnown(publicAddress) && { source: publicAddress }) } },
  );
  walk.assumptions.add(`${header.destination} is reachable in the internet and answers`);
  walk.deliver(internet, { kind: "delivery", text: `${header.destination} outside of the VPC` });
}

/** A packet from the internet for an instance's public address: the gateway puts the private one in its place. */
export function enterByInternetGateway(walk: Walk, gateway: InternetGateway, privateAddress: string): void {
  walk.begin(internet, { kind: "delivery", text: `${walk.header.source} answers` });
  walk.pass(
    { kind: "internet-gateway", component: gateway },
    { kind: "address-translation", text: `${walk.header.destination} becomes ${privateAddress}` },
    { out: { ...walk.header, destination: privateAddress } },
  );
}
