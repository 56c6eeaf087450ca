import { randomUUID } from "node:crypto";
import type * as http from "node:http";
import { text } from "node:stream/consumers";
import { serveLoopback, type LoopbackServer } from "./loopbackServer";
import { ServiceError } from "./serviceError";

/** A service whose requests are forms and whose answers are XML. */
export interface XmlService {
  /** As the log names it. */
  name: string;
  contentType: string;
  /** The answer's text. @throws ServiceError */
  answer(parameters: URLSearchParams, headers: http.IncomingHttpHeaders, requestId: string): string;
  /** The text of an error's answer. */
  failed(error: ServiceError, requestId: string): string;
  /** What is answered where the lab itself fails; why, the log has. */
  internalError: ServiceError;
}

/** Serves it over HTTP. */
export function serveXml(service: XmlService, log: (line: string) => void): Promise<LoopbackServer> {
  return serveLoopback((request, response) => {
    const requestId = randomUUID();
    void answerOf(service, request, requestId, log).then(({ status, body }) => {
      response.writeHead(status, { "Content-Type": service.contentType, "x-amzn-RequestId": requestId });
      response.end(`${body}\n`);
    });
  });
}

async function answerOf(
  service: XmlService,
  request: http.IncomingMessage,
  requestId: string,
  log: (line: string) => void,
): Promise<{ status: number; body: string }> {
  const failed = (error: ServiceError) => ({ status: error.status, body: service.failed(error, requestId) });
  try {
    const parameters = new URLSearchParams(await text(request));
    return { status: 200, body: service.answer(parameters, request.headers, requestId) };
  } catch (error) {
    if (error instanceof ServiceError) return failed(error);
    log(`${service.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return failed(service.internalError);
  }
}
