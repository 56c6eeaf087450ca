import { isKnown, type NetworkInterface, type Subnet } from "../model";
import { decideAcl } from "./networkAcl";
import type { FilteredPacket } from "./packetFilter";
import { decideGroups, packetInWords, ruleInWords, type PeerSide } from "./securityGroups";
import { azIdOf } from "../topologyIndex";
import { stranger, type Place, type Walk } from "./walk";

/**
 * A subnet's network ACL. A VPC's default one, which no stack has changed, allows everything and is no hop.
 *
 * @returns whether the packet goes on
 */
export function throughAcl(
  walk: Walk,
  subnet: Subnet | undefined,
  direction: "ingress" | "egress",
  packet: FilteredPacket = walk.packet,
): boolean {
  const id = subnet?.networkAclId;
  if (subnet === undefined || id === undefined) return true;
  const azId = azIdOf(subnet);
  if (!isKnown(id)) {
    const at = stranger("network-acl", `of ${subnet.name}`);
    walk.giveUp(at, "UNKNOWN_RESOURCE", `the network ACL of subnet ${subnet.name} could not be read`);
    return false;
  }
  const acl = walk.index.topology.networkAcls[id];
  if (acl === undefined) return true;
  const at: Place = { kind: "network-acl", component: acl, ...(azId !== undefined && { azId }) };
  const decision = decideAcl(walk.index, acl, direction, packet);
  const rule = { kind: "network-acl-rule", id, text: decision.text } as const;
  const seen = `subnet ${subnet.name}: ${packetInWords(packet)} from ${packet.source} to ${packet.destination}: ${decision.text}`;
  if (decision.kind === "allowed") walk.pass(at, rule);
  else if (decision.kind === "denied") walk.drop(at, "SUBNET_ACL_RESTRICTION", seen, rule);
  else walk.giveUp(at, "SUBNET_ACL_RESTRICTION", `${seen} holds for some of the client's possible ports only`, rule);
  return decision.kind === "allowed";
}

/** Network ACLs between two subnets; within one subnet there are none. @returns whether the packet goes on */
export function betweenSubnets(
  walk: Walk,
  from: Subnet | undefined,
  to: Subnet | undefined,
  packet: FilteredPacket = walk.packet,
): boolean {
  if (from !== undefined && from.id === to?.id) return true;
  return throughAcl(walk, from, "egress", packet) && throughAcl(walk, to, "ingress", packet);
}

/** The security groups of one interface, for the first packet of a flow. @returns whether it goes on */
export function throughGroups(
  walk: Walk,
  on: NetworkInterface,
  direction: "ingress" | "egress",
  packet: FilteredPacket,
  peer: PeerSide,
): boolean {
  const decision = decideGroups(walk.index, on, direction, packet, peer);
  const at = groupsOf(walk, on, decision.kind === "allowed" ? decision.groupId : undefined);
  switch (decision.kind) {
    case "allowed":
      walk.pass(at, { kind: "security-group-rule", id: decision.rule.id, text: ruleInWords(decision.rule) });
      return true;
    case "refused":
      walk.drop(at, decision.code, `${on.name}: ${decision.seen}`);
      return false;
    case "unknown":
      walk.giveUp(at, "UNKNOWN_RESOURCE", `${on.name}: ${decision.seen}`);
      return false;
  }
}

/** An answer passes by the state that the request left behind. */
export function throughState(walk: Walk, on: NetworkInterface): void {
  walk.pass(groupsOf(walk, on, undefined), {
    kind: "security-group-state",
    text: "answer to a flow that was let through",
  });
}

/** Where an interface's security groups are: the one that decided, else its first. */
export function groupsOf(walk: Walk, on: NetworkInterface, decided: string | undefined): Place {
  const id = decided ?? on.securityGroupIds[0] ?? on.id;
  const group = walk.index.topology.securityGroups[id];
  const azId = azIdOf(walk.index.topology.subnets[on.subnetId]);
  return {
    kind: "security-group",
    component: { id, name: group?.name ?? on.name, accountId: on.accountId },
    ...(azId !== undefined && { azId }),
  };
}
