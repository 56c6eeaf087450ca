import * as fs from "node:fs";
import * as path from "node:path";
import { azIdPrefixes } from "../../path/net/azId";

/** Access keys of the lab's accounts: 20 characters as AWS's, the account's id in them. Worth nothing anywhere else. */
const prefix = "AKIALAB0";

function accessKey(accountId: string): string {
  return `${prefix}${accountId}`;
}

/** Credentials that may do everything in an account of the lab. */
export function credentialsOf(accountId: string): { accessKeyId: string; secretAccessKey: string } {
  return { accessKeyId: accessKey(accountId), secretAccessKey: "lab" };
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

/** Services of the lab's as `AWS_ENDPOINT_URL_SERVICE` names them. */
const services = ["EC2", "ELASTIC_LOAD_BALANCING_V2", "IAM", "SSM", "STS"];

/**
 * Writes a profile for each account, one for each account and Region, and the shipped ones.
 *
 * @param url - of the lab's API
 * @returns environment in which the AWS SDK, and whatever else is made with AWS's own libraries, finds these credentials, the
 *   operator's where none are named, and the lab's services, and nothing of the user's
 */
export function sdkEnvironment(directory: string, accountIds: readonly string[], url: string): Record<string, string> {
  const credentials = path.join(directory, "aws-credentials");
  const config = path.join(directory, "aws-config");
  const profiles = [
    ...accountIds.map((id) => [profileOf(id), id] as const),
    ...Object.entries(shippedProfiles).filter(([, id]) => accountIds.includes(id)),
  ].map(([name, id]) => `[${name}]\naws_access_key_id = ${accessKey(id)}\naws_secret_access_key = lab\n`);
  fs.writeFileSync(credentials, profiles.join("\n"), { mode: 0o600 });
  const inRegions = accountIds.flatMap((id) =>
    Object.keys(azIdPrefixes).map(
      (region) =>
        `[profile ${profileOf(`${region}-${id}`)}]\nregion = ${region}\n` +
        `aws_access_key_id = ${accessKey(id)}\naws_secret_access_key = lab\n`,
    ),
  );
  fs.writeFileSync(config, inRegions.join("\n"), { mode: 0o600 });
  return {
    AWS_SHARED_CREDENTIALS_FILE: credentials,
    AWS_CONFIG_FILE: config,
    AWS_ACCESS_KEY_ID: accessKey(operatorAccount),
    AWS_SECRET_ACCESS_KEY: "lab",
    AWS_SESSION_TOKEN: "",
    AWS_PROFILE: "",
    AWS_ENDPOINT_URL: url,
    // Those of the user's own would go first.
    ...Object.fromEntries(services.map((service) => [`AWS_ENDPOINT_URL_${service}`, url])),
    AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "false",
    AWS_EC2_METADATA_DISABLED: "true",
    ...pastProxies(new URL(url).hostname),
  };
}

/** The lab is on this machine, whatever proxy the user's network has. */
function pastProxies(host: string): Record<string, string> {
  const own = process.env["NO_PROXY"] ?? process.env["no_proxy"] ?? "";
  const all = [host, ...own.split(",")].filter((each) => each.trim() !== "").join(",");
  return { NO_PROXY: all, no_proxy: all };
}
