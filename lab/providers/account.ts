import { randomUUID } from "node:crypto";
import { arnForms, arnOf, parseRoleArn } from "../../path/net/partition";
import { operatorAccount, shippedProfiles } from "../sts/credentials";
import { notAuthorized, trustsTheLab } from "../sts/roles";
import type { Properties, PropertyValue } from "./struct";

/** Where a provider's calls go. */
export interface ProviderAccount {
  accountId: string;
  region: string;
  /** What `defaultTags` of the provider gives to all that it makes. */
  defaultTags?: Record<string, string>;
}

/**
 * The account and Region that an aws provider with these arguments works in. The lab has no credentials to ask, so the
 * account is read from what would lead to credentials: the last role of `assumeRoles`, else the twelve digits at
 * the end of the profile's name or one of the lab's other profiles, else the single allowed account.
 *
 * Arguments come as the engine gives them: lists and objects are JSON strings.
 *
 * @param accountIds - of the lab's accounts: with these, each role of `assumeRoles` must be one that the lab's STS gives, and the
 * lab's profiles are there
 * @throws Error in the words of the real provider when a role or the account is not allowed, or naming the argument that
 *   is missing.
 */
export function accountOf(args: Properties, accountIds?: readonly string[]): ProviderAccount {
  const region = text(args.region);
  if (region === undefined)
    throw new Error("aws provider: region is not set; expected a Region such as ap-northeast-1");
  const allowed = textList(args.allowedAccountIds, "allowedAccountIds");
  const forbidden = textList(args.forbiddenAccountIds, "forbiddenAccountIds");
  const accountId =
    accountOfRoles(args, accountIds) ??
    accountOfProfile(args, accountIds) ??
    (allowed.length === 1 ? allowed[0] : undefined);
  if (accountId === undefined) {
    throw new Error(
      "aws provider: the lab cannot tell which account is meant; give a role ARN in assumeRoles, a profile whose name ends " +
        `in the account id, or exactly one of allowedAccountIds (has ${allowed.length})`,
    );
  }
  const refused = (allowed.length > 0 && !allowed.includes(accountId)) || forbidden.includes(accountId);
  // The words of hashicorp/aws-sdk-go-base, which the real provider uses.
  if (refused) throw new Error(`AWS account ID not allowed: ${accountId}`);
  const defaultTags = tagsByDefault(args);
  return { accountId, region, ...(defaultTags !== undefined && { defaultTags }) };
}

function tagsByDefault(args: Properties): Record<string, string> | undefined {
  const given = parsed(args.defaultTags, "defaultTags");
  if (given === undefined || given === null) return undefined;
  const tags = typeof given === "object" && !Array.isArray(given) ? given["tags"] : undefined;
  if (typeof tags !== "object" || tags === null || Array.isArray(tags))
    throw new Error("aws provider: defaultTags has no tags");
  return Object.fromEntries(
    Object.entries(tags).map(([key, value]) => {
      if (typeof value !== "string") throw new Error(`aws provider: defaultTags.tags.${key} is no string`);
      return [key, value];
    }),
  );
}

/** A chain of roles ends in the last one's account. */
function accountOfRoles(args: Properties, accountIds: readonly string[] | undefined): string | undefined {
  const roles = parsed(args.assumeRoles, "assumeRoles") ?? [];
  if (!Array.isArray(roles)) throw new Error("aws provider: assumeRoles is not a list");
  let user = arnOf("", "iam", accountOfProfile(args, accountIds) ?? operatorAccount, "user/lab");
  let account: string | undefined;
  for (const role of roles) {
    const isObject = typeof role === "object" && role !== null && !Array.isArray(role);
    const arn = (isObject ? text(role.roleArn) : undefined) ?? "";
    const parts = parseRoleArn(arn);
    if (parts === undefined) {
      throw new Error(`aws provider: assumeRoles: role ARN "${arn}", expected ${arnForms.role}`);
    }
    if (accountIds !== undefined && !trustsTheLab(arn, accountIds)) throw new Error(cannotBeAssumed(user, arn));
    account = parts.accountId;
    user = arn.replace(/:iam:.*$/, `:sts::${account}:assumed-role/${parts.role}/session`);
  }
  return account;
}

/** The words of hashicorp/aws-sdk-go-base. */
function cannotBeAssumed(user: string, roleArn: string): string {
  const answer = `https response error StatusCode: 403, RequestID: ${randomUUID()}`;
  return (
    `IAM Role (${roleArn}) cannot be assumed.\n\n` +
    "There are a number of possible causes of this - the most common are:\n" +
    "  * The credentials used in order to assume the role are invalid\n" +
    "  * The credentials do not have appropriate permission to assume the role\n" +
    "  * The role ARN is not valid\n\n" +
    `Error: operation error STS: AssumeRole, ${answer}, api error AccessDenied: ${notAuthorized(user, roleArn)}\n`
  );
}

function accountOfProfile(args: Properties, accountIds: readonly string[] | undefined): string | undefined {
  const profile = text(args.profile) ?? "";
  return /(?:^|\D)(\d{12})$/.exec(profile)?.[1] ?? (accountIds === undefined ? undefined : shippedProfiles[profile]);
}

function text(value: PropertyValue | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function textList(value: PropertyValue | undefined, name: string): string[] {
  const list = parsed(value, name) ?? [];
  if (!Array.isArray(list)) throw new Error(`aws provider: ${name} is not a list`);
  return list.map((element) => {
    if (typeof element !== "string")
      throw new Error(`aws provider: ${name} holds ${JSON.stringify(element)}, no string`);
    return element;
  });
}

function parsed(value: PropertyValue | undefined, name: string): PropertyValue | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as PropertyValue;
  } catch {
    throw new Error(`aws provider: ${name} is not JSON`);
  }
}
