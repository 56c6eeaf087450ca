import { ExistingError } from "../components/existing";
import type { RemoteWay } from "../components/remoteAccess";
import type { KnownHost, SshAccess } from "../components/sshAccess";
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

/** What a host that is given is recognised by with ssh; nothing with SSM. */
export function knownHost(
  { hostKey, user }: { hostKey?: string | undefined; user?: string | undefined },
  { access, sshUser }: Pick<SecurityConfig | SystemConfig, "access" | "sshUser">,
): KnownHost | undefined {
  return access === "ssm" || hostKey === undefined ? undefined : { hostKey, user: user ?? sshUser };
}

/** How the hosts that are given are reached, each with what it is recognised by. */
export function existingWay(config: SecurityConfig | SystemConfig, known: KnownHost | undefined): RemoteWay {
  if (config.access === "ssm") return { ssm: credentialsOf(config) };
  return { access: throughBastion(config), ...(known && { known }) };
}

/** By ssh through a bastion that is already there. */
export function throughBastion(config: SecurityConfig | SystemConfig): SshAccess {
  const { existing, ssh, sshUser } = config;
  const bastion = existing?.bastion;
  if (ssh === undefined || bastion === undefined) throw new Error("access by ssh takes keys and existing.bastion");
  const { hostKey, user } = bastion;
  return { ...ssh, user: sshUser, bastionAddress: bastion.address, bastion: { hostKey, user: user ?? sshUser } };
}
