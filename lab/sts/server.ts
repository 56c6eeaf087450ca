import type { LoopbackServer } from "../loopbackServer";
import { serveQuery } from "../queryService";
import { escapeXml } from "../xml";
import type { AssumedRole } from "./assumeRole";
import type { Identities, Principal } from "./identities";

const version = "2011-06-15";

/** Parameters as the request has them. @throws ServiceError */
export type AssumeRole = (caller: Principal, parameters: ReadonlyMap<string, string>) => AssumedRole;

/** Serves STS, which in the lab is one operation. Its url is for AWS_ENDPOINT_URL_STS. */
export function serveSts(
  identities: Identities,
  assumeRole: AssumeRole,
  log: (line: string) => void,
): Promise<LoopbackServer> {
  const service = {
    name: "sts",
    version,
    namespace: `https://sts.amazonaws.com/doc/${version}/`,
    operations: {
      AssumeRole: (caller: Principal, parameters: ReadonlyMap<string, string>) =>
        assumed(assumeRole(caller, parameters)),
    },
  };
  return serveQuery(service, identities, log);
}

/** Source: STS API Reference, AssumeRole, "Examples". */
function assumed({ arn, id, credentials }: AssumedRole): string {
  const { accessKey, secretAccessKey, sessionToken, expiration } = credentials;
  return [
    `<AssumedRoleUser><AssumedRoleId>${escapeXml(id)}</AssumedRoleId><Arn>${escapeXml(arn)}</Arn></AssumedRoleUser>`,
    `<Credentials><AccessKeyId>${accessKey}</AccessKeyId><SecretAccessKey>${secretAccessKey}</SecretAccessKey>`,
    `<SessionToken>${sessionToken}</SessionToken>`,
    `<Expiration>${new Date(expiration).toISOString().replace(/\.\d+Z$/, "Z")}</Expiration></Credentials>`,
  ].join("");
}
