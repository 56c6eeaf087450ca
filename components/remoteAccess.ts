import type * as pulumi from "@pulumi/pulumi";
import type { RemoteHost } from "../path/proof/request";
import { portRule, type SecurityRule } from "./host";
import { Refusal } from "./refusal";
import { sshHostAt, type KnownHost, type SshAccess } from "./sshAccess";
import { ssmEgress, ssmHostOf, type SsmAccess, type SsmWay } from "./ssmAccess";

/** How a host is reached that has what the way takes: exactly one of `ssm` and `access`. */
export interface RemoteWay {
  /** By SSM Run Command. */
  ssm?: SsmWay;
  /** By ssh through a bastion. */
  access?: SshAccess;
  /** With ssh, of a host that was there before. @default as the stack's own hosts */
  known?: KnownHost;
}

/** How a host is reached that is made for it, for its set-up and for measurements: exactly one of `ssm` and `access`. */
export interface RemoteAccessArgs {
  /** By SSM Run Command. */
  ssm?: SsmAccess;
  /** By ssh through a bastion; needs `sshFrom`, `keyName` and `hostKey`, too. */
  access?: SshAccess;
  /** CIDR that may reach it by ssh, the bastion's subnet. */
  sshFrom?: string;
}

/** @throws Refusal unless there is exactly one way */
export function checkAccess(what: string, { ssm, access, sshFrom }: RemoteAccessArgs, resource: pulumi.Resource): void {
  const given = [ssm !== undefined && "ssm", access !== undefined && "access", sshFrom !== undefined && "sshFrom"];
  const names = given.filter((each) => each !== false);
  if (names.includes("ssm") === (names.includes("access") || names.includes("sshFrom"))) {
    const got = names.length === 0 ? "none of them" : names.join(" and ");
    throw new Refusal(`${what}: expected ssm, or access and sshFrom for ssh; got ${got}`, resource);
  }
}

/** Security group rules that the way to a host takes. */
export function accessRules({ ssm, sshFrom }: RemoteAccessArgs): { ingress: SecurityRule[]; egress: SecurityRule[] } {
  return {
    ingress: sshFrom === undefined ? [] : [portRule("tcp", 22, sshFrom)],
    egress: ssm === undefined ? [] : ssmEgress(ssm),
  };
}

/** For the verification: a host by the way that was chosen. A secret with ssh, whose private key it holds. */
export function remoteHostOf(
  { ssm, access, known }: RemoteWay,
  { instanceId, address }: { instanceId: pulumi.Input<string>; address: pulumi.Input<string> },
): pulumi.Output<RemoteHost> {
  if (ssm !== undefined) return ssmHostOf(ssm, instanceId);
  if (access === undefined) throw new Error("remoteHostOf: expected ssm or access");
  return sshHostAt(access, address, known);
}
