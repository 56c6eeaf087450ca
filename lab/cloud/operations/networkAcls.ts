import type {
  DescribeNetworkAclsRequest,
  DescribeNetworkAclsResult,
  NetworkAcl as NetworkAclOutput,
} from "@aws-sdk/client-ec2";
import type { Filterable } from "../core/filters";
import { noAcl } from "../ec2/findAcl";
import type { Context } from "../core/model";
import type { NetworkAcl } from "../core/records";
import { ownedBy } from "../core/state";
import { selected } from "./filtering";
import { operation } from "./operation";
import { tagList } from "./tagging";

const filters = (context: Context): Filterable<NetworkAcl> => ({
  "association.subnet-id": (acl) => subnetsOf(context, acl),
  default: () => "true",
  "network-acl-id": (acl) => acl.id,
  "owner-id": (acl) => acl.accountId,
  "vpc-id": (acl) => acl.vpcId,
});

export const DescribeNetworkAcls = operation(
  ["Filters", "NetworkAclIds"],
  (context: Context, { Filters, NetworkAclIds: ids }: DescribeNetworkAclsRequest): DescribeNetworkAclsResult => {
    const called = "DescribeNetworkAcls";
    const own = ownedBy(context.state.tables.networkAcls, context.caller);
    const by = { ids, idOf: ({ id }: NetworkAcl) => id, missing: (id: string) => noAcl(called, id) };
    const found = selected(called, own, by, Filters, filters(context));
    return { NetworkAcls: found.map((acl) => aclOutput(context, acl)) };
  },
);

/** All of a VPC's subnets have its default ACL. */
function subnetsOf(context: Context, { vpcId }: NetworkAcl): string[] {
  return Object.values(context.state.tables.subnets).flatMap((subnet) => (subnet.vpcId === vpcId ? [subnet.id] : []));
}

/** Protocols are told by number; what no entry matches is denied by the last one. */
const protocols: Record<string, string> = { icmp: "1", tcp: "6", udp: "17" };
const last = { CidrBlock: "0.0.0.0/0", Protocol: "-1", RuleAction: "deny", RuleNumber: 32767 } as const;

function aclOutput(context: Context, acl: NetworkAcl): NetworkAclOutput {
  return {
    Associations: subnetsOf(context, acl).map((SubnetId) => ({
      NetworkAclAssociationId: SubnetId.replace("subnet-", "aclassoc-"),
      NetworkAclId: acl.id,
      SubnetId,
    })),
    Entries: [
      ...acl.entries.map((entry) => ({
        CidrBlock: entry.cidrBlock,
        Egress: entry.direction === "egress",
        Protocol: protocols[entry.protocol] ?? entry.protocol,
        RuleAction: entry.action,
        RuleNumber: entry.ruleNumber,
      })),
      { ...last, Egress: true },
      { ...last, Egress: false },
    ],
    IsDefault: true,
    NetworkAclId: acl.id,
    Tags: tagList(acl.tags),
    VpcId: acl.vpcId,
    OwnerId: acl.accountId,
  };
}
