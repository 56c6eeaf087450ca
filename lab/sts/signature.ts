import type { IncomingHttpHeaders } from "node:http";

/** What a request says of who signed it. */
export interface Signature {
  accessKey: string;
  /** Of temporary credentials. */
  sessionToken: string | undefined;
  region: string;
}

/**
 * Signature Version 4: `AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, …`. The signature itself is not
 * checked, as nobody else can reach the lab.
 *
 * @returns undefined for a request that is not signed for the service
 */
export function signatureOf(headers: IncomingHttpHeaders, service: string): Signature | undefined {
  const [, accessKey, region, signedFor] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request,/.exec(headers.authorization ?? "") ??
    [];
  if (accessKey === undefined || region === undefined || signedFor !== service) return undefined;
  const token = headers["x-amz-security-token"];
  return { accessKey, sessionToken: typeof token === "string" ? token : undefined, region };
}
