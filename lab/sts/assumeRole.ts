import { parseRoleArn } from "../../path/net/partition";
import { ServiceError } from "../serviceError";
import { roleId, type Identities, type Principal, type TemporaryCredentials } from "./identities";
import { longestSession, notAuthorized, trustsTheLab } from "./roles";

export interface AssumedRole {
  /** `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`. */
  arn: string;
  /** `ROLE_ID:SESSION`. */
  id: string;
  credentials: TemporaryCredentials;
}

/** Constraints of text parameters. Source: STS API Reference, AssumeRole, "Request Parameters". */
const texts = [
  { name: "RoleArn", least: 20, most: 2048, required: true },
  { name: "RoleSessionName", least: 2, most: 64, required: true, pattern: "[\\w+=,.@-]*" },
  { name: "ExternalId", least: 2, most: 1224, required: false, pattern: "[\\w+=,.@:\\/-]*" },
] as const;
const duration = { least: 900, most: 43_200, usual: 3600 };

/** Its parameters. A session policy or a tag that was ignored would allow what AWS forbids. */
export interface AssumeRoleInput {
  RoleArn?: string;
  RoleSessionName?: string;
  ExternalId?: string;
  DurationSeconds?: number;
}
export const assumeRoleTakes = ["DurationSeconds", ...texts.map(({ name }) => name)] as const;

/**
 * AssumeRole for the lab's roles.
 *
 * @param accountIds - of the accounts that have them
 * @throws ServiceError
 */
export function assumeRole(
  identities: Identities,
  accountIds: readonly string[],
  caller: Principal,
  input: AssumeRoleInput,
): AssumedRole {
  const seconds = input.DurationSeconds ?? duration.usual;
  const problems = [...texts.flatMap((text) => textProblems(text, input[text.name])), ...spanProblems(seconds)];
  if (problems.length > 0) {
    const count = `${problems.length} validation error${problems.length === 1 ? "" : "s"} detected`;
    // Source: AWS APIs, "Common errors": ValidationError; wording as users report it.
    throw new ServiceError("ValidationError", `${count}: ${problems.join("; ")}`);
  }
  const { RoleArn: roleArn = "", RoleSessionName: session = "" } = input;
  const { accountId, role } = parseRoleArn(roleArn) ?? {};
  const name = role?.split("/").at(-1);
  if (accountId === undefined || name === undefined || name === "") {
    // Source: STS, AssumeRole of what is no role's ARN; wording as users report it.
    throw new ServiceError("ValidationError", `${roleArn} is invalid`);
  }
  if (!trustsTheLab(roleArn, accountIds)) {
    // Source: IAM User Guide, "Troubleshoot IAM roles": a role that does not exist, or does not trust the caller.
    throw new ServiceError("AccessDenied", notAuthorized(caller.arn, roleArn), 403);
  }
  if (seconds > longestSession) {
    // Source: STS API Reference, AssumeRole, DurationSeconds: higher than the role's setting fails; wording as users report it.
    const message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
    throw new ServiceError("ValidationError", message);
  }
  const arn = roleArn.replace(/:iam:.*$/, `:sts::${accountId}:assumed-role/${name}/${session}`);
  const id = `${roleId(roleArn)}:${session}`;
  return { arn, id, credentials: identities.startSession({ accountId, arn, userId: id }, seconds) };
}

function textProblems(text: (typeof texts)[number], value: string | undefined): string[] {
  if (value === undefined) return text.required ? [problem("null", text.name, "not be null")] : [];
  const quoted = `'${value}'`;
  const checks: [boolean, string][] = [
    [value.length < text.least, `have length greater than or equal to ${text.least}`],
    [value.length > text.most, `have length less than or equal to ${text.most}`],
  ];
  if ("pattern" in text) {
    const matches = new RegExp(`^${text.pattern}$`).test(value);
    checks.push([!matches, `satisfy regular expression pattern: ${text.pattern}`]);
  }
  return checks.flatMap(([wrong, must]) => (wrong ? [problem(quoted, text.name, must)] : []));
}

function spanProblems(seconds: number): string[] {
  const quoted = `'${seconds}'`;
  if (!Number.isInteger(seconds)) return [problem(quoted, "DurationSeconds", "be an integer")];
  if (seconds < duration.least) {
    return [problem(quoted, "DurationSeconds", `have value greater than or equal to ${duration.least}`)];
  }
  if (seconds > duration.most) {
    return [problem(quoted, "DurationSeconds", `have value less than or equal to ${duration.most}`)];
  }
  return [];
}

function problem(value: string, name: string, must: string): string {
  const member = name.charAt(0).toLowerCase() + name.slice(1);
  return `Value ${value} at '${member}' failed to satisfy constraint: Member must ${must}`;
}
