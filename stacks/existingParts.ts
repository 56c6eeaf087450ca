import { ExistingError, type LookUpOptions } from "../components/existing";
import { lookUpNetwork, type ExistingNetwork } from "../components/existingNetwork";
import type { SecurityConfig, SystemConfig } from "./config/index";

/**
 * The VPC of a stack that is given by its id, and the subnets.
 *
 * @param subnetIds AZ ID → tier → id; each must have the CIDR that the stack's plan has for it
 * @throws ExistingError with everything that is wrong, by config key
 */
export function lookUpStackNetwork(
  { vpcCidr, accountId, zones }: Pick<SecurityConfig | SystemConfig, "vpcCidr" | "accountId" | "zones">,
  vpcId: string,
  subnetIds: Record<string, Record<string, string | undefined>>,
  opts: LookUpOptions,
): Promise<ExistingNetwork> {
  const subnets: Record<string, Record<string, { id: string; cidrBlock?: string }>> = {};
  for (const [azId, tiers] of Object.entries(subnetIds)) {
    const plan: Record<string, string> = zones[azId] ?? {};
    for (const [tier, id] of Object.entries(tiers)) {
      if (id === undefined) continue;
      const cidrBlock = plan[tier];
      subnets[tier] = { ...subnets[tier], [azId]: { id, ...(cidrBlock !== undefined && { cidrBlock }) } };
    }
  }
  return underExisting(lookUpNetwork({ vpcId, accountId, cidrBlock: vpcCidr, subnets }, opts));
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
