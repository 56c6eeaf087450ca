import type { Caller } from "../cloud/cloud";
import type { Properties } from "../cloud/properties";

/** Provider inputs that are no strings arrive as JSON. */
function list(value: unknown): unknown[] {
  const parsed: unknown = typeof value === "string" ? JSON.parse(value) : value;
  return Array.isArray(parsed) ? parsed : [];
}

/**
 * The account and Region that an aws provider's inputs lead to: those of the role that is assumed, else the account that it is
 * allowed to work in.
 *
 * @param name - of the provider, for errors
 * @throws Error when the inputs name no account or no Region, or when the role's account is not allowed
 */
export function callerOf(name: string, inputs: Properties): Caller {
  const [role] = list(inputs["assumeRoles"]);
  const roleArn =
    typeof role === "object" && role !== null && "roleArn" in role && typeof role.roleArn === "string"
      ? role.roleArn
      : undefined;
  const allowed = list(inputs["allowedAccountIds"]).map(String);
  const accountId = /^arn:aws:iam::(\d{12}):/.exec(roleArn ?? "")?.[1] ?? allowed[0];
  if (accountId === undefined) {
    throw new Error(`provider '${name}' names no account: expected allowedAccountIds or assumeRoles`);
  }
  if (allowed.length > 0 && !allowed.includes(accountId)) {
    // The real provider's words.
    throw new Error(`AWS account ID not allowed: ${accountId}`);
  }
  const region = inputs["region"];
  if (typeof region !== "string") throw new Error(`provider '${name}' names no region`);
  return { accountId, region };
}
