import { randomUUID } from "node:crypto";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { accountOfAccessKey } from "./credentials";
import { SsmError } from "./errors";
import type { SsmCaller } from "./runCommand";

export interface ServedSsm {
  /** For AWS_ENDPOINT_URL_SSM. */
  url: string;
  close(): Promise<void>;
}

export interface SsmService {
  /** @throws SsmError */
  handle(caller: SsmCaller, operation: string, input: unknown): Promise<object>;
}

/** Bytes; SSM's requests are far smaller. */
const longestRequest = 1024 * 1024;

/**
 * Serves an SSM service over HTTP in the AWS JSON 1.1 protocol (smithy.io, "AWS JSON 1.1 protocol"). The caller's account is
 * that of the access key that signed the request; signatures are not checked, as nobody else can reach it.
 */
export async function serveSsm(service: SsmService, log: (line: string) => void): Promise<ServedSsm> {
  const server = http.createServer((request, response) => {
    void answer(service, request, log).then(({ status, body, code }) => {
      response.writeHead(status, {
        "Content-Type": "application/x-amz-json-1.1",
        "x-amzn-RequestId": randomUUID(),
        ...(code !== undefined && { "x-amzn-ErrorType": code }),
      });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Answer {
  status: number;
  body: object;
  code?: string;
}

async function answer(
  service: SsmService,
  request: http.IncomingMessage,
  log: (line: string) => void,
): Promise<Answer> {
  try {
    const caller = callerOf(request.headers.authorization ?? "");
    const [, operation] = /^AmazonSSM\.(\w+)$/.exec(String(request.headers["x-amz-target"])) ?? [];
    // Source: AWS JSON 1.1 protocol: X-Amz-Target names service and operation.
    if (operation === undefined) throw new SsmError("UnknownOperationException", "");
    return { status: 200, body: await service.handle(caller, operation, await read(request)) };
  } catch (error) {
    if (error instanceof SsmError) {
      return { status: error.status, code: error.code, body: { __type: error.code, message: error.message } };
    }
    log(`ssm: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    const code = "InternalServerError";
    return { status: 500, code, body: { __type: code, message: "An error occurred on the server side." } };
  }
}

/** Signature Version 4: `AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/ssm/aws4_request, …`. */
function callerOf(authorization: string): SsmCaller {
  const [, key = "", region = ""] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/([^/]+)\/ssm\/aws4_request,/.exec(authorization) ?? [];
  // Source: AWS APIs, "Common errors": MissingAuthenticationToken.
  if (key === "") throw new SsmError("MissingAuthenticationTokenException", "Missing Authentication Token", 403);
  const accountId = accountOfAccessKey(key);
  if (accountId === undefined) {
    // Source: AWS JSON services' answer to an access key that there is not.
    throw new SsmError("UnrecognizedClientException", "The security token included in the request is invalid.");
  }
  return { accountId, region };
}

async function read(request: http.IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    // Source: AWS JSON 1.1 protocol: what is no JSON object is a SerializationException; the length is the lab's limit.
    if (length > longestRequest) throw new SsmError("SerializationException", "the request is too long", 413);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new SsmError("SerializationException", "");
  }
}
