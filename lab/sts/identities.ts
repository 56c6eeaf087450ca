import { createHash, randomBytes } from "node:crypto";
import { arnOf } from "../../path/net/partition";
import { accountOfAccessKey } from "./credentials";
import type { Signature } from "./signature";

/** Who calls: the user of an account, or a session of a role. */
export interface Principal {
  accountId: string;
  arn: string;
  /** As IAM's unique id: a user's own, or a role's and the session's name. */
  userId: string;
}

export interface TemporaryCredentials {
  accessKey: string;
  secretAccessKey: string;
  sessionToken: string;
  /** Milliseconds since 1970. */
  expiration: number;
}

interface Session {
  principal: Principal;
  credentials: TemporaryCredentials;
}

/** Why a request's credentials are refused. */
export type Refused = "invalid" | "expired";

/** Who the lab's credentials belong to: an access key for each account, and the sessions that were made with them. */
export class Identities {
  private readonly sessions = new Map<string, Session>();

  /** @param now - milliseconds since 1970 */
  constructor(
    private readonly accountIds: readonly string[],
    private readonly now: () => number = Date.now,
  ) {}

  /** A long-term key comes without a token, a temporary one with its own, before it expires. */
  principalOf({ accessKey, sessionToken }: Pick<Signature, "accessKey" | "sessionToken">): Principal | Refused {
    const accountId = accountOfAccessKey(accessKey);
    if (accountId !== undefined) {
      const known = this.accountIds.includes(accountId) && sessionToken === undefined;
      return known ? userOf(accountId) : "invalid";
    }
    const session = this.sessions.get(accessKey);
    if (session === undefined || session.credentials.sessionToken !== sessionToken) return "invalid";
    return session.credentials.expiration > this.now() ? session.principal : "expired";
  }

  /** Temporary credentials of a role's session. @param seconds - how long they are good for */
  startSession(principal: Principal, seconds: number): TemporaryCredentials {
    const credentials: TemporaryCredentials = {
      accessKey: `ASIA${uniquePart(randomBytes(16), 16)}`,
      secretAccessKey: randomBytes(30).toString("base64"),
      sessionToken: randomBytes(240).toString("base64"),
      expiration: this.now() + seconds * 1000,
    };
    this.sessions.set(credentials.accessKey, { principal, credentials });
    return credentials;
  }
}

function userOf(accountId: string): Principal {
  const arn = arnOf("", "iam", accountId, "user/lab");
  return { accountId, arn, userId: roleId(arn).replace("AROA", "AIDA") };
}

/** The unique id of a role (IAM User Guide, "Unique identifiers"): always the same for one ARN. */
export function roleId(roleArn: string): string {
  return `AROA${uniquePart(createHash("sha256").update(roleArn).digest(), 17)}`;
}

function uniquePart(bytes: Buffer, length: number): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  return [...bytes.subarray(0, length)].map((byte) => letters.charAt(byte % letters.length)).join("");
}
