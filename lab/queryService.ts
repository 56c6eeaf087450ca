import { randomUUID } from "node:crypto";
import type * as http from "node:http";
import { text } from "node:stream/consumers";
import { serveLoopback, type LoopbackServer } from "./loopbackServer";
import { ServiceError } from "./serviceError";
import type { Identities, Principal } from "./sts/identities";
import { signatureOf } from "./sts/signature";
import { escapeXml } from "./xml";

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
  service: QueryService,
  identities: Identities,
  log: (line: string) => void,
): Promise<LoopbackServer> {
  return serveLoopback((request, response) => {
    const requestId = randomUUID();
    void answer(service, identities, request, requestId, log).then(({ status, body }) => {
      response.writeHead(status, { "Content-Type": "text/xml", "x-amzn-RequestId": requestId });
      response.end(body);
    });
  });
}

async function answer(
  service: QueryService,
  identities: Identities,
  request: http.IncomingMessage,
  requestId: string,
  log: (line: string) => void,
): Promise<{ status: number; body: string }> {
  const { name, namespace, version } = service;
  const failed = ({ code, message, status }: ServiceError, type: "Sender" | "Receiver") => {
    const error = `<Error><Type>${type}</Type><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`;
    const body = `<ErrorResponse xmlns="${namespace}">${error}<RequestId>${requestId}</RequestId></ErrorResponse>\n`;
    return { status, body };
  };
  try {
    const parameters = new Map(new URLSearchParams(await text(request)));
    const caller = callerOf(identities, request.headers, name);
    const action = parameters.get("Action") ?? "";
    const operation = service.operations[action];
    if (operation === undefined || parameters.get("Version") !== version) {
      const what = `operation ${action} for version ${parameters.get("Version") ?? "none"}`;
      // Source: AWS APIs, "Common errors": InvalidAction. The lab has a few of the service's operations.
      throw new ServiceError("InvalidAction", `Could not find ${what}`);
    }
    const result = `<${action}Result>${operation(caller, parameters)}</${action}Result>`;
    const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
    return {
      status: 200,
      body: `<${action}Response xmlns="${namespace}">${result}${metadata}</${action}Response>\n`,
    };
  } catch (error) {
    if (error instanceof ServiceError) return failed(error, "Sender");
    log(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return failed(new ServiceError("InternalFailure", "The request processing has failed.", 500), "Receiver");
  }
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
