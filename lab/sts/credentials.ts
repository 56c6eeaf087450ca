import * as fs from "node:fs";
import * as path from "node:path";

/** Access keys of the lab's accounts: 20 characters as AWS's, the account's id in them. Worth nothing anywhere else. */
const prefix = "AKIALAB0";

function accessKey(accountId: string): string {
  return `${prefix}${accountId}`;
}

/**
 * The account of whoever runs stacks: it has nothing but this user, who assumes roles of the lab's accounts, as from an account
 * for people.
 */
export const operatorAccount = "999999999999";

/** The account that an access key of the lab belongs to; undefined for any other key. */
export function accountOfAccessKey(key: string): string | undefined {
  return key.length === 20 && key.startsWith(prefix) ? key.slice(prefix.length) : undefined;
}

/** Profiles that the shipped settings name, with their accounts: a lab has them as a user would. */
export const shippedProfiles: Readonly<Record<string, string>> = { security: "111111111111", system: "222222222222" };

/** The profile of any account, for stacks that name none that the lab has for theirs. The lab's aws provider reads the account from its end. */
export function profileOf(accountId: string): string {
  return `lab-${accountId}`;
}

/**
 * Writes a profile for each account, and the shipped ones.
 *
 * @returns environment in which the AWS SDK finds these credentials, the operator's where none are named, and the lab's
 *   services, and nothing of the user's
 */
export function sdkEnvironment(
  directory: string,
  accountIds: readonly string[],
  urls: { ssm: string; sts: string; ec2?: string; elb?: string },
): Record<string, string> {
  const credentials = path.join(directory, "aws-credentials");
  const config = path.join(directory, "aws-config");
  const profiles = [
    ...accountIds.map((id) => [profileOf(id), id] as const),
    ...Object.entries(shippedProfiles).filter(([, id]) => accountIds.includes(id)),
  ].map(([name, id]) => `[${name}]\naws_access_key_id = ${accessKey(id)}\naws_secret_access_key = lab\n`);
  fs.writeFileSync(credentials, profiles.join("\n"), { mode: 0o600 });
  fs.writeFileSync(config, "", { mode: 0o600 });
  return {
    AWS_SHARED_CREDENTIALS_FILE: credentials,
    AWS_CONFIG_FILE: config,
    AWS_ACCESS_KEY_ID: accessKey(operatorAccount),
    AWS_SECRET_ACCESS_KEY: "lab",
    AWS_SESSION_TOKEN: "",
    AWS_PROFILE: "",
    AWS_ENDPOINT_URL_SSM: urls.ssm,
    AWS_ENDPOINT_URL_STS: urls.sts,
    ...(urls.ec2 !== undefined && { AWS_ENDPOINT_URL_EC2: urls.ec2 }),
    ...(urls.elb !== undefined && { AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2: urls.elb }),
    AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "false",
    AWS_EC2_METADATA_DISABLED: "true",
  };
}
