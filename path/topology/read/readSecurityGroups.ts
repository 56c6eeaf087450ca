import type { Peer, SecurityGroup, SecurityGroupRule } from "../model";
import { knownNumber, knownText, objects, texts, type Properties } from "./properties";
import { byId, componentOf, type StateReader } from "./stateReader";

const ruleTypes = {
  ingress: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  egress: "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
} as const;
const directions = ["ingress", "egress"] as const;

/** Security groups with their rules, of whichever of the provider's three ways to write them. */
export function readSecurityGroups(states: StateReader): Record<string, SecurityGroup> {
  const groups = byId(
    states
      .of("aws:ec2/securityGroup:SecurityGroup", "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")
      .map((state): SecurityGroup => ({
        ...componentOf(state),
        vpcId: knownText(state.properties, "vpcId") ?? "",
        rules: [],
      })),
  );
  for (const direction of directions) {
    for (const { id, name, properties } of states.of(ruleTypes[direction])) {
      const group = groups[knownText(properties, "securityGroupId") ?? ""];
      group?.rules.push(rule(id, name, direction, properties, knownText(properties, "ipProtocol"), peerOf(properties)));
    }
  }
  for (const { id, name, properties } of states.of("aws:ec2/securityGroupRule:SecurityGroupRule")) {
    const groupId = knownText(properties, "securityGroupId") ?? "";
    const direction = knownText(properties, "type") === "egress" ? "egress" : "ingress";
    for (const peer of peersOf(properties, groupId)) {
      groups[groupId]?.rules.push(rule(id, name, direction, properties, knownText(properties, "protocol"), peer));
    }
  }
  // Rules in the group's own state: given inline, or seen by a refresh.
  for (const state of states.of(
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
  )) {
    const group = groups[state.id];
    for (const direction of group === undefined ? [] : directions) {
      for (const inline of objects(state.properties, direction)) {
        for (const peer of peersOf(inline, state.id)) {
          const name = `${state.name} inline`;
          const found = rule("", name, direction, inline, knownText(inline, "protocol"), peer);
          if (group?.rules.some((other) => sameRule(other, found)) === false) group.rules.push(found);
        }
      }
    }
  }
  return groups;
}

function rule(
  id: string,
  name: string,
  direction: SecurityGroupRule["direction"],
  properties: Properties,
  protocol: string | undefined,
  peer: Peer,
): SecurityGroupRule {
  return {
    id,
    name,
    direction,
    protocol: protocol ?? "-1",
    fromPort: knownNumber(properties, "fromPort") ?? -1,
    toPort: knownNumber(properties, "toPort") ?? -1,
    peer,
  };
}

function sameRule(one: SecurityGroupRule, other: SecurityGroupRule): boolean {
  const what = ({ direction, protocol, fromPort, toPort, peer }: SecurityGroupRule): string =>
    JSON.stringify([direction, protocol, ...(protocol === "-1" ? [] : [fromPort, toPort]), peer]);
  return what(one) === what(other);
}

/** One rule, one peer. */
function peerOf(properties: Properties): Peer {
  const cidr = knownText(properties, "cidrIpv4");
  if (cidr !== undefined) return { kind: "cidr", cidr };
  const list = knownText(properties, "prefixListId");
  if (list !== undefined) return { kind: "prefix-list", id: list };
  const group = knownText(properties, "referencedSecurityGroupId");
  if (group !== undefined) return { kind: "security-group", id: group };
  const ipv6 = knownText(properties, "cidrIpv6");
  return ipv6 === undefined ? { kind: "unknown" } : { kind: "cidr", cidr: ipv6 };
}

/** The older form has lists of peers. */
function peersOf(properties: Properties, ownId: string): Peer[] {
  const groups = [...texts(properties, "securityGroups"), knownText(properties, "sourceSecurityGroupId") ?? ""];
  return [
    ...[...texts(properties, "cidrBlocks"), ...texts(properties, "ipv6CidrBlocks")].map((cidr): Peer => ({
      kind: "cidr",
      cidr,
    })),
    ...texts(properties, "prefixListIds").map((id): Peer => ({ kind: "prefix-list", id })),
    ...groups.filter((id) => id !== "").map((id): Peer => ({ kind: "security-group", id })),
    ...(properties["self"] === true ? [{ kind: "security-group", id: ownId } as const] : []),
  ];
}
