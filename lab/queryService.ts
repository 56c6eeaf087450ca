import type * as http from "node:http";
import type { LoopbackServer } from "./loopbackServer";
import { ServiceError } from "./serviceError";
import type { Identities, Principal } from "./sts/identities";
import { signatureOf } from "./sts/signature";
import { escapeXml } from "./xml";
import { serveXml, type XmlService } from "./xmlService";

/** A principal, and the Region that it signed for. */
export interface QueryCaller extends Principal {
  region: string;
}

export interface QueryService {
  /** As requests are signed for it, and as the log names it. */
  name: string;
  version: string;
  namespace: string;
  /** What stands inside the result element, by operation. @throws ServiceError */
  operations: Record<string, (caller: QueryCaller, parameters: ReadonlyMap<string, string>) => string>;
}

/** Serves a service over HTTP in the AWS Query protocol (smithy.io, "AWS query protocol"). */
export function serveQuery(
  { name, namespace, version, operations }: QueryService,
  identities: Identities,
  log: (line: string) => void,
): Promise<LoopbackServer> {
  const service: XmlService = {
    name,
    contentType: "text/xml",
    answer: (form, headers, requestId) => {
      const parameters = new Map(form);
      const caller = callerOf(identities, headers, name);
      const action = parameters.get("Action") ?? "";
      const operation = operations[action];
      if (operation === undefined || parameters.get("Version") !== version) {
        const what = `operation ${action} for version ${parameters.get("Version") ?? "none"}`;
        // Source: AWS APIs, "Common errors": InvalidAction. The lab has a few of the service's operations.
        throw new ServiceError("InvalidAction", `Could not find ${what}`);
      }
      const result = `<${action}Result>${operation(caller, parameters)}</${action}Result>`;
      const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
      return `<${action}Response xmlns="${namespace}">${result}${metadata}</${action}Response>`;
    },
    failed: ({ code, message, status }, requestId) => {
      const type = status < 500 ? "Sender" : "Receiver";
      const error = `<Error><Type>${type}</Type><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`;
      return `<ErrorResponse xmlns="${namespace}">${error}<RequestId>${requestId}</RequestId></ErrorResponse>`;
    },
    internalError: new ServiceError("InternalFailure", "The request processing has failed.", 500),
  };
  return serveXml(service, log);
}

function callerOf(identities: Identities, headers: http.IncomingHttpHeaders, service: string): QueryCaller {
  const signature = signatureOf(headers, service);
  if (signature === undefined) {
    // Source: AWS APIs, "Common errors": MissingAuthenticationToken.
    throw new ServiceError("MissingAuthenticationToken", "Request is missing Authentication Token", 403);
  }
  const principal = identities.principalOf(signature);
  if (principal === "expired") {
    // Source: AWS APIs, "Common errors": ExpiredToken.
    throw new ServiceError("ExpiredToken", "The security token included in the request is expired", 403);
  }
  if (principal === "invalid") {
    // Source: AWS APIs, "Common errors": InvalidClientTokenId.
    throw new ServiceError("InvalidClientTokenId", "The security token included in the request is invalid.", 403);
  }
  return { ...principal, region: signature.region };
}
