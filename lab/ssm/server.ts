import { randomUUID } from "node:crypto";
import type * as http from "node:http";
import { serveLoopback, type LoopbackServer } from "../loopbackServer";
import type { Identities } from "../sts/identities";
import { signatureOf } from "../sts/signature";
import { ServiceError } from "../serviceError";
import type { SsmCaller } from "./runCommand";

export interface SsmService {
  /** @throws ServiceError */
  handle(caller: SsmCaller, operation: string, input: unknown): Promise<object>;
}

/** Bytes; SSM's requests are far smaller. */
const longestRequest = 1024 * 1024;

/**
 * Serves an SSM service over HTTP in the AWS JSON 1.1 protocol (smithy.io, "AWS JSON 1.1 protocol"). The caller's account is
 * that of the credentials that signed the request. Its url is for AWS_ENDPOINT_URL_SSM.
 */
export function serveSsm(
  service: SsmService,
  identities: Identities,
  log: (line: string) => void,
): Promise<LoopbackServer> {
  return serveLoopback((request, response) => {
    void answer(service, identities, request, log).then(({ status, body, code }) => {
      response.writeHead(status, {
        "Content-Type": "application/x-amz-json-1.1",
        "x-amzn-RequestId": randomUUID(),
        ...(code !== undefined && { "x-amzn-ErrorType": code }),
      });
      response.end(JSON.stringify(body));
    });
  });
}

interface Answer {
  status: number;
  body: object;
  code?: string;
}

async function answer(
  service: SsmService,
  identities: Identities,
  request: http.IncomingMessage,
  log: (line: string) => void,
): Promise<Answer> {
  try {
    const caller = callerOf(identities, request.headers);
    const [, operation] = /^AmazonSSM\.(\w+)$/.exec(String(request.headers["x-amz-target"])) ?? [];
    // Source: AWS JSON 1.1 protocol: X-Amz-Target names service and operation.
    if (operation === undefined) throw new ServiceError("UnknownOperationException", "");
    return { status: 200, body: await service.handle(caller, operation, await read(request)) };
  } catch (error) {
    if (error instanceof ServiceError) {
      return { status: error.status, code: error.code, body: { __type: error.code, message: error.message } };
    }
    log(`ssm: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    const code = "InternalServerError";
    return { status: 500, code, body: { __type: code, message: "An error occurred on the server side." } };
  }
}

function callerOf(identities: Identities, headers: http.IncomingHttpHeaders): SsmCaller {
  const signature = signatureOf(headers, "ssm");
  if (signature === undefined) {
    // Source: AWS APIs, "Common errors": MissingAuthenticationToken.
    throw new ServiceError("MissingAuthenticationTokenException", "Missing Authentication Token", 403);
  }
  const principal = identities.principalOf(signature);
  if (principal === "expired") {
    // Source: AWS APIs, "Common errors": ExpiredTokenException; the words as users report them.
    throw new ServiceError("ExpiredTokenException", "The security token included in the request is expired");
  }
  if (principal === "invalid") {
    // Source: AWS JSON services' answer to credentials that there are not.
    throw new ServiceError("UnrecognizedClientException", "The security token included in the request is invalid.");
  }
  return { accountId: principal.accountId, region: signature.region };
}

async function read(request: http.IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    // Source: AWS JSON 1.1 protocol: what is no JSON object is a SerializationException; the length is the lab's limit.
    if (length > longestRequest) throw new ServiceError("SerializationException", "the request is too long", 413);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new ServiceError("SerializationException", "");
  }
}
