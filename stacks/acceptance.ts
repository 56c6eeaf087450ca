import type { ConsumerAcceptance } from "../components/gwlbConsumer";
import { accountProvider } from "./accounts";
import { parseRoleArn } from "../path/net/partition";
import type { SystemConfig } from "./config/index";
import { secretValue } from "./config/configError";
import type { ServiceContract } from "./contract";
import { isSecret } from "./config/settings";

type Config = Pick<SystemConfig, "endpointAcceptance" | "region">;
type Service = Pick<ServiceContract, "acceptanceRequired" | "accountId" | "serviceId">;

/** What keeps a consumer from accepting its endpoints, where that is required. */
export function acceptanceProblems(
  { endpointAcceptance }: Config,
  { acceptanceRequired, accountId }: Service,
): string[] {
  if (!acceptanceRequired) return [];
  if (endpointAcceptance === undefined) {
    return [
      "endpointAcceptance: the service requires acceptance, expected profile or assumeRole of its account " +
        `${accountId}, with which this stack may accept its own endpoints`,
    ];
  }
  const roleArn = endpointAcceptance.assumeRole?.roleArn;
  if (roleArn === undefined || parseRoleArn(roleArn)?.accountId === accountId) return [];
  const shown = isSecret("endpointAcceptance") ? secretValue : `"${roleArn}"`;
  return [`endpointAcceptance.assumeRole.roleArn: ${shown}: expected a role of the service's account ${accountId}`];
}

/** A second provider, of the service's account, where the service requires acceptance; else none. */
export function consumerAcceptance(
  name: string,
  { endpointAcceptance, region }: Config,
  { acceptanceRequired, accountId, serviceId }: Service,
): ConsumerAcceptance | undefined {
  if (!acceptanceRequired || endpointAcceptance === undefined) return undefined;
  const keys = { profile: "endpointAcceptance", assumeRole: "endpointAcceptance" };
  const account = { ...endpointAcceptance, accountId, region };
  return { serviceId, provider: accountProvider(`${name}-acceptance`, account, undefined, keys) };
}
