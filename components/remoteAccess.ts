import type * as pulumi from "@pulumi/pulumi";
import type { RemoteHost } from "../path/proof/request";
import { portRule, type HostArgs, type InstanceArgs } from "./host";
import { sshHostAt, type HostBySsh } from "./sshAccess";
import { ssmEgress, ssmHostOf, type SsmAccess, type SsmWay } from "./ssmAccess";

/** How a host is reached, for its set-up and for measurements. */
export type HostAccess =
  | ({
      /** By SSM Run Command, with credentials of the hosts' account. */
      by: "ssm";
    } & SsmWay)
  | ({
      /** By ssh through a bastion, with the operator's key. */
      by: "ssh";
    } & HostBySsh);

/** What an instance takes when it is made, so that it can be reached. */
export type HostEntrance =
  | ({
      /** By SSM Run Command: it needs an instance profile and the way to SSM's endpoints. */
      by: "ssm";
    } & SsmAccess)
  | {
      /** By ssh: it lets TCP to port 22 in. */
      by: "ssh";
      /** CIDR that may reach it by ssh, the bastion's subnet; it needs `keyName` and `hostKey`, too. */
      sshFrom: string;
    };

/** How an instance that is made is reached, with what it takes for that. */
export type NewHostAccess = HostAccess & HostEntrance;

/** An instance and how it is reached; `Access` is `HostEntrance` where nobody logs in for its set-up. */
export interface ReachableHostArgs<Access extends HostEntrance = HostEntrance> extends InstanceArgs {
  /** By SSM Run Command, or by ssh through a bastion. */
  access: Access;
}

/** Instance profile and security group rules that the access to a host takes. */
export function entranceOf(access: HostEntrance): Pick<HostArgs, "instanceProfileName" | "ingress" | "egress"> {
  return access.by === "ssm"
    ? { instanceProfileName: access.instanceProfileName, ingress: [], egress: ssmEgress(access) }
    : { ingress: [portRule("tcp", 22, access.sshFrom)], egress: [] };
}

/** For the verification: a host by its access. A secret with ssh, whose private key it holds. */
export function remoteHostOf(
  access: HostAccess,
  { instanceId, privateIp }: { instanceId: pulumi.Input<string>; privateIp: pulumi.Input<string> },
): pulumi.Output<RemoteHost> {
  return access.by === "ssm" ? ssmHostOf(access, instanceId) : sshHostAt(access, privateIp);
}
