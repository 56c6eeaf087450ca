import { fromIni, fromNodeProviderChain, fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import { idInArn } from "../path/net/partition";
import type { AccountCredentials } from "../path/proof/request";
import { agentsOf, type Agents } from "./proxy";

type Credentials = ReturnType<typeof fromIni>;

interface HandlerOptions extends Partial<Agents> {
  connectionTimeout: number;
  requestTimeout: number;
  throwOnRequestTimeout: boolean;
}

/** What a client of the AWS SDK is made with; `credentials` are absent where they are the environment's. */
export interface ClientSettings {
  region: string;
  requestHandler: HandlerOptions;
  credentials?: Credentials;
}

export function clientSettings({ region, profile, assumeRole }: AccountCredentials): ClientSettings {
  const own = ownCredentials(profile);
  const credentials =
    assumeRole === undefined
      ? own
      : fromTemporaryCredentials({
          params: {
            RoleArn: assumeRole.roleArn,
            RoleSessionName: assumeRole.sessionName ?? "gwlb-inspection",
            ...(assumeRole.externalId !== undefined && { ExternalId: assumeRole.externalId }),
          },
          clientConfig: { region, requestHandler: handlerOptions() },
          ...(own !== undefined && { masterCredentials: own }),
        });
  return { region, requestHandler: handlerOptions(), ...(credentials !== undefined && { credentials }) };
}

/** What these come from, such as a role or single sign-on, is asked by the same way. Its Region is its own. */
function ownCredentials(profile: string | undefined): Credentials | undefined {
  const requestHandler = handlerOptions();
  const clientConfig = { requestHandler };
  if (profile !== undefined) return fromIni({ profile, clientConfig });
  return requestHandler.httpsAgent === undefined ? undefined : fromNodeProviderChain({ clientConfig });
}

function handlerOptions(): HandlerOptions {
  return { connectionTimeout: 5_000, requestTimeout: 20_000, throwOnRequestTimeout: true, ...agentsOf() };
}

/** As an error says it: `profile security, role arn:…`. */
export function describeCredentials({ profile, assumeRole, secret }: AccountCredentials): string {
  if (secret === true) return "the settings, which are secret";
  const own = profile === undefined ? "the environment" : `profile ${profile}`;
  return assumeRole === undefined ? own : `${own}, role ${assumeRole.roleArn}`;
}

/** What AWS and the SDK say, without what of the settings is secret: they name profiles, roles and the sessions of roles. */
export function withoutSecrets(text: string, { profile, assumeRole, secret }: AccountCredentials): string {
  if (secret !== true) return text;
  const { roleArn, externalId, sessionName } = assumeRole ?? {};
  // A session of a role is named `…:assumed-role/NAME/SESSION`, without the role's path.
  const session = roleArn === undefined ? undefined : `assumed-role/${idInArn(roleArn)}/`;
  return [roleArn, session, externalId, sessionName, profile]
    .filter((each) => each !== undefined && each !== "")
    .reduce<string>((rest, each) => rest.replaceAll(each ?? "", "(a secret)"), text);
}
