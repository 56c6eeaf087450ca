import type { IpPermission } from "@aws-sdk/client-ec2";
import type { Peer, SecurityGroup, SecurityGroupRule } from "../model";
import { byId } from "../read/stateReader";
import type { Answers } from "./answers";
import { component } from "./component";

/** Security groups with their rules: one for each peer. */
export function readSecurityGroupAnswers(answers: Answers): Record<string, SecurityGroup> {
  return byId(
    (answers.securityGroups ?? []).map((group) => ({
      ...component(answers, group.GroupId, group.OwnerId, group.Tags, group.GroupName),
      vpcId: group.VpcId ?? "",
      rules: [
        ...(group.IpPermissions ?? []).flatMap((permission) => rulesOf(permission, "ingress")),
        ...(group.IpPermissionsEgress ?? []).flatMap((permission) => rulesOf(permission, "egress")),
      ],
    })),
  );
}

function rulesOf(permission: IpPermission, direction: SecurityGroupRule["direction"]): SecurityGroupRule[] {
  return peersOf(permission).map((peer) => ({
    id: "",
    name: peer.kind === "cidr" ? peer.cidr : peer.kind === "unknown" ? "" : peer.id,
    direction,
    peer,
    protocol: permission.IpProtocol ?? "-1",
    fromPort: permission.FromPort ?? -1,
    toPort: permission.ToPort ?? -1,
  }));
}

function peersOf({ IpRanges = [], Ipv6Ranges = [], PrefixListIds = [], UserIdGroupPairs = [] }: IpPermission): Peer[] {
  return [
    ...IpRanges.map(({ CidrIp = "" }): Peer => ({ kind: "cidr", cidr: CidrIp })),
    ...Ipv6Ranges.map(({ CidrIpv6 = "" }): Peer => ({ kind: "cidr", cidr: CidrIpv6 })),
    ...PrefixListIds.map(({ PrefixListId: id = "" }): Peer => ({ kind: "prefix-list", id })),
    ...UserIdGroupPairs.map(({ GroupId: id = "" }): Peer => ({ kind: "security-group", id })),
  ];
}
