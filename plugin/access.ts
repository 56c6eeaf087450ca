import type { HealthCheckSettings } from "../path/net/healthCheck";
import type * as pulumi from "@pulumi/pulumi";
import type { HostAccess, HostEntrance, NewHostAccess } from "../components/remoteAccess";
import type { KnownHost, SshAccess } from "../components/sshAccess";
import type { SsmAccess, SsmWay } from "../components/ssmAccess";
import { problems } from "./arguments";

/** How an instance that is already there is turned into a hairpin. Its security groups are left as they are. */
export interface TargetSetUp {
  /** Private IPv4 address of the GWLB by AZ ID, of every AZ. */
  gatewayAddresses: Record<string, pulumi.Input<string>>;
  /** What it answers. @default that of `HealthCheckSettings` */
  healthCheck?: HealthCheckSettings;
  /** By SSM Run Command. */
  ssm?: SsmWay;
  /** By ssh through a bastion. */
  access?: SshAccess;
  /** With ssh, of a host that was there before. @default as the stack's own hosts */
  known?: KnownHost;
}

/** A schema has no unions of object types: each way is an argument of its own, and exactly one is given. */
interface EntranceArgs {
  ssm?: SsmAccess;
  access?: SshAccess;
  sshFrom?: string;
}

/** @throws InputPropertiesError unless there is exactly one way */
export function entranceOf({ ssm, access, sshFrom }: EntranceArgs): HostEntrance {
  if (ssm !== undefined && access === undefined && sshFrom === undefined) return { by: "ssm", ...ssm };
  if (ssm === undefined && sshFrom !== undefined) return { by: "ssh", sshFrom };
  throw refusal("ssm, or access and sshFrom for ssh", { ssm, access, sshFrom });
}

/** @throws InputPropertiesError unless there is exactly one way, and it can be gone */
export function newHostAccessOf(args: EntranceArgs): NewHostAccess {
  const entrance = entranceOf(args);
  if (entrance.by === "ssm") return entrance;
  if (args.access === undefined) throw refusal("ssm, or access and sshFrom for ssh", args);
  return { ...args.access, ...entrance };
}

/** @throws InputPropertiesError unless there is exactly one way */
export function setUpAccessOf({ ssm, access, known }: Pick<TargetSetUp, "ssm" | "access" | "known">): HostAccess {
  if (ssm !== undefined && access === undefined) return { by: "ssm", ...ssm };
  if (access === undefined || ssm !== undefined) throw refusal("ssm or access", { ssm, access }, "setUp.");
  return { by: "ssh", ...access, ...(known !== undefined && { knownHost: known }) };
}

function refusal(expected: string, args: object, where = ""): pulumi.InputPropertiesError {
  const given = Object.entries(args).flatMap(([key, value]) => (value === undefined ? [] : [key]));
  return problems([[`${where}ssm`, `expected ${expected}; got ${given.join(" and ") || "none of them"}`]]);
}
