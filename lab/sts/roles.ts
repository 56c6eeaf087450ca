import { parseRoleArn } from "../../path/net/partition";

/** Roles that every account of the lab has, as somebody made them before the first stack: those of the examples. */
const names = ["deploy", "accept-endpoints"];

/** The roles' maximum session duration in seconds: IAM's default. */
export const longestSession = 3600;

/**
 * Whether principals of the lab's accounts may assume a role. Its trust policy names them and has no condition; what they
 * need to be allowed in their own account, they are. Roles that stacks make trust services only.
 */
export function trustsTheLab(roleArn: string, accountIds: readonly string[]): boolean {
  const { accountId, role } = parseRoleArn(roleArn) ?? {};
  return names.some((name) => name === role) && accountIds.some((id) => id === accountId);
}

/** In the words of IAM, which tells nobody whether a role exists. */
export function notAuthorized(principalArn: string, roleArn: string): string {
  return `User: ${principalArn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`;
}
