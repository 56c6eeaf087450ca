import { genevePort } from "../../path/net/geneve";
import { defaultHealthCheck } from "../../path/net/healthCheck";
import type { SecurityGroupRule } from "../cloud/core/records";
import { some, type Fault, type Undo } from "./fault";

interface Wanted {
  /** Part of the group's name: the program names groups after their hosts. */
  group: string;
  direction: SecurityGroupRule["direction"];
  protocol: string;
  port?: number;
}

/** Takes rules out of security groups. */
export function revoke({ group, direction, protocol, port }: Wanted): Fault["make"] {
  return ({ cloud, snapshot }) => {
    const rules = Object.values(snapshot.securityGroupRules).filter(
      (rule) =>
        rule.direction === direction &&
        rule.ipProtocol === protocol &&
        (port === undefined || (rule.fromPort <= port && rule.toPort >= port)) &&
        snapshot.securityGroups[rule.securityGroupId]?.tags["Name"]?.includes(group),
    );
    const what = `${direction} rule for ${protocol} ${port ?? ""} in a "${group}" security group`;
    return some(rules, what).map((rule): Undo => {
      cloud.edit.revokeRule(rule, rule.id);
      return () => cloud.edit.restoreRule(rule, rule);
    });
  };
}

/** An entry before all others in the default network ACL of every VPC with sources. */
const denyIcmp: Fault["make"] = ({ cloud, snapshot }) => {
  const vpcs = Object.values(snapshot.subnets)
    .filter(({ tags }) => tags["Name"]?.includes("source"))
    .map(({ vpcId }) => vpcId);
  const acls = Object.values(snapshot.networkAcls).filter(({ vpcId }) => vpcs.includes(vpcId));
  return some(acls, "network ACL of a VPC with sources").map((acl): Undo => {
    const entry = { ruleNumber: 50, direction: "ingress" as const };
    cloud.edit.createNetworkAclEntry(acl, acl.id, {
      ...entry,
      protocol: "icmp",
      action: "deny",
      cidrBlock: "0.0.0.0/0",
    });
    return () => cloud.edit.deleteNetworkAclEntry(acl, acl.id, entry);
  });
};

export const accessFaults: Record<string, Fault> = {
  "geneve-not-allowed": {
    what: `the rule that lets UDP ${genevePort} into the targets`,
    make: revoke({ group: "target", direction: "ingress", protocol: "udp", port: genevePort }),
  },
  "geneve-reply-not-allowed": {
    what: `the rule that lets UDP ${genevePort} out of the targets`,
    make: revoke({ group: "target", direction: "egress", protocol: "udp", port: genevePort }),
  },
  "health-check-not-allowed": {
    what: `the rule that lets TCP ${defaultHealthCheck.port} into the targets`,
    make: revoke({ group: "target", direction: "ingress", protocol: "tcp", port: defaultHealthCheck.port }),
  },
  "ping-not-allowed-out": {
    what: "the rule that lets pings out of the sources",
    make: revoke({ group: "source", direction: "egress", protocol: "icmp" }),
  },
  "ping-not-allowed-in": {
    what: "the rule that lets pings into the destinations",
    make: revoke({ group: "destination", direction: "ingress", protocol: "icmp" }),
  },
  "ssh-not-allowed": {
    what: "the rule that lets ssh into the bastions",
    make: revoke({ group: "bastion", direction: "ingress", protocol: "tcp", port: 22 }),
  },
  "network-acl-denies": { what: "the network ACL of the sources' VPC: it denies ICMP", make: denyIcmp },
};
