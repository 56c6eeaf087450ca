import type * as aws from "../components/aws";
import type { ConsumerAcceptance } from "../components/gwlbConsumer";
import { accountProvider } from "./accounts";
import { parseRoleArn } from "../path/net/partition";
import type { SystemConfig } from "./config/index";
import { secretValue } from "./config/configError";
import type { ServiceContract } from "./contract";
import { isSecret } from "./config/settings";

type Config = Pick<SystemConfig, "endpointAcceptance" | "region">;
type Service = Pick<ServiceContract, "acceptanceRequired" | "accountId" | "serviceId">;

/** Credentials of another account, with which a stack accepts there what is its own. */
export interface Accepter {
  /** Config key that they stand under. */
  key: "endpointAcceptance" | "attachmentAcceptance";
  credentials: SystemConfig["endpointAcceptance"];
  /** 12-digit id of the account that they are to be of. */
  accountId: string;
}

/** @param words - why they are needed, what is accepted with them, and whose the account is */
export function accepterProblems(
  { key, credentials, accountId }: Accepter,
  { because, own, whose }: { because: string; own: string; whose: string },
): string[] {
  if (credentials === undefined) {
    return [
      `${key}: ${because}, expected profile or assumeRole of its account ${accountId}, ` +
        `with which this stack may accept its own ${own}`,
    ];
  }
  const roleArn = credentials.assumeRole?.roleArn;
  if (roleArn === undefined || parseRoleArn(roleArn)?.accountId === accountId) return [];
  const shown = isSecret(key) ? secretValue : `"${roleArn}"`;
  return [`${key}.assumeRole.roleArn: ${shown}: expected a role of ${whose} ${accountId}`];
}

/** A second provider, of the account that accepts; undefined where there are no credentials of it. */
export function accepterProvider(
  stack: string,
  { key, credentials, accountId }: Accepter,
  region: string,
  defaultTags?: Record<string, string>,
): aws.Provider | undefined {
  if (credentials === undefined) return undefined;
  const account = { ...credentials, accountId, region };
  return accountProvider(`${stack}-acceptance`, account, defaultTags, { profile: key, assumeRole: key });
}

/** What keeps a consumer from accepting its endpoints, where that is required. */
export function acceptanceProblems(
  { endpointAcceptance }: Config,
  { acceptanceRequired, accountId }: Service,
): string[] {
  if (!acceptanceRequired) return [];
  const words = { because: "the service requires acceptance", own: "endpoints", whose: "the service's account" };
  return accepterProblems({ key: "endpointAcceptance", credentials: endpointAcceptance, accountId }, words);
}

/** A second provider, of the service's account, where the service requires acceptance; else none. */
export function consumerAcceptance(
  name: string,
  { endpointAcceptance, region }: Config,
  { acceptanceRequired, accountId, serviceId }: Service,
): ConsumerAcceptance | undefined {
  if (!acceptanceRequired) return undefined;
  const provider = accepterProvider(
    name,
    { key: "endpointAcceptance", credentials: endpointAcceptance, accountId },
    region,
  );
  return provider && { serviceId, provider };
}
