import type { CloudSnapshot, NetworkAclEntry, Vpc } from "../cloud/core/records";

/**
 * nftables chains of a router for the VPC's network ACL: stateless, applied to what leaves a subnet and to what enters
 * one, never within a subnet (VPC user guide, "Network ACLs"). Empty where the ACL lets everything through, as it does
 * by default.
 *
 * @param subnetOf - subnet id by link of the router
 * @param transit - those to a transit gateway: what goes there is judged within a subnet, too (Transit Gateway guide, "Network ACLs")
 */
export function networkAclRules(
  snapshot: CloudSnapshot,
  vpc: Vpc,
  subnetOf: ReadonlyMap<string, string>,
  transit: ReadonlySet<string> = new Set(),
): string {
  const acl = Object.values(snapshot.networkAcls).find(({ vpcId }) => vpcId === vpc.id);
  if (acl === undefined || letsEverythingThrough(acl.entries)) return "";
  const links = (subnetId: string, without: ReadonlySet<string> = new Set()): string =>
    [...subnetOf]
      .filter(([link, subnet]) => subnet === subnetId && !without.has(link))
      .map(([link]) => `"${link}"`)
      .join(", ");
  const within = [...new Set(subnetOf.values())]
    .sort()
    .filter((subnet) => links(subnet, transit) !== "")
    .map((subnet) => `iifname { ${links(subnet)} } oifname { ${links(subnet, transit)} } accept`);
  const inVpc = [...subnetOf.keys()].map((link) => `"${link}"`).join(", ");
  if (inVpc === "") return "";
  return `
  chain network-acl {
    type filter hook forward priority filter; policy accept;
    ${within.join("\n    ")}
    iifname { ${inVpc} } jump network-acl-egress
    oifname { ${inVpc} } jump network-acl-ingress
  }
  chain network-acl-egress {
    ${chain(acl.entries, "egress")}
  }
  chain network-acl-ingress {
    ${chain(acl.entries, "ingress")}
  }
`;
}

function chain(entries: NetworkAclEntry[], direction: NetworkAclEntry["direction"]): string {
  const side = direction === "ingress" ? "saddr" : "daddr";
  const rules = entries
    .filter((entry) => entry.direction === direction)
    .sort((one, other) => one.ruleNumber - other.ruleNumber)
    .map(({ protocol, cidrBlock, action }) => {
      const what = protocol === "-1" ? "" : `ip protocol ${protocol} `;
      return `ip ${side} ${cidrBlock} ${what}${action === "allow" ? "return" : "drop"}`;
    });
  return [...rules, "drop"].join("\n    ");
}

function letsEverythingThrough(entries: NetworkAclEntry[]): boolean {
  return (["ingress", "egress"] as const).every((direction) => {
    const [first] = entries
      .filter((entry) => entry.direction === direction)
      .sort((one, other) => one.ruleNumber - other.ruleNumber);
    return first?.action === "allow" && first.protocol === "-1" && first.cidrBlock === "0.0.0.0/0";
  });
}
