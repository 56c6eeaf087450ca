import { accountOf } from "./account";
import { awsSchema } from "./awsSchema";
import type { Call, CheckFailure, Difference, ProviderBackend } from "./providerBackend";
import type { ServedProvider, ServeOptions } from "./providerServer";
import { serveProvider } from "./providerServer";
import type { PropertyValue } from "./struct";
import { secret, withoutNulls } from "./struct";

/** Who calls, as the cloud sees it. */
export interface AwsCaller {
  accountId: string;
  region: string;
  /** `defaultTags.tags` of the provider. */
  defaultTags?: Record<string, string>;
  urn?: string;
}

const version = "7.48.0";

type Attributes = Record<string, unknown>;

/**
 * What the aws provider needs of a cloud. Types are @pulumi/aws's tokens, attributes its property names; unknowns in a
 * preview are the engine's string for them. An error's message is what AWS would say; an error with `partial` leaves
 * a resource behind (see {@link PartialFailure}).
 */
export interface AwsBackend {
  /** Tokens of all that it has. */
  tokens(): { resources: string[]; functions: string[] };
  check(
    caller: AwsCaller,
    type: string,
    olds: Attributes,
    news: Attributes,
  ): { inputs: Attributes; failures: CheckFailure[] };
  diff(type: string, id: string, oldInputs: Attributes, oldOutputs: Attributes, newInputs: Attributes): Difference;
  create(
    caller: AwsCaller,
    type: string,
    inputs: Attributes,
    options: { preview?: boolean; signal?: AbortSignal },
  ): Promise<{ id: string; outputs: Attributes }>;
  read(
    caller: AwsCaller,
    type: string,
    id: string,
    state: Attributes,
  ): Promise<{ id: string; inputs: Attributes; outputs: Attributes } | undefined>;
  update(
    caller: AwsCaller,
    type: string,
    id: string,
    oldOutputs: Attributes,
    newInputs: Attributes,
    options: { preview?: boolean; signal?: AbortSignal },
  ): Promise<{ outputs: Attributes }>;
  delete(
    caller: AwsCaller,
    type: string,
    id: string,
    outputs: Attributes,
    options: { signal?: AbortSignal },
  ): Promise<void>;
  invoke(caller: AwsCaller, token: string, args: Attributes): Promise<Attributes>;
}

/** Results that the real provider marks secret (`Sensitive` in terraform-provider-aws). */
const SECRET_RESULTS: Record<string, string[]> = {
  "aws:ssm/getParameter:getParameter": ["value"],
};

export interface AwsOptions extends ServeOptions {
  /** Accounts whose roles may be assumed, as STS knows them. @default any role */
  accountIds?: readonly string[];
}

/**
 * Serves the `aws` provider over a cloud model to Pulumi engines. Each provider instance works in the account and
 * Region that its own arguments say, and is refused when that account is not among its `allowedAccountIds`.
 */
export function serveAws(cloud: AwsBackend, options: AwsOptions = {}): Promise<ServedProvider> {
  return serveProvider(awsProvider(cloud, options), options);
}

function awsProvider(cloud: AwsBackend, { accountIds }: AwsOptions): ProviderBackend {
  const callerOf = (call: Call): AwsCaller => {
    const account = accountOf(call.instance.config, accountIds);
    return call.urn === "" ? account : { ...account, urn: call.urn };
  };
  return {
    version,
    schema: () => awsSchema(version, cloud.tokens()),
    configure: (config) => void accountOf(config, accountIds),
    check: (call, olds, news) => cloud.check(callerOf(call), call.type, withoutNulls(olds), withoutNulls(news)),
    diff: (call, id, oldInputs, oldOutputs, newInputs) =>
      cloud.diff(call.type, id, withoutNulls(oldInputs), withoutNulls(oldOutputs), withoutNulls(newInputs)),
    create: (call, inputs, preview) =>
      cloud.create(callerOf(call), call.type, withoutNulls(inputs), { preview, signal: withTimeout(call) }),
    read: (call, id, _inputs, outputs) => cloud.read(callerOf(call), call.type, id, withoutNulls(outputs)),
    update: (call, id, oldOutputs, newInputs, preview) =>
      cloud.update(callerOf(call), call.type, id, withoutNulls(oldOutputs), withoutNulls(newInputs), {
        preview,
        signal: withTimeout(call),
      }),
    delete: (call, id, outputs) =>
      cloud.delete(callerOf(call), call.type, id, withoutNulls(outputs), { signal: withTimeout(call) }),
    async invoke(call, args) {
      const result = await cloud.invoke(callerOf(call), call.type, withoutNulls(args));
      const secrets = SECRET_RESULTS[call.type] ?? [];
      return Object.fromEntries(
        Object.entries(result).map(([key, value]) => [
          key,
          // A result is JSON; toStruct checks that it is.
          secrets.includes(key) && value !== undefined ? secret(value as PropertyValue) : value,
        ]),
      );
    },
  };
}

/** The engine's cancellation, and `customTimeouts` if given. */
function withTimeout(call: Call): AbortSignal {
  if (call.timeout <= 0) return call.signal;
  return AbortSignal.any([call.signal, AbortSignal.timeout(call.timeout * 1000)]);
}
