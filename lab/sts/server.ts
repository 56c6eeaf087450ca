import { randomUUID } from "node:crypto";
import type * as http from "node:http";
import { text } from "node:stream/consumers";
import { serveLoopback, type LoopbackServer } from "../loopbackServer";
import type { AssumedRole } from "./assumeRole";
import { ServiceError } from "../serviceError";
import type { Identities, Principal } from "./identities";
import { signatureOf } from "./signature";
import { escapeXml } from "../xml";

const version = "2011-06-15";
const namespace = `https://sts.amazonaws.com/doc/${version}/`;

/** Parameters as the request has them. @throws ServiceError */
export type AssumeRole = (caller: Principal, parameters: ReadonlyMap<string, string>) => AssumedRole;

/**
 * Serves STS over HTTP in the AWS Query protocol (smithy.io, "AWS query protocol"). Its url is for AWS_ENDPOINT_URL_STS.
 */
export function serveSts(
  identities: Identities,
  assumeRole: AssumeRole,
  log: (line: string) => void,
): Promise<LoopbackServer> {
  return serveLoopback((request, response) => {
    const requestId = randomUUID();
    void answer(identities, assumeRole, request, requestId, log).then(({ status, body }) => {
      response.writeHead(status, { "Content-Type": "text/xml", "x-amzn-RequestId": requestId });
      response.end(body);
    });
  });
}

async function answer(
  identities: Identities,
  assumeRole: AssumeRole,
  request: http.IncomingMessage,
  requestId: string,
  log: (line: string) => void,
): Promise<{ status: number; body: string }> {
  try {
    const parameters = new Map(new URLSearchParams(await text(request)));
    const caller = callerOf(identities, request.headers);
    const action = parameters.get("Action") ?? "";
    if (action !== "AssumeRole" || parameters.get("Version") !== version) {
      const what = `operation ${action} for version ${parameters.get("Version") ?? "none"}`;
      // Source: AWS APIs, "Common errors": InvalidAction. The lab's STS has this one operation.
      throw new ServiceError("InvalidAction", `Could not find ${what}`);
    }
    return { status: 200, body: assumed(assumeRole(caller, parameters), requestId) };
  } catch (error) {
    if (error instanceof ServiceError) return { status: error.status, body: failed(error, "Sender", requestId) };
    log(`sts: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    const failure = new ServiceError("InternalFailure", "The request processing has failed.", 500);
    return { status: failure.status, body: failed(failure, "Receiver", requestId) };
  }
}

function callerOf(identities: Identities, headers: http.IncomingHttpHeaders): Principal {
  const signature = signatureOf(headers, "sts");
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
  return principal;
}

/** Source: STS API Reference, AssumeRole, "Examples". */
function assumed({ arn, id, credentials }: AssumedRole, requestId: string): string {
  const { accessKey, secretAccessKey, sessionToken, expiration } = credentials;
  const parts = [
    "<AssumeRoleResult>",
    `<AssumedRoleUser><AssumedRoleId>${escapeXml(id)}</AssumedRoleId><Arn>${escapeXml(arn)}</Arn></AssumedRoleUser>`,
    `<Credentials><AccessKeyId>${accessKey}</AccessKeyId><SecretAccessKey>${secretAccessKey}</SecretAccessKey>`,
    `<SessionToken>${sessionToken}</SessionToken>`,
    `<Expiration>${new Date(expiration).toISOString().replace(/\.\d+Z$/, "Z")}</Expiration></Credentials>`,
    "</AssumeRoleResult>",
    `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`,
  ];
  return `<AssumeRoleResponse xmlns="${namespace}">${parts.join("")}</AssumeRoleResponse>\n`;
}

function failed({ code, message }: ServiceError, type: "Sender" | "Receiver", requestId: string): string {
  const error = `<Error><Type>${type}</Type><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`;
  return `<ErrorResponse xmlns="${namespace}">${error}<RequestId>${requestId}</RequestId></ErrorResponse>\n`;
}
