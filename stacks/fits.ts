import type { SystemConfig } from "./config/index";
import type { SecurityStack } from "./contract";

/** Why a service cannot serve endpoints in these AZs. */
export function serviceProblems(
  { region, zones }: { region: string; zones: Record<string, unknown> },
  security: Pick<SecurityStack, "region" | "azIds">,
): string[] {
  const elsewhere = Object.keys(zones).filter((azId) => !security.azIds.includes(azId));
  return [
    ...(region === security.region ? [] : [`region: "${region}": expected the service's Region ${security.region}`]),
    ...elsewhere.map(
      (azId) => `zones.${azId}: the service is not in this AZ, expected one of ${security.azIds.join(", ")}`,
    ),
  ];
}

/** Why hosts of several accounts cannot be reached in one measurement. */
export function credentialsProblems(
  { accountId, assumeRole, profile, securityStack }: SystemConfig,
  security: SecurityStack,
): string[] {
  // What measures runs with these credentials, too.
  const ownFromEnvironment = profile === "" && assumeRole === undefined;
  return security.environmentCredentials && ownFromEnvironment && accountId !== security.accountId
    ? [
        `profile: "": the environment's credentials, which the targets of ${securityStack} are reached with by SSM: ` +
          `expected credentials of ${security.accountId} for them, by profile or assumeRole in that stack's settings`,
      ]
    : [];
}
