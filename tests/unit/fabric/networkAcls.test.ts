import { expect } from "chai";
import type { NetworkAclEntry, Vpc } from "../../../lab/cloud/core/records";
import { emptySnapshot } from "../../../lab/cloud/core/records";
import { networkAclRules } from "../../../lab/fabric/networkAcls";

const vpc: Vpc = {
  id: "vpc-1",
  accountId: "222222222222",
  region: "ap-northeast-1",
  tags: {},
  cidrBlock: "10.2.0.0/16",
  enableDnsHostnames: true,
  enableDnsSupport: true,
  mainRouteTableId: "rtb-1",
};
const all = { ruleNumber: 100, protocol: "-1", action: "allow", cidrBlock: "0.0.0.0/0" } as const;
const open: NetworkAclEntry[] = [
  { ...all, direction: "ingress" },
  { ...all, direction: "egress" },
];
const links = new Map([
  ["eni-a", "subnet-a"],
  ["eni-b", "subnet-b"],
  ["tun-a", "subnet-a"],
]);

function rules(entries: NetworkAclEntry[], subnetOf = links): string {
  const snapshot = emptySnapshot();
  const { accountId, region } = vpc;
  snapshot.networkAcls["acl-1"] = { id: "acl-1", accountId, region, tags: {}, vpcId: vpc.id, entries };
  return networkAclRules(snapshot, vpc, subnetOf);
}

describe("network ACL of a VPC's router", () => {
  it("is no rule where everything is let through, and where there is no ACL", () => {
    expect(rules(open)).to.equal("");
    expect(networkAclRules(emptySnapshot(), vpc, links)).to.equal("");
  });

  it("tries entries by number, and denies what none of them matches", () => {
    const deny: NetworkAclEntry = {
      ruleNumber: 50,
      direction: "ingress",
      protocol: "icmp",
      action: "deny",
      cidrBlock: "10.2.3.0/24",
    };
    expect(rules([...open, deny])).to.match(
      /chain network-acl-ingress \{\s+ip saddr 10\.2\.3\.0\/24 ip protocol icmp drop\s+ip saddr 0\.0\.0\.0\/0 return\s+drop\s+\}/,
    );
    expect(rules([...open, deny])).to.match(/chain network-acl-egress \{\s+ip daddr 0\.0\.0\.0\/0 return\s+drop\s+\}/);
  });

  it("judges what leaves or enters a subnet, and nothing within one", () => {
    const text = rules([{ ...all, direction: "ingress" }]);
    expect(text).to.include('iifname { "eni-a", "tun-a" } oifname { "eni-a", "tun-a" } accept');
    expect(text).to.include('iifname { "eni-a", "eni-b", "tun-a" } jump network-acl-egress');
    expect(text).to.match(/chain network-acl-egress \{\s+drop\s+\}/);
  });

  it("has no rule for a VPC without links", () => {
    expect(rules([], new Map())).to.equal("");
  });
});
