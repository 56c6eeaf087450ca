import { expect } from "chai";
import type { CloudSnapshot, SecurityGroupRule } from "../../../lab/cloud/core/records";
import { securityGroupRules } from "../../../lab/fabric/securityGroups";
import { addresses, allow, ids, steer, twoVpcs } from "../../fixtures/fabricSnapshot";

/** Lines of a chain for a rule set that consists of these rules, on the source's interface. */
function chain(
  name: "egress" | "ingress",
  rules: SecurityGroupRule[],
  given: { sourceDestCheck?: boolean; change?: (snapshot: CloudSnapshot) => void } = {},
): string[] {
  const { sourceDestCheck = true, change = () => undefined } = given;
  const snapshot = twoVpcs();
  change(snapshot);
  snapshot.securityGroupRules = Object.fromEntries(rules.map((rule) => [rule.id, rule]));
  const eni = Object.values(snapshot.networkInterfaces).find(({ owner }) => owner.id === ids.source)!;
  const text = securityGroupRules(snapshot, { ...eni, sourceDestCheck });
  const body = new RegExp(`chain ${name} \\{([^]*?)\\n  \\}`).exec(text)?.[1] ?? "";
  return body
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

const ingress = (change: Partial<SecurityGroupRule>) => allow("ingress", ids.systemGroup, change);

describe("security groups as nftables rules", () => {
  const cases: [string, Partial<SecurityGroupRule>, string][] = [
    ["all", {}, "ip saddr { 0.0.0.0/0 } accept"],
    [
      "one port",
      { ipProtocol: "udp", fromPort: 6081, toPort: 6081 },
      "ip saddr { 0.0.0.0/0 } udp dport 6081-6081 accept",
    ],
    ["a range", { ipProtocol: "tcp", fromPort: 80, toPort: 90 }, "ip saddr { 0.0.0.0/0 } tcp dport 80-90 accept"],
    ["all ports", { ipProtocol: "tcp" }, "ip saddr { 0.0.0.0/0 } ip protocol tcp accept"],
    ["all ICMP", { ipProtocol: "icmp", cidrIpv4: "10.0.0.0/8" }, "ip saddr { 10.0.0.0/8 } ip protocol icmp accept"],
    ["an ICMP type", { ipProtocol: "icmp", fromPort: 8 }, "ip saddr { 0.0.0.0/0 } icmp type 8 accept"],
    [
      "type and code",
      { ipProtocol: "icmp", fromPort: 3, toPort: 4 },
      "ip saddr { 0.0.0.0/0 } icmp type 3 icmp code 4 accept",
    ],
    ["a protocol number", { ipProtocol: "50" }, "ip saddr { 0.0.0.0/0 } ip protocol 50 accept"],
  ];
  for (const [name, change, expected] of cases) {
    it(`writes ${name}`, () => expect(chain("ingress", [ingress(change)])).to.deep.equal([expected]));
  }

  it("matches destinations on the way out", () => {
    const rule = allow("egress", ids.systemGroup, {
      prefixListId: ids.s3PrefixList,
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 443,
    });
    expect(chain("egress", [rule])).to.deep.equal(["ip daddr { 52.219.0.0/20 } tcp dport 443-443 accept"]);
    expect(chain("ingress", [rule])).to.deep.equal([]);
  });

  it("matches members of another group on the direct way, not behind a GWLB endpoint", () => {
    const rule = ingress({ referencedSecurityGroupId: "sg-0other" });
    const back = allow("egress", ids.systemGroup, { referencedSecurityGroupId: "sg-0other" });
    const rules = (steered: boolean): string =>
      ["ingress" as const, "egress" as const]
        .flatMap((direction) =>
          chain(direction, [rule, back], {
            change: (snapshot) => {
              for (const eni of Object.values(snapshot.networkInterfaces)) {
                if (eni.owner.id === ids.destination) eni.securityGroupIds = ["sg-0other"];
              }
              if (steered) steer(snapshot);
            },
          }),
        )
        .join();
    const [ingressRule, egressRule] = [
      `ip saddr { ${addresses.destination} } accept`,
      `ip daddr { ${addresses.destination} } accept`,
    ];
    expect(rules(false)).to.equal(`${ingressRule},${egressRule}`);
    expect(rules(true)).to.equal(egressRule);
  });

  it("ignores rules of other groups and allows nobody for a group without members", () => {
    expect(
      chain("ingress", [allow("ingress", ids.securityGroup), ingress({ referencedSecurityGroupId: "sg-0none" })]),
    ).to.deep.equal([]);
  });

  it("names the members of a referenced group", () => {
    const rule = ingress({ referencedSecurityGroupId: "sg-0other" });
    const change = (snapshot: CloudSnapshot): void => {
      for (const eni of Object.values(snapshot.networkInterfaces)) {
        if (eni.owner.id === ids.neighbour || eni.owner.id === ids.target) eni.securityGroupIds = ["sg-0other"];
      }
    };
    // Not the one in another VPC.
    expect(chain("ingress", [rule], { change })).to.deep.equal([`ip saddr { ${addresses.neighbour} } accept`]);
  });

  it("matches members in another VPC only as a source, straight through a transit gateway that supports it", () => {
    const rules = (more: Parameters<typeof joined>[1] = {}): string[] =>
      (["ingress", "egress"] as const).flatMap((direction) =>
        chain(direction, [allow(direction, ids.systemGroup, { referencedSecurityGroupId: ids.securityGroup })], {
          change: (snapshot) => joined(snapshot, more),
        }),
      );
    expect(rules()).to.deep.equal([`ip saddr { ${addresses.target} } accept`]);
    expect(rules({ gateway: false }), "transit gateway without support").to.deep.equal([]);
    expect(rules({ attachment: false }), "attachment without support").to.deep.equal([]);
    expect(rules({ leadsTo: "tgw-attach-elsewhere" }), "through another VPC").to.deep.equal([]);
  });

  it("checks source and destination unless the check is off", () => {
    expect(chain("forward" as "egress", []).join()).to.contain("ip saddr != 10.2.10.10 drop");
    expect(chain("forward" as "egress", [], { sourceDestCheck: false }).join()).not.to.contain("!=");
  });

  it("refuses a protocol it does not know, naming rule and value", () => {
    const rule = ingress({ ipProtocol: "sctp-ish" });
    expect(() => chain("ingress", [rule])).to.throw(`${rule.id}: ipProtocol "sctp-ish", expected`);
  });
});

/** Both VPCs at one transit gateway; what the target's VPC sends leads there. */
function joined(
  snapshot: CloudSnapshot,
  { gateway = true, attachment = true, leadsTo = "tgw-attach-system" } = {},
): void {
  const owned = { accountId: "111111111111", region: "ap-northeast-1", tags: {} };
  const id = "tgw-0";
  snapshot.transitGateways[id] = { ...owned, id, autoAcceptSharedAttachments: true, securityGroupReferencing: gateway };
  for (const [name, vpcId] of [
    ["system", ids.systemVpc],
    ["security", ids.securityVpc],
  ] as const) {
    snapshot.transitGatewayAttachments[`tgw-attach-${name}`] = {
      ...owned,
      id: `tgw-attach-${name}`,
      transitGatewayId: id,
      vpcId,
      state: "available",
      subnetIds: [],
      networkInterfaceIds: [],
      applianceMode: false,
      securityGroupReferencing: attachment,
    };
  }
  snapshot.transitGatewayRouteTables["tgw-rtb-0"] = {
    ...owned,
    id: "tgw-rtb-0",
    transitGatewayId: id,
    attachmentIds: ["tgw-attach-security"],
    propagatingAttachmentIds: [],
    routes: [{ destinationCidrBlock: "10.2.0.0/16", attachmentId: leadsTo }],
  };
  const table = snapshot.routeTables[ids.securityMainTable];
  table?.routes.push({ destinationCidrBlock: "10.2.0.0/16", target: { kind: "transitGateway", id } });
}
