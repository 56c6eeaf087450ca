import type { NetworkAcl, NetworkAclEntry } from "../model";
import { knownNumber, knownText, objects, texts, type Properties } from "./properties";
import { byId, componentOf, type StateReader } from "./stateReader";

/** Network ACLs with their entries, inline ones and those of their own states. */
export function readNetworkAcls(states: StateReader): Record<string, NetworkAcl> {
  const acls = byId(
    states
      .of("aws:ec2/networkAcl:NetworkAcl", "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl")
      .map((state): NetworkAcl => {
        const inline = (["ingress", "egress"] as const).flatMap((direction) =>
          objects(state.properties, direction).flatMap((entry) => entryOf(entry, direction, "ruleNo", "action")),
        );
        return {
          ...componentOf(state),
          vpcId: knownText(state.properties, "vpcId") ?? "",
          subnetIds: texts(state.properties, "subnetIds"),
          entries: inline,
        };
      }),
  );
  for (const { properties } of states.of("aws:ec2/networkAclRule:NetworkAclRule")) {
    const acl = acls[knownText(properties, "networkAclId") ?? ""];
    const direction = properties["egress"] === true ? "egress" : "ingress";
    const entries = entryOf(properties, direction, "ruleNumber", "ruleAction");
    const isNew = ({ ruleNumber }: NetworkAclEntry): boolean =>
      acl?.entries.every((other) => other.direction !== direction || other.ruleNumber !== ruleNumber) === true;
    acl?.entries.push(...entries.filter(isNew));
  }
  for (const { properties } of states.of("aws:ec2/networkAclAssociation:NetworkAclAssociation")) {
    const subnetId = knownText(properties, "subnetId");
    if (subnetId === undefined) continue;
    for (const acl of Object.values(acls)) acl.subnetIds = acl.subnetIds.filter((id) => id !== subnetId);
    acls[knownText(properties, "networkAclId") ?? ""]?.subnetIds.push(subnetId);
  }
  for (const acl of Object.values(acls)) acl.entries.sort((one, other) => one.ruleNumber - other.ruleNumber);
  return acls;
}

/** None for IPv6. */
function entryOf(
  properties: Properties,
  direction: "ingress" | "egress",
  number: string,
  action: string,
): NetworkAclEntry[] {
  const cidrBlock = knownText(properties, "cidrBlock");
  if (cidrBlock === undefined) return [];
  return [
    {
      ruleNumber: knownNumber(properties, number) ?? 0,
      direction,
      protocol: knownText(properties, "protocol") ?? "-1",
      action: knownText(properties, action)?.toLowerCase() === "allow" ? "allow" : "deny",
      cidrBlock,
      fromPort: knownNumber(properties, "fromPort") ?? 0,
      toPort: knownNumber(properties, "toPort") ?? 65535,
      icmpType: knownNumber(properties, "icmpType") ?? -1,
      icmpCode: knownNumber(properties, "icmpCode") ?? -1,
    },
  ];
}
