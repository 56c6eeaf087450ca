import { SSMClient } from "@aws-sdk/client-ssm";
import { AccessError } from "./access";
import { clientSettings, describeCredentials, withoutSecrets } from "./credentials";
import type { AccountCredentials, SsmHost } from "../path/proof/request";

/** Attempts of one request, with pauses that grow to 20 s: AWS throttles by account, and others work there, too. */
const attempts = 8;

/** A client with the credentials of the host's account. */
export function ssmClient(credentials: AccountCredentials): SSMClient {
  return new SSMClient({ ...clientSettings(credentials), maxAttempts: attempts });
}

/** Error codes of IAM, STS and SigV4 (AWS General Reference, "Common errors"), and of the SDK when it finds none. */
const credentialErrors = [
  "AccessDenied",
  "AccessDeniedException",
  "CredentialsProviderError",
  "ExpiredToken",
  "ExpiredTokenException",
  "IncompleteSignature",
  "InvalidClientTokenId",
  "InvalidSignatureException",
  "MissingAuthenticationToken",
  "MissingAuthenticationTokenException",
  "NotAuthorized",
  "OptInRequired",
  "RequestExpired",
  "SignatureDoesNotMatch",
  "TokenProviderError",
  "UnrecognizedClientException",
];

/** An error of the SDK as one of ours. Its text holds no secret. */
export function accessErrorOf(error: unknown, host: SsmHost, signal: AbortSignal | undefined): AccessError {
  if (error instanceof AccessError) return error;
  const { name, message: said } = error instanceof Error ? error : new Error(String(error));
  const message = withoutSecrets(said, host);
  if (signal?.aborted === true) return new AccessError("aborted", `the command on ${host.instanceId} was interrupted`);
  if (credentialErrors.includes(name)) {
    return new AccessError(
      "authentication-refused",
      `SSM in ${host.region} refuses the credentials of ${describeCredentials(host)} for ${host.instanceId}: ` +
        `${name}: ${message}`,
    );
  }
  return new AccessError("unreachable", `${host.instanceId} by SSM in ${host.region}: ${name}: ${message}`);
}
