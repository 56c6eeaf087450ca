import { ExistingError } from "../components/existing";
import type { HostAccess } from "../components/remoteAccess";
import type { SshAccess } from "../components/sshAccess";
import { credentialsOf } from "./accounts";
import type { SecurityConfig, SystemConfig } from "./config/index";

/** The ids that are given, as tier → AZ ID, each with the CIDR that the stack's plan has for it. */
export function subnetsGiven(
  subnetIds: Record<string, Record<string, string | undefined>>,
  zones: Record<string, Record<string, string>>,
): Record<string, Record<string, { id: string; cidrBlock?: string }>> {
  const given: Record<string, Record<string, { id: string; cidrBlock?: string }>> = {};
  for (const [azId, tiers] of Object.entries(subnetIds)) {
    for (const [tier, id] of Object.entries(tiers)) {
      if (id === undefined) continue;
      const cidrBlock = zones[azId]?.[tier];
      given[tier] = { ...given[tier], [azId]: { id, ...(cidrBlock !== undefined && { cidrBlock }) } };
    }
  }
  return given;
}

/** What a component's look-up finds wrong, by the config key that its argument stands under. */
export async function underExisting<T>(lookUp: Promise<T>): Promise<T> {
  try {
    return await lookUp;
  } catch (error) {
    if (!(error instanceof ExistingError)) throw error;
    throw new ExistingError(
      error.problems.map((problem) =>
        problem
          .replace(/^subnets\.(\w+)\.([\w-]+): /, "subnetIds.$2.$1: ")
          .replace(/^(subnetIds|[A-Za-z]+: )/, "existing.$1"),
      ),
    );
  }
}

/** How a host that exists is reached, with what it is recognised by with ssh. */
export function existingAccess(
  config: SecurityConfig | SystemConfig,
  { hostKey, user }: { hostKey?: string | undefined; user?: string | undefined },
): HostAccess {
  if (config.access === "ssm") return { by: "ssm", ...credentialsOf(config) };
  const knownHost = hostKey === undefined ? undefined : { hostKey, user: user ?? config.sshUser };
  return { by: "ssh", ...throughBastion(config), ...(knownHost && { knownHost }) };
}

/** By ssh through a bastion that is already there. */
export function throughBastion({
  existing,
  ssh,
  sshUser,
}: Pick<SecurityConfig | SystemConfig, "existing" | "ssh" | "sshUser">): SshAccess {
  const bastion = existing?.bastion;
  if (ssh === undefined || bastion === undefined) throw new Error("access by ssh takes keys and existing.bastion");
  const { hostKey, user } = bastion;
  return { ...ssh, user: sshUser, bastionAddress: bastion.address, bastion: { hostKey, user: user ?? sshUser } };
}
