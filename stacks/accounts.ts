import * as aws from "../components/aws";
import type { SsmWay } from "../components/ssmAccess";
import { stackTag } from "../path/net/ownership";
import type { SecurityConfig } from "./config/index";
import { isSecret, keptAs } from "./config/settings";

export type Account = Pick<SecurityConfig, "accountId" | "region" | "profile" | "assumeRole">;

/** Where credentials of the account come from, for what the program itself asks AWS. */
export function credentialsOf({ region, profile, assumeRole }: Account): SsmWay {
  return {
    region,
    ...(profile !== "" && { profile: keptAs("profile", profile) }),
    ...(assumeRole !== undefined && { assumeRole: keptAs("assumeRole", assumeRole) }),
    ...(["profile", "assumeRole"].some(isSecret) && { secret: true }),
  };
}

/** Tags of all that a stack makes: those of its settings, and the program's own. */
export function tagsOfStack(stack: string, { tags }: Pick<SecurityConfig, "tags">): Record<string, string> {
  return { ...tags, [stackTag]: stack };
}

/**
 * A provider of one account: it refuses to work with credentials of any other account.
 *
 * @param defaultTags - of all that is made with it
 * @param keys - the config keys that profile and role stand under
 */
export function accountProvider(
  name: string,
  { accountId, region, profile, assumeRole }: Account,
  defaultTags?: Record<string, string>,
  keys = { profile: "profile", assumeRole: "assumeRole" },
): aws.Provider {
  return new aws.Provider(name, {
    region: region as aws.Region,
    allowedAccountIds: [accountId],
    ...(defaultTags !== undefined && { defaultTags: { tags: defaultTags } }),
    ...(profile !== "" && { profile: keptAs(keys.profile, profile) }),
    ...(assumeRole !== undefined && { assumeRoles: [keptAs(keys.assumeRole, assumeRole)] }),
  });
}
