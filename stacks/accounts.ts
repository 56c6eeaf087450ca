import * as aws from "../components/aws";
import type { SecurityConfig, SystemConfig } from "./config";

/** A provider of one account: it refuses to work with credentials of any other account. */
export function accountProvider(
  name: string,
  {
    accountId,
    region,
    profile,
    assumeRole,
  }: Pick<SecurityConfig | SystemConfig, "accountId" | "region" | "profile" | "assumeRole">,
): aws.Provider {
  return new aws.Provider(name, {
    region: region as aws.Region,
    allowedAccountIds: [accountId],
    ...(profile !== "" && { profile }),
    ...(assumeRole !== undefined && { assumeRoles: [assumeRole] }),
  });
}
